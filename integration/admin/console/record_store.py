"""Everything kept about one record, for its story on one page. Reads only, and only rows of that record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from integration.db.models import (
    BriefRow,
    CreatedObjectRow,
    DeadLetterRow,
    DraftRow,
    DuplicatePairRow,
    FindingRow,
    LedgerRow,
    ReviewRow,
    ScoreRow,
    WorkItemRow,
)
from integration.pipeline.identity.reviews import told

_MANY: Final = 100


@dataclass(frozen=True)
class Found:
    """A provider's value for a field. `is_chosen`: the one we go by; the others lost, and `lost_because` says why in words."""

    field: str
    provider: str
    value: Any
    source_url: str | None
    seen_at: datetime
    confidence_ratio: float
    cost_usd: Decimal
    is_chosen: bool
    run_id: str
    lost_because: str | None = None


@dataclass(frozen=True)
class Scored:
    """A score with the reasons that sum to it. `value` None: too little is known."""

    name: str
    value: float | None
    unit: str
    label: str
    reasons: Sequence[Mapping[str, Any]]
    scored_at: datetime


@dataclass(frozen=True)
class Made:
    """A note or task we created on the record. `archived_at`: an undo put it into HubSpot's recycling bin."""

    kind: str
    created_id: str
    purpose: str
    run_id: str
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True)
class Review:
    """A question about the record that a person answers."""

    question: str
    state: str
    choice: str | None
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class Pair:
    """Another record that may be the same."""

    other_id: str
    score_ratio: float
    state: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True)
class Letter:
    """Work on the record that failed for good."""

    letter_id: int
    reason: str
    detail: str
    created_at: datetime
    replayed_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """The record's place in the line. `in_hand`: a worker holds it."""

    causes: Sequence[str]
    queued_at: datetime
    due_at: datetime
    in_hand: bool


@dataclass(frozen=True)
class Texts:
    """What we said about the record; None or "" where we said nothing."""

    headline: str
    built_at: datetime | None
    draft_state: str
    draft_built_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """All of it."""

    findings: Sequence[Found]
    scores: Sequence[Scored]
    made: Sequence[Made]
    reviews: Sequence[Review]
    pairs: Sequence[Pair]
    letters: Sequence[Letter]
    waiting: Waiting | None
    texts: Texts


