"""The quotas in use, one row for each portal and bucket, changed under a row lock by whichever process asks."""

from __future__ import annotations

from sqlalchemy import Connection, Float, extract, func, select, update
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import RateWindowRow
from integration.hubspot.limit_window import Window


class LimitsStore:
    """Reads a window locked against everybody else until the transaction ends, and writes it back."""

    def lock(self, connection: Connection, *, portal_id: int, bucket: str) -> tuple[Window, float]:
        """The window and the database's present, in seconds since 1970. A portal never seen has an empty window."""
        locked = (
            select(
                RateWindowRow.free_at,
                RateWindowRow.paced_until,
                RateWindowRow.closed_until,
                extract("epoch", func.clock_timestamp()).cast(Float(53)).label("now"),
            )
            .where(RateWindowRow.portal_id == portal_id, RateWindowRow.bucket == bucket)
            .with_for_update()
        )
        row = connection.execute(locked).one_or_none()
        if row is None:
            connection.execute(insert(RateWindowRow).values(portal_id=portal_id, bucket=bucket).on_conflict_do_nothing())
            row = connection.execute(locked).one()
        return Window(tuple(row.free_at), row.paced_until, row.closed_until), row.now

    def save(self, connection: Connection, *, portal_id: int, bucket: str, window: Window) -> None:
        connection.execute(
            update(RateWindowRow)
            .where(RateWindowRow.portal_id == portal_id, RateWindowRow.bucket == bucket)
            .values(free_at=list(window.free_at), paced_until=window.paced_until, closed_until=window.closed_until)
        )

    def find(self, connection: Connection, *, portal_id: int) -> dict[str, Window]:
        """The windows of a portal by bucket, without locking."""
        rows = connection.execute(
            select(RateWindowRow)
            .where(RateWindowRow.portal_id == portal_id)
            .with_only_columns(RateWindowRow.bucket, RateWindowRow.free_at, RateWindowRow.paced_until, RateWindowRow.closed_until)
        )
        return {row.bucket: Window(tuple(row.free_at), row.paced_until, row.closed_until) for row in rows}
