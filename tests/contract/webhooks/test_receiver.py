"""The webhook endpoint over real HTTP, under gunicorn as in production and under Werkzeug's server as in development."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from integration.core.clock import system_clock
from integration.db.embedded import EmbeddedPostgres
from integration.db.session import Database
from integration.hubspot.signature import signature_headers
from integration.hubspot.signed_request import called_uri
from tests.contract.webhooks.door import SECRET, Answer, Caller, build_app, chunked
from webhooks.receiver import BODY_LIMIT_BYTES, PATH

BODY = json.dumps([{"portalId": 62515, "subscriptionType": "contact.creation", "objectId": 1}]).encode()
LARGE = json.dumps([{"portalId": 62515, "propertyValue": "x" * 200}] * 100).encode()
PUBLIC_URL = "https://hooks.leadlight.example"


@pytest.fixture(scope="module")
def store(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    opened = Database(postgres.url(name))
    yield opened
    opened.close()
    postgres.drop_database(name)


def _env(store: Database, **more: str) -> dict[str, str]:
    return {"DATABASE_URL": store.url, "HUBSPOT_CLIENT_SECRET": SECRET, "LEADLIGHT_PUBLIC_URL": PUBLIC_URL, **more}


@pytest.fixture(scope="module")
def gunicorn(store: Database) -> Iterator[Caller]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    application = "tests.contract.webhooks.door:build_app_from_environment()"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--threads",
        "8",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
        application,
    ]
    server = subprocess.Popen(command, env={**os.environ, **_env(store)})
    caller = Caller(f"http://127.0.0.1:{port}", PUBLIC_URL)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            caller.say(f"GET {PATH} HTTP/1.1", {})
            break
        except (OSError, IndexError):
            time.sleep(0.1)
    yield caller
    server.terminate()
    server.wait(timeout=20)


def _serve(env: dict[str, str]) -> Iterator[Caller]:
    database = Database(env["DATABASE_URL"])
    server = make_server("127.0.0.1", 0, build_app(env, database), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Caller(f"http://127.0.0.1:{server.server_port}", PUBLIC_URL)
    server.shutdown()
    thread.join()
    server.server_close()
    database.close()


@pytest.fixture(scope="module")
def werkzeug(store: Database) -> Iterator[Caller]:
    yield from _serve(_env(store))


@pytest.fixture(params=["gunicorn", "werkzeug"])
def caller(request: pytest.FixtureRequest) -> Caller:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Caller)
    return found


def stored(store: Database) -> int:
    with store.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM delivery").scalar_one())


def refused(store: Database, caller: Caller, body: bytes, **how: str) -> Answer:
    """The answer to a delivery that must leave nothing behind."""
    before = stored(store)
    answer = caller.deliver(body, **how)  # type: ignore[arg-type]
    assert stored(store) == before
    return answer


@pytest.mark.parametrize("body", [BODY, LARGE, b" \n[ ]\r\n", b"[]"])
def test_a_signed_delivery_is_kept_byte_for_byte_before_the_answer(store: Database, caller: Caller, body: bytes) -> None:
    answer = caller.deliver(body)
    assert (answer.status, answer.body) == (204, b"")
    with store.begin() as connection:
        last = connection.exec_driver_sql("SELECT body, portal_id FROM delivery ORDER BY id DESC LIMIT 1").one()
        waiting = connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'unpack'").scalar_one()
    assert bytes(last.body) == body
    assert last.portal_id == (62515 if b"portalId" in body else None)
    assert waiting == 1


@pytest.mark.parametrize("target", [f"{PATH}?src=hs%3Aapp%2Fv3&x=%28a%29", f"{PATH}?a=%20b&a=c+d%2B&e", f"{PATH}?"])
def test_the_signature_covers_the_target_as_it_came_over_the_wire(caller: Caller, target: str) -> None:
    assert caller.deliver(BODY, target).status == 204


def test_a_target_other_than_the_signed_one_is_refused(store: Database, caller: Caller) -> None:
    headers = signature_headers(secret=SECRET, method="POST", uri=f"{PUBLIC_URL}{PATH}", body=BODY, clock=system_clock)
    answer = caller.say(f"POST {PATH}?x=1 HTTP/1.1", {"Content-Length": str(len(BODY)), **headers}, BODY)
    assert answer.status == 401


@pytest.mark.parametrize("away", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_a_captured_delivery_is_refused_later_and_earlier(caller: Caller, away: timedelta) -> None:
    answer = caller.deliver(BODY, at=system_clock() + away)
    assert (answer.status, b"five minutes" in answer.body) == (401, True)


@pytest.mark.parametrize(
    "said",
    [
        {"X_HubSpot_Signature_v3": "x" * 44},
        {"X_HubSpot_Signature_v3": "\xe9\xff"},
        {"X_HubSpot_Request_Timestamp": "soon"},
        {"X_HubSpot_Request_Timestamp": ""},
        {"X_HubSpot_Signature_v3": ""},
    ],
)
def test_a_delivery_without_full_proof_is_refused(store: Database, caller: Caller, said: dict[str, str]) -> None:
    assert refused(store, caller, BODY, **said).status == 401


def test_v1_alone_is_refused_unless_the_settings_accept_it(store: Database, werkzeug: Caller) -> None:
    assert refused(store, werkzeug, BODY, without="X-HubSpot-Signature-v3").status == 401
    serving = _serve(_env(store, LEADLIGHT_ACCEPT_V1_SIGNATURE="yes"))
    lenient = next(serving)
    assert lenient.deliver(BODY, without="X-HubSpot-Signature-v3").status == 204
    assert lenient.deliver(BODY, without="X-HubSpot-Signature-v3", X_HubSpot_Signature="0" * 64).status == 401
    assert lenient.deliver(BODY, X_HubSpot_Signature_v3="0" * 44).status == 401, "a bad v3 is not outweighed by a good v1"
    assert next(serving, None) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", b"not JSON"),
        (b"{}", b"not dict"),
        (b'"text"', b"not str"),
        (BODY[:-1], b"not JSON"),
        (b'[{"a":}]', b"line 1, column 7"),
        (LARGE[:-1], b"not JSON"),
        (b'{"a": ' + LARGE + b"}", b"not dict"),
        (b"\xff\xff", b"not JSON"),
        (b"[" * 200_000, b"nested"),
        (b"[" + b"1" * 6_000 + b"]", b"too long"),
    ],
)
def test_a_body_that_is_no_array_is_refused_with_what_is_wrong(store: Database, gunicorn: Caller, body: bytes, told: bytes) -> None:
    answer = refused(store, gunicorn, body)
    assert (answer.status, told in answer.body) == (400, True), answer.body


def test_five_megabytes_pass_and_a_byte_more_does_not(store: Database, caller: Caller) -> None:
    largest = b"[" + b" " * (BODY_LIMIT_BYTES - 2) + b"]"
    assert caller.deliver(largest).status == 204
    assert refused(store, caller, largest + b" ").status == 413


@pytest.mark.parametrize("extra", [1, 3_000_000])
def test_the_limit_holds_when_no_length_is_announced(store: Database, gunicorn: Caller, extra: int) -> None:
    body = b"[" + b" " * (BODY_LIMIT_BYTES - 2 + extra) + b"]"
    headers = signature_headers(secret=SECRET, method="POST", uri=f"{PUBLIC_URL}{PATH}", body=body, clock=system_clock)
    before = stored(store)
    answer = gunicorn.say(f"POST {PATH} HTTP/1.1", {"Transfer-Encoding": "chunked", **headers}, chunked(body))
    assert (answer.status, stored(store)) == (413, before)


def test_a_delivery_in_chunks_is_taken(gunicorn: Caller) -> None:
    headers = signature_headers(secret=SECRET, method="POST", uri=f"{PUBLIC_URL}{PATH}", body=LARGE, clock=system_clock)
    assert gunicorn.say(f"POST {PATH} HTTP/1.1", {"Transfer-Encoding": "chunked", **headers}, chunked(LARGE, 999)).status == 204


def test_a_length_that_lies_is_refused(store: Database, gunicorn: Caller) -> None:
    assert refused(store, gunicorn, BODY, Content_Length=str(len(BODY) - 1)).status == 401
    assert refused(store, gunicorn, BODY, Content_Length="99999999").status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_anything_but_a_post_is_told_so(caller: Caller, method: str) -> None:
    answer = caller.say(f"{method} {PATH} HTTP/1.1", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_without_a_client_secret_there_is_no_endpoint(store: Database) -> None:
    serving = _serve(_env(store, HUBSPOT_CLIENT_SECRET=""))
    assert refused(store, next(serving), BODY).status == 404
    assert next(serving, None) is None


def test_many_deliveries_at_once_are_all_kept(store: Database, gunicorn: Caller) -> None:
    before = stored(store)
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: gunicorn.deliver(LARGE).status, range(64)))
    assert set(statuses) == {204}
    assert stored(store) == before + 64


def test_a_lost_connection_is_replaced_and_the_delivery_kept(store: Database, gunicorn: Caller) -> None:
    assert gunicorn.deliver(BODY).status == 204
    with store.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    before = stored(store)
    assert gunicorn.deliver(BODY).status == 204
    assert stored(store) == before + 1


def test_without_a_database_the_sender_is_asked_to_come_again() -> None:
    serving = _serve(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "LEADLIGHT_PUBLIC_URL": PUBLIC_URL,
        }
    )
    assert next(serving).deliver(BODY).status == 503
    assert next(serving, None) is None


@pytest.mark.parametrize(
    ("environ", "public_url", "uri"),
    [
        ({"RAW_URI": "/w?a=%3A"}, "https://a.example", "https://a.example/w?a=%3A"),
        ({"REQUEST_URI": "/w?a=%3A"}, "https://a.example", "https://a.example/w?a=%3A"),
        ({"RAW_URI": "http://inner:8000/w?a"}, "https://a.example", "https://a.example/w?a"),
        ({"RAW_URI": "/w"}, "https://a.example/base", "https://a.example/base/w"),
        ({"RAW_URI": "/base/w"}, "https://a.example/base", "https://a.example/base/w"),
        ({"PATH_INFO": "/w x", "QUERY_STRING": "a=b"}, "https://a.example:8443", "https://a.example:8443/w%20x?a=b"),
        ({"SCRIPT_NAME": "/in", "PATH_INFO": "/w"}, "http://localhost:8000", "http://localhost:8000/in/w"),
    ],
)
def test_the_address_is_the_public_one_with_the_raw_target(environ: dict[str, object], public_url: str, uri: str) -> None:
    assert called_uri(environ, public_url) == uri
