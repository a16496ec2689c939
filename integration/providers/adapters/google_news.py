"""Google News as a feed: headlines for a company's name. Free, without a key, and only after an admin accepted the feed's terms.

Source: the feed itself (https://news.google.com/rss/search), as recorded in public fixtures of 2025 and 2026, read 2026-11. Its notice allows use in
personal feed readers only, so nobody is asked before an admin said that the account may. Titles end with the publisher; links lead to Google, not to
the article, and turning them into the article's address would need an interface that is not public: title, publisher and day are what is shown.
Limit: the shape of its refusals is unverified; a page in place of the feed is taken for a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

import feedparser

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Rate
from integration.providers.base import Capability, ErrorClass, ProviderInfo, Subject
from integration.providers.http_base import build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.news_base import NEWS_LIFETIME, NEWS_TRUST, news_call
from integration.providers.signals import Story

NAME: Final = "google_news"
INFO: Final = ProviderInfo(
    name=NAME,
    title="Google News",
    capabilities=frozenset({Capability.NEWS}),
    fields={Capability.NEWS: frozenset(NEWS_TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=NEWS_LIFETIME,
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://news.google.com/rss",
    addresses={NAME: "https://news.google.com"},
    known_limits=(
        "Links lead to Google, so a headline is shown without the article's address.",
        "About a hundred headlines, no more pages.",
    ),
    opt_in="The feed's own notice allows its use in personal feed readers and no other; turn it on only if that covers what you do.",
)
RULES: Final = (ErrorRule(ErrorClass.THROTTLED, 429), ErrorRule(ErrorClass.BLOCKED, 503, "unusual traffic"))


def build_adapter(kit: AdapterKit) -> Adapter:
    news = news_call(INFO, kit.clock, build_search, parse_search, rates=(Rate(1, 2.0),))
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES), (news,))


def build_search(name: str, subject: Subject) -> ApiRequest:
    del subject
    return ApiRequest("GET", "/rss/search", params=(("q", f'"{name}" when:90d'), ("hl", "en-GB"), ("gl", "GB"), ("ceid", "GB:en")))


def parse_search(reply: ApiReply, now: datetime) -> Sequence[Story]:
    """The items with a day and a publisher. Raises UnexpectedReply for what is no feed."""
    del now
    feed = feedparser.parse(reply.body)
    if not feed.version:
        raise UnexpectedReply("the answer is no feed", system=NAME)
    stories = []
    for entry in feed.entries:
        moment, source = entry.get("published_parsed"), entry.get("source") or {}
        host = urlsplit(str(source.get("href") or "")).hostname
        title = str(entry.get("title") or "").removesuffix(f" - {source.get('title')}")
        if moment and host and title:
            stories.append(Story(title, date(*moment[:3]), host))
    return stories
