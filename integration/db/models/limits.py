"""How much of each portal's call quota is in use, shared by all processes."""

from __future__ import annotations

from sqlalchemy import Float, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, PortalId, Str


class RateWindowRow(Base):
    """One quota of one portal. Times are seconds since 1970 by the database's clock.

    `free_at` has one entry for each call the window allows: the moment that place may be taken again. The table is unlogged: after a
    crash of PostgreSQL it is empty, which costs a few refused calls and saves a disk flush for each call.
    """

    __tablename__ = "rate_window"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    bucket: Mapped[Str] = mapped_column(primary_key=True)
    """general, search or associations: HubSpot counts them apart."""
    free_at: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), server_default=text("'{}'"))
    paced_until: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    """Backfill may not start a call before this moment, so that it spreads its calls and live work finds places."""
    closed_until: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    """HubSpot asked for silence until then (daily limit, data-centre move)."""
