"""Google Programmable Search: Google's results through a search engine of the customer's own, until the service ends on 1 January 2027.

Source: https://developers.google.com/custom-search/v1/overview and the service's discovery document, read 2026-11. It is closed to new customers.
The key is entered as "KEY ENGINE": the key goes into a header, the engine's id (cx) into the query, as the service wants it.
Limit: the texts of its refusals are unverified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
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

NAME: Final = "google_cse"
INFO: Final = replace(
    search_info(
        NAME,
        title="Google Programmable Search",
        documentation_url="https://developers.google.com/custom-search/v1/overview",
        address="https://customsearch.googleapis.com/customsearch/v1",
        needs_key=True,
        usd_per_credit="0.005",
        known_limits=(
            "Closed to new customers; nobody is asked from 1 January 2027 on.",
            "The key is entered together with the engine's id: KEY, a blank, ID.",
            "The first hundred searches of a day are free; we count each as paid.",
            "Its account cannot be asked for what was used.",
        ),
    ),
    ends_on=date(2027, 1, 1),
)
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 400, "api key not valid"),
    ErrorRule(ErrorClass.QUOTA, 429, "per day"),
    ErrorRule(ErrorClass.PLAN, 403, "does not have the access"),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(
        kit.addresses(INFO), RULES, ("error.message",), key_header="X-Goog-Api-Key", key_text=read_key, key_query=read_engine
    )
    return build_http_adapter(kit, INFO, provider, (SITES,))


def read_key(entered: str) -> str:
    return entered.partition(" ")[0]


def read_engine(entered: str) -> tuple[tuple[str, str], ...]:
    return (("cx", entered.partition(" ")[2].strip()),)


def build_search(query: str, subject: Subject) -> ApiRequest:
    country = (("gl", subject.country.lower()),) if subject.country else ()
    return ApiRequest("GET", "", params=(("q", query), ("num", str(RESULTS)), *country))


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    """`items` is left out when nothing is found; the answer says what it is in `kind`."""
    body = parse_object(reply.body, system=NAME)
    rows = read_objects(body, "items", system=NAME) if "items" in body or body.get("kind") != "customsearch#search" else ()
    return results_of(rows, title="title", address="link", snippet="snippet")


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(100, 60.0),), credit_count=Decimal(1))
