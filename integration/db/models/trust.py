"""What an admin allows to be written, what the account's properties look like, what needs attention, and what a person must decide."""

from __future__ import annotations

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class PropertyPolicyRow(Base):
    """What an admin set for one property; a property without a row has its default policy.

    `margin_ratio` is how much more certain than another app's value a finding must be under if_more_certain; NULL: not stated.
    `people_may_be_overwritten` lifts the protection of values set by people and imports. `is_open` opens a routing field.
    """

    __tablename__ = "property_policy"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    property_name: Mapped[Str] = mapped_column(primary_key=True)
    policy: Mapped[Str]
    margin_ratio: Mapped[float | None]
    people_may_be_overwritten: Mapped[bool] = mapped_column(server_default=text("false"))
    is_open: Mapped[bool] = mapped_column(server_default=text("false"))
    changed_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    changed_by: Mapped[Str]


class PropertyCatalogRow(Base):
    """The properties of one object type as the portal had them at `fetched_at`: a list of definitions with their options."""

    __tablename__ = "property_catalog"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    definitions: Mapped[Json]
    fetched_at: Mapped[Moment]


class AlertRow(Base):
    """Something an admin should know of: one open row for each portal, kind and subject, counted up while it lasts.

    `kind`: option_unknown, property_changed, budget. `subject` names what it is about ("companies.industry=SPACE", "apollo/day/80"). No
    personal data.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("uq_alert_open", "portal_id", "kind", "subject", unique=True, postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId]
    kind: Mapped[Str]
    subject: Mapped[Str]
    message: Mapped[Str]
    count: Mapped[BigInt] = mapped_column(server_default=text("1"))
    first_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    last_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    resolved_at: Mapped[Moment | None]
    resolved_by: Mapped[Str | None]


class ReviewRow(Base):
    """A question only a person may answer: which of several candidates this record is, or whether a doubtful one is it.

    `candidates` is a list with the evidence for and against each; `fingerprint` tells whether it is still the same question. `state`: open,
    accepted (`choice` is the candidate's key), rejected (none of them), withdrawn. A decided row is the memory of the decision.
    """

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_open", "portal_id", "opened_at", postgresql_where=text("state = 'open'")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    question: Mapped[Str] = mapped_column(primary_key=True)
    """What is asked: "identity"."""
    candidates: Mapped[Json]
    fingerprint: Mapped[Str]
    state: Mapped[Str]
    choice: Mapped[Str | None]
    run_id: Mapped[Str]
    """Always "": who asks stands before any run and cannot name one; the record's story tells the run by its time."""
    opened_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[Str | None]
