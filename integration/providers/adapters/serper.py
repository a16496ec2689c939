"""Serper: Google's results for the name of a company, to find its site. A key, one credit for each search that was answered.

Source: https://serper.dev and the vendor's OpenAPI description, read 2026-11. A spent balance is a bad request with a sentence of its own. There
are no rate headers; the slowest package takes 50 searches a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import ErrorClass, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import parse_object, read_objects
from integration.providers.web_search import RESULTS, SearchResult, results_of
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "serper"
INFO: Final = search_info(
    NAME,
    title="Serper",
    documentation_url="https://serper.dev",
    address="https://google.serper.dev",
    needs_key=True,
    usd_per_credit="0.001",
    known_limits=(
        "How long results may be kept is not stated: thirty days is our own choice.",
        "Its account cannot be asked for the balance.",
    ),
)
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 403),
    ErrorRule(ErrorClass.QUOTA, 400, "not enough credits"),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, ("message",), key_header="X-API-KEY")
    return build_http_adapter(kit, INFO, provider, (SITES,))


def build_search(query: str, subject: Subject) -> ApiRequest:
    country = {"gl": subject.country.lower()} if subject.country else {}
    return ApiRequest("POST", "/search", json_body={"q": query, "num": RESULTS, **country})


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    rows = read_objects(parse_object(reply.body, system=NAME), "organic", system=NAME)
    return results_of(rows, title="title", address="link", snippet="snippet")


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(50, 1.0),), credit_count=Decimal(1))
