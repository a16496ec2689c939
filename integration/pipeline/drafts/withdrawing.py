"""Ends an approval before its time: steps HubSpot was not asked for yet are not asked for any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from integration.pipeline.drafts.task_store import ASKED, DraftTaskStore
from integration.pipeline.run_store import RunStore


class Withdrawal:
    """Withdraws what is left of an approval."""

    def __init__(self) -> None:
        self._tasks = DraftTaskStore()
        self._runs = RunStore()

    def withdraw(self, connection: Connection, *, portal_id: int, run_id: str, now: datetime) -> Mapping[str, int]:
        """How many steps are in which state then. While HubSpot is being asked for one, the run stays open."""
        self._tasks.withdraw_wanted(connection, portal_id=portal_id, run_id=run_id, now=now)
        counts = self._tasks.counts(connection, portal_id=portal_id, run_id=run_id)
        approval = self._tasks.approval(connection, portal_id=portal_id, run_id=run_id)
        if approval is not None and not approval.is_finished and not counts.get(ASKED):
            self._runs.close(connection, portal_id=portal_id, run_id=run_id, counts=counts, finished_at=now)
        return counts
