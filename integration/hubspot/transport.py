"""One HTTP exchange with HubSpot over the official SDK's pooled REST client, without its model layer.

`RESTClientObject` brings the connection pool; with `_preload_content=False` it hands back the bytes, so that 100 records cost half a
millisecond instead of eight. `ApiClient.call_api` above it is left out: it walks every value of a body in Python, decodes refusals
strictly as UTF-8 (a proxy's page in another encoding hides the status) and fails with AttributeError when TLS does. Retries and redirects
are off: whether to try again is decided elsewhere, and a token must not follow a redirect. Knows nothing of tokens, quotas or what a
status means. Source: https://github.com/HubSpot/hubspot-api-python (12.0.0, read 2026-11).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from hubspot.crm.objects import Configuration
from hubspot.crm.objects.exceptions import ApiException
from hubspot.crm.objects.rest import RESTClientObject
from urllib3.exceptions import HTTPError

from integration.core.errors import Unavailable
from integration.hubspot.endpoints import Endpoint

SYSTEM: Final = "hubspot"
_POOL_SIZE: Final = 64
_CONNECT_TIMEOUT_S: Final = 5.0
_READ_TIMEOUT_S: Final = 30.0
_USER_AGENT: Final = "leadlight"


@dataclass(frozen=True)
class Reply:
    """A complete answer, whatever its status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HubSpotTransport:
    """The process's connections to one HubSpot host. Thread-safe."""

    def __init__(
        self, base_url: str, *, connect_timeout_s: float = _CONNECT_TIMEOUT_S, read_timeout_s: float = _READ_TIMEOUT_S
    ) -> None:
        configuration = Configuration(host=base_url)
        configuration.retries = False
        configuration.connection_pool_maxsize = _POOL_SIZE
        self._base_url = base_url.rstrip("/")
        self._rest = RESTClientObject(configuration)
        self._timeouts_s = (connect_timeout_s, read_timeout_s)

    def send(
        self,
        endpoint: Endpoint,
        path: str,
        *,
        token: str | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, of any status. `form` sends a form, `body` JSON. Raises Unavailable when no complete answer came."""
        headers = {"Accept": "application/json", "User-Agent": _USER_AGENT}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = self._rest.request(
                endpoint.method,
                self._base_url + path,
                query_params=query,
                headers=headers,
                body=body,
                post_params=form,
                _preload_content=False,
                _request_timeout=self._timeouts_s,
            )
            return _reply(response.status, response.data, response.headers)
        except ApiException as refusal:
            if refusal.status == 0:  # the SDK's way to say that TLS failed
                raise _unavailable(endpoint, "tls_failed") from refusal
            return _reply(refusal.status, refusal.body, refusal.headers)
        except HTTPError as error:
            raise _unavailable(endpoint, _REASONS.get(type(error), "connection_failed")) from error


class QuickTransport(HubSpotTransport):
    """For pages that somebody waits for: gives up soon, and after a silence asks nothing for a moment, so that threads are not used up waiting."""

    def __init__(
        self, base_url: str, *, timeout_s: float, rests_s: float = 3.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(base_url, connect_timeout_s=timeout_s, read_timeout_s=timeout_s)
        self._rests_s = rests_s
        self._monotonic = monotonic
        self._silent_until = 0.0

    def send(
        self,
        endpoint: Endpoint,
        path: str,
        *,
        token: str | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        """As of any transport. Raises Unavailable at once while HubSpot was silent a moment ago."""
        if self._monotonic() < self._silent_until:
            raise _unavailable(endpoint, "silent_a_moment_ago")
        try:
            return super().send(endpoint, path, token=token, query=query, body=body, form=form)
        except Unavailable:
            self._silent_until = self._monotonic() + self._rests_s
            raise


_REASONS: Final = {
    urllib3.exceptions.ConnectTimeoutError: "connect_timeout",
    urllib3.exceptions.ReadTimeoutError: "read_timeout",
    urllib3.exceptions.NewConnectionError: "connect_refused",
    urllib3.exceptions.ProtocolError: "connection_cut",
    urllib3.exceptions.IncompleteRead: "connection_cut",
}


def parse_json(reply: Reply) -> Any:
    """The body as JSON; None when it is empty or not JSON at all."""
    try:
        return json.loads(reply.body) if reply.body else None
    except ValueError:
        return None


def _reply(status: int, body: bytes | None, headers: Mapping[str, str] | None) -> Reply:
    return Reply(status, {name.lower(): value for name, value in (headers or {}).items()}, body or b"")


def _unavailable(endpoint: Endpoint, reason: str) -> Unavailable:
    return Unavailable(f"HubSpot did not answer {endpoint.name}.", system=SYSTEM, reason=reason)
