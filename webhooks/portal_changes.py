"""Carries the plan of one portal out: facts first, then work for the records that are live, then the jobs that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.jobs.request import LIFECYCLE_PRIORITY, Deferrer, JobRequest
from integration.pipeline.lanes import LIVE, process_request
from integration.pipeline.record_state_store import RecordStateStore, RecordStatus, Status
from integration.pipeline.withdraw_store import WithdrawStore
from integration.pipeline.worklist_store import CAUSE_LIMIT, WorklistStore, WorkRequest
from webhooks.dispatch import PortalPlan
from webhooks.handler import Erase, MoveHistory

ERASE_JOB: Final = "erase"
MOVE_HISTORY_JOB: Final = "move_history"
_ERASE_AFTER_S: Final = (0, 25, 900)
"""Batches clean up behind themselves when their record was erased meanwhile; the later passes are for an undo or a dry run under way."""

_Statuses = Mapping[tuple[str, str], RecordStatus]


@dataclass(frozen=True)
class PortalChanges:
    """Uses the caller's transaction throughout; a handful of statements whatever the number of events."""

    deferrer: Deferrer
    clock: Clock
    worklist: WorklistStore
    records: RecordStateStore
    withdrawal: WithdrawStore

    def carry_out(self, connection: Connection, portal_id: int, plan: PortalPlan) -> None:
        """Everything the plan asks for. The same facts and work in any order and any cut leave the same rows behind."""
        self.records.apply(connection, portal_id, plan.facts)
        touched = {(fact.object_type, fact.object_id) for fact in plan.facts}
        statuses = self._statuses(connection, portal_id, {*plan.causes, *touched})
        self._queue(connection, portal_id, plan, statuses)
        gone = defaultdict(list)
        for object_type, object_id in touched:
            if statuses[object_type, object_id].status is not Status.LIVE:
                gone[object_type].append(object_id)
        for object_type, object_ids in gone.items():
            self.worklist.remove(connection, portal_id, object_type, object_ids)
            self.withdrawal.withdraw(
                connection, portal_id=portal_id, object_type=object_type, object_ids=sorted(object_ids), now=self.clock()
            )
        for erasure in sorted(plan.erasures):
            for request in erase_requests(portal_id, erasure, now=self.clock()):
                self.deferrer.defer(connection, request)
        for move in sorted(plan.moves, key=lambda move: (move.to_id, not move.is_primary, move)):
            survivor_id = statuses[move.object_type, move.from_id].survivor_id or move.to_id
            self.deferrer.defer(connection, move_history_request(portal_id, move._replace(to_id=survivor_id)))

    def _queue(self, connection: Connection, portal_id: int, plan: PortalPlan, statuses: _Statuses) -> None:
        """Work for live records; what was asked for a merged one is asked for its survivor, what is gone is left alone."""
        wanted: dict[tuple[str, str], set[str]] = {}
        moved: dict[tuple[str, str], set[str]] = {}
        for (object_type, object_id), causes in plan.causes.items():
            status = statuses[object_type, object_id]
            if status.status is Status.LIVE:
                wanted[object_type, object_id] = causes
            elif status.survivor_id is not None:
                moved.setdefault((object_type, status.survivor_id), set()).update(causes)
        if moved:
            survivors = self._statuses(connection, portal_id, moved)
            for record, causes in moved.items():
                if survivors[record].status is Status.LIVE:
                    wanted.setdefault(record, set()).update(causes)
        requests = [
            WorkRequest(object_type, object_id, LIVE, tuple(sorted(causes)[:CAUSE_LIMIT]))
            for (object_type, object_id), causes in wanted.items()
        ]
        self.worklist.add(connection, portal_id, requests, now=self.clock())
        for object_type in sorted({object_type for object_type, _ in wanted}):
            self.deferrer.defer(connection, process_request(portal_id, object_type, LIVE))

    def _statuses(self, connection: Connection, portal_id: int, records: Collection[tuple[str, str]]) -> _Statuses:
        by_type = defaultdict(list)
        for object_type, object_id in records:
            by_type[object_type].append(object_id)
        return {
            (object_type, object_id): status
            for object_type, object_ids in by_type.items()
            for object_id, status in self.records.status_of(connection, portal_id, object_type, object_ids).items()
        }


def erase_requests(portal_id: int, erasure: Erase, *, now: datetime) -> list[JobRequest]:
    """Asks that everything stored about the record be erased: at once, and again for what was in somebody's hands at that moment."""
    return [
        JobRequest(
            ERASE_JOB,
            {"portal_id": portal_id, "object_type": erasure.object_type, "object_id": erasure.object_id},
            queueing_lock=f"{ERASE_JOB}:{portal_id}:{erasure.object_type}:{erasure.object_id}:{after_s}",
            priority=LIFECYCLE_PRIORITY,
            run_at=now + timedelta(seconds=after_s) if after_s else None,
        )
        for after_s in _ERASE_AFTER_S
    ]


def move_history_request(portal_id: int, move: MoveHistory) -> JobRequest:
    """Asks that what is stored about one record be given to another. One at a time for a portal, in the order asked, so that chains end right."""
    return JobRequest(
        MOVE_HISTORY_JOB,
        {"portal_id": portal_id, "object_type": move.object_type, "from_id": move.from_id, "to_id": move.to_id},
        queueing_lock=f"{MOVE_HISTORY_JOB}:{portal_id}:{move.object_type}:{move.from_id}:{move.to_id}",
        lock=f"{MOVE_HISTORY_JOB}:{portal_id}",
        priority=LIFECYCLE_PRIORITY,
    )
