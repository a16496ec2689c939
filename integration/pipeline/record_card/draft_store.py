"""Reads the draft of one record and the tasks it became. Changing a draft is the draft desk's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, select

from integration.db.models.results import DraftRow, DraftTaskRow

StoredStep = Mapping[str, Any]
"""One step as stored: position, day_offset, channel, subject, body, rests_on."""


@dataclass(frozen=True)
class StoredTask:
    """One step of an approved draft as a task in HubSpot."""

    position: int
    state: str
    due_at: datetime
    task_id: str | None
    error: str | None


@dataclass(frozen=True)
class StoredDraft:
    """A draft as stored. `edited_steps` and `approved_steps` are None while there are none; `tasks` are those of the last approval."""

    state: str
    refusal: str | None
    version: int
    steps: Sequence[StoredStep]
    fingerprint: str
    edited_steps: Sequence[StoredStep] | None
    edited_from: str | None
    edited_by: str | None
    approved_steps: Sequence[StoredStep] | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    tasks: tuple[StoredTask, ...] = ()


class DraftReader:
    """One statement for a draft with its tasks."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> StoredDraft | None:
        """The draft of this record, None where none was ever made."""
        rows = connection.execute(_DRAFT, {"portal": portal_id, "type": object_type, "record": object_id}).all()
        if not rows:
            return None
        tasks = [StoredTask(row.position, row.task_state, row.due_at, row.task_id, row.task_error) for row in rows]
        return _draft(rows[0], tuple(one for one in tasks if one.position is not None))


def _draft(row: Any, tasks: tuple[StoredTask, ...]) -> StoredDraft:
    return StoredDraft(
        state=row.state,
        refusal=row.refusal,
        version=row.version,
        steps=row.steps or (),
        fingerprint=row.fingerprint,
        edited_steps=row.edited_steps,
        edited_from=row.edited_from,
        edited_by=row.edited_by,
        approved_steps=row.approved_steps,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_note=row.decision_note,
        tasks=tasks,
    )


def _statement() -> Select[Any]:
    draft, task = DraftRow, DraftTaskRow
    of_approval = and_(
        task.portal_id == draft.portal_id,
        task.object_type == draft.object_type,
        task.object_id == draft.object_id,
        task.run_id == draft.approval_run_id,
    )
    return (
        select(
            draft.__table__,
            task.position,
            task.state.label("task_state"),
            task.due_at,
            task.task_id,
            task.error.label("task_error"),
        )
        .outerjoin(task, of_approval)
        .where(
            draft.portal_id == bindparam("portal"), draft.object_type == bindparam("type"), draft.object_id == bindparam("record")
        )
        .order_by(task.position)
    )


_DRAFT: Final = _statement()
"""Built once: cards ask it all day."""
