"""The gate every call to HubSpot passes: at most so many in any ten seconds for each portal, over all threads, processes and machines.

`run` waits for a place, makes the call, and tells the others what HubSpot's headers taught. A 429 is not an error to the caller until it
has been waited out three times. Source of the numbers: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
(read 2026-11).

The windows lie in Postgres beside everything else. pyrate-limiter's Postgres bucket was weighed and left: it counts when a call is
allowed and not when it arrived, refuses on contention, makes a table for each key, and knows neither headers nor priorities.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from integration.core.errors import RateLimited
from integration.core.settings import HubSpotSettings
from integration.db.session import Database
from integration.hubspot.endpoints import Bucket
from integration.hubspot.error_map import DAILY_POLICY, MIGRATION, rate_refusal
from integration.hubspot.limit_window import Answered, Place, Quota, Wait, book, fitted, settle
from integration.hubspot.limits_store import LimitsStore
from integration.hubspot.transport import SYSTEM, Reply

_ASSOCIATIONS_PER_10_S: Final = 100
_REMAINING_HEADER: Final = "x-hubspot-ratelimit-remaining"
_LONGEST_WAIT_S: Final = 40.0
_SHORTEST_SLEEP_S: Final = 0.02
_TRIES: Final = 3


@dataclass
class _Gate:
    """What the threads of this process share about one quota: answers not yet told to the others."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    answers: deque[Answered] = field(default_factory=deque)


@dataclass(frozen=True)
class _Booked:
    """A place, and the database's clock in terms of this process's: read before and after, each time erring to the later moment."""

    place: Place
    starts_at: float
    clock_lead_s: float


class PortalLimits:
    """Shared by all threads of a process; processes meet in the database."""

    def __init__(
        self,
        database: Database,
        settings: HubSpotSettings,
        *,
        longest_wait_s: float = _LONGEST_WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._longest_wait_s = longest_wait_s
        self._database = database
        self._store = LimitsStore()
        self._quotas: dict[Bucket, Quota] = {
            "general": Quota(settings.requests_per_10_s, 10.0),
            "search": Quota(settings.searches_per_s, 1.0),
            "associations": Quota(min(settings.requests_per_10_s, _ASSOCIATIONS_PER_10_S), 10.0),
        }
        self._sleep = sleep
        self._monotonic = monotonic
        self._gates: dict[tuple[int, Bucket], _Gate] = {}
        self._gates_lock = threading.Lock()

    def run(self, portal_id: int, bucket: Bucket, send: Callable[[], Reply], *, live: bool = True) -> Reply:
        """The reply of `send`, called when the portal's quota allows.

        Raises RateLimited when HubSpot refused three times, wants silence, or no place comes free in time (40 seconds, unless another
        wait was set); live work passes backfill. Costs one short transaction for each call.
        """
        reply = self._run_once(portal_id, bucket, send, live=live)
        refusal = rate_refusal(reply)
        tries = 1
        while refusal is not None and not _is_silence(refusal) and tries < _TRIES:
            reply = self._run_once(portal_id, bucket, send, live=live)
            refusal = rate_refusal(reply)
            tries += 1
        if refusal is not None:
            raise refusal
        return reply

    def _run_once(self, portal_id: int, bucket: Bucket, send: Callable[[], Reply], *, live: bool) -> Reply:
        booked = self._wait_for_place(portal_id, bucket, live=live)
        reply = None
        try:
            reply = send()
        finally:
            answer = _read_answer(booked.place, self._monotonic() + booked.clock_lead_s, reply)
            # The next booking of this process tells the others.
            self._gate(portal_id, bucket).answers.append(answer)
        return reply

    def _wait_for_place(self, portal_id: int, bucket: Bucket, *, live: bool) -> _Booked:
        """A place whose moment has come. Sleeps outside the lock, so that others can book meanwhile."""
        deadline = self._monotonic() + self._longest_wait_s
        while True:
            booked = self._book(portal_id, bucket, live=live)
            if isinstance(booked, _Booked):
                wait_s = booked.starts_at - self._monotonic()
                if booked.starts_at > deadline:
                    self._give_back(portal_id, bucket, booked)
                    raise RateLimited("The portal's call quota is used up for now.", system=SYSTEM, retry_after_s=wait_s)
                self._sleep(max(0.0, wait_s))
                return booked
            if booked.asked_by_vendor or self._monotonic() + booked.seconds > deadline:
                raise RateLimited("The portal's call quota is used up for now.", system=SYSTEM, retry_after_s=booked.seconds)
            self._sleep(max(booked.seconds, _SHORTEST_SLEEP_S))

    def _give_back(self, portal_id: int, bucket: Bucket, booked: _Booked) -> None:
        """The place is free again from the moment it was booked for."""
        unused = Answered(booked.place, booked.place.starts_at - self._quotas[bucket].window_s)
        self._gate(portal_id, bucket).answers.append(unused)

    def _book(self, portal_id: int, bucket: Bucket, *, live: bool) -> _Booked | Wait:
        gate = self._gate(portal_id, bucket)
        quota = self._quotas[bucket]
        # One thread of a process at a time: the row lock then has as many waiters as there are processes, not threads.
        with gate.turn:
            before = self._monotonic()
            with self._database.begin() as connection:
                window, now = self._store.lock(connection, portal_id=portal_id, bucket=bucket)
                after = self._monotonic()
                window = fitted(window, quota)
                while gate.answers:
                    window = settle(window, quota, gate.answers.popleft())
                window, outcome = book(window, quota, now=now, live=live)
                self._store.save(connection, portal_id=portal_id, bucket=bucket, window=window)
        return _Booked(outcome, outcome.starts_at - now + after, now - before) if isinstance(outcome, Place) else outcome

    def _gate(self, portal_id: int, bucket: Bucket) -> _Gate:
        with self._gates_lock:
            return self._gates.setdefault((portal_id, bucket), _Gate())


def _is_silence(refusal: RateLimited) -> bool:
    """True when every call of the portal must stop for long (daily limit, data-centre move); a rolling window just goes on."""
    return refusal.code in (DAILY_POLICY, MIGRATION)


def _read_answer(place: Place, at: float, reply: Reply | None) -> Answered:
    """What the reply teaches about the quota; a lost one only frees its place."""
    if reply is None:
        return Answered(place, at)
    refusal = rate_refusal(reply)
    if refusal is None:
        text = reply.headers.get(_REMAINING_HEADER, "")
        return Answered(place, at, remaining=int(text) if text.isdigit() else None)
    return Answered(place, at, remaining=0, silence_s=refusal.retry_after_s if _is_silence(refusal) else 0.0)
