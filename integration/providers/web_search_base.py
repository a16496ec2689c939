"""What the adapters of web searches share: the declaration of a search as a provider, and its one endpoint. The search itself is each adapter's."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from decimal import Decimal

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Answer, Offer, Rate
from integration.providers.base import Capability, ProviderInfo, Subject
from integration.providers.http_base import HttpConversation
from integration.providers.http_exchange import Step
from integration.providers.web_search import (
    FOUND_LIFETIME,
    NOT_FOUND_LIFETIME,
    TRUST,
    SearchResult,
    accepts,
    answer_of,
    query_of,
)


def search_info(
    name: str,
    *,
    title: str,
    documentation_url: str,
    address: str,
    needs_key: bool = False,
    usd_per_credit: str = "0",
    known_limits: Sequence[str] = (),
    opt_in: str = "",
) -> ProviderInfo:
    """The declaration of a provider that searches the web, for the site of a company of which only the name is known."""
    return ProviderInfo(
        name=name,
        title=title,
        capabilities=frozenset({Capability.WEB_SEARCH}),
        fields={Capability.WEB_SEARCH: frozenset(TRUST)},
        needs_key=needs_key,
        usd_per_credit=Decimal(usd_per_credit),
        found_lifetime=FOUND_LIFETIME,
        not_found_lifetime=NOT_FOUND_LIFETIME,
        documentation_url=documentation_url,
        addresses={name: address},
        known_limits=(
            "Asked only about companies without a domain; what it finds is offered, never written by itself.",
            *known_limits,
        ),
        opt_in=opt_in,
    )


def search_call(
    info: ProviderInfo,
    build_request: Callable[[str, Subject], ApiRequest],
    parse: Callable[[ApiReply], Sequence[SearchResult] | Answer],
    *,
    rates: tuple[Rate, ...] = (),
    credit_count: Decimal = Decimal(0),
) -> HttpConversation:
    """The endpoint "sites": one request for a company's name. A search that brought nothing costs what one that did costs."""

    def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
        reply = yield Step(build_request(query_of(subject), subject))
        found = parse(reply)
        return found if isinstance(found, Answer) else answer_of(subject, found, credit_count=credit_count)

    offer = Offer(
        info, "sites", Capability.WEB_SEARCH, TRUST, accepts, credits=credit_count, rates=rates, charges_misses=credit_count > 0
    )
    return HttpConversation(offer, look_up)
