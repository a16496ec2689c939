"""Puts the fields of a batch back: history first, then the verdicts, then one write through the door. Doing it again does no harm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import PropertyDefinition, PropertyVersion
from integration.pipeline.ledger_store import LedgerStore, Outcome
from integration.pipeline.policies.origins import origin_of
from integration.pipeline.policy import Decision, Origin, WritePolicy, same_value
from integration.pipeline.undo.batch import BatchReport, UndoBatch
from integration.pipeline.undo.chain import ALREADY_BACK, ERASED, UNDONE, Verdict, Version, judge_field
from integration.pipeline.undo.undo_store import FieldWrites, RestoredFrom, UndoStore
from integration.pipeline.write_back import RunContext, WriteBack
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue

_FORWARD_ONLY: Final = frozenset({"lifecyclestage"})
"""HubSpot drops a step back in silence; the stage must be cleared first.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-11).
"""
_CHANGED: Final = "changed_by_"
History = Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]


@dataclass(frozen=True)
class _Judged:
    field: FieldWrites
    verdict: Verdict
    kind: str
    newest: Version | None

    @property
    def must_be_cleared_first(self) -> bool:
        return bool(self.field.property_name in _FORWARD_ONLY and self.verdict.value and self.verdict.standing)

    def planned(self, value: str, standing: str) -> PlannedValue:
        wanted = WantedValue(self.field.property_name, value, WritePolicy.ALWAYS, self.kind)
        return PlannedValue(wanted, standing or None, Decision("write", UNDONE))


class FieldUndo:
    """Undoes fields. It owns its transactions, since the intents must be committed before the call."""

    def __init__(self, database: Database, store: UndoStore, clock: Clock, *, app_id: str) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._app_id = app_id
        self._ledger = LedgerStore()
        self._door = WriteBack(database, self._ledger, clock)

    def undo(self, report: BatchReport, fields: Sequence[FieldWrites], definitions: Mapping[str, PropertyDefinition]) -> None:
        """Put back what can go back; what is left alone goes into the report. `definitions` are those of the properties that exist.

        Two history calls and one write for 100 records. Raises the client's AppError when a whole call failed; then the batch is to be done again.
        """
        batch = report.batch
        open_fields: list[FieldWrites] = []
        for field in fields:
            reason = _closed(field, definitions.get(field.property_name))
            if reason is None:
                open_fields.append(field)
            else:
                _keep(report, field, Verdict("keep", reason))
        histories = self._histories(batch, open_fields)
        judged = []
        for field in open_fields:
            if field.object_id not in histories:
                _keep(report, field, Verdict("keep", "record_gone"))
            else:
                judged.append(self._judge(field, definitions[field.property_name].type, histories))
        self._note_findings(batch, judged)
        self._restore(report, [one for one in judged if one.verdict.action == "restore"])
        # What this undo wrote before it was interrupted stands in the ledger already; whose it is may not be noted yet.
        own_work = [one for one in judged if one.field.by_this_run and one.verdict.reason == ALREADY_BACK]
        self._carry_sources(batch, own_work)
        for one in judged:
            if one.verdict.action == "keep" and one not in own_work:
                _keep(report, one.field, one.verdict)

    def _histories(self, batch: UndoBatch, fields: Sequence[FieldWrites]) -> History:
        if not fields:
            return {}
        ids = list(dict.fromkeys(field.object_id for field in fields))
        names = sorted({field.property_name for field in fields})
        return batch.client.batch_read_history(batch.object_type, ids, names)

    def _judge(self, field: FieldWrites, kind: str, histories: History) -> _Judged:
        found = histories[field.object_id].get(field.property_name, ())
        versions = list(_versions(found, field, kind, self._app_id))
        return _Judged(field, judge_field(field.writes, versions, kind=kind), kind, versions[0] if versions else None)

    def _note_findings(self, batch: UndoBatch, judged: Sequence[_Judged]) -> None:
        """Settle what an earlier try of this undo left open, and note whose values were replaced by somebody."""
        settled = list(_settled(judged))
        replaced = [
            one.field.writes[0].row_id
            for one in judged
            if one.verdict.reason.startswith(_CHANGED) and one.field.writes[0].is_certain
        ]
        if not settled and not replaced:
            return
        now, portal_id = self._clock(), batch.portal_id
        with self._database.begin() as connection:
            self._ledger.confirm(connection, portal_id=portal_id, outcomes=settled, now=now)
            self._ledger.supersede(connection, portal_id=portal_id, row_ids=replaced, now=now)

    def _restore(self, report: BatchReport, judged: Sequence[_Judged]) -> None:
        batch = report.batch
        if batch.run.is_dry:
            for one in judged:
                field, verdict = one.field, one.verdict
                report.propose(field.object_id, field.property_name, standing=verdict.standing, wanted=verdict.value)
        elif judged:
            self._write(batch, judged)

    def _write(self, batch: UndoBatch, judged: Sequence[_Judged]) -> None:
        run = RunContext(batch.portal_id, batch.run_id, batch.object_type)
        first = [one for one in judged if one.must_be_cleared_first]
        self._door.write(
            batch.client, run, _plans(batch, [(one, one.planned("", one.verdict.standing)) for one in first], "-clear")
        )
        entries = [
            (one, one.planned(one.verdict.value, "" if one.must_be_cleared_first else one.verdict.standing)) for one in judged
        ]
        self._door.write(batch.client, run, _plans(batch, entries))
        self._carry_sources(batch, judged)

    def _carry_sources(self, batch: UndoBatch, judged: Sequence[_Judged]) -> None:
        """Note whose values were put back, and where ours are from."""
        restored = [
            RestoredFrom(one.field.object_id, one.field.property_name, one.verdict.source_id) for one in judged if one.verdict.value
        ]
        if not restored:
            return
        with self._database.begin() as connection:
            self._store.carry_sources(
                connection,
                portal_id=batch.portal_id,
                run_id=batch.run_id,
                object_type=batch.object_type,
                restored=restored,
                now=self._clock(),
            )


def _closed(field: FieldWrites, definition: PropertyDefinition | None) -> str | None:
    """Why the field cannot be written at all, or None."""
    if all(write.value_after is None for write in field.writes if write.is_selected):
        return ERASED
    if definition is None or definition.archived:
        return "property_gone"
    return "property_read_only" if definition.is_read_only or definition.is_calculated else None


def _versions(found: Sequence[PropertyVersion], field: FieldWrites, kind: str, app_id: str) -> Iterable[Version]:
    """The history with whose value each was. A merge moves values of ours too; such a version is ours when we wrote that value."""
    for position, version in enumerate(found):
        value = version.value or ""
        written = next((one.value_after for one in field.writes if same_value(one.value_after or "", value, kind=kind)), None)
        yield Version(value, origin_of(found[position:], app_id=app_id, last_written=written, kind=kind) or Origin.UNKNOWN)


def _keep(report: BatchReport, field: FieldWrites, verdict: Verdict) -> None:
    wanted = next((write.value_before or "" for write in reversed(field.writes) if write.is_selected), "")
    report.keep(field.object_id, field.property_name, verdict.reason, standing=verdict.standing, wanted=wanted)


def _settled(judged: Iterable[_Judged]) -> Iterable[tuple[int, Outcome]]:
    for one in judged:
        values = {write.row_id: write.value_after or "" for write in one.field.writes}
        for row_id in one.field.open_ids:
            stands = one.newest is not None and one.newest.origin is Origin.OURS
            arrived = stands and same_value(one.verdict.standing, values[row_id], kind=one.kind)
            yield row_id, "written" if arrived else "lost"


def _plans(batch: UndoBatch, entries: Iterable[tuple[_Judged, PlannedValue]], suffix: str = "") -> list[RecordPlan]:
    by_record: dict[str, list[PlannedValue]] = {}
    for one, entry in entries:
        by_record.setdefault(one.field.object_id, []).append(entry)
    return [
        RecordPlan(object_id, batch.trace_id(object_id) + suffix, tuple(found), tells_status=False)
        for object_id, found in by_record.items()
    ]
