"""Writes records and batch outcomes the way HubSpot does.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09); key order and the
`url` field as in recorded answers.
"""

from collections.abc import Iterable, Mapping, Sequence

from simulator.crm.association_types import AssociationType
from simulator.crm.object_types import ObjectType, object_type
from simulator.crm.records import HistoryEntry, Record, iso
from simulator.crm.writes import BatchOutcome, Written
from simulator.families.mounting import Answer
from simulator.portal import Portal

Json = dict[str, object]


class RecordBodies:
    """Renders records of one type for one call: which properties are shown is worked out once."""

    def __init__(
        self,
        portal: Portal,
        kind: ObjectType,
        *,
        names: Sequence[str] | None = None,
        history: Sequence[str] = (),
        associations: Sequence[str] = (),
    ) -> None:
        self._portal = portal
        self._kind = kind
        live = portal.schema(kind.name).live
        always = {"hs_object_id", kind.created_property, kind.modified_property}
        wanted = kind.default_properties if names is None else {*names, *history}
        self._names = tuple(sorted(name for name in {*wanted, *always} if name in live))
        self._history = tuple(name for name in history if name in live)
        self._associations = tuple(object_type(name) for name in associations)
        self._url = f"https://{portal.settings.ui_domain}/contacts/{portal.portal_id}/record/{kind.type_id}/"

    def body(self, record: Record, properties: Mapping[str, str] | None = None) -> Json:
        """One record; `properties` when other values than the present ones are to be shown."""
        shown = record.properties if properties is None else properties
        body = self._frame(record, {name: shown.get(name) for name in self._names})
        if self._history:
            body["propertiesWithHistory"] = {name: [_entry(each) for each in record.history(name)] for name in self._history}
        if self._associations:
            linked = {kind.name: self._linked(record, kind) for kind in self._associations}
            linked = {name: found for name, found in linked.items() if found["results"]}
            if linked:
                body["associations"] = linked
        return body

    def written(self, written: Written) -> Json:
        """One record after a write: every value it has."""
        live = self._portal.schema(self._kind.name).live
        values = written.record.properties
        body = self._frame(written.record, {name: values[name] for name in sorted(values) if name in live})
        if written.warnings:
            body["warnings"] = [
                {
                    "category": "PROPERTY_VALUE_NORMALIZED",
                    "context": {
                        "propertyName": each.property_name,
                        "rawValue": each.raw_value,
                        "normalizedValue": each.normalized_value,
                    },
                }
                for each in written.warnings
            ]
        if written.trace_id is not None:
            body["objectWriteTraceId"] = written.trace_id
        return body

    def _frame(self, record: Record, properties: Mapping[str, str | None]) -> Json:
        body: Json = {
            "id": record.id,
            "properties": properties,
            "createdAt": record.properties.get(self._kind.created_property) or iso(record.created_at_ms),
            "updatedAt": record.properties.get(self._kind.modified_property) or iso(record.updated_at_ms),
            "archived": record.archived,
        }
        if record.archived_at_ms is not None:
            body["archivedAt"] = iso(record.archived_at_ms)
        body["url"] = self._url + record.id
        return body

    def _linked(self, record: Record, kind: ObjectType) -> Json:
        if record.archived:
            return {"results": []}
        targets = self._portal.associated(self._kind.name, record.id, kind.name)
        return {"results": [{"id": to_id, "type": legacy_name(each)} for to_id, types in targets.items() for each in types]}


def legacy_name(each: AssociationType) -> str:
    """The name of an association type in answers without ids: contact_to_company is the primary one."""
    plain = f"{object_type(each.from_type).singular}_to_{object_type(each.to_type).singular}"
    if each.category != "HUBSPOT_DEFINED":
        return each.name or str(each.type_id)
    if each.is_primary:
        return plain
    if each.label is not None:
        return f"{plain}_{each.label.lower().replace(' ', '_').strip('()')}"
    has_primary = {each.from_type, each.to_type} in ({"contacts", "companies"}, {"deals", "companies"}, {"tickets", "companies"})
    return f"{plain}_unlabeled" if has_primary else plain


def batch_answer(
    results: Iterable[Json], errors: Sequence[Json], *, started_at_ms: int, completed_at_ms: int, status: int = 200
) -> Answer:
    """The answer of a batch: 207 with a count when something failed."""
    body: Json = {"status": "COMPLETE", "results": list(results)}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    body |= {"startedAt": iso(started_at_ms), "completedAt": iso(completed_at_ms)}
    return Answer(body, 207 if errors else status)


def outcome_answer(
    bodies: RecordBodies, outcome: BatchOutcome, *, started_at_ms: int, now_ms: int, status: int = 200, tells_new: bool = False
) -> Answer:
    """The answer of a batch of writes."""
    results = []
    for each in outcome.written:
        body = bodies.written(each)
        if tells_new:
            body["new"] = each.is_new
        results.append(body)
    errors = [failed.error.entry(failed.trace_id) for failed in outcome.failed]
    return batch_answer(results, errors, started_at_ms=started_at_ms, completed_at_ms=now_ms, status=status)


def _entry(entry: HistoryEntry) -> Json:
    body: Json = {
        "value": entry.value,
        "timestamp": iso(entry.at_ms),
        "sourceType": entry.source.type,
        "sourceId": entry.source.id,
    }
    if entry.source.label is not None:
        body["sourceLabel"] = entry.source.label
    if entry.source.user_id is not None:
        body["updatedByUserId"] = entry.source.user_id
    return body
