"""GDELT: headlines of newspapers all over the world for a company's name. Free, without a key.

Source: https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/ and the Python package gdeltdoc 1.12.0, read 2026-11. One call in five seconds for an
address; answers often take ten seconds. Its own index is of English translations, so a phrase finds headlines in many languages. What it does not
understand it says in plain text, with status 200.
Limit: the exact texts of its refusals and the empty object for no news are unverified.
Limit: it goes back about three months.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import Capability, ErrorClass, ProviderInfo, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import parse_object, read_objects
from integration.providers.news_base import NEWS_LIFETIME, NEWS_TRUST, news_call
from integration.providers.normalise import to_text
from integration.providers.signals import Story

NAME: Final = "gdelt"
INFO: Final = ProviderInfo(
    name=NAME,
    title="GDELT",
    capabilities=frozenset({Capability.NEWS}),
    fields={Capability.NEWS: frozenset(NEWS_TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=NEWS_LIFETIME,
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/",
    addresses={NAME: "https://api.gdeltproject.org/api/v2"},
    known_limits=(
        "One question in five seconds: news of many companies come in over hours.",
        "About three months back, at most 75 headlines.",
        "Names shorter than five letters are not asked about.",
    ),
)
RULES: Final = (
    ErrorRule(ErrorClass.THROTTLED, 429),
    ErrorRule(ErrorClass.THROTTLED, 200, "please limit requests"),
    ErrorRule(ErrorClass.INVALID, 200, "phrase is too short"),
    ErrorRule(ErrorClass.INVALID, 200, "your query"),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    news = news_call(INFO, kit.clock, build_search, parse_search, rates=(Rate(1, 5.0),))
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES), (news,))


def build_search(name: str, subject: Subject) -> ApiRequest:
    del subject
    params = {
        "query": f'"{name}"',
        "mode": "artlist",
        "format": "json",
        "maxrecords": "75",
        "timespan": "3months",
        "sort": "datedesc",
    }
    return ApiRequest("GET", "/doc/doc", params=tuple(params.items()))


def parse_search(reply: ApiReply, now: datetime) -> Sequence[Story]:
    """An empty object is no news. Headlines without a day that can be read are left out."""
    del now
    body = parse_object(reply.body, system=NAME)
    stories = []
    for one in read_objects(body, "articles", system=NAME) if body else ():
        title, seen, host = (to_text(one.get(name)) for name in ("title", "seendate", "domain"))
        try:
            on = datetime.strptime(seen or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if title and host:
            stories.append(Story(title, on, host, to_text(one.get("url")) or ""))
    return stories
