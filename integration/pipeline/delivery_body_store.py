"""The bodies of raw deliveries, cleaned of what erased records said. That breaks their signature, which nobody checks again.

Limit: a body that is no JSON cannot be searched; it stays until the retention of the inbox ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Connection, LargeBinary, bindparam, func, literal, or_, select, update

from integration.db.models.inbox import DeliveryRow
from integration.pipeline.redaction import without_portal, without_records

_ROWS_AT_ONCE = 200


class DeliveryBodyStore:
    """Rewrites rows of `delivery`."""

    def clean(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> int:
        """Cut the events about these records out of everything received so far. Gives how many deliveries had some.

        One look over the portal's deliveries, and those that name several portals: rare enough to need no index.
        """
        wanted = [func.position(literal(one.encode()).op("IN")(DeliveryRow.body)) > 0 for one in object_ids]
        naming = connection.execute(
            select(DeliveryRow.id, DeliveryRow.body)
            .where(or_(DeliveryRow.portal_id == portal_id, DeliveryRow.portal_id.is_(None)), or_(*wanted))
            .order_by(DeliveryRow.id)
            .with_for_update()
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        bodies = {
            row_id: body
            for row_id, raw in naming
            if (body := without_records(raw, portal_id=portal_id, object_type=object_type, object_ids=object_ids)) is not None
        }
        self.replace(connection, bodies)
        return len(bodies)

    def clean_portal(self, connection: Connection, *, portal_id: int) -> int:
        """Cut a portal's events out of deliveries that name several. Gives how many had some."""
        naming = connection.execute(
            select(DeliveryRow.id, DeliveryRow.body)
            .where(DeliveryRow.portal_id.is_(None), func.position(literal(str(portal_id).encode()).op("IN")(DeliveryRow.body)) > 0)
            .order_by(DeliveryRow.id)
            .with_for_update()
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        bodies = {row_id: body for row_id, raw in naming if (body := without_portal(raw, portal_id=portal_id)) is not None}
        self.replace(connection, bodies)
        return len(bodies)

    def replace(self, connection: Connection, bodies: Mapping[int, bytes]) -> None:
        """All portals: a delivery may name several. Each body takes the place of what the delivery with that id held."""
        if bodies:
            rows = [{"row_id": row_id, "without": body} for row_id, body in sorted(bodies.items())]
            connection.execute(
                update(DeliveryRow.__table__)  # type: ignore[arg-type]
                .where(DeliveryRow.id == bindparam("row_id", type_=BigInteger()))
                .values(body=bindparam("without", type_=LargeBinary())),
                rows,
            )

    def mark_shared(self, connection: Connection, *, delivery_ids: Sequence[int]) -> None:
        """All portals: these deliveries name several, so none of them may take the others' events away unlooked."""
        if delivery_ids:
            connection.execute(update(DeliveryRow).where(DeliveryRow.id.in_(delivery_ids)).values(portal_id=None))
