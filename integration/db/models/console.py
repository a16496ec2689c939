"""Who may use the admin pages, who is signed in, and who did what."""

from __future__ import annotations

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class ConsoleRoleRow(Base):
    """What a HubSpot user may do: viewer, operator or admin. Keyed by e-mail, since an admin grants before the user ever came."""

    __tablename__ = "console_role"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[Str] = mapped_column(primary_key=True)
    """Lower case."""
    role: Mapped[Str]
    granted_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    granted_by: Mapped[Str]


class ConsoleSessionRow(Base):
    """One signed-in browser. Only a digest of the cookie is stored."""

    __tablename__ = "console_session"

    session_digest: Mapped[Str] = mapped_column(primary_key=True)
    portal_id: Mapped[PortalId]
    user_id: Mapped[Str]
    email: Mapped[Str]
    csrf_token: Mapped[Str]
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    ends_at: Mapped[Moment]


class AuditRow(Base):
    """Who did what: one row for each action on the admin pages and each command that changes something. Kept when a run is purged."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "portal_id", "at"),)

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId]
    at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    actor: Mapped[Str]
    """E-mail of the HubSpot user, or "command line"."""
    role: Mapped[Str]
    action: Mapped[Str]
    target: Mapped[Str]
    detail: Mapped[Json] = mapped_column(server_default=text("'{}'"))
