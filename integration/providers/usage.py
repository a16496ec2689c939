"""What a provider's own account says was used: the free question that tests a key and that our ledger is compared with. No I/O here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from integration.providers.base import ErrorClass


@dataclass(frozen=True)
class Usage:
    """Credits of the provider's current period, for the whole account of the key. None where the provider does not say."""

    used: Decimal
    limit: Decimal | None = None
    starts_on: date | None = None
    resets_on: date | None = None


@dataclass(frozen=True)
class UsageReply:
    """The account's usage, or why it could not be read: `error` says how, `detail` in the provider's words."""

    usage: Usage | None
    error: ErrorClass | None = None
    detail: str = ""


def month_before(day: date) -> date:
    """The same day of the month before, or that month's last day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def day_from(raw: object) -> date | None:
    """The day at the front of an ISO moment, None when there is none: providers leave it out on some plans."""
    if not isinstance(raw, str):
        return None
    try:
        return date.fromisoformat(raw[:10])
    except ValueError:
        return None


class UsageEndpoint(Protocol):
    """Asks the provider about the account of a key. Costs no credits."""

    def fetch(self, *, key: str, until: float) -> UsageReply:
        """One call that ends before the monotonic moment `until`; failures are replies too."""
        ...
