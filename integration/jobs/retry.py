"""What becomes of a job that failed: decided here, from the error and the number of attempts, and nowhere else. Pure.

The table names the classes of `integration/core/errors.py` and of the database driver; the closest ancestor of an error decides. An error
nobody foresaw is tried three more times, in case it was a passing fault, and then kept as a dead letter with its class as the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg
import sqlalchemy.exc

from integration.core.errors import (
    AppError,
    BadInput,
    BudgetExhausted,
    ConfigError,
    ModelOutputInvalid,
    NotFound,
    RateLimited,
    ReauthRequired,
    Rejected,
    Unavailable,
    UnexpectedReply,
    Unsupported,
    UpstreamError,
)


@dataclass(frozen=True)
class RetryLater:
    """Run the job again after `delay_s` seconds. `alarm`: somebody must look at it, waiting alone will not help."""

    reason: str
    delay_s: float
    alarm: bool = False


@dataclass(frozen=True)
class PausePortal:
    """The portal's authorisation is gone: mark it disconnected. Its work stays stored until an admin connects again."""

    reason: str


@dataclass(frozen=True)
class DeadLetter:
    """Trying again cannot help, or was tried often enough: keep the job with the reason for a person to see."""

    reason: str


@dataclass(frozen=True)
class Drop:
    """What the job was about is gone; nothing is lost by forgetting it."""

    reason: str


Decision = RetryLater | PausePortal | DeadLetter | Drop


@dataclass(frozen=True)
class _Retries:
    """Seconds before each further attempt; after the last one the job is a dead letter."""

    delays_s: tuple[float, ...]
    alarm: bool = False


_SOON: Final = _Retries((1, 2, 5, 10, 20, 40, 60, 120, 300, 600))
_GROWING: Final = _Retries((5, 15, 45, 120, 300, 600, 900, 1800))
_RATE_LIMIT_ATTEMPTS: Final = 20
_LONGEST_RATE_LIMIT_S: Final = 24 * 3600.0
"""HubSpot's daily limit resets at midnight of the portal's time zone, so no honest wait is longer than a day."""

_TABLE: Final[Mapping[type[BaseException], _Retries | type[DeadLetter] | type[Drop] | type[PausePortal]]] = {
    Unavailable: _GROWING,
    ReauthRequired: PausePortal,
    Rejected: DeadLetter,
    UnexpectedReply: _Retries((30, 300)),
    UpstreamError: _GROWING,
    NotFound: Drop,
    BadInput: DeadLetter,
    BudgetExhausted: DeadLetter,
    Unsupported: DeadLetter,
    ModelOutputInvalid: _Retries((5, 30)),
    ConfigError: _Retries((60, 300, 300, 300, 300, 300), alarm=True),
    sqlalchemy.exc.OperationalError: _SOON,
    sqlalchemy.exc.InterfaceError: _SOON,
    sqlalchemy.exc.TimeoutError: _SOON,
    psycopg.OperationalError: _SOON,
    BaseException: _Retries((10, 60, 300)),
}


def decide(error: BaseException, attempt: int) -> Decision:
    """What to do with a job that ended with `error` after `attempt` earlier failures (0 for the first run)."""
    reason = reason_of(error)
    if isinstance(error, RateLimited):
        return _wait_as_told(error, attempt)
    rule = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    if not isinstance(rule, _Retries):
        return rule(reason)
    if attempt >= len(rule.delays_s):
        return DeadLetter(reason)
    return RetryLater(reason, rule.delays_s[attempt], rule.alarm)


def reason_of(error: BaseException) -> str:
    """The machine word for an error: our own errors carry one, others are named by their class. Safe as a metric label."""
    return error.reason if isinstance(error, AppError) else type(error).__name__


def _wait_as_told(error: RateLimited, attempt: int) -> Decision:
    if attempt >= _RATE_LIMIT_ATTEMPTS:
        return DeadLetter(error.reason)
    return RetryLater(error.reason, min(max(error.retry_after_s, 1.0), _LONGEST_RATE_LIMIT_S))
