"""Visits to company sites: manners, and every hostile site of the stand-in survived with an honest reply."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.core.clock import system_clock
from integration.core.outbound import Fetcher, FetchLimits
from integration.core.outbound_session import ApiRequest, ApiSession
from integration.providers.adapter import AdapterKit, Endpoint
from integration.providers.adapters import website
from integration.providers.base import Field, ProviderReply, Subject
from integration.providers.site.crawl import CrawlBudget, Crawler
from integration.providers.site.robots import RobotsBook
from simulator.data.demo import load_companies
from simulator.neighbours.running import RunningNeighbours
from simulator.neighbours.sites.hostile import hostile_hosts
from tests.contract.providers.conftest import soon

# What a hostile site may cost at most, and whether its answer may be remembered.
QUICK_S = 3.0
SLOW_HOSTS = ("hostile-drip.example", "hostile-late.example")


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
    assert time.monotonic() - started < (QUICK_S if host in SLOW_HOSTS else 1.5)
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
    visited = Crawler(fetcher, robots, CrawlBudget()).crawl("gone-sample.com", until=soon())
    fetcher.close()
    assert (visited.home, visited.reason) == (None, "unreachable")
