"""OAuth tokens at rest: sealed, and bound to table, column and portal, so that a row copied elsewhere does not open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.core.crypto import SecretBox
from integration.db.models import OAuthTokenRow


@dataclass(frozen=True)
class TokenPair:
    """The tokens of one portal; neither shows in `repr`. `expires_at` is when the access token ends."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


class TokenStore:
    """Rows of `oauth_token`."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def find(self, connection: Connection, *, portal_id: int, lock: bool = False) -> TokenPair | None:
        """The portal's tokens. With `lock` everybody else who asks so waits until the transaction ends."""
        asked = select(OAuthTokenRow.access_token, OAuthTokenRow.refresh_token, OAuthTokenRow.expires_at).where(
            OAuthTokenRow.portal_id == portal_id
        )
        row = connection.execute(asked.with_for_update() if lock else asked).one_or_none()
        return None if row is None else self._opened(portal_id, row)

    def save(self, connection: Connection, *, portal_id: int, tokens: TokenPair, now: datetime) -> None:
        sealed = {
            "access_token": self._box.seal(tokens.access_token, bound_to=_place("access_token", portal_id)),
            "refresh_token": self._box.seal(tokens.refresh_token, bound_to=_place("refresh_token", portal_id)),
            "expires_at": tokens.expires_at,
            "refreshed_at": now,
        }
        connection.execute(
            insert(OAuthTokenRow)
            .values(portal_id=portal_id, **sealed)
            .on_conflict_do_update(index_elements=[OAuthTokenRow.portal_id], set_=sealed)
        )

    def erase(self, connection: Connection, *, portal_id: int) -> None:
        connection.execute(delete(OAuthTokenRow).where(OAuthTokenRow.portal_id == portal_id))

    def portals_ending_before(self, connection: Connection, *, moment: datetime) -> Sequence[int]:
        """All portals: the scheduler refreshes ahead of time whoever's access token ends before `moment`."""
        return connection.scalars(
            select(OAuthTokenRow.portal_id).where(OAuthTokenRow.expires_at < moment).order_by(OAuthTokenRow.expires_at)
        ).all()

    def rotate_keys(self, connection: Connection) -> int:
        """All portals: seals every token anew under the first key, in one go. Gives how many."""
        tokens = connection.execute(
            select(OAuthTokenRow.portal_id, OAuthTokenRow.access_token, OAuthTokenRow.refresh_token).with_for_update()
        ).all()
        for row in tokens:
            connection.execute(
                update(OAuthTokenRow)
                .where(OAuthTokenRow.portal_id == row.portal_id)
                .values(access_token=self._box.rotate(row.access_token), refresh_token=self._box.rotate(row.refresh_token))
            )
        return 2 * len(tokens)

    def _opened(self, portal_id: int, row: Row[bytes, bytes, datetime]) -> TokenPair:
        return TokenPair(
            access_token=self._box.open(row.access_token, bound_to=_place("access_token", portal_id)),
            refresh_token=self._box.open(row.refresh_token, bound_to=_place("refresh_token", portal_id)),
            expires_at=row.expires_at,
        )


def _place(column: str, portal_id: int) -> str:
    return f"oauth_token.{column}:{portal_id}"