class RecordStore:
    """Nine small queries by key for one record."""

    def find(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, now: datetime) -> Kept:
        ids = (portal_id, object_type, object_id)
        return Kept(
            findings=_findings(connection, ids),
            scores=_scores(connection, ids),
            made=_made(connection, ids),
            reviews=_reviews(connection, ids),
            pairs=_pairs(connection, ids),
            letters=_letters(connection, ids),
            waiting=_waiting(connection, ids, now),
            texts=_texts(connection, ids),
        )

    def lately(self, connection: Connection, *, portal_id: int, limit: int) -> Sequence[tuple[str, str, str, datetime]]:
        """The records whose brief is newest: type, id, headline, when."""
        rows = connection.execute(
            select(BriefRow.object_type, BriefRow.object_id, BriefRow.headline, BriefRow.built_at)
            .where(BriefRow.portal_id == portal_id)
            .order_by(BriefRow.built_at.desc())
            .limit(limit)
        )
        return [(row.object_type, row.object_id, row.headline, row.built_at) for row in rows]

    def knows(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> bool:
        """Whether anything was ever decided about the record, or waits to be."""
        for model in (LedgerRow, WorkItemRow, BriefRow, FindingRow, DeadLetterRow):
            columns = model.__table__.c
            seen = connection.execute(
                select(columns.object_id)
                .where(columns.portal_id == portal_id, columns.object_type == object_type, columns.object_id == object_id)
                .limit(1)
            ).first()
            if seen is not None:
                return True
        return False


_Ids = tuple[int, str, str]


def _findings(connection: Connection, ids: _Ids) -> Sequence[Found]:
    portal_id, object_type, object_id = ids
    rows = connection.execute(
        select(
            FindingRow.field,
            FindingRow.provider,
            FindingRow.value,
            FindingRow.source_url,
            FindingRow.seen_at,
            FindingRow.confidence_ratio,
            FindingRow.cost_usd,
            FindingRow.chosen,
            FindingRow.run_id,
            FindingRow.lost_because,
        )
        .where(FindingRow.portal_id == portal_id, FindingRow.object_type == object_type, FindingRow.object_id == object_id)
        .order_by(FindingRow.field, FindingRow.chosen.desc(), FindingRow.confidence_ratio.desc())
    )
    return [Found(*row) for row in rows]


def _scores(connection: Connection, ids: _Ids) -> Sequence[Scored]:
    portal_id, object_type, object_id = ids
    rows = connection.execute(
        select(ScoreRow.name, ScoreRow.value, ScoreRow.unit, ScoreRow.label, ScoreRow.reasons, ScoreRow.scored_at)
        .where(ScoreRow.portal_id == portal_id, ScoreRow.object_type == object_type, ScoreRow.object_id == object_id)
        .order_by(ScoreRow.name)
    )
    return [Scored(*row) for row in rows]


def _made(connection: Connection, ids: _Ids) -> Sequence[Made]:
    portal_id, object_type, object_id = ids
    rows = connection.execute(
        select(
            CreatedObjectRow.kind,
            CreatedObjectRow.created_id,
            CreatedObjectRow.purpose,
            CreatedObjectRow.run_id,
            CreatedObjectRow.created_at,
            CreatedObjectRow.archived_at,
        )
        .where(
            CreatedObjectRow.portal_id == portal_id,
            CreatedObjectRow.object_type == object_type,
            CreatedObjectRow.object_id == object_id,
        )
        .order_by(CreatedObjectRow.created_at.desc())
        .limit(_MANY)
    )
    return [Made(*row) for row in rows]


def _reviews(connection: Connection, ids: _Ids) -> Sequence[Review]:
    portal_id, object_type, object_id = ids
    rows = connection.execute(
        select(
            ReviewRow.question,
            ReviewRow.state,
            ReviewRow.choice,
            ReviewRow.opened_at,
            ReviewRow.decided_at,
            ReviewRow.decided_by,
            ReviewRow.candidates,
        ).where(ReviewRow.portal_id == portal_id, ReviewRow.object_type == object_type, ReviewRow.object_id == object_id)
    )
    return [
        Review(one.question, one.state, one.choice, one.opened_at, one.decided_at, one.decided_by, told(one.candidates))
        for one in rows
    ]


def _pairs(connection: Connection, ids: _Ids) -> Sequence[Pair]:
    portal_id, object_type, object_id = ids
    row = DuplicatePairRow
    rows = connection.execute(
        select(row.left_id, row.right_id, row.score_ratio, row.state, row.found_at, row.decided_at, row.decided_by)
        .where(
            row.portal_id == portal_id,
            row.object_type == object_type,
            or_(row.left_id == object_id, row.right_id == object_id),
        )
        .order_by(row.score_ratio.desc())
        .limit(_MANY)
    )
    return [
        Pair(
            one.right_id if one.left_id == object_id else one.left_id,
            one.score_ratio,
            one.state,
            one.found_at,
            one.decided_at,
            one.decided_by,
        )
        for one in rows
    ]


def _letters(connection: Connection, ids: _Ids) -> Sequence[Letter]:
    portal_id, object_type, object_id = ids
    rows = connection.execute(
        select(DeadLetterRow.id, DeadLetterRow.reason, DeadLetterRow.detail, DeadLetterRow.created_at, DeadLetterRow.replayed_at)
        .where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.object_type == object_type, DeadLetterRow.object_id == object_id)
        .order_by(DeadLetterRow.id.desc())
        .limit(_MANY)
    )
    return [Letter(*row) for row in rows]


def _waiting(connection: Connection, ids: _Ids, now: datetime) -> Waiting | None:
    portal_id, object_type, object_id = ids
    row = connection.execute(
        select(WorkItemRow.causes, WorkItemRow.queued_at, WorkItemRow.due_at, WorkItemRow.lease_until).where(
            WorkItemRow.portal_id == portal_id, WorkItemRow.object_type == object_type, WorkItemRow.object_id == object_id
        )
    ).one_or_none()
    if row is None:
        return None
    return Waiting(row.causes, row.queued_at, row.due_at, row.lease_until is not None and row.lease_until > now)


def _texts(connection: Connection, ids: _Ids) -> Texts:
    portal_id, object_type, object_id = ids
    brief = connection.execute(
        select(BriefRow.headline, BriefRow.built_at).where(
            BriefRow.portal_id == portal_id, BriefRow.object_type == object_type, BriefRow.object_id == object_id
        )
    ).one_or_none()
    draft = connection.execute(
        select(DraftRow.state, DraftRow.built_at).where(
            DraftRow.portal_id == portal_id, DraftRow.object_type == object_type, DraftRow.object_id == object_id
        )
    ).one_or_none()
    return Texts(
        brief.headline if brief else "",
        brief.built_at if brief else None,
        draft.state if draft else "",
        draft.built_at if draft else None,
    )
