"""The keyed digests by which a person is recognised without anything about them being readable."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Moment, PortalId, Str


class DigestKeyRow(Base):
    """The key of a portal's digests, sealed and bound to the portal. It goes with the portal's purge, and all digests mean nothing then."""

    __tablename__ = "digest_key"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    sealed_key: Mapped[bytes]
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class PersonDigestRow(Base):
    """One way to name the person behind a record: a keyed digest of the address, of the profile, or of name and employer.

    `erased_at` set makes it a tombstone: the person was erased, and whoever has the same digest is left alone until an admin lifts it.
    """

    __tablename__ = "person_digest"
    __table_args__ = (Index("ix_person_digest_erased", "portal_id", "digest", postgresql_where=text("erased_at IS NOT NULL")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    digest: Mapped[Str] = mapped_column(primary_key=True)
    kind: Mapped[Str]
    """email, linkedin or name."""
    erased_at: Mapped[Moment | None]
