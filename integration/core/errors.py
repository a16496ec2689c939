"""The error tree. Every refusal carries a machine `reason` that doubles as its metric label.

    AppError
    ├── ConfigError                 at start only; lists every bad setting at once
    ├── BadInput 400
    │   ├── BadSignature 401
    │   ├── BadPayload 400          says which field, by path
    │   ├── NotFound 404
    │   ├── Conflict 409
    │   └── NotAllowed 403
    ├── UpstreamError               an outside system answered badly
    │   ├── RateLimited             retry after N seconds
    │   ├── Unavailable             retry with backoff
    │   ├── ReauthRequired          pause the portal, show "reconnect"
    │   ├── Rejected                permanent: dead letter with the reason
    │   └── UnexpectedReply         the reply did not parse
    ├── BudgetExhausted
    ├── Unsupported
    └── ModelOutputInvalid

Whether something is retried is decided in `integration/jobs/retry.py` from these classes and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence


class AppError(Exception):
    """Base of all errors we raise on purpose. `reason` is a short snake_case label, safe for metrics and logs."""

    http_status = 500
    retryable = False
    default_reason = "app_error"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason


class ConfigError(AppError):
    """The settings cannot work. Raised at start with every problem found, never one at a time."""

    default_reason = "bad_settings"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The settings have problems:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = tuple(problems)


class BadInput(AppError):
    """What a caller sent cannot be used; the message says what was wrong, where, and what to do."""

    http_status = 400
    default_reason = "bad_input"


class BadSignature(BadInput):
    """An inbound request did not prove that it comes from HubSpot."""

    http_status = 401
    default_reason = "bad_signature"


class BadPayload(BadInput):
    """A body that should have a known shape does not. `path` names the field, as in `[3].objectId`."""

    default_reason = "bad_payload"

    def __init__(self, message: str, *, path: str = "", reason: str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message, reason=reason)
        self.path = path


class NotFound(BadInput):
    http_status = 404
    default_reason = "not_found"


class Conflict(BadInput):
    http_status = 409
    default_reason = "conflict"


class NotAllowed(BadInput):
    http_status = 403
    default_reason = "not_allowed"


class UpstreamError(AppError):
    """An outside system refused or failed. `code` is the vendor's own word for it, `correlation_id` what their support asks for."""

    http_status = 502
    default_reason = "upstream_error"

    def __init__(
        self,
        message: str,
        *,
        system: str,
        status: int | None = None,
        code: str | None = None,
        correlation_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message, reason=reason)
        self.system = system
        self.status = status
        self.code = code
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        facts = [
            f"{name}={value}"
            for name, value in (("status", self.status), ("code", self.code), ("correlation_id", self.correlation_id))
            if value
        ]
        return f"{self.system}: {self.message}" + (f" ({', '.join(facts)})" if facts else "")


class RateLimited(UpstreamError):
    """The vendor asks us to wait `retry_after_s` seconds."""

    http_status = 503
    retryable = True
    default_reason = "rate_limited"

    def __init__(
        self, message: str, *, system: str, retry_after_s: float, status: int | None = 429, code: str | None = None
    ) -> None:
        super().__init__(message, system=system, status=status, code=code)
        self.retry_after_s = retry_after_s


class Unavailable(UpstreamError):
    """Down, cut, slow or broken for now: worth another try with growing gaps."""

    http_status = 503
    retryable = True
    default_reason = "unavailable"


class Unanswered(Unavailable):
    """The request was sent and no whole answer came: whether it was carried out, or charged for, is not known."""


class ReauthRequired(UpstreamError):
    """The portal's authorisation is gone. Work for it pauses until an admin connects again."""

    default_reason = "reauth_required"


class Rejected(UpstreamError):
    """The vendor refused for good; trying the same again cannot help."""

    default_reason = "rejected"


class UnexpectedReply(UpstreamError):
    """The vendor's answer does not have the documented shape."""

    default_reason = "unexpected_reply"


class BudgetExhausted(AppError):
    """A credit or money budget set by the admin is used up."""

    http_status = 402
    default_reason = "budget_exhausted"


class Unsupported(AppError):
    """What was asked for cannot be expressed with this provider or plan. Said aloud, never silently dropped."""

    http_status = 501
    default_reason = "unsupported"


class ModelOutputInvalid(AppError):
    """A language model's reply did not match the schema it was given."""

    default_reason = "model_output_invalid"
