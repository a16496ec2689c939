"""How many calls a vendor's windows let through and when, and when a gate closes after refusals. Pure; times are seconds since 1970.

Each declared window is a leaky bucket (generic cell rate algorithm): it lets a small burst through and then a steady stream, which
together stay under the vendor's number in any window, wherever that begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from integration.providers.adapter import Rate
from integration.providers.base import ErrorClass, RateNews

# How long a refusal stands before the provider is tried again.
STOP_S: Final = {
    ErrorClass.AUTH: 600.0,
    ErrorClass.SCOPE: 600.0,
    ErrorClass.PLAN: 600.0,
    ErrorClass.QUOTA: 3600.0,
    ErrorClass.BLOCKED: 3600.0,
    ErrorClass.THROTTLED: 2.0,
}
FAILURES_TO_OPEN: Final = 5
OPEN_S: Final = 30.0
_BURST_SHARE: Final = 0.2
# The vendor's count is believed only where it leaves less room than this share of a window: it lags behind calls under way.
_SCARCE_SHARE: Final = 0.2
_LONGEST_CLOSURE_S: Final = 3600.0


@dataclass(frozen=True)
class Gate:
    """The state of one endpoint with one key. `full_at`: for each window the moment its bucket is empty again."""

    full_at: tuple[float, ...] = ()
    promised_at: float = 0.0
    closed_until: float = 0.0
    closed_by: str = ""
    failures: int = 0

    def refusal(self, now: float) -> ErrorClass | None:
        """Why the gate is closed now, None when it may be used."""
        return ErrorClass(self.closed_by) if now < self.closed_until and self.closed_by else None


@dataclass(frozen=True)
class Places:
    """When calls may start, in seconds from now: those that start within the horizon, and those that are told to come again then."""

    starts_s: tuple[float, ...]
    promised_s: tuple[float, ...] = ()


def book(
    gate: Gate, rates: Sequence[Rate], *, factor: float, calls: int, requests: int, now: float, horizon_s: float
) -> tuple[Gate, Places]:
    """The gate with places taken for as many of the calls as can start within `horizon_s`, and all their moments.

    `requests` is how many requests one call makes. A promise takes no place; it only spreads those who come again.
    """
    buckets = [_bucket(rate, factor) for rate in rates]
    full_at = list(gate.full_at) if len(gate.full_at) == len(rates) else [0.0] * len(rates)
    starts: list[float] = []
    while len(starts) < calls:
        start = max([now, *(at - slack for at, (_, slack) in zip(full_at, buckets, strict=True))])
        if start > now + horizon_s:
            break
        starts.append(start - now)
        full_at = [max(at, start) + requests * interval for at, (interval, _) in zip(full_at, buckets, strict=True)]
    step = requests * max((interval for interval, _ in buckets), default=0.0)
    next_start = max([now, *(at - slack for at, (_, slack) in zip(full_at, buckets, strict=True))])
    first = max(gate.promised_at, next_start)
    promised = [first + step * place for place in range(calls - len(starts))]
    booked = replace(gate, full_at=tuple(full_at), promised_at=promised[-1] + step if promised else gate.promised_at)
    return booked, Places(tuple(starts), tuple(moment - now for moment in promised))


def learn(gate: Gate, rates: Sequence[Rate], news: RateNews, *, factor: float, now: float) -> Gate:
    """The gate after the vendor's own count: never more room than we thought, closed to the end of a window that is used up."""
    if news.resets_in_s <= 0:
        return gate
    if news.remaining <= 0:
        until = now + min(news.resets_in_s, _LONGEST_CLOSURE_S)
        return close(gate, ErrorClass.THROTTLED, until) if until > gate.closed_until else gate
    place = next((place for place, rate in enumerate(rates) if rate.seconds >= news.resets_in_s), None)
    if place is None or len(gate.full_at) != len(rates):
        return gate
    interval, slack = _bucket(rates[place], factor)
    burst_left = now + slack + interval - news.remaining * interval
    full_at = tuple(max(at, burst_left) if number == place else at for number, at in enumerate(gate.full_at))
    return replace(gate, full_at=full_at)


def is_scarce(rates: Sequence[Rate], news: RateNews) -> bool:
    """Whether the news leave so little room that they are worth keeping."""
    window = next((rate.calls for rate in rates if rate.seconds >= news.resets_in_s), 0)
    return news.remaining <= window * _SCARCE_SHARE


def close(gate: Gate, error: ErrorClass, until: float) -> Gate:
    return replace(gate, closed_until=until, closed_by=error.value)


def after_answer(gate: Gate, error: ErrorClass | None, *, now: float) -> Gate:
    """The gate after an answer. It closes at once where only a person or time can help, after five failures in a row where the provider is down."""
    if error in STOP_S:
        return close(gate, error, max(gate.closed_until, now + STOP_S[error]))
    if error is not ErrorClass.SERVER:
        return replace(gate, failures=0) if gate.failures else gate
    if gate.failures + 1 < FAILURES_TO_OPEN:
        return replace(gate, failures=gate.failures + 1)
    return close(replace(gate, failures=0), ErrorClass.SERVER, now + OPEN_S)


def _bucket(rate: Rate, factor: float) -> tuple[float, float]:
    """Seconds between calls of the steady stream, and how far ahead of it a burst may run."""
    calls = rate.calls * factor
    if calls < 2:
        return rate.seconds / calls, 0.0
    burst = max(1, int(calls * _BURST_SHARE))
    interval = rate.seconds / (calls - burst)
    return interval, (burst - 1) * interval
