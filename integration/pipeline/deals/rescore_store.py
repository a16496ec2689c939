"""Finds the records whose scores move without any change on them: with the days, and with what was counted of decided deals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, func, or_, select

from integration.db.models.results import ScoreRow
from integration.hubspot.objects import DEALS
from integration.scoring.scores.expected_value import CLOSED
from integration.scoring.scores.expected_value import NAME as EXPECTED_VALUE
from integration.scoring.scores.risk import NAME as RISK
from integration.scoring.scores.urgency import NAME as URGENCY

_LEAST_POINTS: Final = 1.0
"""What is less has faded."""
_MOVES_FOR: Final = timedelta(days=70)
"""A risk that has said the same for longer has reached its end: silence counts in full after 60 days unless an admin chose otherwise."""


class RescoreStore:
    """Reads rows of `score`."""

    def fading(self, connection: Connection, *, portal_id: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Type and id of records with an urgency that is left to fade or a risk that still moves, the most urgent first."""
        row = ScoreRow
        moves = or_(row.name == URGENCY, and_(row.name == RISK, row.scored_at > now - _MOVES_FOR))
        query = (
            select(row.object_type, row.object_id)
            .where(row.portal_id == portal_id, moves, row.value >= _LEAST_POINTS)
            .group_by(row.object_type, row.object_id)
            .order_by(func.max(case((row.name == URGENCY, row.value), else_=0.0)).desc(), row.object_id)
            .limit(limit)
        )
        return [(found.object_type, found.object_id) for found in connection.execute(query)]

    def open_deals(self, connection: Connection, *, portal_id: int, limit: int) -> list[tuple[str, str]]:
        """Type and id of scored deals that were open when they were scored."""
        row = ScoreRow
        query = (
            select(row.object_type, row.object_id)
            .where(row.portal_id == portal_id, row.object_type == DEALS, row.name == EXPECTED_VALUE, row.label != CLOSED)
            .order_by(row.scored_at.desc(), row.object_id)
            .limit(limit)
        )
        return [(found.object_type, found.object_id) for found in connection.execute(query)]
