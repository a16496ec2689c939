"""At most one note for each record and purpose, whatever is cut off in the middle.

The intent, with a marker that will stand in the note's text, is committed before HubSpot is asked. A row without a note id after that means:
the answer was lost. Then the record's notes are looked through for the marker first; a note that is found is adopted instead of written again.
The marker is a short visible reference, because HubSpot may strip comments and attributes from a note's HTML.

Limit: a note that HubSpot finishes storing only after we have looked for it in vain would be written twice. The work list waits before it tries
again, which is far longer than a batch create takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT, NewNote, NoteOutcome, NoteText
from integration.pipeline.ledger_store import NOTE_PREFIX, LedgerStore, Outcome
from integration.pipeline.note_ledger import Happening, NoteEntry, note_row
from integration.pipeline.note_store import NoteAnswered, NoteIntent, NoteStore, StoredNote
from integration.pipeline.plain_words import means_gone, means_unanswered, refusal_in_words

Purpose = Literal["brief", "draft"]

_MARKER_DIGITS: Final = 12


class NoteWriter(Protocol):
    """What notes need of the HubSpot client."""

    def create_notes(self, notes: Sequence[NewNote]) -> NoteOutcome: ...
    def update_notes(self, notes: Sequence[tuple[str, str, str]]) -> NoteOutcome: ...
    def notes_of(self, object_type: str, ids: Sequence[str]) -> Mapping[str, tuple[NoteText, ...]]: ...


@dataclass(frozen=True)
class WantedNote:
    """A note that shall stand on a record. `render` turns the marker into the note's HTML; equal fingerprints mean equal text.

    `only_if_standing`: the text replaces that of a note that stands already, and is not worth a note of its own.
    """

    object_id: str
    purpose: Purpose
    fingerprint: str
    render: Callable[[str], str]
    only_if_standing: bool = False


@dataclass
class NoteReport:
    """Why notes were refused, in plain words by object id, and the records whose notes got no clear answer and must be looked at again.

    `proposed` are the records that a dry run would give a new or changed note.
    """

    refused: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    proposed: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Task:
    """A wanted note with the marker it carries; `note_id` is None until HubSpot has it. `stale`: it must be written (again)."""

    wanted: WantedNote
    marker: str
    note_id: str | None = None
    stale: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Names the note's rows in the ledger."""
        return self.wanted.object_id, f"{NOTE_PREFIX}{self.wanted.purpose}"

    @cached_property
    def html(self) -> str:
        """The note's text: made once, for HubSpot and for the ledger."""
        return self.wanted.render(self.marker)

    def answered(self) -> NoteAnswered:
        return NoteAnswered(self.wanted.object_id, self.wanted.purpose, self.note_id)


def marker_for(portal_id: int, object_type: str, object_id: str, purpose: Purpose) -> str:
    """The reference of a record's note: always the same one for the same record and purpose."""
    key = f"{portal_id}/{object_type}/{object_id}/{purpose}"
    return f"Leadlight-{hashlib.sha256(key.encode()).hexdigest()[:_MARKER_DIGITS]}"


