"""Each way into the network that a stranger's address takes, against the whole hostile list, over real sockets."""

from __future__ import annotations

import ipaddress
import socket
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from ssrfguard import Policy

from integration.core.clock import system_clock
from integration.core.errors import Unavailable
from integration.core.outbound import REDIRECTS, Fetcher, FetchLimits, FetchRefused
from integration.providers.site.crawl import CrawlBudget, Crawler
from integration.providers.site.robots import RobotsBook
from tests.contract.providers.conftest import soon
from tests.trust.outbound_hostile import (
    ADDRESSES,
    ANSWERS,
    PRIVATE,
    PRIVATE_ANSWERS,
    HostileAddress,
    HostileAddresses,
    HostileAnswer,
    HostileAnswers,
    hostile_server,
)

Answer = tuple[int, int, int, str, tuple[str, int]]
PATIENCE = FetchLimits(total_s=0.5, idle_s=0.4)


def answers(*rounds: tuple[str, ...]) -> Callable[..., list[Answer]]:
    """A resolver that gives the next of these answers each time it is asked, the last one for ever."""
    left = list(rounds)

    def resolve(_host: str, port: int, *_args: object, **_kwargs: object) -> list[Answer]:
        found = left.pop(0) if len(left) > 1 else left[0]
        kinds = {one: socket.AF_INET6 if ipaddress.ip_address(one).version == 6 else socket.AF_INET for one in found}
        return [(kinds[one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return resolve


def unasked(*_args: object, **_kwargs: object) -> list[Answer]:
    raise AssertionError("DNS was asked for an address that needs no asking")


def outcome(fetcher: Fetcher, url: str) -> str:
    with closing(fetcher):
        try:
            fetcher.fetch(url)
        except (FetchRefused, Unavailable) as error:
            return error.reason
    return ""


def through(port: int) -> Fetcher:
    """A fetcher for which the server at this port is every site."""
    return Fetcher(contact_address="x", site_gateway=f"127.0.0.1:{port}", limits=PATIENCE)


class TestAddressItself(HostileAddresses):
    """No case asks the resolver: what the address shows is enough."""

    def refused_as(self, url: str) -> str:
        return outcome(Fetcher(contact_address="x", resolver=unasked), url)


WRITABLE = [case for case in ADDRESSES if case.url.isascii() and case.url.isprintable() and len(case.url) < 10_000]


@pytest.mark.parametrize("case", WRITABLE, ids=lambda case: case.name)
def test_redirect_to_a_hostile_address_is_refused_with_its_reason(case: HostileAddress) -> None:
    status = sorted(REDIRECTS)[len(case.name) % len(REDIRECTS)]
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {case.url}\r\nContent-Length: 0\r\n\r\n".encode()
    with hostile_server(lambda wire: wire.sendall(head)) as port:
        fetcher = through(port)
        assert outcome(fetcher, "http://public.example/") == case.reason


@pytest.mark.parametrize("status", sorted(REDIRECTS))
def test_every_kind_of_redirect_is_checked(status: int) -> None:
    head = f"HTTP/1.1 {status} Moved\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n".encode()
    with hostile_server(lambda wire: wire.sendall(head)) as port:
        fetcher = through(port)
        assert outcome(fetcher, "http://public.example/") == PRIVATE


class TestAnswerToTheFetcher(HostileAnswers):
    def refused_as(self, port: int) -> str:
        return outcome(through(port), "http://public.example/")


class TestAnswerThroughTheGuard(HostileAnswers):
    """The same with the guard of production underneath; only the policy lets the test's own server through."""

    def refused_as(self, port: int) -> str:
        policy = Policy(allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({port, 80}))  # type: ignore[arg-type]
        resolver = answers(("127.0.0.1",))
        fetcher = Fetcher(contact_address="x", policy=policy, resolver=resolver, limits=PATIENCE)
        return outcome(fetcher, f"http://public.example:{port}/")


# Of a robots.txt these are no refusals: a page of another kind is an absent file.
AS_NO_ROBOTS = frozenset({"pdf", "no content type"})


@pytest.mark.parametrize("case", [case for case in ANSWERS if case.name not in AS_NO_ROBOTS], ids=lambda case: case.name)
def test_visit_to_a_site_ends_with_the_same_reason(case: HostileAnswer) -> None:
    with hostile_server(case.speak) as port, closing(through(port)) as fetcher:
        crawler = Crawler(fetcher, RobotsBook(fetcher, system_clock, timedelta(days=1)), CrawlBudget())
        crawl = crawler.crawl("public.example", until=soon())
    assert (crawl.pages, crawl.reason) == ((), case.reason)


@pytest.mark.parametrize("found", PRIVATE_ANSWERS, ids=", ".join)
def test_name_with_any_private_answer_is_refused(found: tuple[str, ...]) -> None:
    assert outcome(Fetcher(contact_address="x", resolver=answers(found)), "http://public.example/") == PRIVATE


def test_name_that_moves_inside_after_the_first_visit_is_refused_at_the_second() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    with hostile_server(lambda wire: wire.sendall(head)) as port:
        policy = Policy(allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({port}))  # type: ignore[arg-type]
        fetcher = Fetcher(contact_address="x", policy=policy, resolver=answers(("127.0.0.1",), ("127.0.0.2",)), limits=PATIENCE)
        with closing(fetcher):
            assert fetcher.fetch(f"http://public.example:{port}/").body == b"hi"
            assert outcome(fetcher, f"http://public.example:{port}/again") == PRIVATE


def test_name_cannot_move_between_check_and_connection() -> None:
    """One answer is asked for, checked and connected to; the second answer, of a place where another server waits, is never used."""
    good, evil = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n{word}".encode() for word in ("good", "evil")
    )
    with hostile_server(lambda wire: wire.sendall(good)) as port, socket.create_server(("127.0.0.2", port)) as inside:
        policy = Policy(allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({port}))  # type: ignore[arg-type]
        resolver = answers(("127.0.0.1",), ("127.0.0.2",))
        with closing(Fetcher(contact_address="x", policy=policy, resolver=resolver, limits=PATIENCE)) as fetcher:
            assert fetcher.fetch(f"http://public.example:{port}/").body == good[-4:] != evil[-4:]
        inside.settimeout(0.1)
        with pytest.raises(TimeoutError):
            inside.accept()


def test_refresh_in_the_markup_is_not_followed() -> None:
    body = b'<meta http-equiv="refresh" content="0; url=http://169.254.169.254/">'
    asked: list[int] = []

    def speak(wire: socket.socket) -> None:
        asked.append(1)
        wire.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nRefresh: 0; url=http://10.0.0.1/\r\nConnection: close\r\n\r\n" + body
        )

    with hostile_server(speak) as port, closing(through(port)) as fetcher:
        assert fetcher.fetch("http://public.example/").body == body
    assert asked == [1]


@pytest.mark.parametrize("name", ["gzip bomb", "deflate bomb"])
def test_bomb_takes_no_more_memory_than_a_page_may(name: str) -> None:
    case = next(one for one in ANSWERS if one.name == name)
    with hostile_server(case.speak) as port:
        fetcher = through(port)
        tracemalloc.start()
        assert outcome(fetcher, "http://public.example/") == "too_large"
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 << 20
