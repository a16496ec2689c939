"""The audit log: who did what and when, on the console or by a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from integration.db.models import AuditRow

COMMAND_LINE: Final = "command line"


@dataclass(frozen=True)
class AuditEntry:
    """One thing somebody did. `row_id` orders entries and is where the next page goes on."""

    row_id: int
    at: datetime
    actor: str
    role: str
    action: str
    target: str
    detail: Mapping[str, Any]


class AuditStore:
    """Rows of `audit`. Nothing is ever changed there."""

    def add(
        self,
        connection: Connection,
        *,
        portal_id: int,
        actor: str,
        role: str,
        action: str,
        target: str,
        now: datetime,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """In the transaction of the deed where that is possible. `detail` holds no secrets and no values of records."""
        connection.execute(
            insert(AuditRow).values(
                portal_id=portal_id, at=now, actor=actor, role=role, action=action, target=target, detail=dict(detail or {})
            )
        )

    def add_command(self, connection: Connection, *, portal_id: int, action: str, target: str, now: datetime) -> None:
        """Somebody at the machine ran a command that changed something; they may do everything there."""
        self.add(connection, portal_id=portal_id, actor=COMMAND_LINE, role="admin", action=action, target=target, now=now)

    def entries(
        self,
        connection: Connection,
        *,
        portal_id: int,
        actor: str = "",
        action: str = "",
        before_id: int | None = None,
        limit: int = 50,
    ) -> Sequence[AuditEntry]:
        """The newest first. `actor` and `action` "" mean anyone and anything."""
        query = select(AuditRow.__table__).where(AuditRow.portal_id == portal_id).order_by(AuditRow.id.desc()).limit(limit)
        if actor:
            query = query.where(AuditRow.actor == actor)
        if action:
            query = query.where(AuditRow.action == action)
        if before_id is not None:
            query = query.where(AuditRow.id < before_id)
        return [
            AuditEntry(row.id, row.at, row.actor, row.role, row.action, row.target, row.detail) for row in connection.execute(query)
        ]

    def actors(self, connection: Connection, *, portal_id: int) -> Sequence[str]:
        """Everybody who ever did something, by name."""
        query = select(AuditRow.actor).where(AuditRow.portal_id == portal_id).distinct().order_by(AuditRow.actor)
        return list(connection.execute(query).scalars())

    def actions(self, connection: Connection, *, portal_id: int) -> Sequence[str]:
        """Every kind of deed that ever happened, by name."""
        query = select(AuditRow.action).where(AuditRow.portal_id == portal_id).distinct().order_by(AuditRow.action)
        return list(connection.execute(query).scalars())
