"""Tavily without a key: the same web search in its official keyless mode, for installations that have no search key. Free, a small allowance.

Source: https://docs.tavily.com/documentation/keyless and the vendor's Python package tavily-python 0.8.5, read 2026-11. Neither the allowance nor the
codes of its refusals are published: when it is used up we wait as long as the refusal says.
Limit: the company's name and place go to Tavily as the words of a search.
"""

from __future__ import annotations

from typing import Final

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.adapters.tavily import ADDRESS, ERROR_PATHS, build_search, parse_search
from integration.providers.base import ErrorClass, RateNews
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import find_at, parse_object
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "tavily_keyless"
INFO: Final = search_info(
    NAME,
    title="Tavily without a key",
    documentation_url="https://docs.tavily.com/documentation/keyless",
    address=ADDRESS,
    known_limits=(
        "The company's name and place go to Tavily as the words of a search.",
        "The allowance is not published; when it is used up, the next search is asked.",
    ),
)
RULES: Final = (ErrorRule(ErrorClass.QUOTA, 429, "keyless"), ErrorRule(ErrorClass.QUOTA, 432), ErrorRule(ErrorClass.BLOCKED, 401))
LONGEST_WAIT_S: Final = 86_400.0


def build_adapter(kit: AdapterKit) -> Adapter:
    headers = {"X-Tavily-Access-Mode": "keyless"}
    provider = HttpProvider(kit.addresses(INFO), RULES, ERROR_PATHS, headers=headers, read_rate=read_rate)
    return build_http_adapter(kit, INFO, provider, (SITES,))


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """After a refusal: nothing more until the seconds it names have passed."""
    if reply.status != 429:
        return ()
    try:
        wait = find_at(parse_object(reply.body, system=NAME), "error.retry_after_seconds")
    except UnexpectedReply:
        return ()
    if not isinstance(wait, int | float) or isinstance(wait, bool) or not 0 < wait <= LONGEST_WAIT_S:
        return ()
    return (RateNews(0, float(wait)),)


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(10, 60.0),))
