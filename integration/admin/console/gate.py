"""Decides who visits: from the cookie to a session, from the session to a portal and a role; and that a form was sent by our own page."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.admin.console.base import Visit
from integration.admin.console.session_store import SessionStore
from integration.core.clock import Clock
from integration.core.errors import BadInput, NotAllowed, NotFound
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore

LIFE: Final = timedelta(hours=12)
_TOUCH_EVERY: Final = timedelta(seconds=60)
_PATH: Final = "/admin"


class SignInNeeded(BadInput):
    """Nobody is signed in with this browser, or no longer."""

    http_status = 401
    default_reason = "sign_in_needed"


class NoRole(NotAllowed):
    """Signed in, but without a role in the portal."""

    default_reason = "no_role"


class ForgedForm(NotAllowed):
    """A form that did not come from a page of this session."""

    default_reason = "forged_form"


@dataclass(frozen=True)
class Gate:
    """Reads the cookie of the request at hand."""

    settings: Settings
    database: Database
    clock: Clock
    portals: PortalStore
    sessions: SessionStore
    roles: RoleStore

    @property
    def is_https(self) -> bool:
        return self.settings.web.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """The prefix makes browsers refuse the cookie without https; `__Host-` would forbid the narrower path."""
        return "__Secure-leadlight" if self.is_https else "leadlight_session"

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.settings.web.session_idle_min)

    def cookie(self) -> str:
        return request.cookies.get(self.cookie_name, "")

    def signed_in_portal(self) -> int | None:
        """The portal of this browser's session; None when nobody is signed in."""
        with self.database.begin() as connection:
            session = self.sessions.find(connection, cookie=self.cookie(), now=self.clock(), idle=self.idle)
        return None if session is None else session.portal_id

    def visit(self, portal_id: int) -> Visit:
        """Who is here. Raises SignInNeeded, NotFound for any portal but the session's own, NoRole."""
        now = self.clock()
        with self.database.begin() as connection:
            session = self.sessions.find(connection, cookie=self.cookie(), now=now, idle=self.idle)
            if session is None:
                raise SignInNeeded("Nobody is signed in, or the session has ended.")
            if session.portal_id != portal_id:
                raise NotFound("There is no such page.")
            portal = self.portals.find(connection, portal_id=portal_id)
            if portal is None:
                raise NotFound("There is no such page.")
            role = self.roles.role_of(connection, portal_id=portal_id, email=session.email)
            if role is None:
                raise NoRole(f"{session.email} has no access to portal {portal_id} any more.")
            if now - session.seen_at > min(_TOUCH_EVERY, self.idle / 4):
                self.sessions.touch(connection, portal_id=portal_id, digest=session.digest, now=now)
        return Visit(portal, session.email, session.user_id, role, session.csrf_token)

    def require_role(self, visit: Visit, role: Role) -> None:
        if visit.role < role:
            raise NotAllowed(
                f"This needs the role {role.word}, and you are {visit.role.word}. An admin of the portal can change that.",
                reason="role_too_low",
            )

    def require_own_form(self, visit: Visit) -> None:
        """Raises ForgedForm unless the form carries the session's token and comes from this origin, as far as the browser says."""
        own = urlsplit(self.settings.web.public_url)
        origin = request.headers.get("Origin")
        fetch_site = request.headers.get("Sec-Fetch-Site")
        from_here = origin is None or origin == f"{own.scheme}://{own.netloc}"
        same_site = fetch_site is None or fetch_site == "same-origin"
        token = request.form.get("csrf_token", "")
        if not (from_here and same_site and hmac.compare_digest(token.encode(), visit.csrf_token.encode())):
            raise ForgedForm("This form was not sent from a page of your session, so nothing was changed.")

    def give_cookie(self, response: AnyResponse, cookie: str) -> None:
        response.set_cookie(
            self.cookie_name,
            cookie,
            max_age=int(LIFE.total_seconds()),
            path=_PATH,
            httponly=True,
            samesite="Lax",
            secure=self.is_https,
        )

    def take_cookie(self, response: AnyResponse) -> None:
        response.delete_cookie(self.cookie_name, path=_PATH, httponly=True, samesite="Lax", secure=self.is_https)
