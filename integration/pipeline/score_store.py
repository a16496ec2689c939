"""Scores of a batch: one statement that keeps what a score said before it moved, and tells which priorities did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, DateTime, Double, Text, case, or_, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from integration.db.models.results import ScoreRow
from integration.pipeline.results import Decided, score_reasons
from integration.pipeline.rowset_store import Columns, Row, owned_rows
from integration.pipeline.timeline.material import Move
from integration.scoring.movement import parse_reasons
from integration.scoring.priority import NAME as PRIORITY

_KEY: Final = ("object_id", "name")
_SCORE: Final[Columns] = {
    "object_id": Text(),
    "name": Text(),
    "value": Double(),
    "unit": Text(),
    "label": Text(),
    "reasons": JSONB(),
    "scored_at": DateTime(timezone=True),
}
_CHANGED_BY: Final = ("value", "unit", "label", "reasons")
_BEFORE: Final = {"previous_value": "value", "previous_label": "label", "previous_reasons": "reasons"}


class ScoreStore:
    """Saves scores; a row is rewritten only when it says something else."""

    def save(self, connection: Connection, *, portal_id: int, object_type: str, decided: Sequence[Decided]) -> list[Move]:
        """The priorities that moved, which a first one has not. A score moves when its value or label does, not when only its reasons do."""
        rows = [row for entry in decided for row in _rows(entry)]
        if not rows:
            return []
        source = owned_rows(portal_id, object_type, _SCORE, rows)
        statement = _replacing(insert(ScoreRow).from_select(["portal_id", "object_type", *_SCORE], source))
        saved = statement.returning(ScoreRow.__table__).cte("saved")
        moved = select(saved).where(saved.c.name == PRIORITY, saved.c.moved_at == saved.c.scored_at)
        return [_move(row) for row in connection.execute(moved)]


def _replacing(statement: Insert) -> Insert:
    stored, new = ScoreRow.__table__.c, statement.excluded
    moved = or_(stored.value.is_distinct_from(new.value), stored.label.is_distinct_from(new.label))

    def since(then: ColumnElement[Any], otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((moved, then), else_=otherwise)

    return statement.on_conflict_do_update(
        index_elements=["portal_id", "object_type", *_KEY],
        set_={name: new[name] for name in _SCORE if name not in _KEY}
        | {kept: since(stored[name], stored[kept]) for kept, name in _BEFORE.items()}
        | {"moved_at": since(new.scored_at, stored.moved_at)},
        where=or_(*(stored[name].is_distinct_from(new[name]) for name in _CHANGED_BY)),
    )


def _rows(entry: Decided) -> list[Row]:
    return [
        {
            "object_id": entry.object_id,
            "name": score.name,
            "value": score.value,
            "unit": score.unit,
            "label": score.label,
            "reasons": score_reasons(score),
            "scored_at": entry.sheet.as_of,
        }
        for score in entry.scores
    ]


def _move(row: Any) -> Move:
    return Move(
        object_id=row.object_id,
        at=row.moved_at,
        heat=row.label,
        value=row.value,
        reasons=parse_reasons(row.reasons),
        previous_heat=row.previous_label,
        previous_value=row.previous_value,
        previous_reasons=parse_reasons(row.previous_reasons),
    )
