"""HubSpot for one portal: typed records in, typed outcomes out, on dated endpoints and in batches.

Says what is called; tokens, quota and errors are the session's business. All methods raise the UpstreamErrors of `error_map`.
Source: the 2026-09 specifications at https://developers.hubspot.com/docs/api-reference/latest (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from integration.core.metrics import Metrics
from integration.core.settings import HubSpotSettings
from integration.hubspot import creating, endpoints, notes, tasks, workflow_calls
from integration.hubspot.batch_writes import BATCH_REFUSALS, BatchInput, unanswered, write_batch
from integration.hubspot.limits import PortalLimits
from integration.hubspot.objects import (
    BATCH_LIMIT,
    HISTORY_BATCH_LIMIT,
    NOTES,
    TASKS,
    AccountDetails,
    AssociatedRecord,
    BatchOutcome,
    CreateOutcome,
    CrmRecord,
    NewNote,
    NewRecord,
    NewTask,
    NoteOutcome,
    NoteText,
    Owner,
    Page,
    PropertyVersion,
    PropertyWrite,
    SearchFilter,
    SearchSort,
    TaskOutcome,
    TaskText,
)
from integration.hubspot.property_calls import PropertyCalls
from integration.hubspot.reading import (
    id_of,
    list_of,
    next_after,
    object_of,
    read_account,
    read_associated,
    read_history,
    read_owner,
    read_page,
    read_record,
    results_of,
    text_of,
)
from integration.hubspot.session import ForbiddenCalls, PortalSession
from integration.hubspot.timeline_calls import EventOutcome, EventToSend, send_events
from integration.hubspot.tokens import AccessTokens
from integration.hubspot.transport import HubSpotTransport, Reply

_ASSOCIATIONS_BATCH_LIMIT: Final = 1000
_OWNERS_PAGE: Final = 500
"""The most HubSpot gives in one page."""


class HubSpotClient(PropertyCalls):
    """One portal's CRM. Thread-safe as far as its session is, which is to say entirely."""

    def __init__(self, session: PortalSession) -> None:
        super().__init__(session)
        self.portal_id = session.portal_id

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> list[CrmRecord]:
        """The records that exist, in HubSpot's order; missing ids are left out. One call for each 100."""
        records: list[CrmRecord] = []
        for part in _parts(ids, BATCH_LIMIT):
            body = {
                "inputs": [{"id": object_id} for object_id in part],
                "properties": list(properties),
                "propertiesWithHistory": [],
            }
            answer = self._session.fetch(endpoints.BATCH_READ, parts={"object_type": object_type}, body=body)
            records += [read_record(object_type, entry) for entry in results_of(answer)]
        return records

    def batch_read_by(
        self, object_type: str, key_property: str, values: Sequence[str], properties: Sequence[str]
    ) -> list[CrmRecord]:
        """The records that have these values in a unique property, such as contacts by `email`. One call for each 100."""
        records: list[CrmRecord] = []
        for part in _parts(values, BATCH_LIMIT):
            body = {
                "idProperty": key_property,
                "inputs": [{"id": value} for value in part],
                "properties": list(properties),
                "propertiesWithHistory": [],
            }
            answer = self._session.fetch(endpoints.BATCH_READ, parts={"object_type": object_type}, body=body)
            records += [read_record(object_type, entry) for entry in results_of(answer)]
        return records

    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]:
        """By record id and property, the versions newest first. One call for each 50."""
        histories: dict[str, Mapping[str, tuple[PropertyVersion, ...]]] = {}
        for part in _parts(ids, HISTORY_BATCH_LIMIT):
            body = {
                "inputs": [{"id": object_id} for object_id in part],
                "properties": [],
                "propertiesWithHistory": list(properties),
            }
            answer = self._session.fetch(endpoints.BATCH_READ, parts={"object_type": object_type}, body=body)
            histories |= {id_of(entry): read_history(entry) for entry in results_of(answer)}
        return histories

    def associated_ids(self, from_type: str, to_type: str, ids: Sequence[str]) -> Mapping[str, tuple[AssociatedRecord, ...]]:
        """For each id what hangs on it; an id with nothing has an empty tuple. One call for each 1,000, more where one has over 500."""
        found: dict[str, list[AssociatedRecord]] = {object_id: [] for object_id in ids}
        waiting: list[dict[str, str]] = [{"id": object_id} for object_id in found]
        while waiting:
            asked, waiting = waiting[:_ASSOCIATIONS_BATCH_LIMIT], waiting[_ASSOCIATIONS_BATCH_LIMIT:]
            parts = {"from_type": from_type, "to_type": to_type}
            answer = self._session.fetch(endpoints.ASSOCIATIONS_READ, parts=parts, body={"inputs": asked})
            for entry in results_of(answer):
                source, others, after = read_associated(entry)
                found.setdefault(source, []).extend(others)
                if after is not None:
                    waiting.append({"id": source, "after": after})
        return {object_id: tuple(others) for object_id, others in found.items()}

    def batch_update(self, object_type: str, writes: Sequence[PropertyWrite]) -> BatchOutcome:
        """Ids written and failures by trace id, for at most 100 records; one bad record does not fail the others."""
        inputs = [
            BatchInput(write.trace_id, {"id": write.object_id, "properties": dict(write.properties)}, write.object_id)
            for write in writes
        ]
        result = write_batch(inputs, lambda body: self._write(endpoints.BATCH_UPDATE, object_type, body))
        written = frozenset(id_of(entry) for entry in result.results)
        settled = {entry.trace_id for entry in inputs if entry.object_id in written} | set(result.failed)
        return BatchOutcome(written, {**result.failed, **unanswered(inputs, settled)})

    def batch_archive(self, object_type: str, ids: Sequence[str]) -> None:
        """Put the records into HubSpot's recycling bin; ids that are not there are passed over. One call for each 100."""
        for part in _parts(ids, BATCH_LIMIT):
            body = {"inputs": [{"id": object_id} for object_id in part]}
            self._session.call(endpoints.BATCH_ARCHIVE, parts={"object_type": object_type}, body=body)

    def create_records(self, object_type: str, records: Sequence[NewRecord]) -> CreateOutcome:
        """Ids, ids of records in the way, and refusals by trace id, for at most 100. Raises Unavailable when it is unknown what was made."""
        return creating.create_records(object_type, records, lambda body: self._write(endpoints.BATCH_CREATE, object_type, body))

    def associate(self, from_type: str, to_type: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Link each pair of ids without a label; a link that is there already stays. One call for each 1,000."""
        for start in range(0, len(pairs), _ASSOCIATIONS_BATCH_LIMIT):
            inputs = [{"from": {"id": one}, "to": {"id": other}} for one, other in pairs[start : start + _ASSOCIATIONS_BATCH_LIMIT]]
            parts = {"from_type": from_type, "to_type": to_type}
            self._session.call(endpoints.ASSOCIATE_DEFAULT, parts=parts, body={"inputs": inputs})

    def create_notes(self, new_notes: Sequence[NewNote]) -> NoteOutcome:
        """Each note's id or refusal by marker, for at most 100. Raises Unavailable when it is unknown whether they were written."""
        return notes.create_notes(new_notes, lambda body: self._write(endpoints.BATCH_CREATE, NOTES, body))

    def update_notes(self, changed: Sequence[tuple[str, str, str]]) -> NoteOutcome:
        """New bodies for notes, each (note id, body, marker); outcome by marker, for at most 100."""
        return notes.update_notes(changed, lambda body: self._write(endpoints.BATCH_UPDATE, NOTES, body))

    def notes_of(self, object_type: str, ids: Sequence[str]) -> Mapping[str, tuple[NoteText, ...]]:
        """Every note on each record, to find one whose answer was lost. One call for the associations, one for each 100 notes."""
        found = self._texts_on(object_type, NOTES, notes.BODY_PROPERTY, ids)
        return {object_id: tuple(NoteText(*text) for text in texts) for object_id, texts in found.items()}

    def create_tasks(self, new_tasks: Sequence[NewTask]) -> TaskOutcome:
        """Each task's id or refusal by marker, for at most 100. Raises Unavailable when it is unknown whether they were made."""
        return tasks.create_tasks(new_tasks, lambda body: self._write(endpoints.BATCH_CREATE, TASKS, body))

    def tasks_of(self, object_type: str, ids: Sequence[str]) -> Mapping[str, tuple[TaskText, ...]]:
        """Every task on each record, to find one whose answer was lost. One call for the associations, one for each 100 tasks."""
        found = self._texts_on(object_type, TASKS, tasks.BODY_PROPERTY, ids)
        return {object_id: tuple(TaskText(*text) for text in texts) for object_id, texts in found.items()}

    def merge(self, object_type: str, primary_id: str, other_id: str) -> str:
        """The id of the record both are now, which may be a new one. HubSpot cannot undo it. One call, never repeated by itself."""
        body = {"primaryObjectId": primary_id, "objectIdToMerge": other_id}
        return id_of(object_of(self._session.fetch(endpoints.MERGE, parts={"object_type": object_type}, body=body), "the answer"))

    def search_page(
        self,
        object_type: str,
        *,
        filters: Sequence[SearchFilter],
        sorts: Sequence[SearchSort] = (),
        properties: Sequence[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page:
        """Records that meet every filter, up to 200 a page and 10,000 in all; the index lags behind by moments."""
        body: dict[str, Any] = {
            "filterGroups": [{"filters": [_filter(entry) for entry in filters]}] if filters else [],
            "sorts": [{"propertyName": sort.property_name, "direction": sort.direction} for sort in sorts],
            "properties": list(properties),
            "limit": limit,
        }
        if after is not None:
            body["after"] = after
        return read_page(object_type, self._session.fetch(endpoints.SEARCH, parts={"object_type": object_type}, body=body))

    def list_page(
        self, object_type: str, *, properties: Sequence[str] = (), after: str | None = None, limit: int = BATCH_LIMIT
    ) -> Page:
        """Records in id order, up to 100 a page, without end."""
        query = {"limit": str(limit), "archived": "false"}
        if properties:
            query["properties"] = ",".join(properties)
        if after is not None:
            query["after"] = after
        return read_page(object_type, self._session.fetch(endpoints.LIST_OBJECTS, parts={"object_type": object_type}, query=query))

    def account_details(self) -> AccountDetails:
        return read_account(self._session.fetch(endpoints.ACCOUNT_DETAILS))

    def owners(self, *, archived: bool = False) -> tuple[Owner, ...]:
        """Every active owner, or every archived one. Needs the optional owners scope: Rejected with reason missing_scopes without it."""
        found: list[Owner] = []
        after: str | None = None
        while True:
            query = {"limit": str(_OWNERS_PAGE), "archived": "true" if archived else "false"} | ({"after": after} if after else {})
            answer = self._session.fetch(endpoints.OWNERS, query=query)
            found += [read_owner(entry) for entry in results_of(answer)]
            after = next_after(object_of(answer, "the answer"))
            if after is None:
                return tuple(found)

    def stage_labels(self, object_type: str) -> Mapping[str, str]:
        """The stages of every pipeline of the type, id to the words people know. One call."""
        answer = self._session.fetch(endpoints.PIPELINES, parts={"object_type": object_type})
        return {
            id_of(stage): text_of(stage, "label") or id_of(stage)
            for pipeline in results_of(answer)
            for stage in (object_of(one, "stages[]") for one in list_of(pipeline.get("stages") or [], "stages"))
        }

    def stage_names(self, object_type: str) -> Mapping[tuple[str, str], str]:
        """The stages of every pipeline of the type by (pipeline id, stage id), in the words people know. One call."""
        answer = self._session.fetch(endpoints.PIPELINES, parts={"object_type": object_type})
        return {
            (id_of(pipeline), id_of(stage)): text_of(stage, "label") or id_of(stage)
            for pipeline in results_of(answer)
            for stage in (object_of(one, "stages[]") for one in list_of(pipeline.get("stages") or [], "stages"))
        }

    def send_events(self, events: Sequence[EventToSend]) -> EventOutcome:
        """Ids sent and refusals by id, for at most 100 events; one that is there already counts as sent. One call, more when one is refused."""
        return send_events(events, lambda body: self._session.call(endpoints.TIMELINE_EVENTS, body=body, accepted=BATCH_REFUSALS))

    def owner_teams(self) -> dict[str, str]:
        """Team id to name, of the teams that active owners are in. Needs the owners scope. One call.

        Limit: only the first 500 owners are looked at.
        """
        answer = self._session.fetch(endpoints.OWNERS, query={"limit": str(_OWNERS_PAGE)})
        return {team_id: name for entry in results_of(answer) for team_id, name in workflow_calls.read_teams(entry).items()}

    def complete_actions(self, completions: Sequence[workflow_calls.Completion]) -> Mapping[str, str]:
        """Tell waiting workflows the outputs, at most 100 at once: why each refused one was refused. Needs the scope `automation`."""

        def send(body: object) -> Reply:
            return self._session.call(endpoints.COMPLETE_ACTIONS, body=body, accepted=workflow_calls.COMPLETION_REFUSALS)

        return workflow_calls.complete_executions(completions, send)

    def uninstall(self) -> None:
        """Take the app out of the account; HubSpot mails the account's admins. The tokens are worthless afterwards."""
        self._session.call(endpoints.UNINSTALL)

    def _texts_on(
        self, object_type: str, kind: str, body_property: str, ids: Sequence[str]
    ) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Id and text of every activity of this kind, by the record it hangs on."""
        on_records = self.associated_ids(object_type, kind, ids)
        found_ids = list(dict.fromkeys(one.object_id for found in on_records.values() for one in found))
        bodies = {
            record.object_id: record.text(body_property) or "" for record in self.batch_read(kind, found_ids, [body_property])
        }
        return {
            object_id: tuple((one.object_id, bodies[one.object_id]) for one in found if one.object_id in bodies)
            for object_id, found in on_records.items()
        }

    def _write(self, endpoint: endpoints.Endpoint, object_type: str, body: object) -> Reply:
        return self._session.call(endpoint, parts={"object_type": object_type}, body=body, accepted=BATCH_REFUSALS)


class HubSpotClients:
    """Makes clients of portals over one connection pool, one set of tokens and one set of quotas for the process."""

    def __init__(
        self,
        settings: HubSpotSettings,
        tokens: AccessTokens,
        limits: PortalLimits,
        metrics: Metrics,
        *,
        transport: HubSpotTransport | None = None,
    ) -> None:
        self._transport = transport or HubSpotTransport(settings.api_base_url)
        self._tokens = tokens
        self._limits = limits
        self._metrics = metrics
        self._forbidden = ForbiddenCalls()

    def for_portal(self, portal_id: int, *, live: bool = True) -> HubSpotClient:
        """The portal's client; `live` False stands back behind live work when the quota is short."""
        return HubSpotClient(
            PortalSession(
                portal_id,
                transport=self._transport,
                tokens=self._tokens,
                limits=self._limits,
                forbidden=self._forbidden,
                metrics=self._metrics,
                live=live,
            )
        )


def _parts(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """`values` in pieces of at most `size`, each value once."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def _filter(entry: SearchFilter) -> dict[str, Any]:
    given: dict[str, Any] = {"propertyName": entry.property_name, "operator": entry.operator}
    if entry.values:
        given["values"] = list(entry.values)
    if entry.value is not None:
        given["value"] = entry.value
    if entry.high_value is not None:
        given["highValue"] = entry.high_value
    return given
