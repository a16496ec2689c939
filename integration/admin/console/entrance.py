"""What becomes of somebody whom HubSpot sent back: a session for those with a role, the first admin for a portal without one.

The rule for the first admin: whoever installs or reconnects the app, when the portal has no admin. HubSpot lets only Super Admins and
people with App Marketplace Access install an app, so that person may decide. Nobody becomes admin by merely signing in.
Decision record: docs/decisions/0016-who-may-use-the-console.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import redirect
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from integration.access.audit_store import AuditStore
from integration.access.roles import Role
from integration.admin.console import problems
from integration.admin.console.gate import LIFE, Gate
from integration.admin.pages import render_page
from integration.hubspot.oauth import Identity

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Entrance:
    """Gives roles and sessions to identities that HubSpot vouched for."""

    gate: Gate
    audit: AuditStore

    def make_first_admin(self, connection: Connection, identity: Identity) -> bool:
        """In the transaction that connects the portal. True when this person became its first admin."""
        portal_id, now = identity.portal_id, self.gate.clock()
        if self.gate.roles.has_admin(connection, portal_id=portal_id):
            return False
        self.gate.roles.grant(connection, portal_id=portal_id, email=identity.email, role=Role.ADMIN, by="install", now=now)
        self.audit.add(
            connection,
            portal_id=portal_id,
            actor=identity.email,
            role=Role.ADMIN.word,
            action="became_first_admin",
            target=identity.email,
            now=now,
        )
        return True

    def open_session(self, response: AnyResponse, identity: Identity) -> bool:
        """Sign the person in with this response. False, with nothing changed, when they have no role."""
        now, email = self.gate.clock(), identity.email.lower()
        with self.gate.database.begin() as connection:
            role = self.gate.roles.role_of(connection, portal_id=identity.portal_id, email=email)
            if role is None:
                return False
            cookie = self.gate.sessions.open(
                connection, portal_id=identity.portal_id, user_id=identity.user_id, email=email, now=now, life=LIFE
            )
            self.audit.add(
                connection,
                portal_id=identity.portal_id,
                actor=email,
                role=role.word,
                action="signed_in",
                target=email,
                now=now,
            )
        self.gate.give_cookie(response, cookie)
        return True

    def admit(self, identity: Identity, goes_to: str) -> AnyResponse:
        """To the page they wanted, or to the page that says whom to ask."""
        home = f"/admin/{identity.portal_id}"
        is_theirs = goes_to == home or goes_to.startswith((f"{home}/", f"{home}?"))
        response: AnyResponse = redirect(goes_to if is_theirs else home, code=303)
        if self.open_session(response, identity):
            return response
        _log.info("sign_in_without_role", portal_id=identity.portal_id)
        with self.gate.database.begin() as connection:
            members = self.gate.roles.members(connection, portal_id=identity.portal_id)
        admins = tuple(member.email for member in members if member.role is Role.ADMIN)
        problem = problems.no_role(identity.email, identity.portal_id, admins)
        return render_page("console/problem.html", http_status=problem.http_status, problem=problem)
