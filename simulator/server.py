"""A threaded HTTP/1.1 WSGI server on loopback, for the simulator and its neighbours.

One thread per connection, so an answer that is slow, hung or dripping holds nobody else up; connections are kept alive,
small answers leave in one packet. Faults need what ordinary servers hide: an application cuts the connection by raising
`ConnectionCut` from its response iterable (before the first chunk: nothing was answered; after it: cut in mid-body).

Limit: request bodies are read whole before the application runs (64 MB at most); no TLS, no HTTP/2, no pipelining of answers.
"""

import io
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024
_BODILESS = ("204", "304")


class ConnectionCut(Exception):
    """Raised by an application to drop the connection without finishing the answer."""


class BadRequest(Exception):
    """The bytes on the wire are not a request this server reads; answered with 400 and a closed connection."""


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    version: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def keeps_alive(self) -> bool:
        wish = self.header("connection").lower()
        return wish != "close" if self.version == "HTTP/1.1" else wish == "keep-alive"


@dataclass
class RunningServer:
    """A server that is answering. `stop()` closes every connection and returns once the port is free."""

    base_url: str
    host: str
    port: int
    _listener: socket.socket = field(repr=False)
    _connections: dict[int, socket.socket] = field(default_factory=dict, repr=False)
    _threads: set[threading.Thread] = field(default_factory=set, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _acceptor: threading.Thread | None = field(default=None, repr=False)

    def stop(self, *, timeout_s: float = 2.0) -> None:
        """The port is free and open connections are cut; a handler that sleeps is left to its daemon thread."""
        _shut(self._listener)
        if self._acceptor is not None:
            self._acceptor.join(timeout_s)
        self._listener.close()
        with self._lock:
            connections, threads = list(self._connections.values()), list(self._threads)
        for connection in connections:
            _shut(connection)
        for thread in threads:
            thread.join(timeout_s)

    def __enter__(self) -> "RunningServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _accept_forever(self, app: "WSGIApplication") -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return  # the listener was shut down
            thread = threading.Thread(target=self._serve_connection, args=(app, connection, address[0]), daemon=True)
            with self._lock:
                self._connections[connection.fileno()] = connection
                self._threads.add(thread)
            thread.start()

    def _serve_connection(self, app: "WSGIApplication", connection: socket.socket, peer: str) -> None:
        number = connection.fileno()
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as reader:
                while _serve_one(app, connection, reader, self, peer):
                    pass
        except (ConnectionCut, OSError):
            pass  # the peer left, the server stops, or a fault cut the line: in each case the connection is over
        finally:
            with self._lock:
                self._connections.pop(number, None)
                self._threads.discard(threading.current_thread())
            _shut(connection)
            connection.close()


def serve(app: "WSGIApplication", host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """A running server for `app`; port 0 takes a free one (read it from `.port` or `.base_url`)."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    bound: int = listener.getsockname()[1]
    server = RunningServer(base_url=f"http://{host}:{bound}", host=host, port=bound, _listener=listener)
    server._acceptor = threading.Thread(target=server._accept_forever, args=(app,), daemon=True, name=f"accept-{bound}")
    server._acceptor.start()
    return server


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # already down: the peer was faster, or stop() ran twice
        connection.shutdown(socket.SHUT_RDWR)


def _serve_one(
    app: "WSGIApplication", connection: socket.socket, reader: io.BufferedReader, server: RunningServer, peer: str
) -> bool:
    """True when another request may follow on the connection."""
    try:
        request = _read_request(reader, connection)
    except BadRequest as error:
        text = str(error).encode()
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        return False
    if request is None:
        return False
    return _Answer(connection, request).send(app, _environ(request, server, peer))


def _read_request(reader: io.BufferedReader, connection: socket.socket) -> _Request | None:
    line = reader.readline(MAX_LINE_BYTES)
    while line in (b"\r\n", b"\n"):  # some clients send a stray line end after a body
        line = reader.readline(MAX_LINE_BYTES)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("not an HTTP/1 request line")
    headers = _read_headers(reader)
    partial = _Request(words[0], words[1], words[2], headers, b"")
    if partial.header("expect").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return _Request(words[0], words[1], words[2], headers, _read_body(reader, partial))


def _read_headers(reader: io.BufferedReader) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    while True:
        line = reader.readline(MAX_LINE_BYTES)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(headers) > 200:
            raise BadRequest("a header line is not readable")
        headers.append((name.strip().lower(), value.strip()))


def _read_body(reader: io.BufferedReader, request: _Request) -> bytes:
    if request.header("transfer-encoding").lower() == "chunked":
        return _read_chunks(reader)
    length = request.header("content-length") or "0"
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BadRequest("content-length is not a number of at most 64 MB")
    return _read_exactly(reader, int(length))


def _read_exactly(reader: io.BufferedReader, size: int) -> bytes:
    body = reader.read(size) if size else b""
    if len(body) < size:
        raise ConnectionCut
    return body


def _read_chunks(reader: io.BufferedReader) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        size_text = reader.readline(MAX_LINE_BYTES).split(b";")[0].strip()
        try:
            size = int(size_text, 16)
        except ValueError:
            raise BadRequest("a chunk size is not hexadecimal") from None
        total += size
        if total > MAX_BODY_BYTES:
            raise BadRequest("the chunked body is over 64 MB")
        parts.append(_read_exactly(reader, size))
        reader.readline(MAX_LINE_BYTES)
        if size == 0:
            return b"".join(parts)


def _environ(request: _Request, server: RunningServer, peer: str) -> "WSGIEnvironment":
    path, _, query = request.target.partition("?")
    environ: WSGIEnvironment = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": request.target,
        "REMOTE_ADDR": peer,
        "SERVER_NAME": server.host,
        "SERVER_PORT": str(server.port),
        "SERVER_PROTOCOL": request.version,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers:
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name not in ("content-length", "transfer-encoding"):
            key = f"HTTP_{name.upper().replace('-', '_')}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


class _Answer:
    """One WSGI call and its bytes on the wire; the head waits for the first chunk, so small answers are one packet."""

    def __init__(self, connection: socket.socket, request: _Request) -> None:
        self._connection = connection
        self._request = request
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._chunked = False
        self._head_sent = False

    def send(self, app: "WSGIApplication", environ: "WSGIEnvironment") -> bool:
        """True when the connection may be used again."""
        chunks = app(environ, self._start)
        try:
            self._write_all(chunks)
        finally:
            close: Callable[[], None] | None = getattr(chunks, "close", None)
            if close is not None:
                close()
        return self._request.keeps_alive and not any(name.lower() == "connection" for name, _ in self._headers)

    def _start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None, /) -> Callable[[bytes], object]:
        self._status, self._headers = status, list(headers)
        return self._write

    def _write_all(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            if chunk:
                self._write(chunk)
        tail = b"" if self._head_sent else self._head(has_body=False)
        if self._chunked:
            tail += b"0\r\n\r\n"
        if tail:
            self._connection.sendall(tail)

    def _write(self, chunk: bytes) -> None:
        head = b"" if self._head_sent else self._head(has_body=True)
        if self._request.method == "HEAD" or self._status[:3] in _BODILESS:
            data = head
        elif self._chunked:
            data = head + b"%x\r\n" % len(chunk) + chunk + b"\r\n"
        else:
            data = head + chunk
        if data:
            self._connection.sendall(data)

    def _head(self, *, has_body: bool) -> bytes:
        self._head_sent = True
        names = {name.lower() for name, _ in self._headers}
        bodiless = self._request.method == "HEAD" or self._status[:3] in _BODILESS
        extra: list[tuple[str, str]] = []
        if "content-length" not in names and not bodiless:
            if has_body and self._request.version == "HTTP/1.1":
                self._chunked = True
                extra.append(("Transfer-Encoding", "chunked"))
            elif has_body:
                self._headers.append(("Connection", "close"))
            else:
                extra.append(("Content-Length", "0"))
        if not self._request.keeps_alive and "connection" not in names:
            extra.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self._status}", *(f"{name}: {value}" for name, value in (*self._headers, *extra))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
