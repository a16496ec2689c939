"""How requests of cards are carried: against a backend of real sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from crm_cards.host.carrier import AT_ONCE, Carrier, Unreachable
from crm_cards.host.fetch_rules import SIZE_LIMIT_BYTES, Asker, FetchRules
from integration.core.clock import system_clock
from integration.core.settings import Secret

PUBLIC = "https://leadlight.example.com"
ASKER = Asker(4242, "9001", "sample.rep@example.com", "31337")


@dataclass
class Backend:
    """What it was asked, and what it answers next."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    answer: Callable[[], Response | str] = lambda: "{}"


@pytest.fixture
def backend() -> Iterator[Backend]:
    told = Backend()
    app = Flask("backend")

    @app.route("/<path:path>", methods=["GET", "POST"])
    def any_path(path: str) -> Response | str:
        told.asked.append(f"{request.method} /{path}")
        return told.answer()

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    told.address = f"http://127.0.0.1:{server.port}"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def carrier(backend: Backend) -> Carrier:
    return Carrier(FetchRules(permitted=(PUBLIC,), local={PUBLIC: backend.address}, secret=Secret("sample"), clock=system_clock))


def ask(carrier: Carrier, path: str = "/cards/home", **options: object) -> tuple[int, str]:
    answer = carrier.fetch(PUBLIC + path, options, ASKER)
    return answer.status, answer.body


def test_an_answer_is_handed_on_as_it_came(carrier: Carrier, backend: Backend) -> None:
    backend.answer = lambda: '{"ok":true,"data":"Grüße"}'
    assert ask(carrier, method="POST", body={"a": 1}) == (200, '{"ok":true,"data":"Grüße"}')
    assert backend.asked == ["POST /cards/home"]


def test_a_5xx_is_asked_once_more_and_then_wrapped(carrier: Carrier, backend: Backend) -> None:
    backend.answer = lambda: Response("broken", 503)
    status, body = ask(carrier, method="POST", body={})
    assert status == 503
    assert json.loads(body)["context"]["appServerStatusCode"] == ["503"]
    assert len(backend.asked) == 2


def test_a_4xx_is_not_asked_again(carrier: Carrier, backend: Backend) -> None:
    backend.answer = lambda: Response("no", 404)
    assert ask(carrier)[0] == 404
    assert len(backend.asked) == 1


def test_a_redirect_is_not_followed(carrier: Carrier, backend: Backend) -> None:
    backend.answer = lambda: Response("", 302, {"Location": "/elsewhere"})
    assert ask(carrier)[0] == 302
    assert backend.asked == ["GET /cards/home"]


def test_an_answer_over_one_megabyte_is_none(carrier: Carrier, backend: Backend) -> None:
    backend.answer = lambda: "x" * (SIZE_LIMIT_BYTES + 1)
    with pytest.raises(Unreachable, match="1 MB"):
        ask(carrier)


def test_a_slow_backend_is_given_up_and_an_absent_one_is_told(carrier: Carrier, backend: Backend) -> None:
    goes_on = threading.Event()

    def slow() -> str:
        goes_on.wait(5)
        return "{}"

    backend.answer = slow
    with pytest.raises(Unreachable, match="did not answer within"):
        ask(carrier, timeout=200)
    goes_on.set()
    absent = Carrier(
        FetchRules(permitted=(PUBLIC,), local={PUBLIC: "http://127.0.0.1:1"}, secret=Secret("sample"), clock=system_clock)
    )
    with pytest.raises(Unreachable, match="cannot be reached"):
        ask(absent)


def test_the_twenty_first_at_once_is_told_429(carrier: Carrier, backend: Backend) -> None:
    inside, goes_on = threading.Semaphore(0), threading.Event()

    def held() -> str:
        inside.release()
        goes_on.wait(20)
        return "{}"

    backend.answer = held
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(ask(carrier)[0])) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=20)
    assert ask(carrier)[0] == 429
    goes_on.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * AT_ONCE
    backend.answer = lambda: "{}"
    assert ask(carrier)[0] == 200
