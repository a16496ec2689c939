"""Texts we hand out and take back: the `state` of an install, and links to one portal's pages.

Each is sealed with our keys, so nobody else can make one, and says what it is for. A state belongs to one browser and is spent by its
callback; a link to disconnect is spent by its use; a link to the status page works until it ends.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.crypto import SecretBox, UnreadableSecret
from integration.core.errors import BadInput
from integration.hubspot.oauth_state_store import OAuthStateStore

INSTALL: Final = "install"
SIGN_IN: Final = "sign_in"
STATE_LIFE: Final = timedelta(minutes=15)
STATUS_LIFE: Final = timedelta(hours=12)
DISCONNECT_LIFE: Final = timedelta(days=7)
_NONCE_BYTES: Final = 24


class StateRefused(BadInput):
    """A state or link that does not hold; `reason` is absent, unreadable, expired, replayed or other_browser."""


@dataclass(frozen=True)
class Ticket:
    """An opened text: what it is for, its nonce, and the portal or browser it is bound to."""

    purpose: str
    nonce: str
    subject: str
    goes_to: str = ""
    """The page wanted after a sign-in."""


class SealedLinks:
    """Makes and opens the texts. Single use is kept in the database."""

    def __init__(self, box: SecretBox, store: OAuthStateStore, clock: Clock) -> None:
        self._box = box
        self._store = store
        self._clock = clock

    def new_browser(self) -> str:
        """A fresh value for the cookie that ties an install to its browser."""
        return secrets.token_urlsafe(_NONCE_BYTES)

    def new_state(self, connection: Connection, browser: str, purpose: str = INSTALL, goes_to: str = "") -> str:
        """The `state` of one install or sign-in, for the browser that carries this cookie."""
        return self._issue(connection, purpose, _digest(browser), goes_to)

    def purpose_of_state(self, state: str | None) -> str:
        """What a callback's state was made for, also when it does not hold any more; an install when that cannot be told."""
        try:
            self._box.open((state or "").encode(), bound_to=f"link:{SIGN_IN}")
        except UnreadableSecret:
            return INSTALL
        return SIGN_IN

    def spend_state(self, connection: Connection, state: str | None, browser: str | None) -> Ticket:
        """Use up the state of a callback. Raises StateRefused saying why it does not hold."""
        ticket = self._opened(state, self.purpose_of_state(state), STATE_LIFE)
        if not self._store.is_open(connection, nonce=ticket.nonce):
            raise StateRefused("This install link was used before.", reason="replayed")
        if not browser or not hmac.compare_digest(ticket.subject, _digest(browser)):
            raise StateRefused("The install was started in another browser.", reason="other_browser")
        if not self._store.spend(connection, nonce=ticket.nonce, now=self._clock()):
            raise StateRefused("This install link was used before.", reason="replayed")
        return ticket

    def status_link(self, portal_id: int) -> str:
        """Opens the portal's status page, as often as wanted, for twelve hours."""
        return self._seal("status", secrets.token_urlsafe(_NONCE_BYTES), str(portal_id))

    def open_status(self, link: str | None, portal_id: int) -> None:
        self._for_portal(self._opened(link, "status", STATUS_LIFE), portal_id)

    def disconnect_link(self, connection: Connection, portal_id: int) -> str:
        """Lets whoever holds it disconnect the portal once, for seven days."""
        return self._issue(connection, "disconnect", str(portal_id))

    def open_disconnect(self, connection: Connection, link: str | None, portal_id: int) -> Ticket:
        """The ticket of a link that may still be used; `spend` uses it up."""
        ticket = self._for_portal(self._opened(link, "disconnect", DISCONNECT_LIFE), portal_id)
        if not self._store.is_open(connection, nonce=ticket.nonce):
            raise StateRefused("This link was used before.", reason="replayed")
        return ticket

    def spend(self, connection: Connection, ticket: Ticket) -> bool:
        """True for exactly one caller."""
        return self._store.spend(connection, nonce=ticket.nonce, now=self._clock())

    def _issue(self, connection: Connection, purpose: str, subject: str, goes_to: str = "") -> str:
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        self._store.issue(connection, nonce=nonce, now=self._clock())
        return self._seal(purpose, nonce, subject, goes_to)

    def _seal(self, purpose: str, nonce: str, subject: str, goes_to: str = "") -> str:
        payload = json.dumps({"nonce": nonce, "subject": subject, "goes_to": goes_to, "at": self._clock().isoformat()})
        return self._box.seal(payload, bound_to=f"link:{purpose}").decode()

    def _opened(self, text: str | None, purpose: str, life: timedelta) -> Ticket:
        if not text:
            raise StateRefused("The link is incomplete.", reason="absent")
        try:
            payload = json.loads(self._box.open(text.encode(), bound_to=f"link:{purpose}"))
        except UnreadableSecret as error:
            raise StateRefused("The link was not made by this server.", reason="unreadable") from error
        if self._clock() - datetime.fromisoformat(payload["at"]) > life:
            raise StateRefused("The link has ended.", reason="expired")
        return Ticket(purpose, payload["nonce"], payload["subject"], payload.get("goes_to", ""))

    def _for_portal(self, ticket: Ticket, portal_id: int) -> Ticket:
        if ticket.subject != str(portal_id):
            raise StateRefused("The link belongs to another portal.", reason="unreadable")
        return ticket


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
