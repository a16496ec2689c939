"""Faults that a test, a demo or a person switches on: which calls they hit, how often, how long, and what happens.

A fault is matched by path, method and account, and ends by count, by time or by `clear`. The request pipeline (app.py) turns
a matched fault into an answer. `applied` faults let the call take effect first and spoil only its answer: the case in which a
client must not assume that nothing was written.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

FaultKind = Literal["status", "slow", "hung", "cut", "invalid_json"]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(frozen=True)
class FaultSpec:
    """What goes wrong and for which calls.

    `path`: regular expression searched in the request path; `count`: how many calls it hits (None = all);
    `duration_s`: real seconds it stays (None = until cleared); `status`, `retry_after_s` and (429) `policy` for kind `status`;
    `delay_ms` for `slow`; `ratio`: share of the matching calls that are hit, evenly spread, not at random.
    """

    kind: FaultKind
    path: str = ""
    method: str | None = None
    portal_id: int | None = None
    count: int | None = None
    duration_s: float | None = None
    ratio: float = 1.0
    status: int = 500
    retry_after_s: int | None = None
    policy: str = "TEN_SECONDLY_ROLLING"
    delay_ms: int = 0
    applied: bool = False


@dataclass
class Fault:
    """A fault that is switched on; `released` is set when it ends, which frees the calls it holds."""

    number: int
    spec: FaultSpec
    ends_at: float | None
    pattern: re.Pattern[str]
    matched: int = 0
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def concerns(self, method: str, path: str, portal_id: int | None) -> bool:
        """True when the call is one of those it is about."""
        spec = self.spec
        return (
            (spec.method is None or spec.method == method)
            and (spec.portal_id is None or spec.portal_id == portal_id)
            and self.pattern.search(path) is not None
        )

    def takes_next(self) -> bool:
        """Count a matching call; True when the ratio says this one is hit."""
        self.matched += 1
        return int(self.matched * self.spec.ratio) > int((self.matched - 1) * self.spec.ratio)

    def is_over(self, now: float) -> bool:
        """True when its count is used up or its time has passed."""
        return (self.spec.count is not None and self.hits >= self.spec.count) or (self.ends_at is not None and now >= self.ends_at)


class FaultBoard:
    """The faults that are on. `monotonic` gives real seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # Used-up faults stay listed: they may still hold hung calls, and a test reads their hits.
        self._faults: list[Fault] = []
        self._last_number = 0

    def add(self, spec: FaultSpec) -> Fault:
        """Switch a fault on. Raises ValueError (re.error) when its path is not a regular expression."""
        pattern = re.compile(spec.path)
        ends_at = None if spec.duration_s is None else self._monotonic() + spec.duration_s
        with self._lock:
            self._last_number += 1
            fault = Fault(self._last_number, spec, ends_at, pattern)
            self._faults.append(fault)
        return fault

    def hit(self, method: str, path: str, portal_id: int | None) -> Fault | None:
        """The fault this call runs into (oldest first), counted; None when it goes through. Cheap when no fault is on."""
        if not self._faults:
            return None
        now = self._monotonic()
        with self._lock:
            self._faults = [fault for fault in self._faults if not self._expired(fault, now)]
            for fault in self._faults:
                if not fault.is_over(now) and fault.concerns(method, path, portal_id) and fault.takes_next():
                    fault.hits += 1
                    return fault
        return None

    def clear(self, number: int | None = None) -> None:
        """End one fault, or all; calls that hang in it are cut."""
        with self._lock:
            ended = [fault for fault in self._faults if number in (None, fault.number)]
            self._faults = [fault for fault in self._faults if fault not in ended]
        for fault in ended:
            fault.released.set()

    def current(self) -> tuple[Fault, ...]:
        """The faults that are on, oldest first, used-up ones included until they are cleared or out of time."""
        with self._lock:
            return tuple(self._faults)

    @staticmethod
    def _expired(fault: Fault, now: float) -> bool:
        expired = fault.ends_at is not None and now >= fault.ends_at
        if expired:
            fault.released.set()
        return expired
