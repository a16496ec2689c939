"""A HubSpot in memory behind the pipeline's contract: records, notes, refusals, and calls that end before or after they had an effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from integration.core.errors import AppError
from integration.hubspot.objects import (
    AssociatedRecord,
    BatchOutcome,
    CreateOutcome,
    CrmRecord,
    NewNote,
    NewRecord,
    NoteOutcome,
    NoteText,
    Owner,
    Page,
    PropertyDefinition,
    PropertyVersion,
    PropertyWrite,
    SearchFilter,
    WriteFailure,
)
from integration.pipeline.decisions import declared_properties
from integration.pipeline.definitions.industries import standard_industries
from tests.factories import NOW

APP_ID = "39522895"
Refusal = Callable[[PropertyWrite], WriteFailure | None]


@dataclass
class Fault:
    """The next call of `operation` raises `error`, before or after its effect."""

    operation: str
    error: BaseException
    after: bool = False


@dataclass
class StandingNote:
    object_type: str
    object_id: str
    body: str


@dataclass
class FakeHubSpot:
    """One portal. `calls` names every call in order; every input of a write is also kept in `writes`."""

    records: dict[tuple[str, str], dict[str, str | None]] = field(default_factory=dict)
    companies_of: dict[str, tuple[AssociatedRecord, ...]] = field(default_factory=dict)
    notes: dict[str, StandingNote] = field(default_factory=dict)
    owner_list: tuple[Owner, ...] = ()
    refuse: Refusal = lambda _write: None
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    writes: list[PropertyWrite] = field(default_factory=list)
    asked_for: list[tuple[int, bool]] = field(default_factory=list)
    on_call: Callable[[str], None] = lambda _operation: None
    definitions: dict[str, PropertyDefinition | None] = field(default_factory=dict)
    """Definitions that differ from the usual ones; None: the property does not exist."""
    editor: tuple[str, str] = ("CRM_UI", "userId:1")
    """Source type and id of whoever changes `records` directly."""
    histories: dict[tuple[str, str, str], list[PropertyVersion]] = field(default_factory=dict)

    def for_portal(self, portal_id: int, *, live: bool = True) -> FakeHubSpot:
        self.asked_for.append((portal_id, live))
        return self

    def add(self, object_type: str, object_id: str, **properties: str | None) -> None:
        self.records[object_type, object_id] = dict(properties)

    def employ(self, contact_id: str, company_id: str, *, primary: bool = True) -> None:
        known = self.companies_of.get(contact_id, ())
        self.companies_of[contact_id] = (*known, AssociatedRecord(company_id, frozenset({279}), primary))

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> list[CrmRecord]:
        with self._call("batch_read"):
            return [
                CrmRecord(object_type, one, {name: self.records[object_type, one].get(name) for name in properties})
                for one in ids
                if (object_type, one) in self.records
            ]

    def associated_ids(self, from_type: str, to_type: str, ids: Sequence[str]) -> Mapping[str, tuple[AssociatedRecord, ...]]:
        assert (from_type, to_type) in (("contacts", "companies"), ("deals", "companies"))
        with self._call("associated_ids"):
            return {one: self.companies_of.get(one, ()) for one in ids}

    def owners(self, *, archived: bool = False) -> Sequence[Owner]:
        with self._call("owners"):
            return [owner for owner in self.owner_list if owner.archived is archived]

    def batch_update(self, object_type: str, writes: Sequence[PropertyWrite]) -> BatchOutcome:
        assert 0 < len(writes) <= 100
        with self._call("batch_update"):
            failed: dict[str, WriteFailure] = {}
            for write in writes:
                self.writes.append(write)
                failure = self.refuse(write)
                if failure is None and (object_type, write.object_id) not in self.records:
                    failure = WriteFailure("OBJECT_NOT_FOUND", "gone")
                if failure is not None:
                    failed[write.trace_id] = failure
                else:
                    self._note_versions(object_type, write.object_id, self.records[object_type, write.object_id])
                    self.records[object_type, write.object_id] |= write.properties
                    self._note_versions(object_type, write.object_id, write.properties, ("INTEGRATION", APP_ID))
            return BatchOutcome(frozenset(write.object_id for write in writes if write.trace_id not in failed), failed)

    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]:
        with self._call("batch_read_history"):
            found = [one for one in ids if (object_type, one) in self.records]
            for one in found:
                self._note_versions(object_type, one, self.records[object_type, one])
            return {
                one: {name: tuple(reversed(self.histories.get((object_type, one, name), ()))) for name in properties}
                for one in found
            }

    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]:
        assert object_type in ("contacts", "companies", "deals")
        with self._call("property_definitions"):
            known = {name: self.definitions.get(name, usual_definition(name)) for name in names}
            return {name: definition for name, definition in known.items() if definition is not None}

    def _note_versions(
        self, object_type: str, object_id: str, values: Mapping[str, str | None], source: tuple[str, str] | None = None
    ) -> None:
        """Write down as new versions what differs from the newest ones, as set by `source`, else by the editor."""
        kind, source_id = source or self.editor
        for name, value in values.items():
            versions = self.histories.setdefault((object_type, object_id, name), [])
            if (value or "") != (versions[-1].value if versions else ""):
                versions.append(PropertyVersion(value or "", NOW, kind, source_id, None, None))

    def search_page(
        self, object_type: str, *, filters: Sequence[SearchFilter], properties: Sequence[str] = (), limit: int = 100
    ) -> Page:
        [wanted] = filters
        with self._call("search_page"):
            found = [
                CrmRecord(kind, one, {name: values.get(name) for name in properties})
                for (kind, one), values in self.records.items()
                if kind == object_type and values.get(wanted.property_name) in wanted.values
            ]
            return Page(tuple(found[:limit]), None, len(found))

    def create_records(self, object_type: str, records: Sequence[NewRecord]) -> CreateOutcome:
        assert 0 < len(records) <= 100
        with self._call("create_records"):
            created = {record.trace_id: str(5000 + len(self.records) + place) for place, record in enumerate(records)}
            for record in records:
                self.records[object_type, created[record.trace_id]] = dict(record.properties)
            return CreateOutcome(created)

    def associate(self, from_type: str, to_type: str, pairs: Sequence[tuple[str, str]]) -> None:
        assert (from_type, to_type) in (("contacts", "companies"), ("deals", "companies"))
        with self._call("associate"):
            for contact_id, company_id in pairs:
                self.employ(contact_id, company_id, primary=False)

    def create_notes(self, notes: Sequence[NewNote]) -> NoteOutcome:
        assert 0 < len(notes) <= 100
        with self._call("create_notes"):
            written: dict[str, str] = {}
            for note in notes:
                note_id = str(7000 + len(self.notes))
                self.notes[note_id] = StandingNote(note.object_type, note.object_id, note.body_html)
                written[note.marker] = note_id
            return NoteOutcome(written)

    def update_notes(self, notes: Sequence[tuple[str, str, str]]) -> NoteOutcome:
        assert 0 < len(notes) <= 100
        with self._call("update_notes"):
            written: dict[str, str] = {}
            failed: dict[str, WriteFailure] = {}
            for note_id, body, marker in notes:
                if note_id in self.notes:
                    self.notes[note_id].body = body
                    written[marker] = note_id
                else:
                    failed[marker] = WriteFailure("OBJECT_NOT_FOUND", "gone")
            return NoteOutcome(written, failed)

    def notes_of(self, object_type: str, ids: Sequence[str]) -> Mapping[str, tuple[NoteText, ...]]:
        with self._call("notes_of"):
            return {
                one: tuple(
                    NoteText(note_id, note.body)
                    for note_id, note in self.notes.items()
                    if (note.object_type, note.object_id) == (object_type, one)
                )
                for one in ids
            }

    def notes_on(self, object_type: str, object_id: str) -> list[str]:
        return [note.body for note in self.notes.values() if (note.object_type, note.object_id) == (object_type, object_id)]

    def _call(self, operation: str) -> _Call:
        self.calls.append(operation)
        self.on_call(operation)
        return _Call(self.faults, operation)


def usual_definition(name: str) -> PropertyDefinition:
    """The property as HubSpot or our provisioning makes it."""
    own = next((entry for entry in declared_properties() if entry.name == name), None)
    if own is not None:
        return PropertyDefinition(name, own.label, own.type, own.field_type, "leadlight", False, own.options)
    if name == "industry":
        options = tuple((value, value.replace("_", " ").title()) for value in sorted(standard_industries()))
        return PropertyDefinition(name, "Industry", "enumeration", "select", "companyinformation", False, options)
    kind = "number" if name in ("numberofemployees", "annualrevenue") else "string"
    return PropertyDefinition(name, name.title(), kind, "number" if kind == "number" else "text", "companyinformation", False)


@dataclass
class _Call:
    """A call in progress: raises the fault that waits for it, on the way in or on the way out."""

    faults: list[Fault]
    operation: str

    def __enter__(self) -> None:
        self._raise(after=False)

    def __exit__(self, error: object, *_: object) -> None:
        if error is None:
            self._raise(after=True)

    def _raise(self, *, after: bool) -> None:
        for fault in self.faults:
            if fault.operation == self.operation and fault.after is after:
                self.faults.remove(fault)
                raise fault.error


class ProcessKilled(BaseException):
    """Stands for kill -9: nothing in the product catches it."""


def cut(operation: str, error: AppError, *, after: bool) -> Fault:
    return Fault(operation, error, after)
