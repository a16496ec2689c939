"""The whole CRM state of one portal, and the one place where it is changed.

Every change runs inside `CrmState.saving`: it holds the lock, stamps the moment, collects what happened, and tells the
listeners after the lock is released. Values must have been planned (`writing`) before they are saved here.
Moments never go back: a clock that is set to the past stamps with the last moment seen.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from simulator.crm.association_types import AssociationTypes
from simulator.crm.associations import AssociationTable, Link, Ref
from simulator.crm.calculated import LINK_COUNTS, PRIMARY_IDS, creation_values, derived_values
from simulator.crm.changes import CALCULATED, Change, Listener, Source
from simulator.crm.object_types import ObjectType, object_type, object_types
from simulator.crm.records import Record, RecordTable, Save, iso
from simulator.crm.schema import Schema
from simulator.crm.settings import PortalSettings
from simulator.crm.unique import UniqueIndex, unique_keys
from simulator.crm.writing import OwnerCheck, PlannedWrite, WritePlanner
from simulator.errors import not_found

FIRST_ID = 101


class ReadsTime(Protocol):
    """What the portal needs of a clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970."""


class TypeState:
    """Everything of one object type: its definitions, records and unique values."""

    def __init__(self, kind: ObjectType, portal_id: int) -> None:
        self.kind = kind
        self.portal_id = portal_id
        self.schema = Schema(kind)
        self.table = RecordTable(kind)
        self.unique = UniqueIndex()

    def get(self, record_id: str) -> Record:
        """The live record, also by an id that was merged into it; HubSpot's 404 when there is none."""
        record = self.table.find(record_id, follow_merges=True)
        if record is None:
            raise not_found("Object not found. objectId are usually numeric.")
        return record

    def keys_of(self, properties: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The unique values that properties hold."""
        return unique_keys(self.kind.name, properties, self.schema.live)


class CrmState:
    """Records, definitions and links of one portal. `is_owner` is set by whoever knows the owners."""

    def __init__(self, portal_id: int, clock: ReadsTime, settings: PortalSettings) -> None:
        self.portal_id = portal_id
        self.settings = settings
        self.lock = threading.RLock()
        self.listeners: list[Listener] = []
        self.associations = AssociationTable(AssociationTypes())
        self.blocked_addresses: set[str] = set()
        self.parked_links: dict[Ref, list[Link]] = {}
        self.is_owner: OwnerCheck = lambda _: True
        self._clock = clock
        self._types = {kind.name: TypeState(kind, portal_id) for kind in object_types()}
        self._last_ms = 0
        self._last_id = FIRST_ID - 1

    def of(self, spelling: str) -> TypeState:
        """The state of a type by plural name, singular name or type id; HubSpot's 400 when there is none."""
        return self._types.get(spelling) or self._types[object_type(spelling).name]

    def planner(self, state: TypeState) -> WritePlanner:
        """What plans writes of a type now."""
        return WritePlanner(
            self.portal_id,
            state.schema,
            self.settings,
            state.unique,
            frozenset(self.blocked_addresses),
            self.is_owner,
        )

    def now_ms(self) -> int:
        """The portal's time; never earlier than a moment it gave before."""
        self._last_ms = max(self._last_ms, self._clock.now_ms())
        return self._last_ms

    def next_number(self) -> int:
        """A new record number, unique in the portal."""
        self._last_id += 1
        return self._last_id

    @contextmanager
    def saving(self, source: Source) -> Iterator["Saving"]:
        """A place to make changes; listeners hear of each save after the lock is free.

        Whatever can be refused must be refused before the first change.
        """
        with self.lock:
            saving = Saving(self, source, self.now_ms())
            yield saving
        for changes in saving.saves:
            for listener in list(self.listeners):
                listener(self.portal_id, changes)


class Saving:
    """One stretch of changes under the lock, all at one moment and from one source."""

    def __init__(self, state: CrmState, source: Source, at_ms: int) -> None:
        self.state = state
        self.source = source
        self.at_ms = at_ms
        self.saves: list[Sequence[Change]] = []

    def create(self, state: TypeState, plan: PlannedWrite) -> Record:
        """The new record; its creation and its values are one save."""
        kind = state.kind
        number = self.state.next_number()
        record_id, now = str(number), iso(self.at_ms)
        values = {**creation_values(kind, record_id, self.source, now), **plan.values, kind.modified_property: now}
        values |= derived_values(kind, values)
        values = {name: value for name, value in values.items() if value}
        save = Save(self.at_ms, self.source, values)
        record = Record(kind.name, record_id, values, self.at_ms, self.at_ms, [save], number=number)
        state.table.add(record)
        state.unique.claim(iter(plan.claims), record_id)
        self.report(self.change("creation", record), *self._value_changes(record, plan.values))
        return record

    def update(self, state: TypeState, record: Record, plan: PlannedWrite) -> None:
        """Store planned values; a plan without a change saves nothing."""
        if plan.values:
            self.store(state, record, plan.values, self.source)
            self.report(*self._value_changes(record, plan.values))

    def store(self, state: TypeState, record: Record, values: Mapping[str, str], source: Source) -> None:
        """Save values and what follows from them, without telling anyone."""
        after = {**record.properties, **values}
        derived = {
            name: value for name, value in derived_values(state.kind, after).items() if value != record.properties.get(name, "")
        }
        state.unique.release(state.keys_of(record.properties), record.id)
        record.apply(Save(self.at_ms, source, {**values, **derived, state.kind.modified_property: iso(self.at_ms)}))
        state.unique.claim(state.keys_of(record.properties), record.id)
        state.table.touch(record)

    def remove(self, state: TypeState, record: Record) -> list[Link]:
        """Take a record and its links away; gives the links for a later restore."""
        state.unique.release(state.keys_of(record.properties), record.id)
        state.table.remove(record)
        links = self.state.associations.remove_all((state.kind.name, record.id))
        self._recount(links)
        return links

    def report_links(self, links: Iterable[Link]) -> None:
        """Tell of links made or removed, from both sides, and count anew."""
        links = list(links)
        self._recount(links)
        self.report(*(self._link_change(link) for link in links))

    def report(self, *changes: Change) -> None:
        """Tell of one save."""
        if changes and self.state.listeners:
            self.saves.append(changes)

    def change(self, kind: str, record: Record, **details: object) -> Change:
        """A change of a record at this moment."""
        return Change(kind, record.object_type, record.id, self.at_ms, self.source, **details)  # type: ignore[arg-type]

    def _value_changes(self, record: Record, values: Mapping[str, str]) -> list[Change]:
        if not self.state.listeners:
            return []
        return [
            Change(
                "propertyChange", record.object_type, record.id, self.at_ms, self.source, property_name=name, property_value=value
            )
            for name, value in values.items()
        ]

    def _link_change(self, link: Link) -> Change:
        (from_type, from_id), (to_type, to_id) = link.from_ref, link.to_ref
        return Change(
            "associationChange",
            from_type,
            from_id,
            self.at_ms,
            self.source,
            from_type=from_type,
            to_type=to_type,
            from_id=from_id,
            to_id=to_id,
            type_id=link.type.type_id,
            removed=link.removed,
            is_primary=link.type.is_primary,
        )

    def _recount(self, links: Iterable[Link]) -> None:
        # Calculated values are saved like others but, as in real accounts, no event tells of them.
        associations = self.state.associations
        for ref, to_type in dict.fromkeys((link.from_ref, link.to_ref[0]) for link in links):
            state = self.state.of(ref[0])
            record = state.table.find(ref[1])
            if record is None:
                continue
            values = {}
            if (ref[0], to_type) in LINK_COUNTS:
                values[LINK_COUNTS[ref[0], to_type]] = str(len(associations.targets(ref, to_type)))
            if (ref[0], to_type) in PRIMARY_IDS:
                values[PRIMARY_IDS[ref[0], to_type]] = associations.primary_of(ref, to_type) or ""
            values = {name: value for name, value in values.items() if value != record.properties.get(name, "")}
            if values:
                self.store(state, record, values, CALCULATED)
