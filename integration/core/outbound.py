"""Fetching addresses that strangers chose: the one door to company web sites.

Refuses what must not be reached (private addresses, odd ports, credentials in the address, also after a redirect) and what would hurt
to read (too large, too slow, not the wanted kind, a decompression bomb). Keeps no cookies, ignores proxies of the environment, because a
proxy would resolve names by itself and the check would be lost. It does not parse, does not retry and knows nothing of robots.txt.

Limit: certificates are checked against the system's list only; no client certificates, no HTTP/2.
"""

from __future__ import annotations

import re
import ssl
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2
from ssrfguard import BlockedAddressError, Policy, Resolver, SSRFGuardError

from integration.core.errors import Rejected, Unavailable
from integration.core.outbound_body import BodyRefused, read_body
from integration.core.outbound_dial import GatewayRouter, GuardedBackend, GuardedRouter, Router, exchange_limit

SYSTEM: Final = "web"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS: Final = 5
HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_MIB: Final = 1 << 20
_POOLS: Final = 16
"""A request looks at every connection of its pool, under a lock: with all hosts in one, a hundred threads mostly wait for each other."""
_HEAD_TOO_LONG: Final = 431
# Names that stand for machines of one's own network, whoever answers for them.
_INSIDE: Final = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa")
# The last label of an address that the platform reads as a number, in whatever notation; no top-level domain looks like it.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class FetchRefused(Rejected):
    """The address or its answer may not be used. `reason`: private_address, bad_scheme, bad_port, credentials_in_address, bad_address,
    redirect_loop, too_large, too_slow, bad_content_type, bad_encoding."""

    default_reason = "fetch_refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message, system=SYSTEM, reason=reason)


@dataclass(frozen=True)
class FetchLimits:
    """What one fetch may cost: decoded bytes, seconds in all (redirects included), seconds without a byte."""

    max_bytes: int = 2 * _MIB
    total_s: float = 8.0
    idle_s: float = 5.0


