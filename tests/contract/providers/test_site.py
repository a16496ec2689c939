"""Visits to company sites: manners, and every hostile site of the stand-in survived with an honest reply."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from integration.core.clock import system_clock
from integration.core.outbound import Fetcher, FetchLimits
from integration.core.outbound_session import ApiRequest, ApiSession
from integration.providers.adapter import AdapterKit, Endpoint
from integration.providers.adapters import website
from integration.providers.base import Field, ProviderReply, Subject
from integration.providers.site.crawl import Crawl, CrawlBudget, Crawler
from integration.providers.site.page_choice import PageKind
from integration.providers.site.robots import RobotsBook
from simulator.data.demo import load_companies
from simulator.neighbours.facts import FactBook
from simulator.neighbours.running import RunningNeighbours
from simulator.neighbours.sites.hostile import hostile_hosts
from tests.contract.providers.conftest import soon

# What a hostile site may cost at most, and whether its answer may be remembered.
QUICK_S = 3.0
SLOW_HOSTS = ("hostile-drip.example", "hostile-late.example")
SLOW_INSIDE = "hostile-slow-inside.example"


@pytest.fixture
def endpoint(kit: AdapterKit) -> Endpoint:
    return website.build_adapter(kit).endpoints[0]


def visit(endpoint: Endpoint, domain: str) -> ProviderReply:
    (reply,) = endpoint.ask([Subject("company", domain=domain)], key="", until=soon())
    return reply


class SitesControl:
    """The stand-in's control routes."""

    def __init__(self, neighbours: RunningNeighbours) -> None:
        self._base = neighbours.base_urls["sites"]
        self._session = ApiSession(system="test", timeout_s=3, user_agent="test")

    def page(self, host: str, path: str, body: str, *, status: int = 200, content_type: str = "text/html") -> None:
        wanted = {"host": host, "path": path, "body": body, "status": status, "headers": {"Content-Type": content_type}}
        self._call("PUT", "pages", wanted)

    def site(self, host: str, pages: dict[str, str], *, robots: str = "User-agent: *\nAllow: /\n") -> None:
        """A whole site: pages by path, and its rules."""
        self.page(host, "/robots.txt", robots, content_type="text/plain")
        for path, body in pages.items():
            kind = "application/xml" if path.endswith(".xml") else "text/html"
            self.page(host, path, body, content_type=kind)

    def hits(self, host: str) -> int:
        return int(json.loads(self._call("GET", "ledger", None))["hits"].get(host, 0))

    def close(self) -> None:
        self._session.close()

    def _call(self, method: str, name: str, body: object) -> bytes:
        request = ApiRequest(method, f"{self._base}/_control/{name}", json_body=body)
        return self._session.send(request, until=soon(), wait_s=lambda _: None).body


@pytest.fixture
def sites(neighbours: RunningNeighbours) -> Iterator[SitesControl]:
    control = SitesControl(neighbours)
    yield control
    control.close()


def test_most_demo_companies_are_read_and_tell_who_they_are(endpoint: Endpoint) -> None:
    replies = [visit(endpoint, company.domain) for company in load_companies()[:60]]
    found = [reply for reply in replies if reply.outcome == "found"]
    assert len(found) > 45
    for reply in found:
        assert {Field.PAGE_TITLE, Field.DOMAIN} <= {finding.field for finding in reply.findings}
        assert all(finding.source_url for finding in reply.findings)


@pytest.mark.parametrize("host", hostile_hosts())
def test_hostile_site_costs_little_and_never_fails_the_batch(endpoint: Endpoint, host: str) -> None:
    started = time.monotonic()
    reply = visit(endpoint, host)
    assert time.monotonic() - started < (QUICK_S if host in (*SLOW_HOSTS, SLOW_INSIDE) else 1.5)
    assert reply.outcome in ("found", "not_found", "failed")
    assert reply.credits == 0
    if host in SLOW_HOSTS:
        assert (reply.outcome, reply.detail) == ("failed", "too_slow")


@pytest.mark.parametrize(
    ("host", "detail"),
    [
        ("hostile-metadata.example", "private_address"),
        ("hostile-ipv6-loopback.example", "private_address"),
        ("hostile-decimal-ip.example", "private_address"),
        ("hostile-loopback.example", "bad_port"),
        ("hostile-file.example", "bad_scheme"),
        ("hostile-bomb.example", "too_large"),
        ("hostile-endless.example", "too_large"),
        ("hostile-type.example", "bad_content_type"),
        ("hostile-loop.example", "redirect_loop"),
    ],
)
def test_reply_says_why_a_site_was_left(endpoint: Endpoint, host: str, detail: str) -> None:
    assert visit(endpoint, host).detail == detail


