"""Who may use the console of a portal, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from integration.access.roles import Role
from integration.db.models import ConsoleRoleRow


@dataclass(frozen=True)
class Member:
    """A person with a role. `granted_by` is an e-mail address, "command line" or "install"."""

    email: str
    role: Role
    granted_at: datetime
    granted_by: str


class RoleStore:
    """Rows of `console_role`. Addresses are kept in lower case."""

    def role_of(self, connection: Connection, *, portal_id: int, email: str) -> Role | None:
        """None: no access."""
        word = connection.execute(
            select(ConsoleRoleRow.role).where(ConsoleRoleRow.portal_id == portal_id, ConsoleRoleRow.email == email.lower())
        ).scalar_one_or_none()
        return None if word is None else Role.from_word(word)

    def members(self, connection: Connection, *, portal_id: int) -> Sequence[Member]:
        """Everyone with access, by address."""
        rows = connection.execute(
            select(ConsoleRoleRow.__table__).where(ConsoleRoleRow.portal_id == portal_id).order_by(ConsoleRoleRow.email)
        )
        return [Member(row.email, Role.from_word(row.role), row.granted_at, row.granted_by) for row in rows]

    def admins_locked(self, connection: Connection, *, portal_id: int) -> frozenset[str]:
        """The portal's admins; nobody else can change them before the transaction ends."""
        rows = connection.execute(
            select(ConsoleRoleRow.email)
            .where(ConsoleRoleRow.portal_id == portal_id, ConsoleRoleRow.role == Role.ADMIN.word)
            .with_for_update()
        )
        return frozenset(row.email for row in rows)

    def has_admin(self, connection: Connection, *, portal_id: int) -> bool:
        count = connection.execute(
            select(func.count())
            .select_from(ConsoleRoleRow)
            .where(ConsoleRoleRow.portal_id == portal_id, ConsoleRoleRow.role == Role.ADMIN.word)
        ).scalar_one()
        return count > 0

    def grant(self, connection: Connection, *, portal_id: int, email: str, role: Role, by: str, now: datetime) -> None:
        """From now on this person has exactly this role."""
        fresh = {"role": role.word, "granted_at": now, "granted_by": by}
        connection.execute(
            insert(ConsoleRoleRow)
            .values(portal_id=portal_id, email=email.lower(), **fresh)
            .on_conflict_do_update(index_elements=[ConsoleRoleRow.portal_id, ConsoleRoleRow.email], set_=fresh)
        )

    def revoke(self, connection: Connection, *, portal_id: int, email: str) -> bool:
        """True when there was a role to take."""
        gone = connection.execute(
            delete(ConsoleRoleRow).where(ConsoleRoleRow.portal_id == portal_id, ConsoleRoleRow.email == email.lower())
        )
        return gone.rowcount > 0
