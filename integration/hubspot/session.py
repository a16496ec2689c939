"""One portal's calls: the right token, a place in the quota, the errors in our words. What is called and why is the client's business.

Tokens are refreshed by the clock; a 401 means that our clock or our token was wrong and is answered by one refresh. A second one
disconnects the portal, so that no more calls follow. What a token is forbidden is remembered for as long as the token lives, so that the
same refusal is not asked for again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integration.core.errors import Rejected, Unavailable, UnexpectedReply, UpstreamError
from integration.core.metrics import Metrics
from integration.hubspot.endpoints import Endpoint
from integration.hubspot.error_map import error_for, read_refusal
from integration.hubspot.limits import PortalLimits
from integration.hubspot.tokens import AccessTokens
from integration.hubspot.transport import SYSTEM, HubSpotTransport, Reply, parse_json


class ForbiddenCalls:
    """What HubSpot answered with 403, by the token that was refused. A new token starts afresh."""

    def __init__(self) -> None:
        self._refused: dict[tuple[int, str], tuple[str, UpstreamError]] = {}

    def remember(self, portal_id: int, path: str, token: str, error: UpstreamError) -> None:
        self._refused[(portal_id, path)] = (token, error)

    def find(self, portal_id: int, path: str, token: str) -> UpstreamError | None:
        """The refusal, as a fresh error to raise."""
        refused_token, error = self._refused.get((portal_id, path), ("", None))
        if error is None or refused_token != token:
            return None
        return Rejected(error.message, system=SYSTEM, status=error.status, code=error.code, reason=error.reason)


class PortalSession:
    """Calls HubSpot for one portal. Cheap to make; everything shared comes from outside."""

    def __init__(
        self,
        portal_id: int,
        *,
        transport: HubSpotTransport,
        tokens: AccessTokens,
        limits: PortalLimits,
        forbidden: ForbiddenCalls,
        metrics: Metrics,
        live: bool,
    ) -> None:
        self.portal_id = portal_id
        self._transport = transport
        self._tokens = tokens
        self._limits = limits
        self._forbidden = forbidden
        self._metrics = metrics
        self._live = live

    def call(
        self,
        endpoint: Endpoint,
        *,
        parts: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
        accepted: frozenset[int] = frozenset(),
    ) -> Reply:
        """The reply when its status is 2xx or in `accepted`; any other raises the UpstreamError it means."""
        path = endpoint.path_for(**(parts or {}))
        token = self._tokens.access_token(self.portal_id)
        reply = self._send(endpoint, path, token, query, body)
        if reply.status == 401:
            token = self._tokens.renewed(self.portal_id, token)
            reply = self._send(endpoint, path, token, query, body)
        if 200 <= reply.status < 300 or reply.status in accepted:
            return reply
        raise self._error(reply, path, token)

    def fetch(
        self,
        endpoint: Endpoint,
        *,
        parts: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Any:
        """The JSON of a successful call. Raises UnexpectedReply when it is none."""
        parsed = parse_json(self.call(endpoint, parts=parts, query=query, body=body))
        if parsed is None:
            raise UnexpectedReply(f"HubSpot answered {endpoint.name} with something that is not JSON.", system=SYSTEM)
        return parsed

    def _error(self, reply: Reply, path: str, token: str) -> UpstreamError:
        error = error_for(reply)
        self._metrics.error(error.reason)
        if reply.status == 401 and not self._tokens.disconnect(self.portal_id, error.reason, refused_token=token):
            return Unavailable("The portal was connected anew during the call.", system=SYSTEM, reason="token_replaced")
        if reply.status == 403:
            self._forbidden.remember(self.portal_id, path, token, error)
        return error

    def _send(self, endpoint: Endpoint, path: str, token: str, query: Mapping[str, str] | None, body: object) -> Reply:
        refused = self._forbidden.find(self.portal_id, path, token)
        if refused is not None:
            raise refused

        def send() -> Reply:
            reply = self._transport.send(endpoint, path, token=token, query=query, body=body)
            self._metrics.hubspot_call(endpoint.name, reply.status)
            if reply.status == 429:
                self._metrics.rate_limited(read_refusal(reply).policy or _UNNAMED_POLICY)
            return reply

        return self._limits.run(self.portal_id, endpoint.bucket, send, live=self._live)


_UNNAMED_POLICY: Final = "unnamed"
