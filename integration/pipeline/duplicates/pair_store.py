"""Pairs that may be one record: suggested, dismissed, merged. `left_id` is the smaller id (`ordered`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Double, Text, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from integration.db.models.duplicates import DuplicatePairRow
from integration.pipeline.rowset_store import Columns, rows_as_table

OPEN: Final = "open"
DISMISSED: Final = "dismissed"
MERGING: Final = "merging"
MERGED: Final = "merged"
GONE: Final = "gone"
Ids = tuple[str, str]

_GIVEN: Final[Columns] = {"left_id": Text(), "right_id": Text(), "score_ratio": Double(), "reasons": JSONB()}
_PAIR: Final = DuplicatePairRow


@dataclass(frozen=True)
class PairReason:
    """One reason as it was when the pair was compared: `points` add up, with the pair's `start`, to the score."""

    name: str
    points: float
    words: str


@dataclass(frozen=True)
class Pair:
    """A pair with its score and reasons. `survivor_id` only after a merge."""

    object_type: str
    left_id: str
    right_id: str
    score_ratio: float
    start: float
    reasons: tuple[PairReason, ...]
    state: str
    survivor_id: str | None
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None

    @property
    def ids(self) -> Ids:
        return self.left_id, self.right_id


@dataclass(frozen=True)
class FoundPair:
    """What a comparison says of two records."""

    left_id: str
    right_id: str
    score_ratio: float
    start: float
    reasons: tuple[PairReason, ...]

    def as_json(self) -> dict[str, Any]:
        told = [{"name": one.name, "points": round(one.points, 4), "words": one.words} for one in self.reasons]
        return {"start": self.start, "reasons": told}


def ordered(one: str, other: str) -> Ids:
    """Both ids, the smaller number first."""
    left, right = sorted((one, other), key=lambda object_id: (len(object_id), object_id))
    return left, right


class PairStore:
    """Set-based access to the pairs."""

    def known(self, connection: Connection, *, portal_id: int, object_type: str, pairs: Collection[Ids]) -> Mapping[Ids, Pair]:
        """Those of the pairs that are stored, by their ids."""
        if not pairs:
            return {}
        given = rows_as_table(
            "given", {"left_id": Text(), "right_id": Text()}, [{"left_id": one, "right_id": other} for one, other in sorted(pairs)]
        )
        query = (
            select(_PAIR.__table__)
            .join(given, (_PAIR.left_id == given.c.left_id) & (_PAIR.right_id == given.c.right_id))
            .where(*_of(portal_id, object_type))
        )
        return {pair.ids: pair for pair in map(_pair, connection.execute(query))}

    def open_pairs_of(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> set[Ids]:
        """The open pairs that one of these records is in."""
        query = select(_PAIR.left_id, _PAIR.right_id).where(
            *_of(portal_id, object_type), _PAIR.state == OPEN, or_(_PAIR.left_id.in_(object_ids), _PAIR.right_id.in_(object_ids))
        )
        return {(row.left_id, row.right_id) for row in connection.execute(query)}

    def suggest(
        self, connection: Connection, *, portal_id: int, object_type: str, found: Sequence[FoundPair], now: datetime
    ) -> None:
        """Save these as open pairs, whatever they were; a merged one or one being merged stays as it is."""
        if not found:
            return
        rows = [
            {"left_id": one.left_id, "right_id": one.right_id, "score_ratio": one.score_ratio, "reasons": one.as_json()}
            for one in sorted(found, key=lambda one: (one.left_id, one.right_id))
        ]
        given = rows_as_table("given", _GIVEN, rows)
        fixed = select(
            literal(portal_id, BigInteger()), literal(object_type), *(given.c[name] for name in _GIVEN), literal(OPEN), literal(now)
        )
        offered = insert(_PAIR).from_select(["portal_id", "object_type", *_GIVEN, "state", "found_at"], fixed)
        taken = offered.excluded
        connection.execute(
            offered.on_conflict_do_update(
                index_elements=["portal_id", "object_type", "left_id", "right_id"],
                set_={
                    "score_ratio": taken.score_ratio,
                    "reasons": taken.reasons,
                    "state": OPEN,
                    "decided_at": None,
                    "decided_by": None,
                },
                where=_PAIR.state.in_((OPEN, DISMISSED, GONE)),
            )
        )

    def take_back(self, connection: Connection, *, portal_id: int, object_type: str, pairs: Collection[Ids]) -> None:
        """These no longer look like one record: open ones are gone."""
        if not pairs:
            return
        connection.execute(
            update(_PAIR)
            .where(*_of(portal_id, object_type), _PAIR.state == OPEN, tuple_(_PAIR.left_id, _PAIR.right_id).in_(sorted(pairs)))
            .values(state=GONE)
        )

    def drop(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> None:
        """Records that are no longer there are in no open pair."""
        if not object_ids:
            return
        connection.execute(
            update(_PAIR)
            .where(
                *_of(portal_id, object_type),
                _PAIR.state == OPEN,
                or_(_PAIR.left_id.in_(object_ids), _PAIR.right_id.in_(object_ids)),
            )
            .values(state=GONE)
        )

    def page(
        self,
        connection: Connection,
        *,
        portal_id: int,
        states: Sequence[str] = (OPEN,),
        object_type: str | None = None,
        limit: int = 50,
        skip: int = 0,
    ) -> tuple[Pair, ...]:
        """Pairs, the most certain first."""
        query = (
            select(_PAIR.__table__)
            .where(_PAIR.portal_id == portal_id, _PAIR.state.in_(states))
            .order_by(_PAIR.score_ratio.desc(), _PAIR.object_type, _PAIR.left_id, _PAIR.right_id)
            .limit(limit)
            .offset(skip)
        )
        if object_type is not None:
            query = query.where(_PAIR.object_type == object_type)
        return tuple(map(_pair, connection.execute(query)))

    def counts(self, connection: Connection, *, portal_id: int) -> Mapping[str, int]:
        """How many pairs there are in each state."""
        query = select(_PAIR.state, func.count()).where(_PAIR.portal_id == portal_id).group_by(_PAIR.state)
        return {row[0]: int(row[1]) for row in connection.execute(query)}

    def find(self, connection: Connection, *, portal_id: int, object_type: str, ids: Ids, lock: bool = False) -> Pair | None:
        """The pair, or None. `lock`: nobody else may decide about it until the transaction ends."""
        query = select(_PAIR.__table__).where(*_of(portal_id, object_type), _PAIR.left_id == ids[0], _PAIR.right_id == ids[1])
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _pair(row)

    def set_state(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        ids: Ids,
        state: str,
        by: str,
        now: datetime,
        survivor_id: str | None = None,
    ) -> None:
        """A person decided, or their merge came to its end."""
        connection.execute(
            update(_PAIR)
            .where(*_of(portal_id, object_type), _PAIR.left_id == ids[0], _PAIR.right_id == ids[1])
            .values(state=state, decided_by=by, decided_at=now, survivor_id=survivor_id)
        )


def _of(portal_id: int, object_type: str) -> tuple[ColumnElement[bool], ...]:
    return _PAIR.portal_id == portal_id, _PAIR.object_type == object_type


def _pair(row: Row[Any]) -> Pair:
    return Pair(
        object_type=row.object_type,
        left_id=row.left_id,
        right_id=row.right_id,
        score_ratio=row.score_ratio,
        start=float(row.reasons.get("start", 0.0)),
        reasons=tuple(PairReason(one["name"], float(one["points"]), one["words"]) for one in row.reasons.get("reasons", ())),
        state=row.state,
        survivor_id=row.survivor_id,
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
