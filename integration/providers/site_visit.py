"""A polite visit to a company's home page: robots.txt first, one page, nothing else.

Robots rules as in RFC 9309 (https://www.rfc-editor.org/rfc/rfc9309, read 2026-11): an absent file allows, a file that cannot be had because
the server fails forbids. One file per host is remembered for a day, in this process.
Limit: a Crawl-delay is met by asking for one page only, not by waiting.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from protego import Protego

from integration.core.clock import Clock
from integration.core.errors import Unavailable
from integration.core.outbound import FetchedPage, Fetcher, FetchRefused
from integration.providers.normalise import host_of, to_domain

ROBOTS_TYPES: Final = frozenset({"text/plain", "text/html", "application/octet-stream", ""})
REMEMBERED_HOSTS: Final = 5000
_LEAST_S: Final = 0.2


@dataclass(frozen=True)
class Visit:
    """What a visit brought: a page, or the reason word why there is none."""

    page: FetchedPage | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Rules:
    """What a host's robots.txt says. `start_url` is where the host sends its visitors; `reason` set: stay out."""

    start_url: str
    robots: Protego | None
    reason: str
    read_at: datetime


class SiteVisitor:
    """Visits home pages. Safe between threads; one per process, because it remembers robots files."""

    def __init__(self, fetcher: Fetcher, clock: Clock, robots_lifetime: timedelta) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lifetime = robots_lifetime
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._lock = threading.Lock()

    def visit(self, domain: str, *, until: float) -> Visit:
        """The home page of a domain, over https, or http where https is not answered. Never raises for what a site does.

        Cost: up to two requests and their redirects; ends before the monotonic moment `until`.
        """
        secure = self._visit(f"https://{domain}/", until)
        return self._visit(f"http://{domain}/", until) if secure.reason == "unreachable" else secure

    def _visit(self, url: str, until: float) -> Visit:
        try:
            rules = self._rules_of(url, until)
            if rules.reason:
                return Visit(reason=rules.reason)
            if rules.robots is not None and not rules.robots.can_fetch(rules.start_url, self._fetcher.user_agent):
                return Visit(reason="robots_disallow")
            return Visit(self._fetcher.fetch(rules.start_url, total_s=_left(until)))
        except (FetchRefused, Unavailable) as error:
            return Visit(reason=error.reason)

    def _rules_of(self, url: str, until: float) -> _Rules:
        now = self._clock()
        with self._lock:
            known = self._rules.get(url)
        if known is not None and now - known.read_at < self._lifetime:
            return known
        rules = self._read_rules(url, until, now)
        with self._lock:
            self._rules[url] = rules
            while len(self._rules) > REMEMBERED_HOSTS:
                self._rules.popitem(last=False)
        return rules

    def _read_rules(self, url: str, until: float, now: datetime) -> _Rules:
        page = self._fetcher.fetch(f"{url}robots.txt", accept=ROBOTS_TYPES, total_s=_left(until))
        start_url = _home_of(page.url, url)
        if page.status >= 500:
            return _Rules(start_url, None, "robots_unreadable", now)
        if page.status != 200 or page.content_type == "text/html":
            return _Rules(start_url, None, "", now)
        return _Rules(start_url, Protego.parse(page.body.decode("utf-8", "replace")), "", now)


def _home_of(robots_url: str, asked_url: str) -> str:
    """The home page at the host that answered for robots.txt, when it is the same company's: one redirect saved."""
    if not robots_url.endswith("/robots.txt") or to_domain(host_of(robots_url)) != to_domain(host_of(asked_url)):
        return asked_url
    return robots_url.removesuffix("robots.txt")


def _left(until: float) -> float:
    return max(_LEAST_S, until - time.monotonic())
