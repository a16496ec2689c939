"""The ledger: every value written or refused, with before and after; the runs they belong to; the notes we own."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Identity, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class RunRow(Base):
    """One pass over records of a portal.

    `kind`: live, backfill, accept (a dry run's proposals are applied), approve (a draft becomes tasks), undo, leads (a file is pushed).

    `counts` holds what it did, by name. `is_dry`: everything was decided and nothing written. `target` says what an undo or accept is about, and
    `parent_run_id` names the run it answers, where it is one. `total_count` and `done_count` are for the progress of long runs.
    """

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_portal_started", "portal_id", "started_at"),)

    run_id: Mapped[Str] = mapped_column(primary_key=True)
    portal_id: Mapped[PortalId]
    kind: Mapped[Str]
    object_type: Mapped[Str]
    started_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    finished_at: Mapped[Moment | None]
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    is_dry: Mapped[bool] = mapped_column(server_default=text("false"))
    requested_by: Mapped[Str] = mapped_column(server_default=text("''"))
    """E-mail of the person who asked for it, "command line", or "" for what runs by itself."""
    parent_run_id: Mapped[Str | None]
    target: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    total_count: Mapped[BigInt] = mapped_column(server_default=text("0"))
    done_count: Mapped[BigInt] = mapped_column(server_default=text("0"))


class LedgerRow(Base):
    """One property of one record in one run: what stood there, what we wanted, what was decided, what HubSpot said.

    `decision`: write, keep (policy left the value alone). `outcome`: pending, written, refused, unknown (the answer was lost), lost (it was
    lost, and the record read again shows that the value did not arrive), kept (never asked for), proposed (a dry run would have written
    it), accepted and declined (what became of a proposal), merged (its record was merged away and the survivor's own value stands). A kept row
    without `settled_at` belongs to a dry run that nobody has judged yet.
    `superseded_at`: when we saw that the value no longer stands, because somebody else changed it; such a value has no provenance any more.
    `property_name` "note:<purpose>" stands for a note on the record; its `fingerprint` tells whether the text is the same.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_record", "portal_id", "object_type", "object_id", "id"),
        Index("ix_ledger_run", "portal_id", "run_id"),
        Index("ix_ledger_created_at", "portal_id", "created_at"),
        Index(
            "ix_ledger_open",
            "portal_id",
            "object_type",
            "object_id",
            postgresql_where=text("outcome IN ('pending', 'unknown')"),
        ),
        Index(
            "ix_ledger_proposal",
            "portal_id",
            "object_type",
            "object_id",
            postgresql_where=text("outcome = 'proposed' OR (outcome = 'kept' AND settled_at IS NULL)"),
        ),
    )

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId]
    run_id: Mapped[Str]
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    property_name: Mapped[Str]
    value_before: Mapped[Str | None]
    value_after: Mapped[Str | None]
    policy: Mapped[Str]
    decision: Mapped[Str]
    decision_reason: Mapped[Str]
    provider: Mapped[Str | None]
    source_url: Mapped[Str | None]
    seen_at: Mapped[Moment | None]
    confidence_ratio: Mapped[float | None]
    cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    trace_id: Mapped[Str]
    outcome: Mapped[Str]
    error: Mapped[Str | None]
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    settled_at: Mapped[Moment | None]
    superseded_at: Mapped[Moment | None]
    fingerprint: Mapped[Str | None]


class NoteRow(Base):
    """A note we own on a record: at most one for each purpose (brief, draft).

    Written before HubSpot is asked, with `note_id` NULL; `marker` stands in the note's body, so that a note whose answer was lost is
    found again instead of being written twice.
    """

    __tablename__ = "note"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    purpose: Mapped[Str] = mapped_column(primary_key=True)
    marker: Mapped[Str]
    note_id: Mapped[Str | None]
    fingerprint: Mapped[Str]
    requested_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    written_at: Mapped[Moment | None]
