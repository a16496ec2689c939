"""Tavily: a web search, to find the site of a company of which only the name is known. A key, one credit for each basic search.

Source: https://docs.tavily.com (search, usage, credits) and the vendor's Python package tavily-python 0.8.5, read 2026-11. A spent plan is 432,
a spent pay-as-you-go limit 433. A key that is blank is refused here: the vendor's own package would quietly search without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import ErrorClass, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.http_usage import HttpUsage
from integration.providers.json_reading import JsonObject, parse_object, read_number, read_object, read_objects
from integration.providers.usage import Usage
from integration.providers.web_search import RESULTS, SearchResult, results_of
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "tavily"
ADDRESS: Final = "https://api.tavily.com"
INFO: Final = search_info(
    NAME,
    title="Tavily",
    documentation_url="https://docs.tavily.com",
    address=ADDRESS,
    needs_key=True,
    usd_per_credit="0.008",
    known_limits=("The text of the refusal of a spent pay-as-you-go limit is unverified.",),
)
RULES: Final = (ErrorRule(ErrorClass.QUOTA, 432), ErrorRule(ErrorClass.QUOTA, 433), ErrorRule(ErrorClass.AUTH, 403))
ERROR_PATHS: Final = ("detail.error", "error.message")


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, ERROR_PATHS, key_header="Authorization", key_text="Bearer {}".format)
    adapter = build_http_adapter(kit, INFO, provider, (SITES,))
    return replace(adapter, usage=HttpUsage(ApiRequest("GET", "/usage"), parse_account, provider, kit.session, NAME))


def build_search(query: str, subject: Subject) -> ApiRequest:
    del subject
    asked = {"query": query, "search_depth": "basic", "topic": "general", "max_results": RESULTS, "include_usage": True}
    return ApiRequest("POST", "/search", json_body=asked)


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    rows = read_objects(parse_object(reply.body, system=NAME), "results", system=NAME)
    return results_of(rows, title="title", address="url", snippet="content")


def parse_account(body: JsonObject) -> Usage:
    """The plan's month, of the whole account."""
    account = read_object(body, "account", system=NAME)
    return Usage(used=read_number(account, "plan_usage", system=NAME), limit=read_number(account, "plan_limit", system=NAME))


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(100, 60.0),), credit_count=Decimal(1))
