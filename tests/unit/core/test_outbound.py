"""The one fetcher: what it reads, and that the guard is really underneath. What it refuses: tests/contract/outbound. Real HTTP on loopback."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from ssrfguard import Policy

from integration.core.errors import Unavailable
from integration.core.outbound import FetchedPage, Fetcher, FetchLimits, FetchRefused, build_transport, system_certificates
from integration.core.outbound_dial import GuardedBackend, GuardedRouter, OpenRouter
from simulator.server import ConnectionCut, RunningServer, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HTML = [("Content-Type", "text/html")]
Answer = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def answers(*addresses: str) -> Callable[..., list[tuple[int, int, int, str, tuple[str, int]]]]:
    """A resolver that gives these addresses for every name."""

    def resolve(_host: str, port: int, *_args: object, **_kwargs: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        found = list(addresses)
        kinds = {one: socket.AF_INET6 if ipaddress.ip_address(one).version == 6 else socket.AF_INET for one in found}
        return [(kinds[one], socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return resolve


def test_guard_sits_under_the_pool_and_not_beside_it() -> None:
    transport = build_transport(OpenRouter(), max_connections=2, max_idle=2, idle_s=1.0)
    assert isinstance(transport._pool._network_backend, GuardedBackend)


def test_connection_goes_to_the_checked_address_when_the_policy_allows_it() -> None:
    with serve(_plain(b"<title>here</title>")) as server:
        policy = Policy(allowed_networks=("127.0.0.0/8",), allowed_ports=frozenset({server.port}))  # type: ignore[arg-type]
        with closing(Fetcher(contact_address="x", policy=policy, resolver=answers("127.0.0.1"))) as fetcher:
            page = fetcher.fetch(f"http://named-site.example:{server.port}/")
    assert page.body == b"<title>here</title>"


@pytest.fixture
def tls_site(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server with a certificate for named-site.example, and the file of that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "named-site.example")])
    start = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("named-site.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "site.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    system_certificates.cache_clear()  # what these tests trust is trusted by them alone
    with HTTPServer(("127.0.0.1", 0), _TlsPage) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port, file
        server.shutdown()
        thread.join()
    system_certificates.cache_clear()


class _TlsPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"over tls")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.mark.parametrize(
    ("host", "trusted", "read"), [("named-site", True, True), ("other-site", True, False), ("named-site", False, False)]
)
def test_certificate_is_checked_for_the_name_though_the_connection_goes_to_an_address(
    tls_site: tuple[int, Path], host: str, trusted: bool, read: bool
) -> None:
    port, file = tls_site
    policy = Policy(allowed_networks=("127.0.0.0/8",), allowed_ports=frozenset({port}))  # type: ignore[arg-type]
    with closing(Fetcher(contact_address="x", policy=policy, resolver=answers("127.0.0.1"))) as fetcher:
        if trusted:
            fetcher._transports[0]._pool._ssl_context.load_verify_locations(file)  # type: ignore[union-attr]
        if read:
            assert fetcher.fetch(f"https://{host}.example:{port}/").body == b"over tls"
        else:
            with pytest.raises(Unavailable):
                fetcher.fetch(f"https://{host}.example:{port}/")


def test_router_resolves_each_connection_once() -> None:
    asked: list[str] = []

    def resolver(host: str, port: int, *_args: object, **_kwargs: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    assert GuardedRouter(Policy(), resolver).addresses("site.example", 443) == [("93.184.215.14", 443)]
    assert asked == ["site.example"]


# With a gateway: every site is one local server, told apart by Host.


def _plain(body: bytes, headers: list[tuple[str, str]] | None = None, status: str = "200 OK") -> Answer:
    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, headers or HTML)
        return [body]

    return app


def fetch_from(app: Answer, url: str = "http://site.example/", **limits: float) -> FetchedPage:
    with serve(app) as server:
        fetcher = Fetcher(contact_address="https://example.com/bot", site_gateway=_gateway(server), limits=FetchLimits(**limits))  # type: ignore[arg-type]
        with closing(fetcher):
            return fetcher.fetch(url)


def _gateway(server: RunningServer) -> str:
    return f"{server.host}:{server.port}"


def test_gateway_gets_the_original_host_and_a_user_agent_with_a_contact() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        return [f"{environ['HTTP_HOST']} {environ['HTTP_USER_AGENT']}".encode()]

    assert fetch_from(app, "https://site.example/").body == b"site.example Leadlight/1.0 (+https://example.com/bot)"


def test_no_cookie_is_sent_back() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/":
            start_response("302 Found", [("Location", "/next"), ("Set-Cookie", "id=1; Path=/")])
            return [b""]
        start_response("200 OK", HTML)
        return [environ.get("HTTP_COOKIE", "none").encode()]

    assert fetch_from(app).body == b"none"


def test_environment_proxy_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetch_from(_plain(b"direct")).body == b"direct"


def test_redirects_in_a_circle_end() -> None:
    with pytest.raises(FetchRefused, match="redirects") as refused:
        fetch_from(_plain(b"", [("Location", "/")], "301 Moved"))
    assert refused.value.reason == "redirect_loop"


def test_endless_redirects_end() -> None:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("302 Found", [("Location", environ["PATH_INFO"] + "a")])
        return [b""]

    with pytest.raises(FetchRefused) as refused:
        fetch_from(app)
    assert refused.value.reason == "redirect_loop"


def test_endless_body_is_cut_off() -> None:
    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        while True:
            yield b"x" * 65536

    with pytest.raises(FetchRefused) as refused:
        fetch_from(app)
    assert refused.value.reason == "too_large"


def test_decompression_bomb_is_cut_off() -> None:
    bomb = gzip.compress(bytes(64 << 20), 9)
    with pytest.raises(FetchRefused) as refused:
        fetch_from(_plain(bomb, [*HTML, ("Content-Encoding", "gzip")]))
    assert refused.value.reason == "too_large"


def test_compressed_page_is_read() -> None:
    assert fetch_from(_plain(gzip.compress(b"<p>hi"), [*HTML, ("Content-Encoding", "gzip")])).body == b"<p>hi"


def test_false_encoding_is_refused() -> None:
    with pytest.raises(FetchRefused) as refused:
        fetch_from(_plain(b"plain text", [*HTML, ("Content-Encoding", "gzip")]))
    assert refused.value.reason == "bad_encoding"


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "application/json", ""])
def test_other_content_types_are_refused(content_type: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        fetch_from(_plain(b"%PDF", [("Content-Type", content_type)]))
    assert refused.value.reason == "bad_content_type"


def test_dripping_body_ends_at_the_total_time_though_every_drop_is_in_time() -> None:
    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        for _ in range(100):
            time.sleep(0.1)
            yield b"x"

    started = time.monotonic()
    with pytest.raises(FetchRefused) as refused:
        fetch_from(app, total_s=0.4, idle_s=5.0)
    assert refused.value.reason == "too_slow"
    assert time.monotonic() - started < 2.5


def test_dripping_header_ends_at_the_total_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fetcher = Fetcher(
            contact_address="x",
            site_gateway=f"127.0.0.1:{listener.getsockname()[1]}",
            limits=FetchLimits(total_s=0.4, idle_s=5.0),
        )
        started = time.monotonic()
        with pytest.raises(FetchRefused) as refused:
            fetcher.fetch("http://site.example/")  # the listener accepts and never answers
        assert refused.value.reason == "too_slow"
        assert time.monotonic() - started < 2.0
        fetcher.close()


def test_cut_connection_is_unavailable_not_refused() -> None:
    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        yield b"half"
        raise ConnectionCut

    with pytest.raises(Unavailable) as failed:
        fetch_from(app)
    assert failed.value.reason == "unreachable"


def test_nobody_there_is_unavailable() -> None:
    fetcher = Fetcher(contact_address="x", site_gateway="127.0.0.1:9")
    with pytest.raises(Unavailable):
        fetcher.fetch("http://site.example/")


def test_error_page_is_returned_with_its_status_whatever_its_type() -> None:
    page = fetch_from(_plain(b"{}", [("Content-Type", "application/json")], "404 Not Found"))
    assert (page.status, page.content_type) == (404, "application/json")


def test_transport_of_httpx2_still_has_the_pool_we_replace() -> None:
    transport = httpx2.HTTPTransport(trust_env=False)
    assert hasattr(transport._pool, "_network_backend")
    transport.close()
