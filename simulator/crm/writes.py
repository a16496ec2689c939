"""Creates, changes and upserts records, one by one or in batches.

In a batch whose inputs all carry an `objectWriteTraceId`, each input stands alone and the answer lists what failed. Without
trace ids one bad input refuses the whole batch, and the error is that of the first culprit. Upserts of contacts by address
are never partial.
Sources: https://developers.hubspot.com/docs/api-reference/error-handling,
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.crm.changes import Source
from simulator.crm.linking import NewAssociation, PlannedLink, link_company_by_domain, link_planned, plan_links
from simulator.crm.records import Record
from simulator.crm.settings import WriteRules
from simulator.crm.state import CrmState, Saving, TypeState
from simulator.crm.unique import ADDRESSES, Key
from simulator.crm.writing import PlannedWrite, ValueWarning
from simulator.errors import HubSpotError, not_found, validation_error


@dataclass(frozen=True)
class WriteInput:
    """One input of a batch. `id` is a record id or a value of `id_property`; "" for a new record."""

    properties: Mapping[str, str]
    id: str = ""
    id_property: str | None = None
    trace_id: str | None = None
    associations: tuple[NewAssociation, ...] = ()


@dataclass(frozen=True)
class Written:
    """A record after a write, with what HubSpot would add to the answer."""

    record: Record
    warnings: tuple[ValueWarning, ...] = ()
    is_new: bool = False
    trace_id: str | None = None

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id


@dataclass(frozen=True)
class Failed:
    """An input that was not written."""

    error: HubSpotError
    trace_id: str | None


@dataclass
class BatchOutcome:
    """What became of each input of a batch."""

    written: list[Written] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


@dataclass(frozen=True)
class _Planned:
    plan: PlannedWrite
    record: Record | None
    links: list[PlannedLink]
    trace_id: str | None


Planner = Callable[[WriteInput, Mapping[Key, str]], _Planned]


class RecordWriter:
    """Writes to one portal."""

    def __init__(self, crm: CrmState) -> None:
        self._crm = crm

    def create(
        self,
        object_type: str,
        properties: Mapping[str, str],
        associations: Sequence[NewAssociation],
        source: Source,
        rules: WriteRules,
    ) -> Written:
        """The new record. Raises HubSpot's 400 or 409."""
        state = self._crm.of(object_type)
        with self._crm.saving(source) as saving:
            wanted = WriteInput(properties, associations=tuple(associations))
            return self._commit(saving, state, self._plan_create(state, rules)(wanted, {}))

    def update(
        self,
        object_type: str,
        record_id: str,
        properties: Mapping[str, str],
        source: Source,
        rules: WriteRules,
        id_property: str | None = None,
    ) -> Written:
        """The changed record; an id that was merged away leads to its survivor. Raises HubSpot's 400, 404 or 409."""
        state = self._crm.of(object_type)
        with self._crm.saving(source) as saving:
            record = find_by(state, record_id, id_property)
            plan = self._crm.planner(state).plan(properties, rules, record=record)
            return self._commit(saving, state, _Planned(plan, record, [], None))

    def create_all(self, object_type: str, inputs: Sequence[WriteInput], source: Source, rules: WriteRules) -> BatchOutcome:
        """What became of each new record."""
        state = self._crm.of(object_type)
        return self._run(state, inputs, source, self._plan_create(state, rules), partial=_traced(inputs))

    def update_all(self, object_type: str, inputs: Sequence[WriteInput], source: Source, rules: WriteRules) -> BatchOutcome:
        """What became of each change; ids that were merged away count as missing here."""
        state = self._crm.of(object_type)
        for each in inputs:
            require_unique(state, each.id_property, addresses=False)
        _refuse_repeats(inputs)

        def plan(wanted: WriteInput, reserved: Mapping[Key, str]) -> _Planned:
            record = find_by(state, wanted.id, wanted.id_property, follow_merges=False)
            planned = self._crm.planner(state).plan(wanted.properties, rules, record=record, reserved=reserved)
            return _Planned(planned, record, [], wanted.trace_id)

        return self._run(state, inputs, source, plan, partial=_traced(inputs))

    def upsert_all(self, object_type: str, inputs: Sequence[WriteInput], source: Source, rules: WriteRules) -> BatchOutcome:
        """What became of each record that was changed or, when none had the value, created."""
        state = self._crm.of(object_type)
        for each in inputs:
            require_unique(state, each.id_property, addresses=True)
        _refuse_repeats(inputs)

        def plan(wanted: WriteInput, reserved: Mapping[Key, str]) -> _Planned:
            name = wanted.id_property
            if name is None:
                record: Record | None = find_by(state, wanted.id, None, follow_merges=False)
                properties = wanted.properties
            else:
                record = holder_of(state, name, wanted.id)
                properties = wanted.properties if record is not None else {name: wanted.id, **wanted.properties}
            planned = self._crm.planner(state).plan(properties, rules, record=record, reserved=reserved)
            return _Planned(planned, record, [], wanted.trace_id)

        by_address = any(each.id_property in ADDRESSES for each in inputs)
        return self._run(state, inputs, source, plan, partial=_traced(inputs) and not by_address)

    def _plan_create(self, state: TypeState, rules: WriteRules) -> Planner:
        def plan(wanted: WriteInput, reserved: Mapping[Key, str]) -> _Planned:
            planned = self._crm.planner(state).plan(wanted.properties, rules, reserved=reserved)
            return _Planned(planned, None, plan_links(self._crm, state.kind.name, wanted.associations), wanted.trace_id)

        return plan

    def _run(self, state: TypeState, inputs: Sequence[WriteInput], source: Source, plan: Planner, *, partial: bool) -> BatchOutcome:
        outcome = BatchOutcome()
        with self._crm.saving(source) as saving:
            if partial:
                for each in inputs:
                    try:
                        planned = plan(each, {})
                    except HubSpotError as error:
                        outcome.failed.append(Failed(error, each.trace_id))
                    else:
                        outcome.written.append(self._commit(saving, state, planned))
                return outcome
            # Nothing is stored before every input has passed; later inputs see what earlier ones will claim.
            reserved: dict[Key, str] = {}
            plans = []
            for each in inputs:
                planned = plan(each, reserved)
                plans.append(planned)
                holder = planned.record.id if planned.record is not None else "another input of this batch"
                reserved.update(dict.fromkeys(planned.plan.claims, holder))
            outcome.written = [self._commit(saving, state, planned) for planned in plans]
        return outcome

    def _commit(self, saving: Saving, state: TypeState, planned: _Planned) -> Written:
        record = planned.record
        if record is None:
            record = saving.create(state, planned.plan)
        else:
            saving.update(state, record, planned.plan)
        link_planned(saving, record, planned.links)
        if state.kind.name == "contacts" and self._crm.settings.auto_associate_company:
            link_company_by_domain(saving, record)
        return Written(record, planned.plan.warnings, planned.record is None, planned.trace_id)


