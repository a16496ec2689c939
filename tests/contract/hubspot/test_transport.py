"""Faults on the way: cut, hung and slow answers are told apart from refusals, and redirects are not followed."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from integration.core.errors import Unavailable, UnexpectedReply
from integration.hubspot.endpoints import ACCOUNT_DETAILS
from integration.hubspot.transport import HubSpotTransport
from simulator.faults import FaultKind, FaultSpec
from tests.contract.hubspot.stand import PORTAL_ID, Stand


@pytest.mark.parametrize(("kind", "reason"), [("cut", "connection_cut"), ("hung", "read_timeout")])
def test_an_answer_that_never_comes_is_unavailable(stand: Stand, kind: FaultKind, reason: str) -> None:
    stand.world.faults.add(FaultSpec(kind, "/account-info", count=1))

    with pytest.raises(Unavailable) as failure:
        stand.client.account_details()

    assert failure.value.reason == reason
    assert stand.client.account_details().portal_id == PORTAL_ID


def test_an_answer_that_is_no_json_is_unexpected(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("invalid_json", "/account-info", count=1))

    with pytest.raises(UnexpectedReply):
        stand.client.account_details()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 524])
def test_a_failing_server_is_unavailable_and_not_asked_again_at_once(stand: Stand, status: int) -> None:
    stand.world.faults.add(FaultSpec("status", "/account-info", status=status))

    with pytest.raises(Unavailable):
        stand.client.account_details()

    assert len(stand.calls("/account-info")) == 1


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        HubSpotTransport("http://127.0.0.1:9", connect_timeout_s=1).send(ACCOUNT_DETAILS, ACCOUNT_DETAILS.path_for())


def test_a_redirect_does_not_carry_the_token_elsewhere() -> None:
    seen: list[str] = []

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Redirecting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        transport = HubSpotTransport(f"http://127.0.0.1:{server.server_port}")
        reply = transport.send(ACCOUNT_DETAILS, ACCOUNT_DETAILS.path_for(), token="sample")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert reply.status == 302
    assert seen == ["/account-info/2026-09/details"]


def test_connections_are_kept(stand: Stand) -> None:
    for _ in range(5):
        stand.client.account_details()

    pools = stand.clients._transport._rest.pool_manager.pools
    (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - the container is no mapping
    assert pool.num_connections == 1
