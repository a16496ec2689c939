"""Installs, codes and tokens: what an app was granted in which account, and for how long.

Access tokens end by the simulated clock; refresh tokens by revocation or uninstall. Codes are single-use. An access token that
is out keeps working after its refresh token was revoked; uninstalling ends both.
Sources: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens and
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth (read 2026-09).
The life of a code (300 s here) and the end of access tokens at uninstall are not documented.
"""

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass, replace

from simulator.apps import App
from simulator.clock import Clock
from simulator.families.oauth.errors import TokenRefused


@dataclass(frozen=True)
class Grant:
    """The rights of one app in one account, given by one person. `portal_id` None: client credentials, no account."""

    app_id: int
    portal_id: int | None
    user_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class AccessToken:
    """A bearer token and when it ends (simulated ms)."""

    token: str
    grant: Grant
    expires_at_ms: int


@dataclass(frozen=True)
class TokenPair:
    """What the token endpoint hands out; client credentials get no refresh token."""

    access: AccessToken
    refresh_token: str | None
    expires_in_s: int


@dataclass(frozen=True)
class Challenge:
    """PKCE: what the app sent to the consent page."""

    value: str
    method: str


@dataclass(frozen=True)
class _Code:
    grant: Grant
    redirect_uri: str
    expires_at_ms: int
    challenge: Challenge | None


class OAuthState:
    """Every install, code and token of the simulated HubSpot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, Grant] = {}
        self._installs: dict[tuple[int, int], Grant] = {}

    def issue_code(self, grant: Grant, redirect_uri: str, *, life_s: int, challenge: Challenge | None = None) -> str:
        """A single-use code for the callback."""
        code = secrets.token_hex(16)
        with self._lock:
            self._codes[code] = _Code(grant, redirect_uri, self._clock.now_ms() + life_s * 1000, challenge)
        return code

    def redeem_code(self, app: App, code: str, redirect_uri: str, verifier: str, *, life_s: int) -> TokenPair:
        """Installs the app and gives tokens. Raises TokenRefused BAD_AUTH_CODE, BAD_REDIRECT_URI or BAD_CODE_VERIFIER."""
        with self._lock:
            held = self._codes.pop(code, None)
        if held is None or held.grant.app_id != app.app_id or held.expires_at_ms <= self._clock.now_ms():
            raise TokenRefused("BAD_AUTH_CODE")
        if held.redirect_uri != redirect_uri:
            raise TokenRefused("BAD_REDIRECT_URI")
        if held.challenge is not None and not _answers(held.challenge, verifier):
            raise TokenRefused("BAD_CODE_VERIFIER")
        return self.install(held.grant, life_s=life_s)

    def install(self, grant: Grant, *, life_s: int) -> TokenPair:
        """The app is installed with these rights, and gets its first tokens. Installing again keeps older tokens alive."""
        if grant.portal_id is None:
            raise TokenRefused("BAD_HUB")
        refresh_token = f"na1-{secrets.token_hex(20)}"
        with self._lock:
            self._installs[(grant.app_id, grant.portal_id)] = grant
            self._refresh[refresh_token] = grant
        return TokenPair(self._new_access(grant, life_s), refresh_token, life_s)

    def refresh(self, app: App, refresh_token: str, *, life_s: int) -> TokenPair:
        """A new access token; the refresh token stays the same. Raises TokenRefused BAD_REFRESH_TOKEN or BAD_HUB."""
        with self._lock:
            grant = self._refresh.get(refresh_token)
            if grant is None or grant.app_id != app.app_id:
                raise TokenRefused("BAD_REFRESH_TOKEN")
            if (grant.app_id, grant.portal_id or 0) not in self._installs:
                raise TokenRefused("BAD_HUB")
        return TokenPair(self._new_access(grant, life_s), refresh_token, life_s)

    def client_credentials(self, app: App, scopes: tuple[str, ...], *, life_s: int) -> TokenPair:
        """A token of the app itself, bound to no account. Raises TokenRefused BAD_SCOPES when none is asked for."""
        if not scopes:
            raise TokenRefused("BAD_SCOPES")
        return TokenPair(self._new_access(Grant(app.app_id, None, 0, scopes), life_s), None, life_s)

    def find_access(self, token: str) -> AccessToken | None:
        """The token, also when it has ended; None when it was never given out or its app was uninstalled."""
        return self._access.get(token)

    def find_refresh(self, token: str) -> Grant | None:
        """The rights behind a live refresh token."""
        return self._refresh.get(token)

    def is_live(self, access: AccessToken) -> bool:
        """True until the simulated clock reaches its end."""
        return self._clock.now_ms() < access.expires_at_ms

    def revoke(self, token: str) -> None:
        """Ends a refresh token, or an access token at once. Unknown tokens are accepted, as RFC 7009 asks."""
        with self._lock:
            self._refresh.pop(token, None)
            access = self._access.get(token)
            if access is not None:
                self._access[token] = replace(access, expires_at_ms=self._clock.now_ms())

    def uninstall(self, app_id: int, portal_id: int) -> bool:
        """Ends every token of the app in the account. False when it was not installed."""
        with self._lock:
            found = self._installs.pop((app_id, portal_id), None) is not None
            self._refresh = {
                token: grant for token, grant in self._refresh.items() if (grant.app_id, grant.portal_id) != (app_id, portal_id)
            }
            self._access = {
                token: access
                for token, access in self._access.items()
                if (access.grant.app_id, access.grant.portal_id) != (app_id, portal_id)
            }
        return found

    def disconnect(self, app_id: int, portal_id: int) -> None:
        """The account is gone: tokens stay known, but a refresh answers BAD_HUB."""
        with self._lock:
            self._installs.pop((app_id, portal_id), None)

    def find_install(self, app_id: int, portal_id: int) -> Grant | None:
        """The rights the app holds in the account, or None when it is not installed."""
        return self._installs.get((app_id, portal_id))

    def installs(self) -> tuple[Grant, ...]:
        """Every install."""
        with self._lock:
            return tuple(self._installs.values())

    def _new_access(self, grant: Grant, life_s: int) -> AccessToken:
        access = AccessToken(f"CPD{secrets.token_urlsafe(90)}", grant, self._clock.now_ms() + life_s * 1000)
        with self._lock:
            self._access[access.token] = access
        return access


def _answers(challenge: Challenge, verifier: str) -> bool:
    if challenge.method != "S256":
        return secrets.compare_digest(challenge.value.encode(), verifier.encode())
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return secrets.compare_digest(digest, challenge.value.encode())
