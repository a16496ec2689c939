"""Changes of roles, with the one rule that holds everywhere: a portal that has an admin keeps one."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.admin.console.session_store import SessionStore
from integration.core.clock import Clock
from integration.core.errors import BadInput, NotFound


class LastAdmin(BadInput):
    """The change would leave the portal without an admin."""

    default_reason = "last_admin"


@dataclass(frozen=True)
class Membership:
    """Grants and takes roles. Whoever loses theirs is signed out at once."""

    clock: Clock
    roles: RoleStore = field(default_factory=RoleStore)
    sessions: SessionStore = field(default_factory=SessionStore)

    def grant(self, connection: Connection, *, portal_id: int, email: str, role: Role, by: str) -> Role | None:
        """The role the person had before. Raises LastAdmin."""
        if role is not Role.ADMIN:
            self._keep_an_admin(connection, portal_id, email)
        before = self.roles.role_of(connection, portal_id=portal_id, email=email)
        self.roles.grant(connection, portal_id=portal_id, email=email, role=role, by=by, now=self.clock())
        return before

    def revoke(self, connection: Connection, *, portal_id: int, email: str) -> None:
        """Raises LastAdmin, NotFound when the person has no role."""
        self._keep_an_admin(connection, portal_id, email)
        if not self.roles.revoke(connection, portal_id=portal_id, email=email):
            raise NotFound(f"{email} has no role in portal {portal_id}.")
        self.sessions.end_all(connection, portal_id=portal_id, email=email.lower())

    def _keep_an_admin(self, connection: Connection, portal_id: int, email: str) -> None:
        if self.roles.admins_locked(connection, portal_id=portal_id) == {email.lower()}:
            raise LastAdmin(f"{email} is the only admin of portal {portal_id}. Make somebody else admin first.")