@dataclass(frozen=True)
class FetchedPage:
    """What was read. `url` is the address that answered in the end; header names are lower case; `cookies` are the names set."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def cookie_names(self) -> tuple[str, ...]:
        return tuple(value.partition("=")[0].strip() for key, value in self.headers if key == "set-cookie")


class Fetcher:
    """Fetches pages under one policy. Safe between threads; one per process."""

    def __init__(
        self,
        *,
        contact_address: str,
        site_gateway: str = "",
        limits: FetchLimits | None = None,
        policy: Policy | None = None,
        resolver: Resolver | None = None,
        max_connections: int = 64,
    ) -> None:
        self._policy = policy or Policy()
        self._limits = limits or FetchLimits()
        self._gateway = bool(site_gateway)
        self._user_agent = f"Leadlight/1.0 (+{contact_address})"
        router: Router = GatewayRouter(site_gateway) if site_gateway else GuardedRouter(self._policy, resolver)
        self._transports = tuple(
            build_transport(router, max_connections=max_connections, max_idle=4, idle_s=3.0) for _ in range(_POOLS)
        )

    def close(self) -> None:
        for transport in self._transports:
            transport.close()

    @property
    def user_agent(self) -> str:
        return self._user_agent

    def fetch(self, url: str, *, accept: frozenset[str] = HTML_TYPES, total_s: float | None = None) -> FetchedPage:
        """The page at `url`, redirects followed and each re-checked; any status.

        A page of another kind than `accept` is refused when its status is 200. Raises FetchRefused, or Unavailable (reason
        unreachable) when nobody answered. Cost: one request and one for each redirect, `total_s` seconds at most.
        """
        seconds = min(total_s or self._limits.total_s, self._limits.total_s)
        limit_at = time.monotonic() + seconds
        visited: set[str] = set()
        with exchange_limit(limit_at):
            while True:
                self.check_address(url)
                if url in visited or len(visited) > MAX_REDIRECTS:
                    raise FetchRefused("redirects without end", reason="redirect_loop")
                visited.add(url)
                page = self._exchange(url, accept, limit_at)
                if page.status not in REDIRECTS or not page.header("location"):
                    return page
                url = _next_address(url, page.header("location"))

    def check_address(self, url: str) -> None:
        """Raises FetchRefused when the address itself shows that it may not be fetched; asks no DNS."""
        try:
            target = self._policy.check_url(url)
        except BlockedAddressError as error:
            raise FetchRefused(str(error), reason="private_address") from error
        except SSRFGuardError as error:
            raise FetchRefused(str(error), reason=_address_reason(url)) from error
        host = target.host.lower().rstrip(".")
        if "." not in host and ":" not in host:
            raise FetchRefused("a name without a dot lives inside somebody's network", reason="private_address")
        if f".{host}".endswith(_INSIDE):
            raise FetchRefused("a name that lives inside somebody's network", reason="private_address")
        if _NUMBER.fullmatch(host.rpartition(".")[2]) and not _is_dotted(host):
            raise FetchRefused("an address in disguise", reason="private_address")

    def _exchange(self, url: str, accept: frozenset[str], limit_at: float) -> FetchedPage:
        try:
            return self._exchange_raw(url, accept, limit_at)
        except BlockedAddressError as error:
            raise FetchRefused(str(error), reason="private_address") from error
        except SSRFGuardError as error:
            raise FetchRefused(str(error), reason="bad_address") from error
        except httpx2.TimeoutException as error:
            raise FetchRefused(f"the site took too long: {error}", reason="too_slow") from error
        except BodyRefused as error:
            raise FetchRefused(str(error), reason=error.reason) from error
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise FetchRefused("an address that cannot be asked for", reason="bad_address") from error
        except (httpx2.HTTPError, OSError) as error:
            if _is_head_too_long(error):
                raise FetchRefused("the head of the answer has no end", reason="too_large") from error
            raise Unavailable(f"nobody answered: {type(error).__name__}", system=SYSTEM, reason="unreachable") from error

    def _exchange_raw(self, url: str, accept: frozenset[str], limit_at: float) -> FetchedPage:
        wire_url = url.replace("https://", "http://", 1) if self._gateway else url
        request = httpx2.Request(
            "GET",
            wire_url,
            headers={"User-Agent": self._user_agent, "Accept": ", ".join(sorted(accept)), "Accept-Encoding": "gzip, deflate"},
            extensions={"timeout": httpx2.Timeout(self._limits.idle_s).as_dict()},
        )
        response = self._transports[hash(request.url.host) % _POOLS].handle_request(request)
        try:
            page = FetchedPage(url, response.status_code, tuple(_headers(response)), b"")
            if page.status in REDIRECTS:
                return page
            if page.status == 200 and page.content_type not in accept:
                raise FetchRefused(f"the site sent {page.content_type or 'no content type'}", reason="bad_content_type")
            return FetchedPage(url, page.status, page.headers, read_body(response, self._limits.max_bytes, limit_at))
        finally:
            response.close()


def build_transport(router: Router, *, max_connections: int, max_idle: int, idle_s: float) -> httpx2.HTTPTransport:
    """A pooled transport whose every connection goes through the router. Proxies of the environment are ignored.

    Up to `max_idle` connections are kept for `idle_s` seconds; each request looks at all of them, so keep few where hosts seldom repeat.

    The backend replaces an attribute that httpx2 does not document; a test fails when it moves.
    """
    limits = httpx2.Limits(max_connections=max_connections, max_keepalive_connections=max_idle, keepalive_expiry=idle_s)
    transport = httpx2.HTTPTransport(verify=system_certificates(), trust_env=False, limits=limits)
    pool = transport._pool
    if not isinstance(pool, httpcore2.ConnectionPool) or not hasattr(pool, "_network_backend"):
        raise TypeError("httpx2 moved its connection pool; outgoing addresses would go unchecked")
    pool._network_backend = GuardedBackend(router)
    return transport


@cache
def system_certificates() -> ssl.SSLContext:
    """What the system trusts, read once for the process: reading it takes longer than many an exchange."""
    return httpx2.create_ssl_context(trust_env=False)


def _is_dotted(host: str) -> bool:
    """Whether a host is four plain numbers, which the policy has judged already."""
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_head_too_long(error: BaseException | None) -> bool:
    """Whether the parser gave up on a head that grew too long; it says so by the status a server would answer with."""
    while error is not None:
        if getattr(error, "error_status_hint", None) == _HEAD_TOO_LONG:
            return True
        error = error.__cause__ or error.__context__
    return False


def _headers(response: httpx2.Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw]


def _next_address(url: str, location: str) -> str:
    """Where a redirect leads, unchecked. Raises FetchRefused for what readers of addresses understand in different ways."""
    try:
        parts = urlsplit(location)
        if not parts.netloc and (parts.scheme in ("http", "https") or "\\" in location):
            raise FetchRefused("the redirect names its host in a way that can be misread", reason="bad_address")
        return urljoin(url, location)
    except ValueError as error:
        raise FetchRefused("the redirect cannot be read as an address", reason="bad_address") from error


def _address_reason(url: str) -> str:
    """Why the policy refused an address, in one word of ours."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "bad_address"
    if parts.scheme not in ("http", "https"):
        return "bad_scheme"
    if parts.username is not None or parts.password is not None:
        return "credentials_in_address"
    if port not in (None, 80, 443):
        return "bad_port"
    host = (parts.hostname or "").replace("\u3002", ".")  # the full stop of Chinese and Japanese separates labels too
    return "private_address" if ":" in host or host.replace(".", "").isdigit() else "bad_address"
