"""One POST to an app: signed, with a time limit, connections kept for reuse. It decides nothing about retrying."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.webhooks.events import Event
from simulator.webhooks.signer import signature_headers

USER_AGENT = "HubSpot Connect 2.0 (simulator) (namespace: webhooks)"


@dataclass(frozen=True)
class Answer:
    """How the target answered; `status` None when it did not, and `error` says why."""

    status: int | None
    error: str
    latency_ms: float


@dataclass(frozen=True)
class Reply:
    """An answer with its body. `retry_after_ms` is the Retry-After header, which workflow actions write in milliseconds."""

    status: int | None
    error: str
    latency_ms: float
    body: bytes = b""
    retry_after_ms: int | None = None


class Sender:
    """Posts event batches and single requests. `wall_ms` is real time: the receiver compares the signature's timestamp with its own clock."""

    def __init__(self, wall_ms: Callable[[], int]) -> None:
        self._wall_ms = wall_ms
        self._lock = threading.Lock()
        self._idle: dict[str, list[http.client.HTTPConnection]] = {}
        self._closed = False

    def post(self, url: str, secret: str, events: Sequence[Event], *, timeout_s: float) -> Answer:
        """The answer to one POST of these events as a JSON array."""
        body = json.dumps(events, separators=(",", ":"), ensure_ascii=False).encode()
        reply = self.exchange(url, body, signature_headers(secret, "POST", url, body, self._wall_ms()), timeout_s=timeout_s)
        return Answer(reply.status, reply.error, reply.latency_ms)

    def exchange(self, url: str, body: bytes, signed: Mapping[str, str], *, timeout_s: float) -> Reply:
        """The whole answer to one POST with these headers. A kept connection that went stale is replaced once."""
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed}
        started = time.perf_counter()
        kept = self._take(url)
        try:
            return self._exchange(kept or _connect(url, timeout_s), url, body, headers, started)
        except (OSError, http.client.HTTPException) as error:
            if kept is None or isinstance(error, TimeoutError):
                return Reply(None, f"{type(error).__name__}: {error}", _since(started))
            try:
                return self._exchange(_connect(url, timeout_s), url, body, headers, started)
            except (OSError, http.client.HTTPException) as again:
                return Reply(None, f"{type(again).__name__}: {again}", _since(started))

    def close(self) -> None:
        """Close every idle connection; those in use close when their exchange ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, {}
        for connection in (each for kept in idle.values() for each in kept):
            connection.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, url: str, body: bytes, headers: dict[str, str], started: float
    ) -> Reply:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body=body, headers=headers)
            response = connection.getresponse()
            answered = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._keep(url, connection)
        wait = response.headers.get("Retry-After", "")
        return Reply(response.status, "", _since(started), answered, int(wait) if wait.isdecimal() else None)

    def _take(self, url: str) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(url)
            return idle.pop() if idle else None

    def _keep(self, url: str, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.setdefault(url, []).append(connection)
                return
        connection.close()


def _connect(url: str, timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout_s)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
