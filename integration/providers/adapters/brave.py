"""Brave Search: an index of its own, to find the site of a company of which only the name is known. A key, one credit for each search.

Source: https://api-dashboard.search.brave.com and github.com/brave/brave-search-mcp-server, read 2026-11. A bad and a missing key are both 422. The
rate headers hold one figure for each window; the wait is that of the window that is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import ErrorClass, RateNews, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import parse_object, read_object, read_objects
from integration.providers.web_search import RESULTS, SearchResult, results_of
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "brave"
INFO: Final = search_info(
    NAME,
    title="Brave Search",
    documentation_url="https://api-dashboard.search.brave.com",
    address="https://api.search.brave.com/res/v1",
    needs_key=True,
    usd_per_credit="0.005",
    known_limits=(
        "Keeping results may need a plan that grants it.",
        "Its account cannot be asked; the month's rest stands in its headers.",
    ),
)
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 422, "subscription_token_invalid"),
    ErrorRule(ErrorClass.AUTH, 422, "x-subscription-token"),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, ("error.detail",), key_header="X-Subscription-Token", read_rate=read_rate)
    return build_http_adapter(kit, INFO, provider, (SITES,))


def build_search(query: str, subject: Subject) -> ApiRequest:
    country = (("country", subject.country.lower()),) if subject.country else ()
    return ApiRequest("GET", "/web/search", params=(("q", query), ("count", str(RESULTS)), *country))


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    """Every block may be missing: without the web's there are no results."""
    body = parse_object(reply.body, system=NAME)
    if body.get("type") != "search":
        read_object(body, "web", system=NAME)
    web = body.get("web")
    rows = read_objects(read_object(body, "web", system=NAME), "results", system=NAME) if web else ()
    return results_of(rows, title="title", address="url", snippet="description")


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """Calls left in each window, such as "49, 14000", and when each starts anew, such as "1, 1234567" seconds from now."""
    left, ends = (_figures(reply.headers.get(f"x-ratelimit-{name}", "")) for name in ("remaining", "reset"))
    return tuple(RateNews(remaining, float(end)) for remaining, end in zip(left, ends, strict=False))


def _figures(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    return [int(part) for part in parts] if all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts) else []


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(50, 1.0),), credit_count=Decimal(1))