def find_by(state: TypeState, value: str, id_property: str | None, *, follow_merges: bool = True) -> Record:
    """The live record of an id or of a unique property's value; HubSpot's 404 when there is none.

    Raises HubSpot's 400 for a property whose values are not unique.
    """
    if id_property is None or id_property == "hs_object_id":
        record = state.table.find(value, follow_merges=follow_merges)
    else:
        require_unique(state, id_property)
        record = holder_of(state, id_property, value)
    if record is None:
        message = f"Could not get some {state.kind.word} objects, they may be deleted or not exist. Check that ids are valid."
        raise not_found(message, context={"ids": [value]})
    return record


def holder_of(state: TypeState, name: str, value: str) -> Record | None:
    """The live record that holds a unique property's value, or None."""
    is_address = state.kind.name == "contacts" and name in ADDRESSES
    holder = state.unique.holder(("email", value.strip().lower()) if is_address else (name, value))
    return state.table.find(holder) if holder is not None else None


def require_unique(state: TypeState, name: str | None, *, addresses: bool = True) -> None:
    """Raises HubSpot's 400 when records cannot be told apart by a property; `addresses`: a contact's addresses will do."""
    if name is None:
        return
    definition = state.schema.live.get(name)
    is_address = state.kind.name == "contacts" and name in ADDRESSES
    if not (addresses if is_address else definition is not None and definition.has_unique_value):
        where = f"property {name} in portal ID {state.portal_id}"
        raise validation_error(f"Unable to perform update/upsert by non-unique {state.kind.type_id} {where}")


def _traced(inputs: Sequence[WriteInput]) -> bool:
    traces = {each.trace_id for each in inputs}
    return None not in traces and len(traces) == len(inputs)


def _refuse_repeats(inputs: Sequence[WriteInput]) -> None:
    ids = [each.id for each in inputs]
    repeated = sorted({each for each in ids if ids.count(each) > 1}) if len(set(ids)) < len(ids) else []
    if repeated:
        message = f"Duplicate IDs found in batch input: [{', '.join(repeated)}]. IDs must be unique"
        raise validation_error(message)
