"""How outgoing connections are opened and bounded: checked addresses, one time limit for a whole exchange.

`GuardedBackend` sits under the HTTP pool: a name is resolved once, every answer is checked against the policy, and the connection goes
to a checked address, so DNS cannot change its mind between check and use. `exchange_limit` bounds everything one thread does on the
network, also a peer that drips one byte of a header at a time, which per-read time-outs never notice.

Source: https://www.encode.io/httpcore/network-backends/ (interface kept by httpcore2) and
the documentation of the package ssrfguard 0.4.1 (read 2026-11).
Limit: the platform's resolver takes no time-out; a hanging DNS server holds a thread until the platform gives up.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import httpcore2
from ssrfguard import Policy, Resolver, resolve

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_limit_at: ContextVar[float | None] = ContextVar("outbound_limit_at", default=None)


@contextmanager
def exchange_limit(at_monotonic: float) -> Iterator[None]:
    """Inside the block no network operation of this thread lasts beyond the moment `at_monotonic`."""
    token = _limit_at.set(at_monotonic)
    try:
        yield
    finally:
        _limit_at.reset(token)


class Router(Protocol):
    """Says which numeric addresses may be tried for a host, in order. Raises ssrfguard's errors for a forbidden one."""

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]: ...


class OpenRouter:
    """Leaves the host as it is: for addresses an operator configured."""

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        return [(host, port)]


class GuardedRouter:
    """Resolves once and lets only permitted addresses through. `resolver` has the shape of `socket.getaddrinfo`."""

    def __init__(self, policy: Policy, resolver: Resolver | None = None) -> None:
        self._policy = policy
        self._resolver = resolver

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        bracketed = f"[{host}]" if ":" in host else host
        target = self._policy.check_url(f"{'https' if port == 443 else 'http'}://{bracketed}:{port}/")
        found = resolve(target, policy=self._policy, resolver=self._resolver)
        return [(str(address.ip), port) for address in found[: self._policy.max_connection_attempts]]


class GatewayRouter:
    """Every site is reached at one address, which tells them apart by the Host header. Demo and tests only."""

    def __init__(self, gateway: str) -> None:
        host, _, port = gateway.rpartition(":")
        self._address = (host, int(port))

    def addresses(self, host: str, port: int) -> list[tuple[str, int]]:  # noqa: ARG002 - the gateway stands for all
        return [self._address]


class GuardedBackend(httpcore2.NetworkBackend):
    """The pool's way to the network: addresses from the router, all reading and writing inside the exchange's limit."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address, number in self._router.addresses(host, port):
            try:
                stream = self._plain.connect_tcp(address, number, _remaining(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _LimitedStream(stream)
        raise failure or httpcore2.ConnectError(f"no address to try for {host}")


class _LimitedStream(httpcore2.NetworkStream):
    """A connection whose every operation also ends at the exchange's limit."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _LimitedStream(self._stream.start_tls(ssl_context, server_hostname, _remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None) -> float | None:
    limit_at = _limit_at.get()
    if limit_at is None:
        return timeout
    left = limit_at - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the exchange took longer than it may in all")
    return left if timeout is None else min(timeout, left)
