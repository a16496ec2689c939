"""Takes away the notes and tasks that were created in the scope, and creates those again that an earlier undo took away.

A note that somebody edited stays. Archiving is written down first, so that a cut in the middle finds its own work; a note that comes back goes
through the keeper of notes, which never makes one twice.

Limit: a task that an undo took away does not come back by undoing the undo; HubSpot keeps it in its recycling bin for 90 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast, get_args

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.notes import BODY_PROPERTY
from integration.hubspot.objects import NOTES, TASKS, PropertyVersion
from integration.pipeline.drafts.taken_back import TakenBack
from integration.pipeline.ledger_store import COMPUTED, NOTE_PREFIX, LedgerStore, Settlement
from integration.pipeline.note_store import NoteStore
from integration.pipeline.notes import NoteKeeper, Purpose, WantedNote
from integration.pipeline.policies.origins import origin_of
from integration.pipeline.policy import Origin, WritePolicy
from integration.pipeline.undo.batch import BatchReport, UndoBatch
from integration.pipeline.undo.chain import UNDONE
from integration.pipeline.undo.note_chain import NoteVerdict, judge_note
from integration.pipeline.undo.selection_store import creation_name
from integration.pipeline.undo.undo_store import Creation, FieldWrites, UndoStore

_WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    NOTES: (BODY_PROPERTY,),
    TASKS: ("hs_task_body", "hs_task_subject", "hs_task_status"),
}
"""What people edit; the first is the text that the ledger keeps."""
_EDITED: Final = "note_edited"
_GONE: Final = "note_gone"
Versions = Mapping[str, tuple[PropertyVersion, ...]]


@dataclass(frozen=True)
class _Doomed:
    """A note or task to be archived, with its text; `is_known`: this undo has written it down before it was interrupted."""

    creation: Creation
    text: str
    fingerprint: str
    is_known: bool

    @property
    def name(self) -> str:
        return creation_name(self.creation.kind, self.creation.purpose)


class NoteUndo:
    """Undoes notes and tasks. It owns its transactions, since the intents must be committed before the call."""

    def __init__(self, database: Database, store: UndoStore, clock: Clock, *, app_id: str) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._app_id = app_id
        self._ledger = LedgerStore()
        self._notes = NoteStore()
        self._drafts = TakenBack()
        self._keeper = NoteKeeper(database, self._notes, clock)

    def undo(self, report: BatchReport, notes: Sequence[FieldWrites]) -> None:
        """One history call for 50 notes, one call for 100 to archive or create. Raises the client's AppError; then the batch is done again."""
        batch = report.batch
        with self._database.begin() as connection:
            creations = self._store.creations(
                connection,
                portal_id=batch.portal_id,
                scope=batch.run.scope,
                object_type=batch.object_type,
                object_ids=batch.object_ids,
            )
        verdicts = {(note.object_id, note.property_name): judge_note(note.writes) for note in notes}
        own_work = {(note.object_id, note.property_name) for note in notes if note.by_this_run}
        doomed = [one for one in creations if one.in_scope and _goes(verdicts.get(_key(one)))]
        self._archive(report, doomed, verdicts, own_work)
        self._create(report, {key: one for key, one in verdicts.items() if one.action == "create" and key not in own_work})
        found = {_key(one) for one in doomed}
        for (object_id, name), verdict in verdicts.items():
            if (object_id, name) in own_work:
                continue
            if verdict.action == "keep":
                report.keep(object_id, name, verdict.reason)
            elif verdict.action == "archive" and (object_id, name) not in found:
                report.keep(object_id, name, _GONE)

    def _archive(
        self,
        report: BatchReport,
        creations: Sequence[Creation],
        verdicts: Mapping[tuple[str, str], NoteVerdict],
        own_work: set[tuple[str, str]],
    ) -> None:
        batch = report.batch
        for kind in dict.fromkeys(one.kind for one in creations):
            chosen = [one for one in creations if one.kind == kind]
            histories = batch.client.batch_read_history(kind, [one.created_id for one in chosen], _WATCHED[kind])
            doomed = []
            for one in chosen:
                text = self._untouched_text(kind, histories.get(one.created_id))
                is_known = _key(one) in own_work
                if text is None and one.created_id in histories:
                    report.keep(one.object_id, _key(one)[1], _EDITED)
                elif text is None and not is_known:
                    report.keep(one.object_id, _key(one)[1], _GONE)
                else:
                    verdict = verdicts.get(_key(one))
                    doomed.append(_Doomed(one, text or "", "" if verdict is None else verdict.fingerprint, is_known))
            if batch.run.is_dry:
                for entry in doomed:
                    report.propose(entry.creation.object_id, entry.name, standing=entry.text, wanted="")
            elif doomed:
                self._take_away(batch, kind, doomed)

    def _untouched_text(self, kind: str, history: Versions | None) -> str | None:
        """The text as we wrote it; None when somebody else changed anything, or when it is not there any more."""
        if history is None:
            return None
        watched = [versions for name in _WATCHED[kind] if (versions := history.get(name, ()))]
        if any(origin_of(versions, app_id=self._app_id) is not Origin.OURS for versions in watched):
            return None
        texts = history.get(_WATCHED[kind][0], ())
        return (texts[0].value or "") if texts else ""

    def _take_away(self, batch: UndoBatch, kind: str, doomed: Sequence[_Doomed]) -> None:
        now = self._clock()
        rows = [_row(batch, entry) for entry in doomed if not entry.is_known]
        with self._database.begin() as connection:
            self._ledger.add_rows(
                connection, portal_id=batch.portal_id, run_id=batch.run_id, object_type=batch.object_type, rows=rows, now=now
            )
        ids = [entry.creation.created_id for entry in doomed]
        batch.client.batch_archive(kind, ids)
        settled = [Settlement(_trace(batch, entry), "written") for entry in doomed]
        with self._database.begin() as connection:
            now = self._clock()
            self._ledger.settle(connection, portal_id=batch.portal_id, run_id=batch.run_id, settlements=settled, now=now)
            self._store.mark_archived(
                connection, portal_id=batch.portal_id, run_id=batch.run_id, kind=kind, created_ids=ids, now=now
            )
            if kind == NOTES:
                self._store.forget_notes(connection, portal_id=batch.portal_id, object_type=batch.object_type, note_ids=ids)
            if kind == TASKS:
                by = batch.run.requested_by
                self._drafts.archived(connection, portal_id=batch.portal_id, task_ids=ids, by=by, now=now)

    def _create(self, report: BatchReport, verdicts: Mapping[tuple[str, str], NoteVerdict]) -> None:
        batch = report.batch
        wanted = []
        for (object_id, name), verdict in verdicts.items():
            purpose = name.removeprefix(NOTE_PREFIX)
            if purpose not in get_args(Purpose):
                report.keep(object_id, name, _GONE)
            elif batch.run.is_dry:
                report.propose(object_id, name, standing="", wanted=verdict.text)
            else:
                wanted.append(_wanted(object_id, cast(Purpose, purpose), verdict))
        answer = self._keeper.keep(batch.client, batch.portal_id, batch.object_type, wanted, run_id=batch.run_id)
        for note in wanted:
            if note.object_id in answer.unanswered:
                report.keep(note.object_id, f"{NOTE_PREFIX}{note.purpose}", "unknown")


def _wanted(object_id: str, purpose: Purpose, verdict: NoteVerdict) -> WantedNote:
    return WantedNote(object_id, purpose, verdict.fingerprint, lambda _marker: verdict.text)


def _goes(verdict: NoteVerdict | None) -> bool:
    """Whether something we created is to be archived: its note says so, or the ledger knows nothing of it (a task)."""
    return verdict is None or verdict.action == "archive"


def _key(creation: Creation) -> tuple[str, str]:
    return creation.object_id, creation_name(creation.kind, creation.purpose)


def _trace(batch: UndoBatch, entry: _Doomed) -> str:
    return f"{batch.trace_id(entry.creation.object_id)}-{entry.creation.created_id}"


def _row(batch: UndoBatch, entry: _Doomed) -> dict[str, object]:
    return {
        "object_id": entry.creation.object_id,
        "property_name": entry.name,
        "value_before": entry.text,
        "value_after": "",
        "policy": WritePolicy.ALWAYS.value,
        "decision": "write",
        "decision_reason": UNDONE,
        "provider": COMPUTED,
        "trace_id": _trace(batch, entry),
        "outcome": "pending",
        "fingerprint": entry.fingerprint or None,
    }
