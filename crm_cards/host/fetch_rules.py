"""The documented rules of `hubspot.fetch`, and the request HubSpot makes of one: identity added to the query, the whole address signed. Pure.

As HubSpot's own development server does, the address is mapped to a local one first and the mapped address is signed.
Limit: the order in which HubSpot adds the identity, and the words of its refusals, are not documented; ours are our own.
Sources: https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data (read 2026-12) and the signing proxy of
@hubspot/ui-extensions-dev-server 2.1.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from integration.core.clock import Clock, to_epoch_ms
from integration.core.errors import BadInput
from integration.core.settings import Secret
from integration.hubspot import signature

SIZE_LIMIT_BYTES: Final = 1_048_576
LONGEST_S: Final = 15.0
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Refused(BadInput):
    """HubSpot would not send this request."""

    default_reason = "fetch_refused"


@dataclass(frozen=True)
class Asker:
    """Who looks at the card."""

    portal_id: int
    user_id: str
    email: str
    app_id: str


@dataclass(frozen=True)
class Carried:
    """A request as HubSpot sends it: `url` is the local address, exactly as signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float


@dataclass(frozen=True)
class FetchRules:
    """`permitted` are the origins of permittedUrls.fetch; `local` maps a public origin to where it answers on this machine."""

    permitted: tuple[str, ...]
    local: Mapping[str, str]
    secret: Secret
    clock: Clock

    def carry(self, url: str, options: Mapping[str, Any], asker: Asker) -> Carried:
        """The request HubSpot makes. Raises Refused, in words, for what HubSpot refuses."""
        method = str(options.get("method") or "GET").upper()
        if method not in METHODS:
            raise Refused(f"hubspot.fetch knows no method {method}.")
        headers = _own_headers(options.get("headers") or {})
        body = _body(options.get("body"), method)
        target = self._mapped(url) + ("&" if urlsplit(url).query else "?") + _identity(asker)
        timeout_s = min(float(options.get("timeout") or LONGEST_S * 1000) / 1000, LONGEST_S)
        if body:
            headers["Content-Type"] = "application/json"
        return Carried(method, target, {**headers, **self._signed(method, target, body)}, body, timeout_s)

    def _mapped(self, url: str) -> str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if parts.scheme != "https" or origin not in self.permitted:
            raise Refused(f"{origin} is not among permittedUrls.fetch: {', '.join(self.permitted)}.")
        if origin not in self.local:
            raise Refused(f"Nobody said where {origin} answers on this machine.")
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.local[origin].rstrip('/')}{parts.path or '/'}{query}"

    def _signed(self, method: str, uri: str, body: bytes) -> dict[str, str]:
        stamp = str(to_epoch_ms(self.clock()))
        v3 = signature.sign_v3(secret=self.secret, method=method, uri=signature.decode_uri(uri), body=body, timestamp=stamp)
        return {
            signature.SIGNATURE_HEADER: signature.sign_v2(secret=self.secret, method=method, uri=uri, body=body),
            signature.VERSION_HEADER: "v2",
            signature.SIGNATURE_V3_HEADER: v3,
            signature.TIMESTAMP_HEADER: stamp,
        }


def wrapped(status: int, body: str) -> dict[str, Any]:
    """What HubSpot makes of an answer that is not 2xx."""
    return {
        "status": "error",
        "category": "BAD_GATEWAY",
        "message": "Error returned from Request Uri",
        "context": {"appServerStatusCode": [str(status)], "responseBody": [body[:10_000]]},
    }


def _own_headers(given: Mapping[str, Any]) -> dict[str, str]:
    if any(name.lower() != "authorization" for name in given):
        raise Refused("Only 'Authorization' header is allowed.")
    return {name: str(value) for name, value in given.items()}


def _body(given: object, method: str) -> bytes:
    """As JavaScript writes it: compact, and not escaped."""
    if given is None or method == "GET":
        return b""
    body = json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > SIZE_LIMIT_BYTES:
        raise Refused("The body is larger than 1 MB.")
    return body


def _identity(asker: Asker) -> str:
    told = {"userId": asker.user_id, "portalId": str(asker.portal_id), "userEmail": asker.email, "appId": asker.app_id}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in told.items())
