"""What reps made of the drafts of a batch: approved, rejected, edited."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, case, func, null, or_, select

from integration.db.models.results import DraftRow
from integration.outreach.base import Judgement
from integration.outreach.judging import parse_steps


class JudgementStore:
    """Reads judgements; a draft nobody touched has none."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> dict[str, Judgement]:
        """The judgements by record id. One statement."""
        row = DraftRow
        query = select(
            row.object_id,
            row.state,
            row.fingerprint,
            row.decided_by,
            row.decided_at,
            row.decision_note,
            case((row.state == "approved", func.coalesce(row.approved_steps, row.edited_steps)), else_=row.edited_steps).label(
                "steps"
            ),
        ).where(
            row.portal_id == portal_id,
            row.object_type == object_type,
            row.object_id.in_(object_ids),
            or_(row.state.in_(("approved", "rejected")), row.edited_steps.is_not(null())),
        )
        return {
            found.object_id: Judgement(
                state=found.state,
                fingerprint=found.fingerprint,
                decided_by=found.decided_by or "",
                decided_on=None if found.decided_at is None else found.decided_at.date(),
                note=found.decision_note or "",
                steps=parse_steps(found.steps),
            )
            for found in connection.execute(query)
        }
