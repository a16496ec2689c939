"""The HTTP session for APIs an operator configured: pooled connections, explicit time-outs, bounded answers, bounded retries.

It speaks bytes and statuses and knows no provider: whether an answer deserves another try is the caller's `wait_s`. Addresses come from
settings, so they are not checked against private networks; redirects are not followed.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import httpx2
import stamina

from integration.core.errors import Unanswered, Unavailable
from integration.core.outbound import build_transport
from integration.core.outbound_dial import OpenRouter, exchange_limit

_SHORTEST_S: Final = 0.001
"""stamina reads a timeout of 0 as a wish for no retries and warns about it."""
MAX_ATTEMPTS: Final = 3
LONGEST_WAIT_S: Final = 2.0
MAX_ANSWER_BYTES: Final = 4 << 20
_POOLS_EACH: Final = 8
_IDLE_EACH: Final = 8
# How many answers that may be larger than MAX_ANSWER_BYTES are read at once, so that memory stays bounded however many threads ask.
LARGE_AT_ONCE: Final = 2

# The connection was never made, so nobody can have charged anything.
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One call. `params` keep their order and may repeat; `json_body` is sent as JSON, `form` as a form; `headers` carry the key, never the
    address. `max_bytes`: an answer of more is given up; those that may be larger than MAX_ANSWER_BYTES stand in line.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json_body: object = None
    form: tuple[tuple[str, str], ...] = ()
    max_bytes: int = MAX_ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class ApiReply:
    """What came back: any status, the whole body, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class _TryAgain(Exception):
    def __init__(self, reply: ApiReply, wait_s: float) -> None:
        super().__init__("the answer asks for another try")
        self.reply = reply
        self.wait_s = wait_s


class ApiSession:
    """Sends calls over kept-alive connections. Safe between threads; one per process."""

    def __init__(self, *, system: str, timeout_s: float, user_agent: str, max_connections: int = 64) -> None:
        self._system = system
        self._timeout = httpx2.Timeout(timeout_s, connect=min(timeout_s, 5.0), pool=timeout_s).as_dict()
        self._timeout_s = timeout_s
        self._headers = {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        self._large = threading.BoundedSemaphore(LARGE_AT_ONCE)
        self._max_connections = max_connections
        self._transports: dict[str, tuple[httpx2.HTTPTransport, ...]] = {}
        self._turns = itertools.count()
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            for transport in itertools.chain.from_iterable(self._transports.values()):
                transport.close()
            self._transports.clear()

    def send(
        self, request: ApiRequest, *, until: float, wait_s: Callable[[ApiReply], float | None], is_paid: bool = False
    ) -> ApiReply:
        """The answer, after up to three tries that all end before the monotonic moment `until`.

        What `is_paid` is never sent again after a try that went out and brought no answer: it could be charged twice.

        `wait_s` says how long to wait before another try, or None when the answer stands. A wait over two seconds is not worth it inside a
        batch: the answer is returned as it is. Raises Unavailable when nobody answered in time (reason too_slow or unreachable), which is
        Unanswered when the request had gone out.
        """
        for attempt in stamina.retry_context(
            on=_next_wait_paid if is_paid else _next_wait,
            attempts=MAX_ATTEMPTS,
            timeout=max(_SHORTEST_S, until - time.monotonic()),
            wait_initial=0.1,
            wait_jitter=0.1,
        ):
            with attempt:
                reply = self._exchange(request, until)
                wait = wait_s(reply)
                is_last = attempt.num >= MAX_ATTEMPTS or wait is None or wait > LONGEST_WAIT_S
                if is_last or time.monotonic() + (wait or 0.0) >= until:
                    return reply
                raise _TryAgain(reply, wait or 0.0)
        raise AssertionError("the retry loop always returns or raises")  # pragma: no cover

    def _exchange(self, request: ApiRequest, until: float) -> ApiReply:
        limit_at = min(until, time.monotonic() + self._timeout_s)
        if limit_at <= time.monotonic():
            raise Unavailable("the time was over before the call", system=self._system, reason="too_slow")
        try:
            with self._room_for(request, limit_at), exchange_limit(limit_at):
                return self._exchange_raw(request, limit_at)
        except _NOT_SENT as error:
            raise Unavailable(f"no connection: {type(error).__name__}", system=self._system, reason=_reason(error)) from error
        except (httpx2.HTTPError, OSError) as error:
            raise Unanswered(f"no whole answer: {type(error).__name__}", system=self._system, reason=_reason(error)) from error

    @contextmanager
    def _room_for(self, request: ApiRequest, limit_at: float) -> Iterator[None]:
        if request.max_bytes <= MAX_ANSWER_BYTES:
            yield
            return
        if not self._large.acquire(timeout=max(0.0, limit_at - time.monotonic())):
            raise Unavailable("other large answers are still being read", system=self._system, reason="too_slow")
        try:
            yield
        finally:
            self._large.release()

    def _exchange_raw(self, request: ApiRequest, limit_at: float) -> ApiReply:
        headers = {**self._headers, **request.headers}
        content = None
        if request.json_body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.json_body).encode()
        if request.form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(request.form).encode()
        wire = httpx2.Request(
            request.method,
            httpx2.URL(request.url, params=request.params) if request.params else request.url,
            headers=headers,
            content=content,
            extensions={"timeout": self._timeout},
        )
        response = self._transport_to(wire.url).handle_request(wire)
        try:
            return ApiReply(
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                _read_body(response, self._system, limit_at, request.max_bytes),
            )
        finally:
            response.close()

    def _transport_to(self, url: httpx2.URL) -> httpx2.HTTPTransport:
        """One of the pools of a place, in turn. A request looks at every connection of its pool, so pools are small and of one place."""
        place = f"{url.scheme}://{url.netloc.decode('ascii')}"
        pools = self._transports.get(place)
        if pools is None:
            with self._lock:
                pools = self._transports.get(place) or self._build_pools()
                self._transports[place] = pools
        return pools[next(self._turns) % _POOLS_EACH]

    def _build_pools(self) -> tuple[httpx2.HTTPTransport, ...]:
        return tuple(
            build_transport(OpenRouter(), max_connections=self._max_connections, max_idle=_IDLE_EACH, idle_s=30.0)
            for _ in range(_POOLS_EACH)
        )


def _read_body(response: httpx2.Response, system: str, limit_at: float, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > max_bytes or time.monotonic() > limit_at:
            raise Unanswered("the answer has no end", system=system, reason="too_large")
        parts.append(part)
    return b"".join(parts)


def _reason(error: Exception) -> str:
    return "too_slow" if isinstance(error, httpx2.TimeoutException) else "unreachable"


def _next_wait_paid(error: Exception) -> bool | float:
    return False if isinstance(error, Unanswered) else _next_wait(error)


def _next_wait(error: Exception) -> bool | float:
    """What stamina asks after a failed try: False gives up, True backs off, a number is the wait in seconds."""
    if isinstance(error, _TryAgain):
        return error.wait_s if error.wait_s > 0 else True
    return isinstance(error, Unavailable) and error.reason == "unreachable"
