"""Drafts with what people did to them. Reads a row under a lock and writes it back as a whole; the version guards against two at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, null, select, update

from integration.db.models.results import BriefRow, DraftRow
from integration.pipeline.drafts.states import KeptDraft, Step


class DraftStore:
    """Rows of `draft`, one record at a time."""

    def find(
        self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, lock: bool = False
    ) -> KeptDraft | None:
        """The record's draft; None when none was ever made. `lock`: nobody else changes it until the transaction ends."""
        query = select(DraftRow.__table__).where(_is(portal_id, object_type, object_id))
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _draft(row)

    def save(
        self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, before: KeptDraft, after: KeptDraft
    ) -> bool:
        """Whether it was saved: not where somebody changed it since `before`. Our own steps are never written here."""
        saved = connection.execute(
            update(DraftRow)
            .where(_is(portal_id, object_type, object_id), DraftRow.version == before.version)
            .values(
                state=after.state,
                edited_steps=_as_json(after.edited_steps),
                edited_from=after.edited_from,
                edited_by=after.edited_by,
                edited_at=after.edited_at,
                decided_by=after.decided_by,
                decided_at=after.decided_at,
                decision_note=after.decision_note,
                approved_steps=_as_json(after.approved_steps),
                approval_run_id=after.approval_run_id,
                version=after.version,
            )
        )
        return saved.rowcount == 1

    def owner_of_record(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> str | None:
        """Whose record it was when we last looked at it; None for nobody's, or for one never looked at."""
        query = select(BriefRow.owner_id).where(
            BriefRow.portal_id == portal_id, BriefRow.object_type == object_type, BriefRow.object_id == object_id
        )
        return connection.execute(query).scalar_one_or_none()


def _is(portal_id: int, object_type: str, object_id: str) -> ColumnElement[bool]:
    return and_(DraftRow.portal_id == portal_id, DraftRow.object_type == object_type, DraftRow.object_id == object_id)


def _as_json(steps: Sequence[Step] | None) -> Any:
    """None becomes NULL: JSON's own null would look like an edit."""
    return null() if steps is None else [asdict(step) for step in steps]


def _draft(row: Any) -> KeptDraft:
    return KeptDraft(
        state=row.state,
        refusal=row.refusal,
        steps=_steps(row.steps) or (),
        fingerprint=row.fingerprint,
        built_at=row.built_at,
        version=row.version,
        edited_steps=_steps(row.edited_steps),
        edited_from=row.edited_from,
        edited_by=row.edited_by,
        edited_at=row.edited_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_note=row.decision_note,
        approved_steps=_steps(row.approved_steps),
        approval_run_id=row.approval_run_id,
    )


def _steps(stored: Sequence[Mapping[str, Any]] | None) -> tuple[Step, ...] | None:
    if stored is None:
        return None
    return tuple(
        Step(one["position"], one["day_offset"], one["channel"], one["subject"], one["body"], tuple(one.get("rests_on") or ()))
        for one in stored
    )
