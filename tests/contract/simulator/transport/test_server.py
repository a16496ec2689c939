"""The WSGI server: keep-alive, streaming, bad requests, cut lines, many connections at once."""

import http.client
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from simulator.server import ConnectionCut, RunningServer, serve


def _app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(0.2)
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"one,", b"two,", b"three"])
    if path == "/cut-before":
        start_response("200 OK", [])
        return _cut_after()
    if path == "/cut-within":
        start_response("200 OK", [("Content-Length", "100")])
        return _cut_after(b"half")
    if path == "/none":
        start_response("204 No Content", [])
        return []
    body = environ["wsgi.input"].read()
    answer = b"|".join([environ["REQUEST_METHOD"].encode(), path.encode("latin-1"), environ["QUERY_STRING"].encode(), body])
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


def _cut_after(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise ConnectionCut


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with serve(_app) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    yield connection
    connection.close()


def _ask(client: http.client.HTTPConnection, path: str, body: bytes | None = None, **headers: str) -> bytes:
    client.request("POST" if body is not None else "GET", path, body=body, headers=headers)
    return client.getresponse().read()


def test_one_connection_carries_many_requests(client: http.client.HTTPConnection) -> None:
    assert _ask(client, "/a?x=1") == b"GET|/a|x=1|"
    kept = client.sock
    assert _ask(client, "/b", b"body") == b"POST|/b||body"
    assert _ask(client, "/none") == b""
    assert _ask(client, "/stream") == b"one,two,three"
    assert _ask(client, "/c") == b"GET|/c||"
    assert client.sock is kept


def test_a_chunked_body_arrives_whole(client: http.client.HTTPConnection) -> None:
    client.request("POST", "/chunks", body=iter([b"first ", b"second"]), encode_chunked=True)
    assert client.getresponse().read() == b"POST|/chunks||first second"


def test_a_client_that_wants_to_close_is_told_so(client: http.client.HTTPConnection) -> None:
    client.request("GET", "/", headers={"Connection": "close"})
    response = client.getresponse()
    assert response.getheader("Connection") == "close"


def test_an_answer_to_head_has_no_body(client: http.client.HTTPConnection) -> None:
    client.request("HEAD", "/abc")
    response = client.getresponse()
    assert (response.read(), response.getheader("Content-Length")) == (b"", str(len(b"HEAD|/abc||")))


def test_a_line_cut_before_the_answer_gives_the_client_nothing(client: http.client.HTTPConnection) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        _ask(client, "/cut-before")


def test_a_line_cut_within_the_answer_gives_the_client_a_part(client: http.client.HTTPConnection) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        _ask(client, "/cut-within")
    assert caught.value.partial == b"half"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
def test_an_unreadable_request_is_answered_with_400_and_closed(server: RunningServer, request_bytes: bytes) -> None:
    with socket.create_connection((server.host, server.port), timeout=5) as raw:
        raw.sendall(request_bytes)
        answer = b""
        while part := raw.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_slow_answers_to_two_hundred_clients_overlap(server: RunningServer) -> None:
    answers: list[bytes] = []

    def ask() -> None:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        answers.append(_ask(connection, "/slow"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(200)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    assert time.monotonic() - started < 5  # one after the other would be 40 s


def test_a_stopped_server_frees_its_port_and_may_be_stopped_again() -> None:
    server = serve(_app)
    server.stop()
    server.stop()
    with serve(_app, port=server.port) as again:
        assert again.port == server.port
