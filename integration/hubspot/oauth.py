"""HubSpot's OAuth endpoints: where to send the admin, a code for tokens, new tokens for old. Secrets travel only in form bodies.

Does not store anything. The refusals of the token endpoint are read by a table: some end the portal's connection, some are our own
configuration, the rest passes. Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens and
https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from hubspot.utils.oauth import get_auth_url

from integration.core.clock import Clock
from integration.core.errors import ConfigError, ReauthRequired, Rejected, UnexpectedReply, UpstreamError
from integration.core.metrics import Metrics
from integration.core.settings import HubSpotSettings
from integration.hubspot.endpoints import TOKEN, TOKEN_INTROSPECT
from integration.hubspot.error_map import error_for
from integration.hubspot.manifest import Manifest
from integration.hubspot.reading import list_of, number_of, object_of, text_of
from integration.hubspot.token_store import TokenPair
from integration.hubspot.transport import SYSTEM, HubSpotTransport, Reply, parse_json

_log = structlog.get_logger(__name__)


class AppCredentialsRefused(ConfigError):
    """HubSpot does not know our client id or secret. Every portal would fail alike, so none is disconnected: somebody must act."""

    default_reason = "invalid_client"


@dataclass(frozen=True)
class Grant:
    """What the token endpoint gave: tokens, and on whose behalf with which rights."""

    portal_id: int
    scopes: tuple[str, ...]
    tokens: TokenPair


@dataclass(frozen=True)
class Identity:
    """The person behind a token: whom HubSpot says granted it, and for which portal."""

    portal_id: int
    user_id: str
    email: str


class OAuthClient:
    """Our app towards HubSpot's token endpoint."""

    def __init__(self, settings: HubSpotSettings, transport: HubSpotTransport, clock: Clock, metrics: Metrics) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._metrics = metrics

    def authorize_url(self, manifest: Manifest, *, redirect_uri: str, state: str) -> str:
        """Where the admin gives consent. Required and conditional scopes are asked for, optional ones offered."""
        url = get_auth_url(
            scope=manifest.asked_scopes,
            client_id=self._settings.client_id,
            redirect_uri=redirect_uri,
            optional_scope=manifest.optional_scopes,
            state=state,
        )
        # The SDK knows only HubSpot's own host.
        return f"{self._settings.app_base_url}/oauth/authorize?{urlsplit(url).query}"

    def exchange_code(self, code: str, *, redirect_uri: str) -> Grant:
        """The grant behind a callback's code. Raises Rejected when HubSpot does not know the code (used, too old, made up)."""
        return self._grant({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})

    def refresh(self, refresh_token: str) -> Grant:
        """New tokens. Raises ReauthRequired when the portal's connection has ended, AppCredentialsRefused when ours is wrong."""
        return self._grant({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def identify(self, access_token: str) -> Identity:
        """Who granted a token of ours. Raises UnexpectedReply when HubSpot names nobody, or does not hold the token for live."""
        form = {"token": access_token, "token_type_hint": "access_token"}
        credentials = {"client_id": self._settings.client_id, "client_secret": self._settings.client_secret}
        reply = self._transport.send(TOKEN_INTROSPECT, TOKEN_INTROSPECT.path_for(), form={**form, **credentials})
        self._metrics.hubspot_call(TOKEN_INTROSPECT.name, reply.status)
        if reply.status != 200:
            raise self._refusal(reply, "introspect")
        body = object_of(parse_json(reply), "the answer of token introspection")
        email, user_id = text_of(body, "user").strip().lower(), body.get("user_id")
        if body.get("active") is not True or "@" not in email or not isinstance(user_id, int):
            raise UnexpectedReply("HubSpot does not say whose token this is.", system=SYSTEM)
        return Identity(number_of(body, "hub_id"), str(user_id), email)

    def _grant(self, form: Mapping[str, str]) -> Grant:
        now = self._clock()
        credentials = {"client_id": self._settings.client_id, "client_secret": self._settings.client_secret}
        reply = self._transport.send(TOKEN, TOKEN.path_for(), form={**form, **credentials})
        self._metrics.hubspot_call(TOKEN.name, reply.status)
        if reply.status != 200:
            raise self._refusal(reply, form["grant_type"])
        body = object_of(parse_json(reply), "the token endpoint's answer")
        expires_in_s = body.get("expires_in")
        if not isinstance(expires_in_s, int | float) or not text_of(body, "access_token") or not text_of(body, "refresh_token"):
            raise UnexpectedReply("The token endpoint's answer has no tokens.", system=SYSTEM)
        tokens = TokenPair(text_of(body, "access_token"), text_of(body, "refresh_token"), now + timedelta(seconds=expires_in_s))
        scopes = tuple(scope for scope in list_of(body.get("scopes") or [], "scopes") if isinstance(scope, str))
        return Grant(number_of(body, "hub_id"), scopes, tokens)

    def _refusal(self, reply: Reply, grant_type: str) -> Exception:
        if reply.status not in (400, 401, 403):
            return error_for(reply)
        body = parse_json(reply)
        fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
        code, hubspot_code = text_of(fields, "error"), text_of(fields, "status")
        if code == "invalid_client" or hubspot_code in _OUR_CREDENTIALS:
            self._metrics.error("invalid_client")
            _log.error("hubspot_refused_our_credentials", code=hubspot_code or code)
            return AppCredentialsRefused([f"HubSpot refuses HUBSPOT_CLIENT_ID or HUBSPOT_CLIENT_SECRET ({hubspot_code or code})."])
        ends = grant_type == "refresh_token" and (code in _CONNECTION_ENDED or hubspot_code in _CONNECTION_ENDED)
        kind: type[UpstreamError] = ReauthRequired if ends else Rejected
        return kind(
            text_of(fields, "message") or "HubSpot refused the token request.",
            system=SYSTEM,
            status=reply.status,
            code=hubspot_code or code or None,
            reason=(code or "token_refused") if ends else "token_refused",
        )


_OUR_CREDENTIALS: Final = frozenset({"BAD_CLIENT_ID", "BAD_CLIENT_SECRET"})
_CONNECTION_ENDED: Final = frozenset({"invalid_grant", "access_denied", "BAD_REFRESH_TOKEN", "BAD_HUB"})
