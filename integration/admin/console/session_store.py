"""Signed-in browsers and their roles. Only a digest of the cookie is stored, so a copy of the table signs nobody in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from integration.db.models import ConsoleSessionRow

_COOKIE_BYTES = 32
_CSRF_BYTES = 24


@dataclass(frozen=True)
class Session:
    """A session that has not ended."""

    digest: str
    portal_id: int
    user_id: str
    email: str
    csrf_token: str
    seen_at: datetime


class SessionStore:
    """Rows of `console_session`. `idle` is how long a session lives without a visit."""

    def open(self, connection: Connection, *, portal_id: int, user_id: str, email: str, now: datetime, life: timedelta) -> str:
        """The cookie of a new session; it is always a new one, so nobody can plant one before a sign-in."""
        cookie = secrets.token_urlsafe(_COOKIE_BYTES)
        connection.execute(
            insert(ConsoleSessionRow).values(
                session_digest=_digest(cookie),
                portal_id=portal_id,
                user_id=user_id,
                email=email,
                csrf_token=secrets.token_urlsafe(_CSRF_BYTES),
                created_at=now,
                seen_at=now,
                ends_at=now + life,
            )
        )
        return cookie

    def find(self, connection: Connection, *, cookie: str, now: datetime, idle: timedelta) -> Session | None:
        """The session of a cookie, unless it ended. All portals: a browser shows a cookie, and the row says which portal it is for."""
        row = connection.execute(
            select(ConsoleSessionRow.__table__).where(
                ConsoleSessionRow.session_digest == _digest(cookie),
                ConsoleSessionRow.ends_at > now,
                ConsoleSessionRow.seen_at > now - idle,
            )
        ).one_or_none()
        if row is None:
            return None
        return Session(row.session_digest, row.portal_id, row.user_id, row.email, row.csrf_token, row.seen_at)

    def touch(self, connection: Connection, *, portal_id: int, digest: str, now: datetime) -> None:
        """The session was used just now."""
        connection.execute(
            update(ConsoleSessionRow)
            .where(ConsoleSessionRow.portal_id == portal_id, ConsoleSessionRow.session_digest == digest)
            .values(seen_at=now)
        )

    def end(self, connection: Connection, *, portal_id: int, cookie: str) -> None:
        """Sign out this browser."""
        connection.execute(
            delete(ConsoleSessionRow).where(
                ConsoleSessionRow.portal_id == portal_id, ConsoleSessionRow.session_digest == _digest(cookie)
            )
        )

    def end_all(self, connection: Connection, *, portal_id: int, email: str) -> int:
        """Sign out every browser of this person; how many."""
        gone = connection.execute(
            delete(ConsoleSessionRow).where(ConsoleSessionRow.portal_id == portal_id, ConsoleSessionRow.email == email)
        )
        return gone.rowcount

    def forget_ended(self, connection: Connection, *, now: datetime, idle: timedelta) -> int:
        """All portals: drops sessions that have ended. Gives how many."""
        gone = connection.execute(
            delete(ConsoleSessionRow).where(or_(ConsoleSessionRow.ends_at <= now, ConsoleSessionRow.seen_at <= now - idle))
        )
        return gone.rowcount


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
