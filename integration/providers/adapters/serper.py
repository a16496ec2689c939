"""Serper: Google's results for the name of a company, to find its site, and Google's news of it. A key, one credit for each question answered.

Source: https://serper.dev and the vendor's OpenAPI description, read 2026-11. A spent balance is a bad request with a sentence of its own. There
are no rate headers; the slowest package takes 50 searches a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import Capability, ErrorClass, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import parse_object, read_objects
from integration.providers.news_base import NEWS_TRUST, day_of, news_call
from integration.providers.normalise import to_text
from integration.providers.signals import Story
from integration.providers.web_search import RESULTS, SearchResult, results_of
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "serper"
_SEARCH: Final = search_info(
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
INFO: Final = replace(
    _SEARCH,
    capabilities=frozenset({Capability.WEB_SEARCH, Capability.NEWS}),
    fields={**_SEARCH.fields, Capability.NEWS: frozenset(NEWS_TRUST)},
)
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 403),
    ErrorRule(ErrorClass.QUOTA, 400, "not enough credits"),
)
RATES: Final = (Rate(50, 1.0),)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, ("message",), key_header="X-API-KEY")
    news = news_call(INFO, kit.clock, build_news, parse_news, rates=RATES, credit_count=Decimal(1))
    return build_http_adapter(kit, INFO, provider, (SITES, news))


def build_search(query: str, subject: Subject) -> ApiRequest:
    country = {"gl": subject.country.lower()} if subject.country else {}
    return ApiRequest("POST", "/search", json_body={"q": query, "num": RESULTS, **country})


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    rows = read_objects(parse_object(reply.body, system=NAME), "organic", system=NAME)
    return results_of(rows, title="title", address="link", snippet="snippet")


def build_news(name: str, subject: Subject) -> ApiRequest:
    country = {"gl": subject.country.lower()} if subject.country else {}
    return ApiRequest("POST", "/news", json_body={"q": f'"{name}"', "num": RESULTS, "tbs": "qdr:y", **country})


def parse_news(reply: ApiReply, now: datetime) -> Sequence[Story]:
    """Days are told in words, such as "2 weeks ago"; what cannot be read is left out."""
    stories = []
    for one in read_objects(parse_object(reply.body, system=NAME), "news", system=NAME):
        title, link = to_text(one.get("title")), to_text(one.get("link"))
        on = day_of(to_text(one.get("date")) or "", now)
        if title and link and on:
            stories.append(Story(title, on, link, link))
    return stories


SITES: Final = search_call(INFO, build_search, parse_search, rates=RATES, credit_count=Decimal(1))