def test_robots_that_say_no_are_obeyed_and_the_page_is_never_asked_for(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.page("closed-sample.com", "/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
    sites.page("closed-sample.com", "/", "<title>secret</title>")
    reply = visit(endpoint, "closed-sample.com")
    assert (reply.outcome, reply.detail) == ("not_found", "robots_disallow")
    assert sites.hits("closed-sample.com") == 1


def test_robots_may_address_us_by_name(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.page(
        "picky-sample.com",
        "/robots.txt",
        "User-agent: Leadlight\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
        content_type="text/plain",
    )
    sites.page("picky-sample.com", "/", "<title>x</title>")
    assert visit(endpoint, "picky-sample.com").detail == "robots_disallow"


def test_broken_robots_keep_us_out_for_now(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.page("broken-sample.com", "/robots.txt", "oops", status=503, content_type="text/plain")
    reply = visit(endpoint, "broken-sample.com")
    assert (reply.outcome, reply.detail) == ("failed", "robots_unreadable")


def test_robots_file_is_read_once_a_day(kit: AdapterKit, sites: SitesControl) -> None:
    sites.page("daily-sample.com", "/robots.txt", "User-agent: *\nAllow: /\n", content_type="text/plain")
    sites.page("daily-sample.com", "/", "<title>x</title>")
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    robots = RobotsBook(kit.fetcher, lambda: now[0], timedelta(days=1))
    crawler = Crawler(kit.fetcher, robots, CrawlBudget(pages=1))
    for _ in range(3):
        assert crawler.crawl("daily-sample.com", until=soon()).home is not None
    assert sites.hits("daily-sample.com") == 4
    now[0] += timedelta(days=2)
    crawler.crawl("daily-sample.com", until=soon())
    assert sites.hits("daily-sample.com") == 6


def test_unanswered_host_is_a_failure_and_not_a_negative_answer() -> None:
    fetcher = Fetcher(contact_address="x", site_gateway="127.0.0.1:9", limits=FetchLimits(total_s=1.0))
    robots = RobotsBook(fetcher, system_clock, timedelta(days=1))
    visited = Crawler(fetcher, robots, CrawlBudget(pages=4)).crawl("gone-sample.com", until=soon())
    fetcher.close()
    assert (visited.home, visited.reason) == (None, "unreachable")


MENU = "<title>Sample Works</title>" + "".join(
    f"<a href='/{path}'>{path}</a>" for path in ("contact", "about", "careers", "pricing", "team", "impressum")
)
ADDRESS = "<title>Contact</title><p>Sample Works Inc.<br>12 Sample Street<br>Austin, TX 00012<br>United States</p><p>Call +1 202-555-0143</p>"


def crawler(kit: AdapterKit, budget: CrawlBudget, wait: Callable[[float], None] = time.sleep) -> Crawler:
    return Crawler(kit.fetcher, RobotsBook(kit.fetcher, system_clock, timedelta(days=1)), budget, wait)


def paths(crawl: Crawl) -> list[str]:
    return [urlsplit(one.page.url).path for one in crawl.pages]


def test_pages_that_tell_most_are_read_first_and_the_page_budget_is_kept(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site(
        "menu-sample.com",
        {"/": MENU, **{f"/{path}": "<title>x</title>" for path in ("contact", "about", "careers", "team", "impressum")}},
    )
    crawl = crawler(kit, CrawlBudget(pages=4)).crawl("menu-sample.com", until=soon())
    assert paths(crawl) == ["/", "/contact", "/impressum", "/about"]
    assert sites.hits("menu-sample.com") == 5


def test_no_page_is_asked_for_once_the_byte_budget_is_spent(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site(
        "large-sample.com", {"/": MENU + "<p>word</p>" * 2000, "/contact": "<p>word</p>" * 9000, "/about": "<title>x</title>"}
    )
    crawl = crawler(kit, CrawlBudget(pages=6, max_bytes=60_000)).crawl("large-sample.com", until=soon())
    assert paths(crawl) == ["/", "/contact"]
    assert {reason for _, reason in crawl.left_out} == {"byte_budget"}


def test_slow_pages_cost_one_wait_and_the_home_page_is_kept(kit: AdapterKit) -> None:
    started = time.monotonic()
    crawl = crawler(kit, CrawlBudget(pages=6, listens_s=0.5)).crawl(SLOW_INSIDE, until=soon())
    assert time.monotonic() - started < 1.5
    assert paths(crawl) == ["/"]
    assert {reason for _, reason in crawl.left_out} == {"too_slow"}


def test_visit_ends_before_the_moment_of_the_batch(kit: AdapterKit) -> None:
    started = time.monotonic()
    crawl = crawler(kit, CrawlBudget(pages=6)).crawl(SLOW_INSIDE, until=soon(0.7))
    assert time.monotonic() - started < 1.2
    assert crawl.home is not None


def test_slow_site_does_not_hold_the_other_companies_of_a_batch(endpoint: Endpoint) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        replies = list(
            pool.map(lambda domain: visit(endpoint, domain), [SLOW_INSIDE, *(f"quick-{n}-made.example" for n in range(6))])
        )
    assert time.monotonic() - started < 5.0
    assert sum(reply.outcome == "found" for reply in replies) >= 5


def test_rules_are_obeyed_on_every_page_and_also_where_a_page_leads(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site(
        "rules-sample.com",
        {"/": MENU, "/contact": "<title>secret</title>", "/about": "<title>fine</title>", "/inside/team": "<title>secret</title>"},
        robots="User-agent: *\nDisallow: /contact\nDisallow: /inside/\n",
    )
    moved = {"host": "rules-sample.com", "path": "/team", "body": "", "status": 302, "headers": {"Location": "/inside/team"}}
    sites._call("PUT", "pages", moved)
    crawl = crawler(kit, CrawlBudget(pages=7)).crawl("rules-sample.com", until=soon())
    assert paths(crawl) == ["/", "/about"]
    reasons = {urlsplit(url).path: reason for url, reason in crawl.left_out}
    assert (reasons["/contact"], reasons["/team"]) == ("robots_disallow", "robots_disallow")


def test_another_host_of_the_company_has_rules_of_its_own(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site(
        "hosts-sample.com",
        {"/": "<title>x</title><a href='https://jobs.hosts-sample.com/careers'>Careers</a><a href='/contact'>Contact</a>"},
    )
    sites.site("jobs.hosts-sample.com", {"/careers": "<title>x</title>"}, robots="User-agent: *\nDisallow: /\n")
    crawl = crawler(kit, CrawlBudget(pages=6)).crawl("hosts-sample.com", until=soon())
    assert ("https://jobs.hosts-sample.com/careers", "robots_disallow") in crawl.left_out
    assert sites.hits("jobs.hosts-sample.com") == 1


def test_short_pause_is_waited_for_and_a_long_one_leaves_it_at_home(kit: AdapterKit, sites: SitesControl) -> None:
    pages = {"/": MENU, "/contact": "<title>x</title>", "/about": "<title>x</title>"}
    sites.site("pause-sample.com", pages, robots="User-agent: *\nCrawl-delay: 0.4\n")
    sites.site("longpause-sample.com", pages, robots="User-agent: *\nCrawl-delay: 30\n")
    waits: list[float] = []
    visitor = crawler(kit, CrawlBudget(pages=6), waits.append)
    quick = visitor.crawl("pause-sample.com", until=soon())
    assert paths(quick) == ["/", "/contact"], "the imprint is missing, and a third pause would be too much"
    slow = visitor.crawl("longpause-sample.com", until=soon())
    assert paths(slow) == ["/"]
    assert {reason for _, reason in slow.left_out} == {"crawl_delay"}
    assert waits == [0.4, 0.4]


def test_sitemap_finds_what_the_menu_hides(kit: AdapterKit, sites: SitesControl) -> None:
    entries = "".join(f"<url><loc>https://hidden-sample.com/{path}</loc></url>" for path in ("news/1", "kontakt", "ueber-uns"))
    sites.site(
        "hidden-sample.com",
        {"/": "<title>x</title>", "/sitemap.xml": f"<urlset>{entries}</urlset>", "/kontakt": "<p>x</p>", "/ueber-uns": "<p>x</p>"},
    )
    crawl = crawler(kit, CrawlBudget(pages=4)).crawl("hidden-sample.com", until=soon())
    assert [(one.kind, urlsplit(one.page.url).path) for one in crawl.pages] == [
        (PageKind.HOME, "/"), (PageKind.CONTACT, "/kontakt"), (PageKind.ABOUT, "/ueber-uns"),
    ]  # fmt: skip


def test_sitemap_bomb_is_refused_and_the_home_page_kept(endpoint: Endpoint) -> None:
    started = time.process_time()
    reply = visit(endpoint, "hostile-sitemap.example")
    assert time.process_time() - started < 2.0
    assert reply.outcome == "found"
    assert reply.detail.startswith("sitemap_too_large: ")


def test_links_and_redirects_to_other_companies_are_not_followed(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.site("lured-sample.com", {"/contact": "<title>x</title>", "/about": ADDRESS, "/team": "<title>x</title>"})
    before = sites.hits("lured-sample.com")
    reply = visit(endpoint, "hostile-lures.example")
    assert reply.outcome == "found"
    assert "led_elsewhere: " in reply.detail
    assert Field.STREET not in {one.field for one in reply.findings}
    assert sites.hits("lured-sample.com") == before + 1, "where a redirect leads is asked once and not read"


def test_site_that_sends_visitors_to_another_company_is_read_no_further(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.site("bought-sample.com", {})
    moved = {
        "host": "bought-sample.com",
        "path": "/",
        "body": "",
        "status": 301,
        "headers": {"Location": "https://buyer-sample.com/"},
    }
    sites._call("PUT", "pages", moved)
    sites.site("buyer-sample.com", {"/": MENU, "/contact": ADDRESS})
    reply = visit(endpoint, "bought-sample.com")
    assert [(one.field, one.value) for one in reply.about] == [(Field.DOMAIN, "bought-sample.com")]
    assert {one.source_url for one in reply.findings} == {"https://buyer-sample.com/"}
    assert sites.hits("buyer-sample.com") == 1


def test_site_is_visited_by_one_thread_at_a_time(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site(
        "alone-sample.com",
        {"/": MENU, "/contact": "<title>x</title>", "/about": "<title>x</title>"},
        robots="User-agent: *\nCrawl-delay: 0.2\n",
    )
    inside: list[int] = []
    most: list[int] = []

    def wait(_seconds: float) -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.05)
        inside.pop()

    visitor = Crawler(kit.fetcher, RobotsBook(kit.fetcher, system_clock, timedelta(days=1)), CrawlBudget(pages=3), wait)
    with ThreadPoolExecutor(4) as pool:
        crawls = list(pool.map(lambda _: visitor.crawl("alone-sample.com", until=soon()), range(4)))
    assert all(len(crawl.pages) == 3 for crawl in crawls)
    assert max(most) == 1


def test_site_that_is_being_visited_too_long_is_tried_another_time(kit: AdapterKit, sites: SitesControl) -> None:
    sites.site("busy-sample.com", {"/": MENU, "/contact": "<title>x</title>"}, robots="User-agent: *\nCrawl-delay: 0.5\n")
    visitor = crawler(kit, CrawlBudget(pages=2))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(visitor.crawl, "busy-sample.com", until=soon())
        time.sleep(0.2)
        second = visitor.crawl("busy-sample.com", until=soon(0.05))
        assert (second.home, second.reason) == (None, "site_busy")
        assert first.result().home is not None


def test_contact_page_fills_what_the_home_page_does_not_say(endpoint: Endpoint, sites: SitesControl) -> None:
    sites.site("words-sample.com", {"/": MENU, "/contact": ADDRESS, "/team": "<p>Sample Person, CEO</p>"})
    reply = visit(endpoint, "words-sample.com")
    found = {one.field: (one.value, one.source_url) for one in reply.findings}
    contact = "https://words-sample.com/contact"
    assert found[Field.STREET] == ("12 Sample Street", contact)
    assert found[Field.CITY] == ("Austin", contact)
    assert found[Field.STATE] == ("TX", contact)
    assert found[Field.POSTAL_CODE] == ("00012", contact)
    assert found[Field.COUNTRY] == ("US", contact)
    assert found[Field.COMPANY_PHONE] == ("+12025550143", contact)
    assert not any("Sample Person" in str(one.value) for one in reply.findings), "people are not stored"


def test_facts_of_the_demo_sites_agree_with_the_fact_book(endpoint: Endpoint) -> None:
    book = FactBook(load_companies())
    told = 0
    for company in load_companies()[60:110]:
        facts = book.find_domain(company.domain)
        assert facts
        right = {
            Field.COMPANY_NAME: company.name, Field.STREET: facts.street, Field.CITY: company.city, Field.STATE: company.state,
            Field.COUNTRY: company.country_code, Field.POSTAL_CODE: facts.postal_code,
            Field.COMPANY_PHONE: (facts.phone or "").replace(" ", ""),
        }  # fmt: skip
        for finding in visit(endpoint, company.domain).findings:
            if finding.field in right:
                told += 1
                assert finding.value == right[finding.field], (company.domain, finding)
    assert told > 150
