"""Applies open proposals exactly as they were made, a hundred records at a time, through the one door.

Right before the write the history of every property at stake is read: what somebody changed since is left alone. Killed in the middle it goes
on where it was: writes whose answer was lost are told by what stands in HubSpot now.
Limit: a live pass over a record in the very second in which its proposal is applied may write the same property a moment earlier or later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Protocol, cast

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.ledger_store import NOTE_PREFIX, LedgerStore, Outcome
from integration.pipeline.note_store import NoteStore
from integration.pipeline.notes import NoteKeeper, NoteWriter, Purpose, WantedNote
from integration.pipeline.proposals.accept_store import AcceptRun, AcceptStore
from integration.pipeline.proposals.judging import STANDS_ALREADY, History, Judged, current_value, judge, means_same, plans_of
from integration.pipeline.proposals.open_store import OpenProposalStore, Proposal
from integration.pipeline.write_back import PropertyWriter, RunContext, WriteBack

_ALWAYS_THERE: Final = "hs_object_id"
"""A property to ask for when only notes are at stake: it tells whether the record is still there."""

Step = Literal["done", "more", "stuck", "paused"]
"""Nothing is left; more waits; HubSpot was silent about all of it, so wait; the portal is not connected."""


class HistoryReader(Protocol):
    """Reads property histories; a record that is not there is left out."""

    def batch_read_history(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> History: ...


class AcceptClient(HistoryReader, PropertyWriter, NoteWriter, Protocol):
    """What accepting needs of one portal's HubSpot."""


class AcceptClients(Protocol):
    def for_portal(self, portal_id: int, *, live: bool = True) -> AcceptClient: ...


@dataclass(frozen=True)
class _Batch:
    """The proposals about up to a hundred records of one object type, and the run they are applied in."""

    portal_id: int
    run: AcceptRun
    object_type: str
    proposals: tuple[Proposal, ...]

    @property
    def object_ids(self) -> list[str]:
        return list(dict.fromkeys(one.object_id for one in self.proposals))


class Accepter:
    """Takes one step of an accept run. Runs of a portal must not be worked on at the same time: the job's lock sees to that."""

    def __init__(self, database: Database, clients: AcceptClients, portals: PortalStore, app_id: str, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._app_id = app_id
        self._clock = clock
        self._ledger = LedgerStore()
        self._open = OpenProposalStore()
        self._runs = AcceptStore()
        self._door = WriteBack(database, self._ledger, clock)
        self._notes = NoteKeeper(database, NoteStore(), clock)

    def step(self, portal_id: int, run_id: str) -> Step:
        """Apply the next hundred records. Raises the client's AppErrors; everything answered before is kept."""
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            run = self._runs.find(connection, portal_id=portal_id, run_id=run_id)
            if run is None or run.finished_at is not None:
                return "done"
            if portal is None or not portal.is_ready:
                return "paused"
            found = self._open.next_batch(connection, portal_id=portal_id, scope=run.scope, limit=BATCH_LIMIT)
            if not found:
                self._open.settle_refusals(connection, portal_id=portal_id, scope=run.scope, now=self._clock())
                self._runs.finish(connection, portal_id=portal_id, run_id=run_id, now=self._clock())
                return "done"
        batch = _Batch(portal_id, run, found[0].object_type, tuple(found))
        return "more" if self._apply(self._clients.for_portal(portal_id, live=False), batch) else "stuck"

    def _apply(self, client: AcceptClient, batch: _Batch) -> int:
        """How many proposals have an answer now."""
        names = {one.property_name for one in batch.proposals if not one.property_name.startswith(NOTE_PREFIX)}
        history = client.batch_read_history(batch.object_type, batch.object_ids, sorted(names) or [_ALWAYS_THERE])
        judged = judge(batch.proposals, history, app_id=self._app_id, written=self._recall(batch, history))
        with self._database.begin() as connection:
            self._open.decline(
                connection,
                portal_id=batch.portal_id,
                object_type=batch.object_type,
                reasons=judged.declined,
                now=self._clock(),
            )
        run = RunContext(batch.portal_id, batch.run.run_id, batch.object_type)
        self._door.write(client, run, plans_of(judged.fields, run_id=batch.run.run_id))
        notes = [_wanted_note(one) for one in judged.notes]
        report = self._notes.keep(client, batch.portal_id, batch.object_type, notes, run_id=batch.run.run_id)
        return self._settle(batch, judged, silent=report.unanswered)

    def _recall(self, batch: _Batch, history: History) -> frozenset[tuple[str, str]]:
        """Settle what this run wrote before it was cut off, told by what stands now; the (record id, property) that did arrive."""
        with self._database.begin() as connection:
            still_open = self._ledger.open_writes(
                connection,
                portal_id=batch.portal_id,
                object_type=batch.object_type,
                object_ids=batch.object_ids,
                run_id=batch.run.run_id,
            )
            arrived = {
                entry.row_id
                for entry in still_open
                if means_same(current_value(history, entry.object_id, entry.property_name), entry.value_after)
            }
            outcomes: list[tuple[int, Outcome]] = [
                (entry.row_id, "written" if entry.row_id in arrived else "lost") for entry in still_open
            ]
            self._ledger.confirm(connection, portal_id=batch.portal_id, outcomes=outcomes, now=self._clock())
            return self._open.written_by(
                connection,
                portal_id=batch.portal_id,
                run_id=batch.run.run_id,
                object_type=batch.object_type,
                object_ids=batch.object_ids,
            )

    def _settle(self, batch: _Batch, judged: Judged, *, silent: set[str]) -> int:
        """Give every proposal of the batch its outcome, and count. Those HubSpot was silent about stay open."""
        now = self._clock()
        with self._database.begin() as connection:
            answered = self._open.settle_as_written(
                connection,
                portal_id=batch.portal_id,
                run_id=batch.run.run_id,
                object_type=batch.object_type,
                row_ids=[one.row_id for one in batch.proposals],
                now=now,
            )
            # A note without an answer that HubSpot was not asked for says already what it should.
            needless = {
                one.row_id: STANDS_ALREADY for one in judged.notes if one.row_id not in answered and one.object_id not in silent
            }
            self._open.decline(connection, portal_id=batch.portal_id, object_type=batch.object_type, reasons=needless, now=now)
            counts = _counts(batch.proposals, answered, len(judged.declined) + len(needless))
            finished = {*answered, *judged.declined, *needless}
            left = {one.object_id for one in batch.proposals if one.row_id not in finished}
            self._runs.advance(
                connection,
                portal_id=batch.portal_id,
                run=batch.run,
                records=len(batch.object_ids) - len(left),
                counts=counts,
            )
        return len(finished)


def _wanted_note(one: Proposal) -> WantedNote:
    """The note with exactly the proposed text. One that was to be changed is not made anew when it is gone."""
    purpose = cast(Purpose, one.property_name.removeprefix(NOTE_PREFIX))
    return WantedNote(
        one.object_id,
        purpose,
        one.fingerprint or "",
        partial(_as_proposed, one.value_after),
        only_if_standing=one.reason == "note_changed",
    )


def _as_proposed(html: str, _marker: str) -> str:
    """The proposed text carries the note's marker already."""
    return html


def _counts(proposals: Sequence[Proposal], answered: Mapping[int, str], declined: int) -> Mapping[str, int]:
    counts: Counter[str] = Counter(declined=declined)
    for one in proposals:
        outcome = answered.get(one.row_id)
        if outcome == "accepted":
            counts["notes" if one.property_name.startswith(NOTE_PREFIX) else "written"] += 1
        elif outcome is not None:
            counts["declined"] += 1
    return +counts
