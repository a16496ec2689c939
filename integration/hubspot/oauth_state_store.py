"""Nonces of running installs and of one-time links: each can be spent once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import OAuthStateRow


class OAuthStateStore:
    """Rows of `oauth_state`. They name no portal: HubSpot says only at the end of an install which one it is."""

    def issue(self, connection: Connection, *, nonce: str, now: datetime) -> None:
        """All portals: an install does not know its portal yet."""
        connection.execute(insert(OAuthStateRow).values(nonce=nonce, created_at=now))

    def is_open(self, connection: Connection, *, nonce: str) -> bool:
        """All portals: True while the nonce was issued and not spent."""
        row = connection.execute(select(OAuthStateRow.used_at).where(OAuthStateRow.nonce == nonce)).one_or_none()
        return row is not None and row.used_at is None

    def spend(self, connection: Connection, *, nonce: str, now: datetime) -> bool:
        """All portals: True for exactly one caller, however many try at once."""
        spent = connection.execute(
            update(OAuthStateRow)
            .where(OAuthStateRow.nonce == nonce, OAuthStateRow.used_at.is_(None))
            .values(used_at=now)
            .returning(OAuthStateRow.nonce)
        )
        return spent.one_or_none() is not None

    def forget_before(self, connection: Connection, *, moment: datetime) -> int:
        """All portals: drops old nonces; whoever brings one afterwards is told that it is unknown. Gives how many."""
        gone = connection.execute(delete(OAuthStateRow).where(OAuthStateRow.created_at < moment).returning(OAuthStateRow.nonce))
        return len(gone.all())
