"""Keeps what a deal's card shows of the deal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.cards import DealLinkRow
from integration.hubspot.objects import DEALS
from integration.pipeline.deals.link import DealLink


class DealLinkStore:
    """Rows of `deal_link`."""

    def find(self, connection: Connection, *, portal_id: int, deal_id: str) -> DealLink | None:
        """The deal as it was last seen; None when nobody looked at it yet."""
        row = connection.execute(
            select(DealLinkRow.__table__).where(
                DealLinkRow.portal_id == portal_id, DealLinkRow.object_type == DEALS, DealLinkRow.object_id == deal_id
            )
        ).one_or_none()
        if row is None:
            return None
        return DealLink(
            deal_id=row.object_id,
            name=row.name,
            stage=row.stage,
            amount=row.amount,
            closes_on=row.closes_on,
            owner_id=row.owner_id,
            company_id=row.company_id,
            contact_ids=tuple(row.contact_ids),
            seen_at=row.seen_at,
        )

    def save(self, connection: Connection, *, portal_id: int, link: DealLink) -> None:
        fresh: dict[str, Any] = {name: value for name, value in asdict(link).items() if name != "deal_id"}
        fresh["contact_ids"] = list(link.contact_ids)
        connection.execute(
            insert(DealLinkRow)
            .values(portal_id=portal_id, object_type=DEALS, object_id=link.deal_id, **fresh)
            .on_conflict_do_update(index_elements=["portal_id", "object_type", "object_id"], set_=fresh)
        )

    def forget(self, connection: Connection, *, portal_id: int, deal_id: str) -> None:
        """The deal is not there any more."""
        connection.execute(
            delete(DealLinkRow).where(
                DealLinkRow.portal_id == portal_id, DealLinkRow.object_type == DEALS, DealLinkRow.object_id == deal_id
            )
        )
