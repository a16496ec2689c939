"""What the adapters of news share: the declaration of a source of news, and its one endpoint. The search itself is each adapter's."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from integration.core.clock import Clock
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Answer, Offer, Rate, Value
from integration.providers.base import Capability, Field, ProviderInfo, Subject
from integration.providers.http_base import HttpConversation
from integration.providers.http_exchange import Step
from integration.providers.signals import Story, signals_about, write_signal
from integration.providers.signals.reading import plain_name

NEWS_TRUST: Final[Mapping[Field, float]] = MappingProxyType({Field.BUYING_SIGNALS: 0.75})
NEWS_LIFETIME: Final = timedelta(days=3)
_AGO: Final = re.compile(r"(\d{1,3}|an?)\s+(minute|min|hour|day|week|month|year)s?\s+ago", re.IGNORECASE)
_UNITS: Final = {"minute": 0.0, "min": 0.0, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_WRITTEN: Final = ("%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d")


def news_call(
    info: ProviderInfo,
    clock: Clock,
    build_request: Callable[[str, Subject], ApiRequest],
    parse: Callable[[ApiReply, datetime], Sequence[Story] | Answer],
    *,
    rates: tuple[Rate, ...] = (),
    credit_count: Decimal = Decimal(0),
) -> HttpConversation:
    """The endpoint "news": one request for a company's name. Stories about others are left out; a search without stories costs as much."""

    def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
        reply = yield Step(build_request(plain_name(subject), subject))
        found = parse(reply, clock())
        if isinstance(found, Answer):
            return found
        signals = signals_about(subject, found, today=clock().date())
        values = (
            (Value(Field.BUYING_SIGNALS, tuple(map(write_signal, signals)), NEWS_TRUST[Field.BUYING_SIGNALS]),) if signals else ()
        )
        about = (Value(Field.DOMAIN, subject.domain, 0.7),) if subject.domain else ()
        return Answer(
            values, credits=credit_count, about=about, detail="" if values else f"none of {len(found)} stories is about it"
        )

    offer = Offer(
        info, "news", Capability.NEWS, NEWS_TRUST, accepts_news, credits=credit_count, rates=rates, charges_misses=credit_count > 0
    )
    return HttpConversation(offer, look_up)


def accepts_news(subject: Subject) -> bool:
    """Whether there is enough to tell a company's news from that of others: its domain, and a name of some length."""
    return subject.kind == "company" and bool(subject.domain) and len(plain_name(subject)) >= 5


def day_of(written: str, now: datetime) -> date | None:
    """The day that words such as "2 weeks ago", "1 Mar 2025" or an ISO moment mean; None for what is none of these."""
    text = " ".join(written.split())
    if ago := _AGO.fullmatch(text):
        count = 1 if ago[1].lower().startswith("a") else int(ago[1])
        return (now - timedelta(days=count * _UNITS[ago[2].lower()])).date()
    if text.casefold() == "yesterday":
        return (now - timedelta(days=1)).date()
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
