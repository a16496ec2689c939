"""What each host's robots.txt allows, read once a day and remembered in this process.

Rules as in RFC 9309 (https://www.rfc-editor.org/rfc/rfc9309, read 2026-11): an absent file allows, a file that cannot be had because the
server fails forbids. It does not fetch pages.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import Clock
from integration.core.outbound import Fetcher
from integration.providers.normalise import host_of, to_domain
from integration.providers.site.robots_rules import Robots, parse_robots

ROBOTS_TYPES: Final = frozenset({"text/plain", "text/html", "application/octet-stream", ""})
REMEMBERED_HOSTS: Final = 5000
_LEAST_S: Final = 0.2
_MOST_SITEMAPS: Final = 3


@dataclass(frozen=True)
class SiteRules:
    """What a host allows. `start_url` is where the host sends its visitors; `reason` set: stay out. `read_bytes`: what asking cost."""

    start_url: str
    reason: str = ""
    delay_s: float = 0.0
    sitemaps: tuple[str, ...] = ()
    read_bytes: int = 0
    robots: Robots | None = None
    user_agent: str = ""

    def allows(self, url: str) -> bool:
        """Whether this address may be asked for; a host that must be left alone allows nothing."""
        return not self.reason and (self.robots is None or self.robots.allows(url, self.user_agent))


class RobotsBook:
    """The rules by host. Safe between threads; one per process, because it remembers."""

    def __init__(self, fetcher: Fetcher, clock: Clock, lifetime: timedelta) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lifetime = lifetime
        self._known: OrderedDict[str, tuple[datetime, SiteRules]] = OrderedDict()
        self._lock = threading.Lock()

    def rules_of(self, root_url: str, until: float) -> SiteRules:
        """The rules of the host whose root address this is ("https://acme.example/").

        Cost: one request and its redirects unless they are known. Raises as `Fetcher.fetch` does; nothing is remembered then.
        """
        now = self._clock()
        with self._lock:
            known = self._known.get(root_url)
        if known is not None and now - known[0] < self._lifetime:
            return known[1]
        rules = self._read(root_url, until)
        with self._lock:
            self._known[root_url] = (now, rules)
            while len(self._known) > REMEMBERED_HOSTS:
                self._known.popitem(last=False)
        return rules

    def _read(self, root_url: str, until: float) -> SiteRules:
        page = self._fetcher.fetch(f"{root_url}robots.txt", accept=ROBOTS_TYPES, total_s=seconds_left(until))
        start_url = _home_of(page.url, root_url)
        if page.status >= 500:
            return SiteRules(start_url, "robots_unreadable")
        if page.status != 200 or page.content_type == "text/html":
            return SiteRules(start_url, read_bytes=len(page.body))
        robots, agent = parse_robots(page.body), self._fetcher.user_agent
        return SiteRules(
            start_url,
            delay_s=robots.crawl_delay_s(agent),
            sitemaps=robots.sitemaps[:_MOST_SITEMAPS],
            read_bytes=len(page.body),
            robots=robots,
            user_agent=agent,
        )


def seconds_left(until: float) -> float:
    """What remains until the monotonic moment, never so little that a request makes no sense."""
    return max(_LEAST_S, until - time.monotonic())


def _home_of(robots_url: str, asked_url: str) -> str:
    """The home page at the host that answered for robots.txt, when it is the same company's: one redirect saved."""
    if not robots_url.endswith("/robots.txt") or to_domain(host_of(robots_url)) != to_domain(host_of(asked_url)):
        return asked_url
    return robots_url.removesuffix("robots.txt")
