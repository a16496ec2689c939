"""When a provider must not be asked just now: its rate for one key, and its refusals of one key. In memory, for one process.

A gate is one endpoint with one portal's key, so that one customer's empty account stops nobody else.
Limit: several worker processes pace themselves separately; the vendor's own refusal is what joins them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Final

from pyrate_limiter import Limiter, SingleBucketFactory, StateBucket, TokenBucket
from pyrate_limiter import Rate as VendorRate

from integration.providers.adapter import Offer, Rate
from integration.providers.base import ErrorClass

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
# A token bucket lets a burst and the refill through in one window; together they are the vendor's number.
_BURST_SHARE: Final = 0.2


def gate_name(portal_id: int, offer: Offer, key: str) -> str:
    """The name of a gate; a new key is a new gate. Holds no secret."""
    return f"{portal_id}|{offer.question_prefix}|{hashlib.sha256(key.encode()).hexdigest()[:12]}"


class Breaker:
    """Remembers refusals. Opens at once where only a person can help, after five failures in a row where the provider is down."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: dict[str, tuple[float, ErrorClass]] = {}
        self._failures: dict[str, int] = {}
        self._lock = threading.Lock()

    def refusal(self, gate: str) -> ErrorClass | None:
        """Why the gate is closed now, None when it may be used."""
        with self._lock:
            until, error = self._open.get(gate, (0.0, ErrorClass.SERVER))
            return error if self._monotonic() < until else None

    def record(self, gate: str, error: ErrorClass | None) -> None:
        """Takes note of an answer: `error` None or a class that says nothing about the provider's health closes the count."""
        with self._lock:
            if error in STOP_S:
                self._open[gate] = (self._monotonic() + STOP_S[error], error)
            elif error is not ErrorClass.SERVER:
                self._failures.pop(gate, None)
            else:
                self._failures[gate] = self._failures.get(gate, 0) + 1
                if self._failures[gate] >= FAILURES_TO_OPEN:
                    self._open[gate] = (self._monotonic() + OPEN_S, error)
                    self._failures[gate] = 0


class Pace:
    """Keeps each gate under its vendor's rates. `factor` 2.0 doubles every rate; 0 lifts them, for load tests against stand-ins."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor
        self._limiters: dict[str, Limiter] = {}
        self._lock = threading.Lock()

    def acquire(self, gate: str, rates: Sequence[Rate], *, wait_s: float) -> bool:
        """True when a call may be made now, after waiting up to `wait_s` seconds for it."""
        if not rates or self._factor <= 0:
            return True
        with self._lock:
            limiter = self._limiters.get(gate) or self._limiters.setdefault(gate, self._new_limiter(rates))
        if limiter.try_acquire(gate, blocking=False):
            return True
        return wait_s > 0 and bool(limiter.try_acquire(gate, timeout=wait_s))

    def _new_limiter(self, rates: Sequence[Rate]) -> Limiter:
        vendor = [
            VendorRate(
                max(1, int(rate.calls * self._factor * (1 - _BURST_SHARE))),
                int(rate.seconds * 1000),
                burst=max(1, int(rate.calls * self._factor * _BURST_SHARE)),
            )
            for rate in sorted(rates, key=lambda rate: rate.seconds)
        ]
        return Limiter(SingleBucketFactory(StateBucket(vendor, algorithm=TokenBucket()), schedule_leak=False))
