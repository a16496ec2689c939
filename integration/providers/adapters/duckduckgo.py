"""DuckDuckGo's page for browsers without scripts, read to find the site of a company. Free, no key, and only after an admin said yes.

Source: github.com/searxng/searxng (searx/engines/duckduckgo.py), read 2026-11. The page is made for people; no terms allow programs to read it, and it
blocks addresses that read it often, for about an hour. So it is off until an admin of the account turns it on, one search in twenty seconds is made,
only the first page is read, and nothing pretends to be a browser. A page with a challenge is a block, never an empty answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import ErrorClass, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.web_search import SearchResult
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "duckduckgo"
INFO: Final = search_info(
    NAME,
    title="DuckDuckGo",
    documentation_url="https://duckduckgo.com/terms",
    address="https://html.duckduckgo.com",
    known_limits=("The page is not documented and may change or block at any time.",),
    opt_in="DuckDuckGo publishes no interface for programs and no terms that allow one; its page for browsers is read, slowly, at your own risk.",
)
RULES: Final = (ErrorRule(ErrorClass.BLOCKED, None, "challenge-form"), ErrorRule(ErrorClass.BLOCKED, 403))
_ADVERT: Final = "duckduckgo.com/y.js"


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES, answers_html=True), (SITES,))


def build_search(query: str, subject: Subject) -> ApiRequest:
    del subject
    return ApiRequest("POST", "/html/", form=(("q", query), ("b", ""), ("kl", "wt-wt")))


def parse_search(reply: ApiReply) -> Sequence[SearchResult]:
    """The results without adverts. Raises UnexpectedReply for a page that is no page of results."""
    tree = LexborHTMLParser(reply.text)
    links = tree.css_first("#links")
    if links is None:
        raise UnexpectedReply("the page has no list of results", system=NAME)
    found: list[SearchResult] = []
    for block in links.css("div.web-result"):
        title, snippet = block.css_first("h2 a"), block.css_first("a.result__snippet")
        address = (title.attributes.get("href") or "") if title else ""
        if title and address.startswith(("http://", "https://")) and _ADVERT not in address:
            found.append(SearchResult(title.text().strip(), address, snippet.text().strip() if snippet else "", len(found) + 1))
    return found


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(1, 20.0),))
