"""Uploaded files of leads: the file, its bytes until they are read, its rows in chunks with their scores, and remembered mappings.

Rows lie in PostgreSQL, not on a disk, since any worker on any machine may take the next chunk.
"""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class LeadFileRow(Base):
    """One upload. `state`: mapping (a person decides what columns mean), reading, scoring, done, failed (`problem` says why).

    `push_state`: "" (never), counting (dry run), counted, pushing, pushed; `push_creates`: missing records are made. `columns` are the headings
    of the cells that scoring adds.
    """

    __tablename__ = "lead_file"
    __table_args__ = (Index("ix_lead_file_expires_at", "expires_at"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    file_id: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str]
    object_type: Mapped[Str]
    state: Mapped[Str]
    problem: Mapped[Str]
    size_bytes: Mapped[BigInt]
    uploaded_by: Mapped[Str]
    uploaded_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    plan: Mapped[Json]
    mapping: Mapped[Json]
    columns: Mapped[Json]
    push_state: Mapped[Str]
    push_creates: Mapped[bool]
    push_run_id: Mapped[Str | None]


class LeadFilePartRow(Base):
    """A piece of the file as it was received; gone once its rows are chunks."""

    __tablename__ = "lead_file_part"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    file_id: Mapped[Str] = mapped_column(primary_key=True)
    position: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class LeadFileChunkRow(Base):
    """Up to a thousand rows, packed. `scored` NULL: not yet; else the outcome of each row. `pushed` counts what a push did with them."""

    __tablename__ = "lead_file_chunk"
    __table_args__ = (
        Index("ix_lead_file_chunk_unscored", "portal_id", "file_id", "position", postgresql_where=text("scored IS NULL")),
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    file_id: Mapped[Str] = mapped_column(primary_key=True)
    position: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    row_count: Mapped[BigInt]
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    scored: Mapped[bytes | None] = mapped_column(LargeBinary)
    tally: Mapped[Json | None]
    pushed: Mapped[Json | None]
    push_run_id: Mapped[Str | None]


class LeadMappingRow(Base):
    """What an admin decided about columns, for the next file with the same headings."""

    __tablename__ = "lead_mapping"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[Str] = mapped_column(primary_key=True)
    mapping: Mapped[Json]
    saved_by: Mapped[Str]
    saved_at: Mapped[Moment]
