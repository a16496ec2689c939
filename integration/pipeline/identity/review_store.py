"""The review queue: questions about identity, open and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Row, Text, case, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql import ColumnElement

from integration.db.models.trust import ReviewRow
from integration.pipeline.identity.reviews import IDENTITY, Review, ReviewState, from_json, to_json
from integration.pipeline.rowset_store import Columns, rows_as_table

Change = tuple[Review | None, Review]
"""The review as it was read, and as it shall be."""

_CONTENT: Final[Columns] = {"object_id": Text(), "candidates": JSONB(), "fingerprint": Text(), "state": Text()}
_REVIEW: Final[Columns] = {**_CONTENT, "seen": Text()}
_DECIDED: Final = (ReviewState.ACCEPTED.value, ReviewState.REJECTED.value)


class ReviewStore:
    """Rows of `review`, each method one statement."""

    def find_many(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> Mapping[str, Review]:
        """The identity review of each of these records that has one."""
        if not object_ids:
            return {}
        query = select(ReviewRow.__table__).where(
            ReviewRow.portal_id == portal_id,
            ReviewRow.object_type == object_type,
            ReviewRow.object_id.in_(object_ids),
            ReviewRow.question == IDENTITY,
        )
        return {row.object_id: _review(row) for row in connection.execute(query)}

    def find(
        self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, for_update: bool = False
    ) -> Review | None:
        """One review; `for_update` keeps others from deciding it meanwhile."""
        query = select(ReviewRow.__table__).where(
            ReviewRow.portal_id == portal_id,
            ReviewRow.object_type == object_type,
            ReviewRow.object_id == object_id,
            ReviewRow.question == IDENTITY,
        )
        row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
        return None if row is None else _review(row)

    def open_reviews(self, connection: Connection, *, portal_id: int, limit: int = 50, offset: int = 0) -> list[Review]:
        """What waits for a decision, the oldest first."""
        query = (
            select(ReviewRow.__table__)
            .where(ReviewRow.portal_id == portal_id, ReviewRow.state == ReviewState.OPEN.value)
            .order_by(ReviewRow.opened_at, ReviewRow.object_type, ReviewRow.object_id)
            .limit(limit)
            .offset(offset)
        )
        return [_review(row) for row in connection.execute(query)]

    def decided_reviews(self, connection: Connection, *, portal_id: int, limit: int = 50, offset: int = 0) -> list[Review]:
        """What was decided, the newest first."""
        query = (
            select(ReviewRow.__table__)
            .where(ReviewRow.portal_id == portal_id, ReviewRow.state.in_(_DECIDED))
            .order_by(ReviewRow.decided_at.desc(), ReviewRow.object_type, ReviewRow.object_id)
            .limit(limit)
            .offset(offset)
        )
        return [_review(row) for row in connection.execute(query)]

    def counts(self, connection: Connection, *, portal_id: int) -> Mapping[str, int]:
        """How many reviews there are in each state."""
        query = (
            select(ReviewRow.state, func.count().label("how_many"))
            .where(ReviewRow.portal_id == portal_id)
            .group_by(ReviewRow.state)
        )
        return {row.state: row.how_many for row in connection.execute(query)}

    def save(self, connection: Connection, *, portal_id: int, object_type: str, changes: Sequence[Change], now: datetime) -> None:
        """Store what a pass came to. A question that somebody answered since the pass read it is left as it was answered."""
        new = [_row(wanted, "") for before, wanted in changes if before is None]
        changed = [_row(wanted, before.fingerprint) for before, wanted in changes if before is not None]
        if new:
            given = rows_as_table("given", _REVIEW, sorted(new, key=lambda one: str(one["object_id"])))
            fixed: dict[str, ColumnElement[Any]] = {
                "portal_id": literal(portal_id, BigInteger()),
                "object_type": literal(object_type),
                "question": literal(IDENTITY),
            }
            columns: dict[str, ColumnElement[Any]] = {
                **fixed,
                **{name: given.c[name] for name in _CONTENT},
                "run_id": literal(""),
                "opened_at": literal(now),
            }
            source = select(*list(columns.values()))
            connection.execute(insert(ReviewRow).from_select(list(columns), source).on_conflict_do_nothing())
        if changed:
            given = rows_as_table("given", _REVIEW, changed)
            is_decided = given.c.state.in_(_DECIDED)
            connection.execute(
                update(ReviewRow)
                .where(
                    ReviewRow.portal_id == portal_id,
                    ReviewRow.object_type == object_type,
                    ReviewRow.question == IDENTITY,
                    ReviewRow.object_id == given.c.object_id,
                    ReviewRow.fingerprint == given.c.seen,
                )
                .values(
                    candidates=given.c.candidates,
                    fingerprint=given.c.fingerprint,
                    state=given.c.state,
                    choice=case((is_decided, ReviewRow.choice), else_=null()),
                    opened_at=case((is_decided, ReviewRow.opened_at), else_=literal(now)),
                    decided_at=case((is_decided, ReviewRow.decided_at), else_=null()),
                    decided_by=case((is_decided, ReviewRow.decided_by), else_=null()),
                )
            )

    def decide(self, connection: Connection, *, portal_id: int, review: Review, by: str, now: datetime) -> None:
        """Store a person's answer, or that the question is asked once more."""
        is_decided = review.state.value in _DECIDED
        connection.execute(
            update(ReviewRow)
            .where(
                ReviewRow.portal_id == portal_id,
                ReviewRow.object_type == review.object_type,
                ReviewRow.object_id == review.object_id,
                ReviewRow.question == IDENTITY,
            )
            .values(
                state=review.state.value,
                choice=review.choice,
                candidates=to_json(review.candidates),
                fingerprint=review.fingerprint,
                decided_at=now if is_decided else null(),
                decided_by=by if is_decided else null(),
            )
        )


def _row(wanted: Review, seen: str) -> dict[str, object]:
    return {
        "object_id": wanted.object_id,
        "candidates": to_json(wanted.candidates),
        "fingerprint": wanted.fingerprint,
        "state": wanted.state.value,
        "seen": seen,
    }


def _review(row: Row[Any]) -> Review:
    return Review(
        object_type=row.object_type,
        object_id=row.object_id,
        state=ReviewState(row.state),
        candidates=from_json(row.candidates),
        choice=row.choice,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
