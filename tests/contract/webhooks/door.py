"""The webhook endpoint under a real server, and a caller that signs as HubSpot does or says anything it likes on the wire."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask

from integration.core.clock import system_clock
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.signature import signature_headers
from webhooks.receiver import PATH, build_blueprint

SECRET = "sample-client-secret"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def build_app(env: Mapping[str, str], database: Database) -> Flask:
    app = Flask(__name__)
    settings = Settings.from_env(env)
    app.register_blueprint(build_blueprint(database=database, settings=settings, clock=system_clock, metrics=Metrics()))
    return app


def build_app_from_environment() -> Flask:
    """What gunicorn loads."""
    return build_app(os.environ, Database(os.environ["DATABASE_URL"]))


@dataclass(frozen=True)
class Caller:
    """Calls `address`; signs for `public_url`, which differs when a proxy stands between."""

    address: str
    public_url: str

    def deliver(self, body: bytes, target: str = PATH, *, at: datetime | None = None, without: str = "", **said: str) -> Answer:
        """A POST signed now (or `at`). `without` leaves headers out whose names begin so; `said` replaces headers (dashes as underscores)."""
        headers = signature_headers(
            secret=SECRET, method="POST", uri=f"{self.public_url}{target}", body=body, clock=lambda: at or system_clock()
        )
        kept = {name: value for name, value in headers.items() if not (without and name.startswith(without))}
        replaced = {name.replace("_", "-"): value for name, value in said.items()}
        head = {"Content-Length": str(len(body)), **kept, **replaced}
        return self.say(f"POST {target} HTTP/1.1", head, body)

    def say(self, request_line: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Exactly this on the wire; an empty header value leaves the header out."""
        host = urlsplit(self.address)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        with socket.create_connection((host.hostname, host.port), timeout=20) as wire:
            wire.sendall(f"{request_line}\r\nHost: {host.netloc}\r\nConnection: close\r\n{lines}\r\n".encode("latin-1"))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before it has everything
                wire.sendall(body)
            return _answer(wire)


def _answer(wire: socket.socket) -> Answer:
    """The answer, read as far as its Content-Length says: a server that reads on for an unread body closes only after us."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while not _is_whole(received) and (more := wire.recv(65_536)):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    status_line, *_ = head.decode("latin-1").split("\r\n")
    return Answer(int(status_line.split(" ")[1]), _headers(head), body)


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = _headers(head).get("Content-Length", "")
    return bool(end) and length.isdigit() and len(body) >= int(length)


def _headers(head: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line)


def chunked(body: bytes, size: int = 60_000) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
