"""Executions of workflow actions: one row for each callback id, which is what makes a repeated request harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import PortalRow, WorkflowExecutionRow, WorkItemRow
from integration.hubspot.portal_store import CONNECTED
from integration.pipeline.ask_again import ASK_AGAIN, BUDGET, PACE
from integration.pipeline.workflow.base import BLOCK, Answer, Asked

ANSWERED: Final = "answered"
WAITING: Final = "waiting"
COMPLETED: Final = "completed"
EXPIRED: Final = "expired"
FAILED: Final = "failed"
_UNDER_WAY: Final = "under_way"
"""Only inside the transaction that makes the answer; nobody else ever sees it."""


@dataclass(frozen=True)
class Execution:
    """A stored execution. `answer` is what was told, or what the completion told."""

    portal_id: int
    callback_id: str
    action: str
    object_type: str
    object_id: str
    state: str
    reason: str
    answer: Answer
    requested_at: datetime
    expires_at: datetime
    attempts: int


class ExecutionStore:
    """Rows of `workflow_execution`."""

    def find(self, connection: Connection, *, portal_id: int, callback_id: str) -> Execution | None:
        """The execution, None when it was never asked for, or is being answered for the first time just now."""
        row = WorkflowExecutionRow.__table__
        found = connection.execute(select(row).where(row.c.portal_id == portal_id, row.c.callback_id == callback_id)).one_or_none()
        return None if found is None else _execution(found)

    def claim(self, connection: Connection, asked: Asked, *, portal_id: int, now: datetime) -> bool:
        """True for the first request with this callback id; waits while another one's transaction is open."""
        row = {
            "action": asked.action,
            "source": asked.source,
            "object_type": asked.object_type,
            "object_id": asked.object_id,
            "inputs": dict(asked.inputs),
            "outputs": {},
            "state": _UNDER_WAY,
            "reason": "",
            "requested_at": now,
            "expires_at": now,
        }
        statement = insert(WorkflowExecutionRow).values(portal_id=portal_id, callback_id=asked.callback_id, **row)
        won = statement.on_conflict_do_nothing(index_elements=["portal_id", "callback_id"]).returning(
            WorkflowExecutionRow.callback_id
        )
        return connection.execute(won).one_or_none() is not None

    def save_answer(
        self, connection: Connection, *, portal_id: int, callback_id: str, answer: Answer, now: datetime, expires_at: datetime
    ) -> None:
        waits = answer.verdict == BLOCK
        self._change(
            connection,
            portal_id,
            callback_id,
            {
                "outputs": answer.output_fields(),
                "state": WAITING if waits else ANSWERED,
                "expires_at": expires_at,
                "finished_at": None if waits else now,
            },
        )

    def expire(self, connection: Connection, *, now: datetime) -> int:
        """All portals: HubSpot went on without these, connected or not. How many there were."""
        row = WorkflowExecutionRow
        gone = update(row).where(row.state == WAITING, row.expires_at <= now)
        return connection.execute(gone.values(state=EXPIRED, finished_at=now, reason="expired")).rowcount

    def portals_with_ready(self, connection: Connection) -> Sequence[int]:
        """All portals: the job is asked for wherever a connected portal has executions to complete, by id."""
        row = WorkflowExecutionRow
        query = (
            select(row.portal_id)
            .join(PortalRow, and_(PortalRow.portal_id == row.portal_id, PortalRow.state == CONNECTED))
            .where(row.state == WAITING, ~_at_work())
            .distinct()
            .order_by(row.portal_id)
        )
        return list(connection.execute(query).scalars())

    def ready(self, connection: Connection, *, portal_id: int, now: datetime, limit: int) -> Sequence[Execution]:
        """Waiting executions whose record is done with, the oldest first."""
        row = WorkflowExecutionRow
        query = (
            select(row.__table__)
            .where(row.portal_id == portal_id, row.state == WAITING, row.expires_at > now, ~_at_work())
            .order_by(row.requested_at, row.callback_id)
            .limit(limit)
        )
        return [_execution(found) for found in connection.execute(query)]

    def complete(self, connection: Connection, *, portal_id: int, callback_id: str, answer: Answer, now: datetime) -> None:
        """HubSpot has the outputs."""
        changes = {"outputs": answer.output_fields(), "state": COMPLETED, "finished_at": now}
        self._change(connection, portal_id, callback_id, changes)

    def fail(self, connection: Connection, *, portal_id: int, callback_id: str, reason: str, answer: Answer, now: datetime) -> None:
        """HubSpot will not take the outputs, ever."""
        changes = {"outputs": answer.output_fields(), "state": FAILED, "reason": reason, "finished_at": now}
        self._change(connection, portal_id, callback_id, changes)

    def count_attempt(self, connection: Connection, *, portal_id: int, callback_ids: Sequence[str], reason: str) -> None:
        """HubSpot could not be told this time."""
        row = WorkflowExecutionRow
        mine = update(row).where(row.portal_id == portal_id, row.callback_id.in_(callback_ids), row.state == WAITING)
        connection.execute(mine.values(attempts=row.attempts + 1, reason=reason))

    def forget_before(self, connection: Connection, *, moment: datetime) -> int:
        """All portals: finished executions older than HubSpot repeats anything are housekeeping. How many went."""
        row = WorkflowExecutionRow
        return connection.execute(delete(row).where(row.finished_at < moment)).rowcount

    @staticmethod
    def _change(connection: Connection, portal_id: int, callback_id: str, changes: Mapping[str, Any]) -> None:
        row = WorkflowExecutionRow
        connection.execute(update(row).where(row.portal_id == portal_id, row.callback_id == callback_id).values(**changes))


def _at_work() -> Any:
    """Whether the execution's record is on the worklist for more than a silent provider or an empty budget."""
    row, item = WorkflowExecutionRow, WorkItemRow
    return exists().where(
        item.portal_id == row.portal_id,
        item.object_type == row.object_type,
        item.object_id == row.object_id,
        item.causes != [ASK_AGAIN],
        item.causes != [BUDGET],
        item.causes != [PACE],
    )


def _execution(row: Any) -> Execution:
    return Execution(
        portal_id=row.portal_id,
        callback_id=row.callback_id,
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        state=row.state,
        reason=row.reason,
        answer=Answer.from_output_fields(row.outputs),
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
    )
