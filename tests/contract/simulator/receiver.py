"""A webhook target on loopback that keeps what it got and answers as it is told."""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from simulator.server import RunningServer, serve


@dataclass(frozen=True)
class Received:
    """One POST: headers in WSGI form, body as it came."""

    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body))


@dataclass
class Receiver:
    """`statuses` are answered in turn, then 204; `delay_s` before each; `peak_in_flight` is the most at one time."""

    statuses: list[int] = field(default_factory=list)
    delay_s: float = 0.0
    received: list[Received] = field(default_factory=list)
    peak_in_flight: int = 0
    _in_flight: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: RunningServer | None = None

    def __enter__(self) -> Self:
        self._server = serve(self._app)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.stop()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"{self._server.base_url}/webhooks/hubspot"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for received in self.received for event in received.events]

    def kinds(self) -> list[str]:
        return [str(event["subscriptionType"]) for event in self.events]

    def _app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        with self._lock:
            self._in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
            status = self.statuses.pop(0) if self.statuses else 204
            self.received.append(Received(headers, body, f"http://{environ['HTTP_HOST']}{environ['RAW_URI']}"))
        time.sleep(self.delay_s)
        with self._lock:
            self._in_flight -= 1
        start_response(f"{status} Answer", [])
        return []
