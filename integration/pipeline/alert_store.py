"""Rows of `alert`: what an admin should know of. One open row for each kind and subject, counted up while it lasts. No personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, DateTime, Text, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.trust import AlertRow
from integration.pipeline.rowset_store import Columns, rows_as_table

OPTION_UNKNOWN: Final = "option_unknown"
PROPERTY_CHANGED: Final = "property_changed"
_LONGEST_LIST: Final = 200
_COLUMNS: Final[Columns] = {"kind": Text(), "subject": Text(), "message": Text()}


@dataclass(frozen=True)
class Alert:
    """`subject` names what it is about, in words that stay the same while it lasts; `message` says what happened and what to do."""

    kind: str
    subject: str
    message: str


@dataclass(frozen=True)
class OpenAlert:
    """An alert nobody resolved yet. `count` is how often it was met."""

    alert_id: int
    kind: str
    subject: str
    message: str
    count: int
    first_at: datetime
    last_at: datetime


class AlertStore:
    """Set-based access; each method is one statement."""

    def raise_alerts(self, connection: Connection, *, portal_id: int, alerts: Sequence[Alert], now: datetime) -> None:
        """Open these alerts, or count up those that are open; the same one several times counts so often."""
        if not alerts:
            return
        rows = [{"kind": entry.kind, "subject": entry.subject, "message": entry.message} for entry in alerts]
        given = rows_as_table("given", _COLUMNS, rows)
        source = (
            select(
                literal(portal_id, BigInteger()),
                given.c.kind,
                given.c.subject,
                func.max(given.c.message),
                func.count(),
                literal(now, DateTime(timezone=True)),
                literal(now, DateTime(timezone=True)),
            )
            .group_by(given.c.kind, given.c.subject)
            .order_by(given.c.kind, given.c.subject)  # always the same order, so that two batches never wait for each other
        )
        names = ["portal_id", "kind", "subject", "message", "count", "first_at", "last_at"]
        statement = insert(AlertRow).from_select(names, source)
        changed: dict[str, Any] = {
            "message": statement.excluded.message,
            "count": AlertRow.count + statement.excluded.count,
            "last_at": statement.excluded.last_at,
        }
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[AlertRow.portal_id, AlertRow.kind, AlertRow.subject],
                index_where=AlertRow.resolved_at.is_(None),
                set_=changed,
            )
        )

    def open_alerts(self, connection: Connection, *, portal_id: int, limit: int = _LONGEST_LIST) -> tuple[OpenAlert, ...]:
        """The open alerts, the one met last first."""
        query = (
            select(
                AlertRow.id, AlertRow.kind, AlertRow.subject, AlertRow.message, AlertRow.count, AlertRow.first_at, AlertRow.last_at
            )
            .where(AlertRow.portal_id == portal_id, AlertRow.resolved_at.is_(None))
            .order_by(AlertRow.last_at.desc(), AlertRow.id.desc())
            .limit(limit)
        )
        return tuple(OpenAlert(*row) for row in connection.execute(query))

    def resolve_about(
        self, connection: Connection, *, portal_id: int, object_type: str, property_names: Sequence[str], by: str, now: datetime
    ) -> None:
        """Close what is open about these properties and their options: they were changed. What is still amiss opens again."""
        if not property_names:
            return
        subjects = [f"{object_type}.{name}" for name in property_names]
        about = or_(AlertRow.subject.in_(subjects), *(AlertRow.subject.startswith(f"{one}=", autoescape=True) for one in subjects))
        connection.execute(
            update(AlertRow)
            .where(
                AlertRow.portal_id == portal_id,
                AlertRow.kind.in_((OPTION_UNKNOWN, PROPERTY_CHANGED)),
                AlertRow.resolved_at.is_(None),
                about,
            )
            .values(resolved_at=now, resolved_by=by)
        )

    def resolve(self, connection: Connection, *, portal_id: int, alert_id: int, by: str, now: datetime) -> str | None:
        """Close an open alert; its subject, or None when there is no such open alert of this portal. It opens again when it is met again."""
        return connection.execute(
            update(AlertRow)
            .where(AlertRow.portal_id == portal_id, AlertRow.id == alert_id, AlertRow.resolved_at.is_(None))
            .values(resolved_at=now, resolved_by=by)
            .returning(AlertRow.subject)
        ).scalar_one_or_none()
