"""What HubSpot tells of a deal, as findings: its own values, how it ended, and what its past says. Pure.

The past is the versions of three properties. From them: since when the deal stands in its stage, how often its close date was put off, and what
it was worth before its amount was last changed. Amounts are in the account's currency, or are not known.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide (default stages) and
.../crm/pipelines/guide (closed stages), read 2026-11.
Limit: in an account that does not tell `hs_is_closed`, only HubSpot's default stages are known as closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from integration.hubspot.objects import CrmRecord, PropertyVersion
from integration.pipeline.crm_fields import parse_amount, parse_day
from integration.pipeline.facts import crm_findings
from integration.providers.base import CRM_PROVIDER, Field, FieldValue, Finding

HISTORY_PROPERTIES: Final = ("dealstage", "closedate", "amount")
Versions = Mapping[str, Sequence[PropertyVersion]]
"""By property the versions of one record, the newest first."""
WON: Final = "won"
LOST: Final = "lost"
_DEFAULT_STAGES: Final = {"closedwon": WON, "closedlost": LOST}


def deal_findings(deal: CrmRecord, versions: Versions, *, as_of: datetime, currency: str) -> dict[Field, Finding]:
    """The findings about a deal in an account with this currency."""
    found = crm_findings(deal, as_of=as_of)
    more: dict[Field, FieldValue | None] = {
        Field.DEAL_OUTCOME: outcome_of(deal),
        Field.DEAL_STAGE_SINCE: _stage_since(versions.get("dealstage", ())),
        Field.DEAL_CLOSE_PUSHES: _pushes(versions.get("closedate", ())),
        Field.DEAL_AMOUNT: amount_of(deal, currency=currency),
        Field.DEAL_AMOUNT_BEFORE: _amount_before(versions.get("amount", ())) if _is_in(deal, currency) else None,
    }
    found.pop(Field.DEAL_AMOUNT, None)
    seen_at = deal.updated_at or as_of
    found |= {name: Finding(name, value, CRM_PROVIDER, seen_at, 1.0) for name, value in more.items() if value is not None}
    return found


def outcome_of(deal: CrmRecord) -> str | None:
    """won or lost; None while the deal is open."""
    if (deal.text("hs_is_closed_won") or "").lower() == "true":
        return WON
    if (deal.text("hs_is_closed") or "").lower() == "true":
        return LOST
    return _DEFAULT_STAGES.get(deal.text("dealstage") or "")


def amount_of(deal: CrmRecord, *, currency: str) -> float | None:
    """The amount in the account's currency: as HubSpot converts it, else as it stands on a deal in that currency."""
    text = deal.text("amount_in_home_currency") or (deal.text("amount") if _is_in(deal, currency) else None)
    return None if text is None else parse_amount(text)


def _is_in(deal: CrmRecord, currency: str) -> bool:
    """Whether the deal's own amount is in this currency; a deal that names none is in the account's."""
    return (deal.text("deal_currency_code") or currency).upper() == currency.upper()


def _stage_since(versions: Sequence[PropertyVersion]) -> str | None:
    """When the present stage was entered: saving the same stage again does not count as entering it."""
    since: datetime | None = None
    for version in versions:
        if since is not None and version.value != versions[0].value:
            break
        since = version.at
    return None if since is None else since.isoformat()


def _pushes(versions: Sequence[PropertyVersion]) -> int | None:
    """How often the close date moved to a later day; None where there is none."""
    days = [day for version in reversed(versions) if (day := parse_day(version.value or "")) is not None]
    return sum(after > before for before, after in pairwise(days)) if days else None


def _amount_before(versions: Sequence[PropertyVersion]) -> float | None:
    """The last amount that differs from the present one; None when it never changed."""
    amounts = [amount for version in versions if (amount := parse_amount(version.value or "")) is not None]
    return next((amount for amount in amounts if amount != amounts[0]), None)
