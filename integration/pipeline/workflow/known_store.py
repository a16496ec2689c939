"""What is stored about records, as workflow actions and agent tools answer from it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from integration.db.models import BriefRow, DeadLetterRow, DraftRow, LedgerRow, ScoreRow, WorkItemRow


@dataclass(frozen=True)
class KnownScore:
    """`reasons` are the stored ones: text and points."""

    value: float | None
    label: str
    reasons: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class KnownBrief:
    headline: str
    sections: Sequence[Mapping[str, Any]]
    built_at: datetime
    checked_at: datetime


@dataclass(frozen=True)
class KnownDraft:
    """`steps` are what a rep would see: the edit when there is one."""

    state: str
    refusal: str | None
    steps: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Known:
    """One record. `work` are the causes under which it is on the worklist, None when it is not there."""

    brief: KnownBrief | None = None
    draft: KnownDraft | None = None
    scores: Mapping[str, KnownScore] = field(default_factory=dict)
    work: tuple[str, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether we have worked on it, or are about to."""
        return self.brief is not None or self.work is not None


NOTHING = Known()


class KnownStore:
    """Four queries, whatever the number of records."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> Mapping[str, Known]:
        """By id, for every id asked for."""
        known = dict.fromkeys(object_ids, NOTHING)
        for row in self._rows(connection, BriefRow, portal_id, object_type, object_ids):
            brief = KnownBrief(row.headline, row.sections, row.built_at, row.checked_at)
            known[row.object_id] = replace(known[row.object_id], brief=brief)
        for row in self._rows(connection, DraftRow, portal_id, object_type, object_ids):
            draft = KnownDraft(row.state, row.refusal, row.steps if row.edited_steps is None else row.edited_steps)
            known[row.object_id] = replace(known[row.object_id], draft=draft)
        for row in self._rows(connection, WorkItemRow, portal_id, object_type, object_ids):
            known[row.object_id] = replace(known[row.object_id], work=tuple(row.causes))
        for row in self._rows(connection, ScoreRow, portal_id, object_type, object_ids):
            one = known[row.object_id]
            score = KnownScore(row.value, row.label, row.reasons)
            known[row.object_id] = replace(one, scores={**one.scores, row.name: score})
        return known

    def find_one(self, connection: Connection, portal_id: int, object_type: str, object_id: str) -> Known:
        return self.find(connection, portal_id=portal_id, object_type=object_type, object_ids=[object_id])[object_id]

    def written_count(self, connection: Connection, portal_id: int, object_type: str, object_id: str, *, since: datetime) -> int:
        """How many property values were written to the record since then; notes are not counted."""
        row = LedgerRow
        query = select(func.count(row.property_name.distinct())).where(
            row.portal_id == portal_id,
            row.object_type == object_type,
            row.object_id == object_id,
            row.outcome == "written",
            row.created_at >= since,
            row.property_name.not_like("note:%"),
        )
        return connection.execute(query).scalar_one()

    def given_up(self, connection: Connection, portal_id: int, object_type: str, object_id: str, *, since: datetime) -> str | None:
        """The machine word for why the record was given up since then; None when it was not."""
        row = DeadLetterRow
        query = (
            select(row.reason)
            .where(
                row.portal_id == portal_id,
                row.kind == "record",
                row.object_type == object_type,
                row.object_id == object_id,
                row.replayed_at.is_(None),
                row.created_at >= since,
            )
            .order_by(row.id.desc())
            .limit(1)
        )
        return connection.execute(query).scalar_one_or_none()

    @staticmethod
    def _rows(connection: Connection, table: Any, portal_id: int, object_type: str, object_ids: Sequence[str]) -> Any:
        mine = (table.portal_id == portal_id, table.object_type == object_type, table.object_id.in_(object_ids))
        return connection.execute(select(table.__table__).where(*mine))
