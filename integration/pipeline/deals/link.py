"""What a deal's card is told from: the deal's own few facts and the records it hangs on, read out of HubSpot's values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from integration.hubspot.objects import AssociatedRecord, CrmRecord

DEAL_PROPERTIES: Final = ("dealname", "dealstage", "amount", "closedate", "hubspot_owner_id")
MOST_CONTACTS: Final = 50
_LARGEST_AMOUNT: Final = Decimal(10) ** 15


@dataclass(frozen=True)
class DealLink:
    """A deal as it was at `seen_at`. `contact_ids` are its first contacts, at most fifty; `stage` is the words people know, or HubSpot's id for it."""

    deal_id: str
    name: str
    stage: str
    amount: Decimal | None
    closes_on: date | None
    owner_id: str | None
    company_id: str | None
    contact_ids: tuple[str, ...]
    seen_at: datetime


def build_link(
    deal: CrmRecord,
    companies: Sequence[AssociatedRecord],
    contacts: Sequence[AssociatedRecord],
    *,
    stages: Mapping[str, str],
    seen_at: datetime,
) -> DealLink:
    """The deal with its primary company, else the first, and its contacts in order of their ids."""
    primary = next((one.object_id for one in companies if one.is_primary), None)
    stage = deal.text("dealstage") or ""
    return DealLink(
        deal_id=deal.object_id,
        name=deal.text("dealname") or "",
        stage=stages.get(stage, stage),
        amount=read_amount(deal.text("amount")),
        closes_on=read_day(deal.text("closedate")),
        owner_id=deal.text("hubspot_owner_id"),
        company_id=primary or next((one.object_id for one in companies), None),
        contact_ids=tuple(sorted({one.object_id for one in contacts}, key=lambda text: (len(text), text))[:MOST_CONTACTS]),
        seen_at=seen_at,
    )


def read_amount(text: str | None) -> Decimal | None:
    """The amount to the cent; None for what is no amount, or none that could be kept."""
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and abs(amount) < _LARGEST_AMOUNT else None


def read_day(text: str | None) -> date | None:
    """The day of an ISO moment, an ISO date or milliseconds since 1970, in UTC; None for anything else."""
    if not text:
        return None
    try:
        if text.isdecimal() and len(text) > len("20261231"):
            return datetime.fromtimestamp(int(text) / 1000, UTC).date()
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