class NoteKeeper:
    """Keeps notes as wanted. It owns its transactions, since intents must be committed before the call."""

    def __init__(self, database: Database, store: NoteStore, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._ledger = LedgerStore()

    def keep(
        self,
        client: NoteWriter,
        portal_id: int,
        object_type: str,
        wanted: Sequence[WantedNote],
        *,
        run_id: str,
        is_dry: bool = False,
    ) -> NoteReport:
        """What did not come to stand; empty when all notes do. Equal notes cost no call, others one for each 100; a dry run makes none.

        Raises the client's AppError when a call failed; what was answered before that is kept.
        """
        if not wanted:
            return NoteReport()
        session = _Session(self._database, self._store, self._ledger, self._clock, client, portal_id, object_type, run_id)
        if is_dry:
            return NoteReport(proposed=session.propose(wanted))
        known, lost = session.intend(wanted)
        tasks = [task for task in (*known, *session.recover(lost)) if task.stale]
        report = NoteReport()
        for chunk in _chunks([task for task in tasks if task.note_id is None]):
            session.create(chunk, report)
        for chunk in _chunks([task for task in tasks if task.note_id is not None]):
            session.change(chunk, report)
        return report


@dataclass(frozen=True)
class _Session:
    """One `keep`: the steps share the portal, the object type and the client."""

    database: Database
    store: NoteStore
    ledger: LedgerStore
    clock: Clock
    client: NoteWriter
    portal_id: int
    object_type: str
    run_id: str

    def propose(self, wanted: Sequence[WantedNote]) -> set[str]:
        """Write down what would be asked for; the records it is about."""
        with self.database.begin() as connection:
            tasks, lost = self._compare(connection, wanted)
            tasks += [_Task(note, row.marker) for note, row in lost if not note.only_if_standing]
            self._enter(connection, [(task, "proposed", None) for task in tasks if task.stale])
        return {task.wanted.object_id for task in tasks if task.stale}

    def intend(self, wanted: Sequence[WantedNote]) -> tuple[list[_Task], list[tuple[WantedNote, StoredNote]]]:
        """Commit what will be asked for. Gives the tasks, and apart from them the notes whose last answer was lost."""
        with self.database.begin() as connection:
            tasks, lost = self._compare(connection, wanted)
            self._save_intents(connection, tasks)
        return tasks, lost

    def _compare(
        self, connection: Connection, wanted: Sequence[WantedNote]
    ) -> tuple[list[_Task], list[tuple[WantedNote, StoredNote]]]:
        """What is wanted held against the notes we know of."""
        tasks: list[_Task] = []
        lost: list[tuple[WantedNote, StoredNote]] = []
        ids = {note.object_id for note in wanted}
        stored = self.store.find(connection, portal_id=self.portal_id, object_type=self.object_type, object_ids=ids)
        for note in wanted:
            row = stored.get((note.object_id, note.purpose))
            if row is None:
                if not note.only_if_standing:
                    tasks.append(_Task(note, marker_for(self.portal_id, self.object_type, note.object_id, note.purpose)))
            elif row.note_id is None:
                lost.append((note, row))
            else:
                stale = row.fingerprint != note.fingerprint or not row.confirmed
                tasks.append(_Task(note, row.marker, row.note_id, stale=stale))
        return tasks, lost

    def recover(self, lost: Sequence[tuple[WantedNote, StoredNote]]) -> list[_Task]:
        """Look for notes whose answer was lost: those found are adopted, the others are to be created after all, or forgotten."""
        if not lost:
            return []
        on_records = self.client.notes_of(self.object_type, sorted({note.object_id for note, _ in lost}))
        tasks: list[_Task] = []
        absent: list[tuple[str, str]] = []
        for note, row in lost:
            found = sorted(one.note_id for one in on_records.get(note.object_id, ()) if row.marker in one.body_html)
            if not found and note.only_if_standing:
                absent.append((note.object_id, note.purpose))
                continue
            same_text = row.fingerprint == note.fingerprint
            tasks.append(_Task(note, row.marker, found[0] if found else None, stale=not (found and same_text)))
        with self.database.begin() as connection:
            self._save_answers(connection, [task for task in tasks if task.note_id and task.stale], confirmed=False)
            adopted = [task for task in tasks if not task.stale]
            self._save_answers(connection, adopted, confirmed=True)
            self._enter(connection, [(task, "written", None) for task in adopted], happening="note_found")
            self._save_created(connection, [task for task in tasks if task.note_id])
            self._save_intents(connection, tasks)
            self.store.forget(connection, portal_id=self.portal_id, object_type=self.object_type, keys=absent)
        return tasks

    def create(self, tasks: Sequence[_Task], report: NoteReport) -> None:
        """Create up to 100 notes in one call."""
        now = self.clock()
        answer = self.client.create_notes(
            [NewNote(self.object_type, task.wanted.object_id, task.html, now, task.marker) for task in tasks]
        )
        self._settle(tasks, answer, report)

    def change(self, tasks: Sequence[_Task], report: NoteReport) -> None:
        """Bring up to 100 notes up to date in one call."""
        answer = self.client.update_notes([(task.note_id or "", task.html, task.marker) for task in tasks])
        self._settle(tasks, answer, report)

    def _settle(self, tasks: Sequence[_Task], answer: NoteOutcome, report: NoteReport) -> None:
        made = {task.marker for task in tasks if task.note_id is None}
        written = [replace(task, note_id=answer.written[task.marker]) for task in tasks if task.marker in answer.written]
        refused = [(task, answer.failed[task.marker]) for task in tasks if task.marker in answer.failed]
        # Somebody deleted the note: its id is forgotten, so the next pass may write it anew.
        deleted = [replace(task, note_id=None) for task, failure in refused if task.note_id and means_gone(failure)]
        known = [(task, failure) for task, failure in refused if not means_unanswered(failure)]
        with self.database.begin() as connection:
            self._save_answers(connection, written, confirmed=True)
            self._save_answers(connection, deleted, confirmed=False)
            self._save_created(connection, [task for task in written if task.marker in made])
            self._enter(connection, [(task, "written", None) for task in tasks if task.marker in answer.written])
            self._enter(connection, [(task, "refused", refusal_in_words(failure)) for task, failure in known])
        for task, failure in refused:
            if means_unanswered(failure):
                report.unanswered.add(task.wanted.object_id)
            elif not (task.note_id and means_gone(failure)):
                report.refused[task.wanted.object_id] = refusal_in_words(failure)

    def _save_intents(self, connection: Connection, tasks: Sequence[_Task]) -> None:
        intents = [
            NoteIntent(task.wanted.object_id, task.wanted.purpose, task.marker, task.wanted.fingerprint)
            for task in tasks
            if task.stale
        ]
        self.store.intend(connection, portal_id=self.portal_id, object_type=self.object_type, intents=intents, now=self.clock())

    def _save_answers(self, connection: Connection, tasks: Sequence[_Task], *, confirmed: bool) -> None:
        self.store.save_answers(
            connection,
            portal_id=self.portal_id,
            object_type=self.object_type,
            answers=[task.answered() for task in tasks],
            confirmed_at=self.clock() if confirmed else None,
        )

    def _save_created(self, connection: Connection, tasks: Sequence[_Task]) -> None:
        answers = [task.answered() for task in tasks]
        self.store.save_created(
            connection,
            portal_id=self.portal_id,
            object_type=self.object_type,
            run_id=self.run_id,
            answers=answers,
            now=self.clock(),
        )

    def _enter(
        self,
        connection: Connection,
        outcomes: Sequence[tuple[_Task, Outcome, str | None]],
        *,
        happening: Happening | None = None,
    ) -> None:
        """Write notes down in the ledger, each with its outcome and what HubSpot objected to; changed ones with what they said before."""
        changed = [task.key for task, _, _ in outcomes if task.note_id is not None]
        before = (
            self.ledger.last_writes(
                connection,
                portal_id=self.portal_id,
                object_type=self.object_type,
                object_ids=sorted({object_id for object_id, _ in changed}),
                property_names=sorted({name for _, name in changed}),
            )
            if changed and happening is None
            else {}
        )
        entries = [
            NoteEntry(
                task.wanted.object_id,
                task.wanted.purpose,
                happening or ("note_created" if task.note_id is None else "note_changed"),
                outcome,
                task.html,
                task.wanted.fingerprint,
                before[task.key].value_after if task.key in before else None,
                words,
            )
            for task, outcome, words in outcomes
        ]
        now = self.clock()
        rows = [note_row(entry, run_id=self.run_id, now=now) for entry in entries]
        self.ledger.add_rows(
            connection, portal_id=self.portal_id, run_id=self.run_id, object_type=self.object_type, rows=rows, now=now
        )


def _chunks(tasks: Sequence[_Task]) -> Iterator[Sequence[_Task]]:
    for start in range(0, len(tasks), BATCH_LIMIT):
        yield tasks[start : start + BATCH_LIMIT]
