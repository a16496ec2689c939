"""SearXNG: a search server of the operator's own that asks many engines, to find the site of a company. Free, no key.

Source: https://docs.searxng.org/dev/search_api.html and github.com/searxng/searxng (searx/webutils.py, searx/result_types), read 2026-11. Answers in
JSON are off unless the server's `search.formats` lists json; then it refuses with 403. Nothing found while engines were silent is no answer.
Limit: public servers mostly refuse programs, so only a server of one's own is of use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Rate
from integration.providers.base import ErrorClass, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import parse_object, read_list, read_objects
from integration.providers.web_search import SearchResult, results_of
from integration.providers.web_search_base import search_call, search_info

NAME: Final = "searxng"
INFO: Final = search_info(
    NAME,
    title="SearXNG",
    documentation_url="https://docs.searxng.org/dev/search_api.html",
    address="http://127.0.0.1:8888",
    known_limits=("The server must allow answers in JSON (`search.formats`).",),
    opt_in="It needs a SearXNG server of your own; its address is set by LEADLIGHT_PROVIDER_URL_SEARXNG.",
)
RULES: Final = (ErrorRule(ErrorClass.PLAN, 403), ErrorRule(ErrorClass.THROTTLED, 429))


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES), (SITES,))


def build_search(query: str, subject: Subject) -> ApiRequest:
    del subject
    return ApiRequest("GET", "/search", params=(("q", query), ("format", "json"), ("categories", "general")))


def parse_search(reply: ApiReply) -> Sequence[SearchResult] | Answer:
    """The results; a failure where there are none because engines did not answer."""
    body = parse_object(reply.body, system=NAME)
    rows = read_objects(body, "results", system=NAME)
    if not rows and (silent := read_list(body, "unresponsive_engines", system=NAME)):
        return Answer(error=ErrorClass.SERVER, detail=f"{len(silent)} of its engines did not answer")
    return results_of(rows, title="title", address="url", snippet="content")


SITES: Final = search_call(INFO, build_search, parse_search, rates=(Rate(2, 1.0),))
