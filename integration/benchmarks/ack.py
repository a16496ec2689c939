"""How fast webhooks are acknowledged: signed deliveries of 100 events against gunicorn, committed before the 204, beside a bare echo route.

Both routes run in the same server, driven by the same client over 16 kept connections, in turns, so that whatever else the machine does hits
both. The client costs processor time too; it is the same for both routes and no part of either is taken off.
"""

from __future__ import annotations

import os
import socket
import statistics
import threading
import time
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, request

from integration.benchmarks.ground import durability, fresh_database, sample_bodies
from integration.benchmarks.serving import SERVER, free_port, gunicorn
from integration.core.clock import system_clock
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.signature import signature_headers
from webhooks.inbox_store import InboxStore
from webhooks.receiver import PATH, build_blueprint

CONNECTIONS: Final = 16
ROUNDS: Final = 4
ROUND_S: Final = 2.5
_ECHO: Final = "/echo"
_SECRET: Final = "sample-secret-of-the-benchmark"  # noqa: S105  signs sample data on this machine only


def run() -> dict[str, float | int | str]:
    """Deliveries a second of both routes, their ratio, and the 99th percentile of the acknowledged ones in ms. Takes about 25 s."""
    with fresh_database("ack") as database:
        port = free_port()
        environment = {
            "DATABASE_URL": database.url,
            "HUBSPOT_CLIENT_SECRET": _SECRET,
            "LEADLIGHT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        with gunicorn(__name__, port, environment, path=PATH):
            bodies = sample_bodies(50, records=10_000)
            drive(port, _ECHO, bodies, seconds=1.0)
            drive(port, PATH, bodies, seconds=1.0)
            rounds = [
                (drive(port, _ECHO, bodies, seconds=ROUND_S), drive(port, PATH, bodies, seconds=ROUND_S)) for _ in range(ROUNDS)
            ]
        stored = _stored(database)
        echo = statistics.median(each.per_s for each, _ in rounds)
        ack = statistics.median(each.per_s for _, each in rounds)
        latencies = sorted(latency for _, each in rounds for latency in each.latencies_ms)
        return {
            "ratio_to_echo": round(ack / echo, 3),
            "p99_ms": round(latencies[int(len(latencies) * 0.99)], 1),
            "p50_ms": round(statistics.median(latencies), 1),
            "ack_per_s": round(ack, 1),
            "echo_per_s": round(echo, 1),
            "errors": sum(one.errors + other.errors for one, other in rounds),
            "stored": stored,
            "connections": CONNECTIONS,
            "body_bytes": len(bodies[0]),
            "server": SERVER,
            "durability": durability(database),
        }


@dataclass(frozen=True)
class Drive:
    """What one round of driving a route gave."""

    per_s: float
    latencies_ms: list[float]
    errors: int


def drive(port: int, path: str, bodies: list[bytes], *, seconds: float) -> Drive:
    """Sends signed deliveries over all connections for so long, each connection waiting for its answers."""
    uri = f"http://127.0.0.1:{port}{path}"
    requests = [
        (
            body,
            {
                "Content-Type": "application/json",
                **signature_headers(secret=_SECRET, method="POST", uri=uri, body=body, clock=system_clock),
            },
        )
        for body in bodies
    ]
    wires = [_wire(path, port, body, headers) for body, headers in requests]
    lanes: list[_Lane] = [_Lane(port, wires[start:] + wires[:start]) for start in range(CONNECTIONS)]
    started = time.perf_counter()
    threads = [threading.Thread(target=lane.drive, args=(started + seconds,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - started
    latencies = [latency for lane in lanes for latency in lane.latencies_ms]
    return Drive(len(latencies) / took_s, latencies, sum(lane.errors for lane in lanes))


class _Lane:
    """One kept connection. Requests are prepared bytes, so that the client takes as little as it can from the server's processors."""

    def __init__(self, port: int, wires: list[bytes]) -> None:
        self._port = port
        self._wires = wires
        self.latencies_ms: list[float] = []
        self.errors = 0

    def drive(self, until: float) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            turn = 0
            while (sent_at := time.perf_counter()) < until:
                connection.sendall(self._wires[turn % len(self._wires)])
                turn += 1
                if _status(connection) in (200, 204):
                    self.latencies_ms.append((time.perf_counter() - sent_at) * 1000)
                else:
                    self.errors += 1


def _status(connection: socket.socket) -> int:
    """Reads one whole answer."""
    received = connection.recv(65_536)
    while b"\r\n\r\n" not in received:
        more = connection.recv(65_536)
        if not more:
            return 0
        received += more
    head, _, rest = received.partition(b"\r\n\r\n")
    marker = head.lower().find(b"content-length:")
    missing = (int(head[marker + 15 :].split(b"\r\n", 1)[0]) if marker >= 0 else 0) - len(rest)
    while missing > 0:
        missing -= len(connection.recv(65_536))
    return int(head[9:12])


def _wire(path: str, port: int, body: bytes, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def build_app() -> Flask:
    """The application gunicorn serves: the webhook endpoint as the product has it, and the bare route."""
    app = Flask(__name__)
    settings = Settings.from_env(os.environ)
    database = Database(settings.database_url)
    app.register_blueprint(build_blueprint(database=database, settings=settings, clock=system_clock, metrics=Metrics()))

    @app.post(_ECHO)
    def echo() -> Response:
        return Response(request.get_data(), mimetype="application/json")

    return app


def _stored(database: Database) -> int:
    with database.begin() as connection:
        return InboxStore().waiting_count(connection)
