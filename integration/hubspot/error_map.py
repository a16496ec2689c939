"""HubSpot's refusals in our words: one table by status, a few categories that say more, and how long to wait.

Does not decide what happens next; `integration/jobs/retry.py` does. Every field of an error body is optional.
Source: https://developers.hubspot.com/docs/api-reference/error-handling and
https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integration.core.errors import RateLimited, ReauthRequired, Rejected, Unavailable, UpstreamError
from integration.hubspot.objects import WriteFailure
from integration.hubspot.transport import SYSTEM, Reply, parse_json

TEN_SECONDS_POLICY: Final = "TEN_SECONDLY_ROLLING"
DAILY_POLICY: Final = "DAILY"
MIGRATION: Final = "MIGRATION"
MISSING_SCOPES: Final = "MISSING_SCOPES"

_WAIT_S: Final[Mapping[str, float]] = {"SECONDLY": 1.0, TEN_SECONDS_POLICY: 10.0, DAILY_POLICY: 3600.0}
"""No Retry-After is promised on 429. The daily count ends at midnight of the account, so an hour is a step towards it."""
_LOCKED_WAIT_S: Final = 2.0
_MIGRATION_WAIT_S: Final = 60.0
_LONGEST_WAIT_S: Final = 24 * 3600.0
_MESSAGE_LIMIT: Final = 500


@dataclass(frozen=True)
class Refusal:
    """The body of a refused call, every field as far as it was given."""

    status: int
    message: str
    category: str
    correlation_id: str | None
    policy: str
    property_names: tuple[str, ...]
    codes: tuple[str, ...]
    retry_after_s: float | None


def read_refusal(reply: Reply) -> Refusal:
    body = parse_json(reply)
    fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
    return Refusal(
        status=reply.status,
        message=_text(fields.get("message"))[:_MESSAGE_LIMIT] or f"HTTP {reply.status}",
        category=_text(fields.get("category")) or _text(fields.get("errorType")),
        correlation_id=_text(fields.get("correlationId")) or None,
        policy=_text(fields.get("policyName")).upper(),
        property_names=property_names(fields.get("errors")),
        codes=error_codes(fields.get("errors")),
        retry_after_s=_seconds(reply.headers.get("retry-after")),
    )


def error_for(reply: Reply) -> UpstreamError:
    """The error a refused call raises. The correlation id, which HubSpot's support asks for, is kept."""
    refusal = read_refusal(reply)
    if reply.status in _BY_STATUS:
        return _BY_STATUS[reply.status](refusal)
    return _unavailable(refusal) if reply.status >= 500 else _rejected(refusal)


def rate_refusal(reply: Reply) -> RateLimited | None:
    """The wait a reply asks of the whole portal (429, 477), or None."""
    error = error_for(reply) if reply.status in (429, 477) else None
    return error if isinstance(error, RateLimited) else None


def write_failure(reply: Reply) -> WriteFailure:
    """A refusal as the outcome of the one record it is about."""
    refusal = read_refusal(reply)
    return WriteFailure(refusal.category or f"HTTP_{refusal.status}", refusal.message, refusal.property_names, refusal.codes)


def _rate_limited(refusal: Refusal) -> RateLimited:
    policy = refusal.policy or TEN_SECONDS_POLICY
    wait_s = refusal.retry_after_s or _WAIT_S.get(policy, _WAIT_S[TEN_SECONDS_POLICY])
    return _waiting(refusal, wait_s, code=policy)


def _waiting(refusal: Refusal, wait_s: float, *, code: str) -> RateLimited:
    error = RateLimited(
        refusal.message, system=SYSTEM, retry_after_s=min(wait_s, _LONGEST_WAIT_S), status=refusal.status, code=code
    )
    error.correlation_id = refusal.correlation_id
    return error


def _reauth(refusal: Refusal) -> ReauthRequired:
    return ReauthRequired(refusal.message, reason="unauthorised", **_facts(refusal))


def _unavailable(refusal: Refusal) -> Unavailable:
    return Unavailable(refusal.message, **_facts(refusal))


def _forbidden(refusal: Refusal) -> Rejected:
    reason = "missing_scopes" if refusal.category == MISSING_SCOPES else "forbidden"
    return Rejected(refusal.message, reason=reason, **_facts(refusal))


def _rejected(refusal: Refusal) -> Rejected:
    return Rejected(refusal.message, **_facts(refusal))


_BY_STATUS: Final[Mapping[int, Callable[[Refusal], UpstreamError]]] = {
    401: _reauth,
    403: _forbidden,
    408: _unavailable,
    423: lambda refusal: _waiting(refusal, max(refusal.retry_after_s or 0.0, _LOCKED_WAIT_S), code="LOCKED"),
    429: _rate_limited,
    477: lambda refusal: _waiting(refusal, refusal.retry_after_s or _MIGRATION_WAIT_S, code=MIGRATION),
}


def _facts(refusal: Refusal) -> dict[str, Any]:
    return {
        "system": SYSTEM,
        "status": refusal.status,
        "code": refusal.category or None,
        "correlation_id": refusal.correlation_id,
    }


def property_names(errors: object) -> tuple[str, ...]:
    """Names of the properties an error list blames, in order, each once."""
    names: dict[str, None] = {}
    for error in errors if isinstance(errors, list) else []:
        context = error.get("context") if isinstance(error, dict) else None
        blamed = context.get("propertyName") if isinstance(context, dict) else None
        for name in blamed if isinstance(blamed, list) else [blamed]:
            if isinstance(name, str):
                names[name] = None
    return tuple(names)


def error_codes(errors: object) -> tuple[str, ...]:
    """The codes of an error list, in order, each once."""
    entries = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return tuple(dict.fromkeys(code for error in entries if (code := _text(error.get("code")))))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.strip().isdigit() else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
