"""One HubSpot account as plain Python: what the HTTP families, the control API and the local pages work on.

Every method takes object types by plural name, singular name or type id, is safe to call from any thread, and raises
`HubSpotError` with the status HubSpot would answer. Changes reach `listeners` as (portal_id, changes of one save), after the
state changed and outside the lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from simulator.crm import erasing, linking, merging
from simulator.crm.association_types import AssociationType, AssociationTypes
from simulator.crm.associations import Ref
from simulator.crm.changes import Change, Listener, Source
from simulator.crm.definitions import PropertyDefinition, PropertyGroup
from simulator.crm.linking import NewAssociation, TypeSpec
from simulator.crm.object_types import object_types
from simulator.crm.records import HistoryEntry, Record, Save, iso
from simulator.crm.schema import Schema
from simulator.crm.search import Searcher, SearchPage, SearchQuery
from simulator.crm.settings import FROM_2026_09, ConditionalRule, PortalSettings, WriteRules
from simulator.crm.state import CrmState, ReadsTime
from simulator.crm.writes import BatchOutcome, RecordWriter, WriteInput, Written, find_by, holder_of, require_unique
from simulator.crm.writing import OwnerCheck

__all__ = [
    "Change",
    "ConditionalRule",
    "NewAssociation",
    "Portal",
    "PortalSettings",
    "Record",
    "SearchQuery",
    "Source",
    "TypeSpec",
    "WriteInput",
]


class Portal:
    """One account with its records, definitions and links."""

    def __init__(self, portal_id: int, clock: ReadsTime, settings: PortalSettings | None = None) -> None:
        self.portal_id = portal_id
        self.crm = CrmState(portal_id, clock, settings or PortalSettings())
        self.lock = self.crm.lock
        self._writer = RecordWriter(self.crm)

    @property
    def settings(self) -> PortalSettings:
        """The account's switches now."""
        return self.crm.settings

    def change_settings(self, **changes: object) -> PortalSettings:
        """The settings with other values from now on."""
        with self.lock:
            self.crm.settings = replace(self.crm.settings, **changes)  # type: ignore[arg-type]
            return self.crm.settings

    @property
    def listeners(self) -> list[Listener]:
        """Who hears of changes; append to it."""
        return self.crm.listeners

    @property
    def association_types(self) -> AssociationTypes:
        """The types and labels of links; hold `lock` to change them."""
        return self.crm.associations.types

    def check_owners_with(self, is_owner: OwnerCheck) -> None:
        """From now on only ids that `is_owner` accepts may own records."""
        self.crm.is_owner = is_owner

    # Records

    def create(
        self,
        object_type: str,
        properties: Mapping[str, str],
        associations: Sequence[NewAssociation] = (),
        *,
        source: Source,
        rules: WriteRules = FROM_2026_09,
    ) -> Written:
        """The new record (`.record`, `.id`)."""
        return self._writer.create(object_type, properties, associations, source, rules)

    def update(
        self,
        object_type: str,
        record_id: str,
        properties: Mapping[str, str],
        *,
        source: Source,
        rules: WriteRules = FROM_2026_09,
        id_property: str | None = None,
    ) -> Written:
        """The changed record; "" clears a value."""
        return self._writer.update(object_type, record_id, properties, source, rules, id_property)

    def batch_create(
        self, object_type: str, inputs: Sequence[WriteInput], *, source: Source, rules: WriteRules = FROM_2026_09
    ) -> BatchOutcome:
        """What became of each input; no limit on their number here."""
        return self._writer.create_all(object_type, inputs, source, rules)

    def batch_update(
        self, object_type: str, inputs: Sequence[WriteInput], *, source: Source, rules: WriteRules = FROM_2026_09
    ) -> BatchOutcome:
        """What became of each input."""
        return self._writer.update_all(object_type, inputs, source, rules)

    def batch_upsert(
        self, object_type: str, inputs: Sequence[WriteInput], *, source: Source, rules: WriteRules = FROM_2026_09
    ) -> BatchOutcome:
        """What became of each input."""
        return self._writer.upsert_all(object_type, inputs, source, rules)

    def read(self, object_type: str, record_id: str, *, id_property: str | None = None, archived: bool = False) -> Record:
        """One record; merged-away ids lead to the survivor. Raises 404."""
        state = self.crm.of(object_type)
        with self.lock:
            if archived and record_id in state.table.archived:
                return state.table.archived[record_id]
            return find_by(state, record_id, id_property) if id_property else state.get(record_id)

    def find_all(
        self, object_type: str, ids: Iterable[str], *, id_property: str | None = None, archived: bool = False
    ) -> dict[str, Record | None]:
        """{value asked for: its record or None}; merged-away ids are not followed."""
        state = self.crm.of(object_type)
        with self.lock:
            if id_property is not None and id_property != "hs_object_id":
                require_unique(state, id_property)
                return {value: holder_of(state, id_property, value) for value in ids}
            records = state.table.archived if archived else state.table.live
            return {record_id: records.get(record_id) for record_id in ids}

    def records(self, object_type: str, *, after: int = 0, limit: int | None = None, archived: bool = False) -> list[Record]:
        """Records with an id above `after`, in the order of their ids."""
        table = self.crm.of(object_type).table
        with self.lock:
            if not archived:
                return table.in_id_order(above=after, limit=limit)
            found = [record for record in table.archived.values() if record.number > after]
            return sorted(found, key=lambda record: record.number)[:limit]

    def counts(self) -> dict[str, int]:
        """How many live records there are of each type."""
        with self.lock:
            return {kind.name: len(self.crm.of(kind.name).table.live) for kind in object_types()}

    def history(self, object_type: str, record_id: str, name: str) -> list[HistoryEntry]:
        """The values of one property, newest first, at most 20."""
        with self.lock:
            return self.crm.of(object_type).get(record_id).history(name)

    def backdate(self, object_type: str, record_id: str, past: Sequence[tuple[int, Mapping[str, str]]], *, source: Source) -> None:
        """Give a record a past: what was saved at which millisecond, oldest first. Values are taken as they are; nobody is told."""
        state = self.crm.of(object_type)
        created = {state.kind.created_property: iso(past[0][0])}
        saves = [Save(at_ms, source, {**created, **values} if place == 0 else values) for place, (at_ms, values) in enumerate(past)]
        with self.lock:
            record = state.get(record_id)
            record.saves = [
                replace(save, values={name: value for name, value in save.values.items() if name not in created})
                for save in record.saves
            ]
            record.backdate(saves)

    def search(self, object_type: str, query: SearchQuery) -> SearchPage:
        """One page of what the index shows now."""
        state = self.crm.of(object_type)
        with self.lock:
            lag_ms = int(self.settings.index_lag_s * 1000)
            searcher = Searcher(state.table, state.schema, self.crm.associations, now_ms=self.crm.now_ms(), lag_ms=lag_ms)
            return searcher.run(query)

    def archive(self, object_type: str, *record_ids: str, source: Source) -> None:
        """Put records into the recycle bin."""
        erasing.archive(self.crm, object_type, list(record_ids), source)

    def restore(self, object_type: str, record_id: str, *, source: Source) -> Record:
        """Take a record out of the recycle bin."""
        return erasing.restore(self.crm, object_type, record_id, source)

    def merge(self, object_type: str, primary_id: str, other_id: str, *, source: Source) -> Record:
        """The survivor of a merge."""
        return merging.merge(self.crm, object_type, primary_id, other_id, source)

    def gdpr_delete(self, object_type: str, value: str, *, source: Source, id_property: str | None = None) -> None:
        """Erase a record for good."""
        erasing.gdpr_delete(self.crm, object_type, value, source, id_property)

    # Links

    def associate(self, from_ref: Ref, to_ref: Ref, types: Sequence[TypeSpec] = (), *, source: Source) -> list[AssociationType]:
        """The types that now link two (type, id) records; no `types`: the default one."""
        with self.crm.saving(source) as saving:
            return linking.associate(saving, self._ref(from_ref), self._ref(to_ref), types)

    def dissociate(self, from_ref: Ref, to_ref: Ref, types: Sequence[TypeSpec] = (), *, source: Source) -> None:
        """Remove links of these types, or all."""
        with self.crm.saving(source) as saving:
            linking.dissociate(saving, self._ref(from_ref), self._ref(to_ref), types)

    def associated(self, object_type: str, record_id: str, to_type: str) -> dict[str, list[AssociationType]]:
        """{record id: types} of everything of `to_type` that a record is linked to. Raises 404."""
        start, end = self.crm.of(object_type), self.crm.of(to_type).kind.name
        with self.lock:
            ref = (start.kind.name, start.get(record_id).id)
            targets = self.crm.associations.targets(ref, end)
            return {to_id: linking.named_types(self.crm, ref[0], end, ids) for to_id, ids in targets.items()}

    def primary_of(self, object_type: str, record_id: str, to_type: str) -> str | None:
        """The id of the primary record of a type, or None."""
        with self.lock:
            return self.crm.associations.primary_of(self._ref((object_type, record_id)), self.crm.of(to_type).kind.name)

    # Definitions

    def schema(self, object_type: str) -> Schema:
        """The definitions of a type; hold `lock` to change them."""
        return self.crm.of(object_type).schema

    def sensitive_properties(self) -> frozenset[tuple[str, str]]:
        """(type, name) of every property whose values must not leave the account in events."""
        with self.lock:
            return frozenset(
                (kind.name, definition.name)
                for kind in object_types()
                for definition in self.crm.of(kind.name).schema.live.values()
                if definition.data_sensitivity != "non_sensitive"
            )

    def create_property(self, object_type: str, wanted: PropertyDefinition, *, user_id: int | None = None) -> PropertyDefinition:
        """The new (or restored) property."""
        with self.lock:
            return self.schema(object_type).create(wanted, at_ms=self.crm.now_ms(), user_id=user_id)

    def create_group(self, object_type: str, name: str, label: str) -> PropertyGroup:
        """The new (or restored) group."""
        with self.lock:
            return self.schema(object_type).create_group(PropertyGroup(name, label))

    def _ref(self, ref: Ref) -> Ref:
        return (self.crm.of(ref[0]).kind.name, ref[1])
