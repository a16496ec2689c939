"""A polite crawl of one company's site: robots.txt, home page, then the few pages that say most, within a budget.

Every page is asked for only where robots.txt allows it, one after the other; a site is visited by one thread at a time. A Crawl-delay is
waited for while that costs little; a longer one leaves it at the home page. Pages of other companies are not followed.

Limit: the byte budget is checked between requests, so the last page may pass it by what the fetcher allows one page (2 MB).
Limit: a redirect is followed before the rules of the host it leads to are known; what they forbid is not used.
Limit: the one-visitor rule holds within a process; workers on other machines do not see each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from integration.core.errors import Unavailable
from integration.core.outbound import HTML_TYPES, FetchedPage, Fetcher, FetchRefused
from integration.providers.normalise import to_domain
from integration.providers.site.html_page import PageFacts, parse_page
from integration.providers.site.page_choice import Choice, PageKind, choose_pages
from integration.providers.site.robots import RobotsBook, SiteRules, seconds_left
from integration.providers.site.sitemap import SITEMAP_TYPES, Sitemap, parse_sitemap

_ENOUGH_LINKED: Final = frozenset({PageKind.CONTACT, PageKind.ABOUT})
"""A home page that links these needs no sitemap."""
_LEAVE_IT: Final = frozenset({"too_slow", "unreachable", "status 429", "status 503"})
"""After one of these the site is asked nothing more for now."""


@dataclass(frozen=True)
class CrawlBudget:
    """What one site may cost: pages (home included), decoded bytes, seconds in all, seconds waited because of a Crawl-delay.

    `listens_s`: how long a page beside home may take; a slow site loses its further pages, not the batch its time.
    """

    pages: int
    max_bytes: int = 3 << 20
    seconds: float = 8.0
    waiting_s: float = 1.0
    listens_s: float = 4.0


@dataclass(frozen=True)
class CrawledPage:
    """A page that was read; `facts` None where its status says that it is not the page wanted."""

    kind: PageKind
    page: FetchedPage
    facts: PageFacts | None


@dataclass(frozen=True)
class Crawl:
    """What a visit brought. `reason` set: there is no home page, for this reason. `left_out`: address and reason of each page not read."""

    pages: tuple[CrawledPage, ...] = ()
    reason: str = ""
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def home(self) -> FetchedPage | None:
        return self.pages[0].page if self.pages else None


@dataclass
class _Tour:
    """A visit under way: what is spent and what came of it."""

    budget: CrawlBudget
    until: float
    read_bytes: int = 0
    waited_s: float = 0.0
    pages: list[CrawledPage] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    stopped: str = ""

    def stop_reason(self, delay_s: float) -> str:
        """Why no further request may be made; empty while one may."""
        if self.stopped:
            return self.stopped
        if self.read_bytes >= self.budget.max_bytes:
            return "byte_budget"
        if self.waited_s + delay_s > self.budget.waiting_s:
            return "crawl_delay"
        return "time_budget" if time.monotonic() + delay_s >= self.until else ""


class Crawler:
    """Visits sites. Safe between threads; one per process, because it knows which site is being visited."""

    def __init__(
        self, fetcher: Fetcher, robots: RobotsBook, budget: CrawlBudget, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._budget = budget
        self._wait = wait
        self._busy: set[str] = set()
        self._freed = Condition()

    def crawl(self, domain: str, *, until: float) -> Crawl:
        """The home page of a domain and the best of its other pages, over https, or http where https is not answered.

        Never raises for what a site does. Cost: at most the budget; ends before the monotonic moment `until`.
        """
        limit_at = min(until, time.monotonic() + self._budget.seconds)
        with self._alone(domain, limit_at) as is_alone:
            if not is_alone:
                return Crawl(reason="site_busy")
            secure = self._visit(f"https://{domain}/", limit_at)
            return self._visit(f"http://{domain}/", limit_at) if secure.reason == "unreachable" else secure

    def _visit(self, root_url: str, until: float) -> Crawl:
        tour = _Tour(self._budget, until)
        try:
            rules = self._robots.rules_of(root_url, until)
            tour.read_bytes += rules.read_bytes
            if rules.reason:
                return Crawl(reason=rules.reason)
            if not rules.allows(rules.start_url):
                return Crawl(reason="robots_disallow")
            home = self._fetcher.fetch(rules.start_url, total_s=seconds_left(until))
        except (FetchRefused, Unavailable) as error:
            return Crawl(reason=error.reason)
        tour.read_bytes += len(home.body)
        facts = _facts(home) if home.status == 200 else None
        tour.pages.append(CrawledPage(PageKind.HOME, home, facts))
        if facts is not None and to_domain(home.url) == to_domain(root_url):
            self._read_on(tour, home.url, facts, rules)
        return Crawl(tuple(tour.pages), left_out=tuple(tour.left_out))

    def _read_on(self, tour: _Tour, home_url: str, facts: PageFacts, rules: SiteRules) -> None:
        """Adds the pages beside home that the budget and the site allow."""
        domain = to_domain(home_url) or ""
        if self._budget.pages < 2:
            return
        chosen = choose_pages(facts.links, (), domain=domain)
        if (
            not {choice.kind for choice in chosen} >= _ENOUGH_LINKED and not rules.delay_s
        ):  # a pause is better spent on a page than on a map
            chosen = choose_pages(facts.links, self._listed(tour, home_url, rules, domain), domain=domain)
        for choice in chosen:
            if len(tour.pages) >= self._budget.pages:
                break
            if reason := self._refusal(tour, choice):
                tour.left_out.append((choice.url, reason))

    def _refusal(self, tour: _Tour, choice: Choice) -> str:
        """Reads one page; the reason where it was not to be had."""
        page, reason = self._fetch(tour, choice.url)
        if page is None:
            return reason
        if to_domain(page.url) != to_domain(choice.url):
            return "led_elsewhere"
        if page.status != 200:
            return f"status {page.status}"
        if any(known.page.url == page.url for known in tour.pages):
            return "same_page"
        tour.pages.append(CrawledPage(choice.kind, page, _facts(page)))
        return ""

    def _listed(self, tour: _Tour, home_url: str, rules: SiteRules, domain: str) -> tuple[str, ...]:
        """The addresses of the site's map: the one robots.txt names, else the usual place; of an index, its first file for pages."""
        own = [url for url in rules.sitemaps if to_domain(url) == domain]
        first = own[0] if own else _root_of(home_url) + "sitemap.xml"
        listed = self._sitemap(tour, first)
        if not listed.is_index:
            return listed.urls
        parts = sorted(
            (url for url in listed.urls if to_domain(url) == domain), key=lambda url: "page" not in url.rpartition("/")[2]
        )
        return self._sitemap(tour, parts[0]).urls if parts else ()

    def _sitemap(self, tour: _Tour, url: str) -> Sitemap:
        page, reason = self._fetch(tour, url, SITEMAP_TYPES)
        if page is not None and page.status == 200:
            sitemap = parse_sitemap(page.body)
            reason = sitemap.reason
        elif page is not None:
            return Sitemap()  # most sites have none
        else:
            sitemap = Sitemap()
        if reason and reason != "bad_content_type":
            tour.left_out.append((url, reason))
        return sitemap

    def _fetch(self, tour: _Tour, url: str, accept: frozenset[str] = HTML_TYPES) -> tuple[FetchedPage | None, str]:
        """One further request, if its host and the budget allow it, else the reason. Where it was led is held to the same rules."""
        page, reason = None, tour.stop_reason(0.0)
        if not reason:
            try:
                page, reason = self._fetch_politely(tour, url, accept)
            except (FetchRefused, Unavailable) as error:
                reason = error.reason
        outcome = reason or (f"status {page.status}" if page else "")
        if outcome in _LEAVE_IT:
            tour.stopped = outcome
        return page, reason

    def _fetch_politely(self, tour: _Tour, url: str, accept: frozenset[str]) -> tuple[FetchedPage | None, str]:
        rules = self._robots.rules_of(_root_of(url), tour.until)
        if not rules.allows(url):
            return None, rules.reason or "robots_disallow"
        if reason := tour.stop_reason(rules.delay_s):
            return None, reason
        if rules.delay_s:
            self._wait(rules.delay_s)
            tour.waited_s += rules.delay_s
        page = self._fetcher.fetch(url, accept=accept, total_s=min(seconds_left(tour.until), self._budget.listens_s))
        tour.read_bytes += len(page.body)
        is_same_company = to_domain(page.url) == to_domain(url)
        if is_same_company and page.url != url and not self._robots.rules_of(_root_of(page.url), tour.until).allows(page.url):
            return None, "robots_disallow"
        return page, ""

    @contextmanager
    def _alone(self, domain: str, until: float) -> Iterator[bool]:
        """Whether this thread is the site's only visitor, after waiting for the one before it."""
        with self._freed:
            is_alone = self._freed.wait_for(lambda: domain not in self._busy, timeout=max(0.0, until - time.monotonic()))
            if is_alone:
                self._busy.add(domain)
        try:
            yield is_alone
        finally:
            if is_alone:
                with self._freed:
                    self._busy.discard(domain)
                    self._freed.notify_all()


def _root_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/"


def _facts(page: FetchedPage) -> PageFacts:
    return parse_page(page.body, content_type_header=page.header("content-type"), url=page.url)
