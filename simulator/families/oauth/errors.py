"""The token endpoint's refusals: RFC 6749 code, HubSpot's own code, and sentence.

Source: https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses (read 2026-09).
The pairing of BAD_REDIRECT_URI, BAD_SCOPES and BAD_CLIENT_SECRET with RFC codes is inferred.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """`error` is the RFC 6749 code, `status` HubSpot's code."""

    error: str
    status: str
    message: str


REFUSALS = {
    refusal.status: refusal
    for refusal in (
        Refusal("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked"),
        Refusal("access_denied", "BAD_HUB", "missing or unknown hub id"),
        Refusal("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code"),
        Refusal("invalid_grant", "BAD_CODE_VERIFIER", "missing or invalid code verifier"),
        Refusal("invalid_request", "BAD_REDIRECT_URI", "missing or unknown redirect URI"),
        Refusal("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type"),
        Refusal("invalid_scope", "BAD_SCOPES", "missing or unknown scopes"),
        Refusal("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id"),
        Refusal("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret"),
    )
}


class TokenRefused(Exception):
    """The token endpoint says no (HTTP 400)."""

    def __init__(self, status: str) -> None:
        self.refusal = REFUSALS[status]
        super().__init__(self.refusal.message)


class ConsentRefused(Exception):
    """The consent page cannot be shown or granted; `hint` tells a developer what to change."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
