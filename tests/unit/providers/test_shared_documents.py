"""Documents that are the same for everybody: asked for once, forgotten when they cannot be read, done without when they cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiReply, ApiRequest, ApiSession
from integration.core.settings import ProviderSettings
from integration.providers.adapter import AdapterKit, Answer, Endpoint, Offer, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, ProviderReply, Subject
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import HttpProvider, Step
from integration.providers.json_reading import parse_object
from simulator.server import serve
from tests.contract.providers.conftest import soon

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INFO = ProviderInfo(
    "sample",
    "Sample",
    frozenset({Capability.COMPANY}),
    {},
    False,
    Decimal(0),
    timedelta(1),
    timedelta(1),
    "",
    addresses={"sample": "http://x"},
)


@dataclass
class Scripted:
    """Answers the bodies of the script one after the other, the last one for ever; None is a 503."""

    script: list[bytes | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.paths.append(environ["PATH_INFO"])
        body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        start_response("503 x" if body is None else "200 OK", [("Content-Type", "application/json")])
        return [body or b"busy"]


@pytest.fixture
def listening() -> Iterator[tuple[Scripted, Callable[[Step], Endpoint]]]:
    app = Scripted()
    with serve(app) as server:
        session = ApiSession(system="providers", timeout_s=2.0, user_agent="Leadlight/test")
        fetcher = Fetcher(contact_address="https://example.com/bot", site_gateway=f"{server.host}:{server.port}")
        settings = ProviderSettings("https://example.com/bot", 2.0, 0.0, addresses={"sample": server.base_url})
        kit = AdapterKit(settings, session, fetcher, lambda: datetime(2026, 12, 1, tzinfo=UTC))

        def endpoint_of(step: Step) -> Endpoint:
            def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
                del subject
                reply = yield step
                name = parse_object(reply.body, system="sample").get("name") if reply.status else "done without"
                return Answer((Value(Field.COMPANY_NAME, str(name), 0.5),))

            offer = Offer(INFO, "name", Capability.COMPANY, {Field.COMPANY_NAME: 0.5}, lambda _: True)
            provider = HttpProvider(kit.addresses(INFO), ())
            return build_http_adapter(kit, INFO, provider, (HttpConversation(offer, look_up),)).endpoints[0]

        yield app, endpoint_of
        session.close()
        fetcher.close()


def ask(endpoint: Endpoint) -> ProviderReply:
    return endpoint.ask([Subject("company", domain="sample.com")], key="", until=soon())[0]


def names(endpoint: Endpoint, times: int) -> list[object]:
    return [reply.findings[0].value if reply.findings else reply.error for reply in (ask(endpoint) for _ in range(times))]


KEPT = Step(ApiRequest("GET", "/list.json"), keep_for=timedelta(days=1))


def test_shared_document_is_asked_for_once(listening: tuple[Scripted, Callable[[Step], Endpoint]]) -> None:
    app, endpoint_of = listening
    app.script = [b'{"name": "first"}', b'{"name": "second"}']
    assert names(endpoint_of(KEPT), 3) == ["first"] * 3
    assert app.paths == ["/list.json"]


def test_document_that_cannot_be_read_is_not_kept(listening: tuple[Scripted, Callable[[Step], Endpoint]]) -> None:
    app, endpoint_of = listening
    app.script = [b'{"name": ', b'{"name": "second"}']
    assert names(endpoint_of(KEPT), 3) == [ErrorClass.MALFORMED, "second", "second"]
    assert len(app.paths) == 2


def test_document_one_can_do_without_is_not_asked_for_again_at_once(listening: tuple[Scripted, Callable[[Step], Endpoint]]) -> None:
    app, endpoint_of = listening
    app.script = [None]
    step = Step(KEPT.request, keep_for=KEPT.keep_for, accepts_failure=True)
    endpoint = endpoint_of(step)
    assert names(endpoint, 1) == ["done without"]
    tries = len(app.paths)
    assert names(endpoint, 2) == ["done without"] * 2
    assert len(app.paths) == tries


def test_failure_of_a_document_one_needs_is_a_failure_each_time(listening: tuple[Scripted, Callable[[Step], Endpoint]]) -> None:
    app, endpoint_of = listening
    app.script = [None]
    assert names(endpoint_of(KEPT), 2) == [ErrorClass.SERVER] * 2


@pytest.mark.parametrize(
    ("url", "error"),
    [("http://registry.example/list.json", ErrorClass.INVALID), ("https://10.0.0.1/list.json", ErrorClass.INVALID),
     ("https://user:secret@registry.example/", ErrorClass.INVALID), ("https://registry.example:8443/", ErrorClass.INVALID)],
)  # fmt: skip
def test_strangers_address_that_may_not_be_used_is_never_asked(
    listening: tuple[Scripted, Callable[[Step], Endpoint]], url: str, error: ErrorClass
) -> None:
    app, endpoint_of = listening
    app.script = [b'{"name": "never"}']
    assert names(endpoint_of(Step(ApiRequest("GET", url), is_strangers=True)), 1) == [error]
    assert app.paths == []


def test_strangers_address_is_asked_through_the_guard(listening: tuple[Scripted, Callable[[Step], Endpoint]]) -> None:
    app, endpoint_of = listening
    app.script = [b'{"name": "registry"}']
    assert names(endpoint_of(Step(ApiRequest("GET", "https://registry.example/list.json"), is_strangers=True)), 1) == ["registry"]
