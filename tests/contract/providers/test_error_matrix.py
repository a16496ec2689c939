"""Every adapter against every way a provider can refuse or fail: from its fixture where the vendor has words of its own, else the same for all.

The matrix is generated from the adapters and the error classes, so that a new adapter is tested without anybody remembering to.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from integration.core.clock import system_clock
from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiSession
from integration.core.settings import ProviderSettings
from integration.providers.adapter import AdapterKit, Endpoint
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.http_base import CallEndpoint, ConversationEndpoint
from integration.providers.registry import adapter_modules, build_adapters
from tests.contract.providers.conftest import soon
from tests.contract.providers.test_adapters import NAMES, as_subject, load

TIMEOUT_S = 0.4


@dataclass(frozen=True)
class Failure:
    """A way to fail that no vendor words: what goes over the wire, and how it must be understood."""

    name: str
    answer: Callable[[socket.socket], None]
    expected: frozenset[ErrorClass]


def _http(status: str, content_type: str, body: bytes) -> Callable[[socket.socket], None]:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


def _cut(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"a"')


def _silent(connection: socket.socket) -> None:
    time.sleep(TIMEOUT_S * 2)


def _dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n")
    for _ in range(12):
        connection.sendall(b"{")
        time.sleep(TIMEOUT_S / 5)


SERVER, BLOCKED = frozenset({ErrorClass.SERVER}), frozenset({ErrorClass.BLOCKED, ErrorClass.MALFORMED})
UNREADABLE = frozenset({ErrorClass.MALFORMED, ErrorClass.INVALID, ErrorClass.SERVER, ErrorClass.BLOCKED})
FAILURES = (
    Failure("server error with a page", _http("500 x", "text/html", b"<h1>500</h1>"), SERVER),
    Failure("front door down", _http("503 x", "text/plain", b"Service Unavailable"), SERVER),
    Failure("gateway error in JSON", _http("502 x", "application/json", b"{}"), SERVER),
    Failure("a log-in page", _http("200 OK", "text/html", b"<title>Sign in</title>"), BLOCKED),
    Failure("an answer cut off", _cut, SERVER),
    Failure("no answer", _silent, SERVER),
    Failure("an answer that drips", _dripping, SERVER),
    Failure("bytes that are no text", _http("200 OK", "application/json", b"\xff\xfe\x00\x80"), UNREADABLE),
    Failure("JSON broken off", _http("200 OK", "application/json", b'{"results": [{"name": "Ac'), UNREADABLE),
    Failure("a list in place of an object", _http("200 OK", "application/json", b"[1, 2]"), UNREADABLE),
    Failure("numbers nobody can store", _http("200 OK", "application/json", b'{"data": NaN}'), UNREADABLE),
)


@contextmanager
def failing_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that fails in one way, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        ended = threading.Event()

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.settimeout(2.0)
                    connection.recv(65536)
                    answer(connection)
                except OSError:
                    return  # the client gave up, which is what it is here for

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def web_endpoints(address: str) -> Iterator[tuple[str, Endpoint, list[Subject]]]:
    """Every endpoint that speaks HTTP to an API, sent to one address, with subjects it takes."""
    declared = {name: usual for module in adapter_modules() for name, usual in module.INFO.addresses.items()}
    addresses = {name: f"http://{address}" for name, usual in declared.items() if usual.startswith("http")}
    settings = ProviderSettings("https://example.com/bot", TIMEOUT_S, 1.0, site_gateway=address, addresses=addresses)
    session = ApiSession(system="providers", timeout_s=TIMEOUT_S, user_agent="Leadlight/test")
    fetcher = Fetcher(contact_address="https://example.com/bot", site_gateway=address)
    try:
        for adapter in build_adapters(AdapterKit(settings, session, fetcher, system_clock)):
            for endpoint in adapter.endpoints:
                if isinstance(endpoint, CallEndpoint | ConversationEndpoint):
                    yield f"{adapter.info.name}.{endpoint.offer.name}", endpoint, subjects_of(adapter.info.name, endpoint)
    finally:
        session.close()
        fetcher.close()


def subjects_of(provider: str, endpoint: Endpoint) -> list[Subject]:
    cases = [case for case in load(provider)["cases"] if case["endpoint"] == endpoint.offer.name]
    return [as_subject(one) for one in cases[0]["subjects"]]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.name.replace(" ", "_"))
def test_every_endpoint_understands_a_failure_no_vendor_words(failure: Failure) -> None:
    wrong: dict[str, list[ProviderReply]] = {}
    with failing_server(failure.answer) as address:
        for name, endpoint, subjects in web_endpoints(address):
            replies = endpoint.ask(subjects, key="key-secret-1", until=soon(2 * TIMEOUT_S))
            if len(replies) != len(subjects) or any(reply.error not in failure.expected or reply.findings for reply in replies):
                wrong[name] = list(replies)
    assert wrong == {}


def test_a_refused_connection_is_the_servers_fault_and_cannot_have_cost_anything() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    for name, endpoint, subjects in web_endpoints(address):
        for reply in endpoint.ask(subjects, key="key-secret-1", until=soon(TIMEOUT_S)):
            assert (name, reply.error, reply.may_be_charged) == (name, ErrorClass.SERVER, False)


@pytest.mark.parametrize("name", NAMES)
def test_every_error_class_is_shown_or_cannot_happen(name: str) -> None:
    fixture = load(name)
    shown = {reply.get("error") or reply["outcome"] for case in fixture["cases"] for reply in case["expect"]}
    for_all = {ErrorClass.SERVER, ErrorClass.MALFORMED, ErrorClass.BLOCKED} if fixture["cases"] else set()
    impossible = set(fixture.get("not_applicable", {}))
    assert {error.value for error in ErrorClass} - shown - for_all - impossible == set()


def test_no_reply_of_any_failure_shows_the_key() -> None:
    echoing = json.dumps(
        {"error": "bad key key-secret-1", "errors": [{"details": "key-secret-1"}], "message": "key-secret-1"}
    ).encode()
    with failing_server(_http("401 x", "application/json", echoing)) as address:
        for name, endpoint, subjects in web_endpoints(address):
            for reply in endpoint.ask(subjects, key="key-secret-1", until=soon(2 * TIMEOUT_S)):
                assert (name, "key-secret-1" in repr(replace(reply))) == (name, False)
