"""The steps of approved drafts as tasks: an intent before HubSpot is asked, the task's id after it answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from integration.db.models.created import CreatedObjectRow
from integration.db.models.ledger import RunRow
from integration.db.models.results import DraftTaskRow
from integration.hubspot.objects import TASKS
from integration.outreach.base import Channel

TaskState = Literal["wanted", "asked", "made", "refused", "gone"]

WANTED: Final = "wanted"
ASKED: Final = "asked"
MADE: Final = "made"
REFUSED: Final = "refused"
GONE: Final = "gone"
OPEN: Final = (WANTED, ASKED)
APPROVE_KIND: Final = "approve"


@dataclass(frozen=True)
class DraftTask:
    """One step on its way to a task. `changed_at` is when its state changed last; `error` says why it was refused, or what it waits for."""

    object_type: str
    object_id: str
    run_id: str
    position: int
    channel: Channel
    subject: str
    body: str
    due_at: datetime
    owner_id: str | None
    marker: str
    state: TaskState
    task_id: str | None
    error: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Approval:
    """The run in which a draft was approved. `user_id` is HubSpot's id of the person, "" when not known."""

    requested_by: str
    user_id: str
    is_finished: bool


class DraftTaskStore:
    """Rows of `draft_task`."""

    def add(self, connection: Connection, *, portal_id: int, tasks: Sequence[DraftTask]) -> None:
        """The steps of one approval, all in the transaction of the approval."""
        connection.execute(insert(DraftTaskRow), [{"portal_id": portal_id, **vars(task)} for task in tasks])

    def of_run(self, connection: Connection, *, portal_id: int, run_id: str) -> list[DraftTask]:
        """Every step of the approval, in order, wherever its record went by merges."""
        query = (
            select(DraftTaskRow.__table__)
            .where(DraftTaskRow.portal_id == portal_id, DraftTaskRow.run_id == run_id)
            .order_by(DraftTaskRow.position)
        )
        return [_task(row) for row in connection.execute(query)]

    def open_runs(self, connection: Connection) -> list[tuple[int, str]]:
        """Portal and run of every approval under way. All portals: the sweep goes on wherever a job was lost."""
        query = (
            select(RunRow.portal_id, RunRow.run_id)
            .where(RunRow.kind == APPROVE_KIND, RunRow.finished_at.is_(None))
            .order_by(RunRow.portal_id, RunRow.started_at)
        )
        return [(row.portal_id, row.run_id) for row in connection.execute(query)]

    def hold(self, connection: Connection, *, portal_id: int, run_id: str) -> bool:
        """Whether the tasks of this approval are ours to make until the transaction ends."""
        key = func.hashtextextended(f"make_tasks:{portal_id}:{run_id}", 0)
        return bool(connection.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one())

    def approval(self, connection: Connection, *, portal_id: int, run_id: str) -> Approval | None:
        query = select(RunRow.requested_by, RunRow.target, RunRow.finished_at).where(
            RunRow.portal_id == portal_id, RunRow.run_id == run_id, RunRow.kind == APPROVE_KIND
        )
        row = connection.execute(query).one_or_none()
        return (
            None
            if row is None
            else Approval(row.requested_by, str(row.target.get("user_id") or ""), is_finished=row.finished_at is not None)
        )

    def ask(self, connection: Connection, *, portal_id: int, task: DraftTask, now: datetime) -> bool:
        """Write down that HubSpot is about to be asked for the task, with the owner and due date it will get. False: it is not open any more."""
        asked = connection.execute(
            update(DraftTaskRow)
            .where(_is(portal_id, task.run_id, [task.position]), DraftTaskRow.state.in_(OPEN))
            .values(state=ASKED, owner_id=task.owner_id, due_at=task.due_at, error=null(), changed_at=now)
        )
        return asked.rowcount == 1

    def settle(
        self,
        connection: Connection,
        *,
        portal_id: int,
        run_id: str,
        positions: Collection[int],
        state: TaskState,
        now: datetime,
        error: str | None = None,
    ) -> None:
        """These steps end in this state, where they were still open."""
        connection.execute(
            update(DraftTaskRow)
            .where(_is(portal_id, run_id, positions), DraftTaskRow.state.in_(OPEN))
            .values(state=state, error=error, changed_at=now)
        )

    def tell(self, connection: Connection, *, portal_id: int, run_id: str, words: str) -> None:
        """Say what the open steps wait for. `changed_at` stays: nothing happened."""
        connection.execute(
            update(DraftTaskRow)
            .where(
                DraftTaskRow.portal_id == portal_id,
                DraftTaskRow.run_id == run_id,
                DraftTaskRow.state.in_(OPEN),
                DraftTaskRow.error.is_distinct_from(words),
            )
            .values(error=words)
        )

    def save_made(self, connection: Connection, *, portal_id: int, task: DraftTask, task_id: str, now: datetime) -> None:
        """The task stands in HubSpot; it is remembered as of our making, so that an undo finds it. The record is the row's own: it may have merged."""
        made = connection.execute(
            update(DraftTaskRow)
            .where(_is(portal_id, task.run_id, [task.position]), DraftTaskRow.state == ASKED)
            .values(state=MADE, task_id=task_id, error=null(), changed_at=now)
            .returning(DraftTaskRow.object_type, DraftTaskRow.object_id)
        ).one_or_none()
        if made is None:
            return
        connection.execute(
            upsert(CreatedObjectRow)
            .values(
                portal_id=portal_id,
                kind=TASKS,
                created_id=task_id,
                object_type=made.object_type,
                object_id=made.object_id,
                purpose=f"draft:{task.position}",
                run_id=task.run_id,
                created_at=now,
            )
            .on_conflict_do_nothing()
        )

    def withdraw_wanted(self, connection: Connection, *, portal_id: int, run_id: str, now: datetime) -> None:
        """Steps HubSpot was not asked for yet are not asked for any more."""
        connection.execute(
            update(DraftTaskRow)
            .where(DraftTaskRow.portal_id == portal_id, DraftTaskRow.run_id == run_id, DraftTaskRow.state == WANTED)
            .values(state=GONE, error=null(), changed_at=now)
        )

    def approvals_of(self, connection: Connection, *, portal_id: int, task_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Record and run of each approval that made one of these tasks, in a fixed order."""
        query = (
            select(DraftTaskRow.object_type, DraftTaskRow.object_id, DraftTaskRow.run_id)
            .where(DraftTaskRow.portal_id == portal_id, DraftTaskRow.task_id.in_(task_ids), DraftTaskRow.state == MADE)
            .distinct()
            .order_by(DraftTaskRow.object_type, DraftTaskRow.object_id, DraftTaskRow.run_id)
        )
        return [(row.object_type, row.object_id, row.run_id) for row in connection.execute(query)]

    def mark_gone(self, connection: Connection, *, portal_id: int, task_ids: Sequence[str], now: datetime) -> None:
        """These tasks were put into HubSpot's recycling bin by an undo."""
        connection.execute(
            update(DraftTaskRow)
            .where(DraftTaskRow.portal_id == portal_id, DraftTaskRow.task_id.in_(task_ids), DraftTaskRow.state == MADE)
            .values(state=GONE, changed_at=now)
        )

    def counts(self, connection: Connection, *, portal_id: int, run_id: str) -> dict[str, int]:
        """How many steps of the approval are in which state."""
        query = (
            select(DraftTaskRow.state, func.count())
            .where(DraftTaskRow.portal_id == portal_id, DraftTaskRow.run_id == run_id)
            .group_by(DraftTaskRow.state)
            .order_by(DraftTaskRow.state)
        )
        return {row[0]: row[1] for row in connection.execute(query)}


def _is(portal_id: int, run_id: str, positions: Collection[int]) -> ColumnElement[bool]:
    return and_(DraftTaskRow.portal_id == portal_id, DraftTaskRow.run_id == run_id, DraftTaskRow.position.in_(positions))


def _task(row: Any) -> DraftTask:
    return DraftTask(**{name: getattr(row, name) for name in DraftTask.__dataclass_fields__})
