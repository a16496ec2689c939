"""Where each sync of each portal stands."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Json, Moment, PortalId, Str


class SyncCheckpointRow(Base):
    """`watermark` is the modified-since bound of the last complete pass; `cursor` is where a running pass goes on."""

    __tablename__ = "sync_checkpoint"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    sync: Mapped[Str] = mapped_column(primary_key=True)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    watermark: Mapped[Moment | None]
    cursor: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    state: Mapped[Str] = mapped_column(server_default="idle")
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    updated_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
