"""A valid access token for a portal, refreshed by the clock before it ends and by one caller at a time, over all processes.

When HubSpot says that a connection has ended, the portal is marked disconnected in the same transaction and no further call is made for
it. Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-11): refresh by expiry, not on 401.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import ReauthRequired, Unavailable
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.oauth import OAuthClient
from integration.hubspot.portal_store import CONNECTED, DISCONNECTED, PortalStore
from integration.hubspot.token_store import TokenPair, TokenStore
from integration.hubspot.transport import SYSTEM

REFRESH_MARGIN: Final = timedelta(minutes=5)
_TRUSTED_FOR: Final = timedelta(seconds=30)
"""How long a process believes its copy before it looks at the row again, and so how late it may learn of a disconnect."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Copy:
    tokens: TokenPair
    read_at: datetime


class AccessTokens:
    """The process's access tokens. Thread-safe; the truth is the row."""

    def __init__(
        self, database: Database, store: TokenStore, portals: PortalStore, oauth: OAuthClient, clock: Clock, metrics: Metrics
    ) -> None:
        self._database = database
        self._store = store
        self._portals = portals
        self._oauth = oauth
        self._clock = clock
        self._metrics = metrics
        self._copies: dict[int, _Copy] = {}
        self._turns: dict[int, threading.Lock] = defaultdict(threading.Lock)

    def access_token(self, portal_id: int) -> str:
        """A token good for five minutes more. Raises ReauthRequired, without a call, when the portal is not connected.

        Raises AppCredentialsRefused or Unavailable when a refresh was due and failed for reasons that are not the portal's.
        """
        copy = self._copies.get(portal_id)
        if copy is not None and self._clock() - copy.read_at < _TRUSTED_FOR and self._is_fresh(copy.tokens):
            return copy.tokens.access_token
        with self._turns[portal_id]:
            return self._current(portal_id, refused_token=None).access_token

    def renewed(self, portal_id: int, refused_token: str) -> str:
        """The token to use after HubSpot refused `refused_token`: refreshed whatever our clock says, unless somebody did it already."""
        with self._turns[portal_id]:
            return self._current(portal_id, refused_token=refused_token).access_token

    def disconnect(self, portal_id: int, reason: str, *, refused_token: str | None = None) -> bool:
        """Mark the portal as disconnected; its tokens are of no more use and go.

        With `refused_token` only while that is still the portal's token: False when the app was installed again meanwhile.
        """
        with self._database.begin() as connection:
            tokens = self._store.find(connection, portal_id=portal_id, lock=True)
            if refused_token is not None and (tokens is None or tokens.access_token != refused_token):
                return False
            self._end(connection, portal_id, reason)
        self.forget(portal_id)
        return True

    def forget(self, portal_id: int) -> None:
        """Drop this process's copy, after the row was changed."""
        self._copies.pop(portal_id, None)

    def _current(self, portal_id: int, *, refused_token: str | None) -> TokenPair:
        """The row's tokens, refreshed first when they are due."""
        ended: ReauthRequired | None = None
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            tokens = self._store.find(connection, portal_id=portal_id)
            if portal is None or portal.state != CONNECTED or tokens is None:
                self.forget(portal_id)
                raise _not_connected(portal.state_reason if portal else "")
            if not self._is_good(tokens, refused_token):
                try:
                    tokens = self._refreshed(connection, portal_id, refused_token)
                except ReauthRequired as error:
                    # Under the row's lock, so that an install that arrives now is not taken for the one that ended.
                    self._end(connection, portal_id, error.reason)
                    ended = error
        if ended is not None:
            self.forget(portal_id)
            raise ended
        self._copies[portal_id] = _Copy(tokens, self._clock())
        return tokens

    def _refreshed(self, connection: Connection, portal_id: int, refused_token: str | None) -> TokenPair:
        """New tokens, stored. Others who want to refresh wait on the row, and then take what they find there."""
        locked = self._store.find(connection, portal_id=portal_id, lock=True)
        if locked is None:
            raise _not_connected("")
        if self._is_good(locked, refused_token):
            return locked
        tokens = self._oauth.refresh(locked.refresh_token).tokens
        self._store.save(connection, portal_id=portal_id, tokens=tokens, now=self._clock())
        _log.info("token_refreshed", portal_id=portal_id)
        return tokens

    def _end(self, connection: Connection, portal_id: int, reason: str) -> None:
        self._store.erase(connection, portal_id=portal_id)
        self._portals.set_state(connection, portal_id=portal_id, state=DISCONNECTED, reason=reason, now=self._clock())
        self._metrics.error("portal_disconnected")
        _log.warning("portal_disconnected", portal_id=portal_id, reason=reason)

    def _is_good(self, tokens: TokenPair, refused_token: str | None) -> bool:
        return tokens.access_token != refused_token and self._is_fresh(tokens)

    def _is_fresh(self, tokens: TokenPair) -> bool:
        return self._clock() < tokens.expires_at - REFRESH_MARGIN


class StoredTokens(AccessTokens):
    """Tokens for pages that somebody waits for: as stored, to their last moment, and never renewed here, which may take half a minute."""

    def _refreshed(self, connection: Connection, portal_id: int, refused_token: str | None) -> TokenPair:  # noqa: ARG002  as above
        raise Unavailable("The connection to HubSpot is being renewed.", system=SYSTEM, reason="token_due")

    def _is_fresh(self, tokens: TokenPair) -> bool:
        return self._clock() < tokens.expires_at


def _not_connected(reason: str) -> ReauthRequired:
    return ReauthRequired("The portal is not connected; an admin must install the app again.", system=SYSTEM, code=reason or None)
