"""What becomes of an approved draft when an undo takes its tasks away: once none of them stands, it waits for a decision again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from integration.pipeline.drafts.draft_store import DraftStore
from integration.pipeline.drafts.states import APPROVED, reopened
from integration.pipeline.drafts.task_store import ASKED, MADE, DraftTaskStore
from integration.pipeline.drafts.withdrawing import Withdrawal
from integration.pipeline.lanes import LIVE
from integration.pipeline.worklist_store import WorklistStore, WorkRequest

_CAUSE: Final = "draft_changed"


class TakenBack:
    """Follows an undo. A task that somebody worked on stays, and with it the approval."""

    def __init__(self) -> None:
        self._drafts = DraftStore()
        self._tasks = DraftTaskStore()
        self._withdrawal = Withdrawal()
        self._worklist = WorklistStore()

    def archived(self, connection: Connection, *, portal_id: int, task_ids: Sequence[str], by: str, now: datetime) -> None:
        """These tasks are in the recycling bin now, by the undo that `by` asked for. The records are looked at again."""
        approvals = self._tasks.approvals_of(connection, portal_id=portal_id, task_ids=task_ids)
        # The drafts are locked before their steps, in the order in which people lock them.
        drafts = {
            approval: self._drafts.find(connection, portal_id=portal_id, object_type=approval[0], object_id=approval[1], lock=True)
            for approval in approvals
        }
        self._tasks.mark_gone(connection, portal_id=portal_id, task_ids=task_ids, now=now)
        for (object_type, object_id, run_id), draft in drafts.items():
            counts = self._tasks.counts(connection, portal_id=portal_id, run_id=run_id)
            if counts.get(MADE) or counts.get(ASKED):
                continue
            self._withdrawal.withdraw(connection, portal_id=portal_id, run_id=run_id, now=now)
            if draft is None or draft.state != APPROVED or draft.approval_run_id != run_id:
                continue
            self._drafts.save(
                connection,
                portal_id=portal_id,
                object_type=object_type,
                object_id=object_id,
                before=draft,
                after=reopened(draft, by=by, at=now),
            )
            request = WorkRequest(object_type, object_id, LIVE, (_CAUSE,))
            self._worklist.add(connection, portal_id, [request], now=now)
