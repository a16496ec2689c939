"""The provider session: retries only where asked, bounded in number and time, and honest about who did not answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from integration.core.errors import Unanswered, Unavailable
from integration.core.outbound_session import LARGE_AT_ONCE, MAX_ANSWER_BYTES, ApiReply, ApiRequest, ApiSession
from simulator.server import ConnectionCut, RunningServer, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Scripted:
    """Answers with the statuses of the script, one after the other; 0 cuts the line."""

    script: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    delay_s: float = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)))
        time.sleep(self.delay_s)
        status = self.script.pop(0) if self.script else 200
        if status == 0:
            raise ConnectionCut
        start_response(f"{status} x", [("Content-Type", "application/json"), ("X-Seen", environ["QUERY_STRING"])])
        return [b"{}"]


@pytest.fixture
def server() -> Iterator[tuple[Scripted, RunningServer]]:
    app = Scripted()
    with serve(app) as running:
        yield app, running


@pytest.fixture
def session() -> Iterator[ApiSession]:
    opened = ApiSession(system="sample", timeout_s=1.0, user_agent="Leadlight/test")
    yield opened
    opened.close()


def send(
    session: ApiSession, running: RunningServer, *, wait_s: float | None = 0.0, seconds: float = 5.0, is_paid: bool = False
) -> ApiReply:
    def decide(reply: ApiReply) -> float | None:
        return wait_s if reply.status in (429, 503) else None

    return session.send(
        ApiRequest("POST", running.base_url, params=(("a", "1"), ("a", "ü&")), json_body={"x": 1}),
        until=time.monotonic() + seconds,
        wait_s=decide,
        is_paid=is_paid,
    )


def test_parameters_and_body_arrive_as_given(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    assert send(session, running).headers["x-seen"] == "a=1&a=%C3%BC%26"
    assert app.bodies == [b'{"x": 1}']


def test_answer_that_may_be_retried_is_asked_again(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [503, 429, 200]
    assert send(session, running).status == 200


def test_three_tries_are_enough(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [503] * 9
    assert send(session, running).status == 503
    assert len(app.bodies) == 3


def test_long_wait_is_not_worth_it(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [429]
    started = time.monotonic()
    assert send(session, running, wait_s=37.0).status == 429
    assert time.monotonic() - started < 1.0


def test_refusal_is_not_asked_again(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [401, 200]
    assert send(session, running).status == 401


def test_cut_connection_is_tried_again(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [0, 200]
    assert send(session, running).status == 200


def test_a_paid_call_that_was_cut_is_not_sent_again(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.script = [0, 200]
    with pytest.raises(Unanswered):
        send(session, running, is_paid=True)
    assert send(session, running, is_paid=True).status == 200
    app.script = [429, 200]
    assert send(session, running, wait_s=0.0, is_paid=True).status == 200, "a refusal was not charged"


def test_nobody_at_the_other_end_is_not_an_answer_that_got_lost(session: ApiSession) -> None:
    request = ApiRequest("GET", "http://127.0.0.1:1/")
    with pytest.raises(Unavailable) as failed:
        session.send(request, until=time.monotonic() + 3, wait_s=lambda _: None, is_paid=True)
    assert not isinstance(failed.value, Unanswered)
    assert failed.value.reason == "unreachable"


def test_silence_is_unavailable_and_ends_in_time(session: ApiSession, server: tuple[Scripted, RunningServer]) -> None:
    app, running = server
    app.delay_s = 3.0
    started = time.monotonic()
    with pytest.raises(Unavailable) as failed:
        send(session, running, seconds=0.4)
    assert failed.value.reason == "too_slow"
    assert time.monotonic() - started < 1.5


def test_key_does_not_show_in_the_request(session: ApiSession) -> None:
    assert "sekret" not in repr(ApiRequest("GET", "http://sample.example", headers={"x-api-key": "sekret"}))


def test_answers_that_may_be_large_are_read_two_at_a_time_and_the_others_wait_or_give_up(session: ApiSession) -> None:
    app = Scripted(delay_s=0.4)
    with serve(app) as running:
        large = ApiRequest("GET", running.base_url, max_bytes=MAX_ANSWER_BYTES + 1)

        def ask(seconds: float) -> tuple[str, float]:
            started = time.monotonic()
            try:
                session.send(large, until=started + seconds, wait_s=lambda _: None)
            except Unavailable as error:
                return error.reason, time.monotonic() - started
            return "answered", time.monotonic() - started

        with ThreadPoolExecutor(2 * LARGE_AT_ONCE + 1) as pool:
            patient = [pool.submit(ask, 5.0) for _ in range(2 * LARGE_AT_ONCE)]
            time.sleep(0.1)
            hasty = pool.submit(ask, 0.1).result()
            took = sorted(one.result()[1] for one in patient)
        assert {one.result()[0] for one in patient} == {"answered"}
        assert hasty[0] == "too_slow"
        assert took[0] < 0.75 < took[-1]
        small = ApiRequest("GET", running.base_url)
        assert session.send(small, until=time.monotonic() + 5, wait_s=lambda _: None).status == 200
