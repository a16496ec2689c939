"""What we made in HubSpot ourselves, and the identities we claimed before making it, so that nothing is made twice."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Moment, PortalId, Str


class CreatedObjectRow(Base):
    """One object we created. `kind` is its type (notes, tasks, companies); `object_type` and `object_id` name the record it hangs on.

    `archived_at` is when an undo put it into HubSpot's recycling bin.
    """

    __tablename__ = "created_object"
    __table_args__ = (
        Index("ix_created_object_run", "portal_id", "run_id"),
        Index("ix_created_object_record", "portal_id", "object_type", "object_id"),
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Str] = mapped_column(primary_key=True)
    created_id: Mapped[Str] = mapped_column(primary_key=True)
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    purpose: Mapped[Str]
    run_id: Mapped[Str]
    created_at: Mapped[Moment]
    archived_at: Mapped[Moment | None]
    archived_run_id: Mapped[Str | None]


class RecordIdentityRow(Base):
    """The record that stands for an identity ("domain:example.com"), known before HubSpot's search index knows it.

    `object_id` NULL: claimed, and the answer to the create call is not in yet.
    """

    __tablename__ = "record_identity"
    __table_args__ = (Index("ix_record_identity_object", "portal_id", "object_type", "object_id"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    identity: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str | None]
    claimed_at: Mapped[Moment]
