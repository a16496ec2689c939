"""A record of every API call the simulator answered: bounded, cheap, and the source of the report.

It keeps what the caller did, not what it got: bodies only when switched on. Control calls and pages are not recorded.
"""

import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TokenState = Literal["valid", "expired", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class Call:
    """One answered call. `at_ms` is simulated time, `at_monotonic` real seconds (rates are real); sizes in bytes.

    `operation` is the template it matched ("" for none); `bodies` is (request, answer) text when bodies are kept.
    """

    at_ms: int
    at_monotonic: float
    portal_id: int | None
    app_id: int | None
    method: str
    path: str
    operation: str
    object_type: str
    bucket: str
    scopes: tuple[str, ...]
    status: int
    token: TokenState
    policy: str
    fault: str
    request_bytes: int
    answer_bytes: int
    duration_ms: float
    bodies: tuple[str, str] | None


@dataclass(frozen=True)
class CallFilter:
    """Which calls to show; None means any. `path` is a regular expression, `since_ms` simulated time."""

    portal_id: int | None = None
    method: str | None = None
    path: str = ""
    status: int | None = None
    since_ms: int | None = None
    token: str | None = None

    def accepts(self, call: Call) -> bool:
        """True when every named condition holds."""
        return (
            self.portal_id in (None, call.portal_id)
            and self.method in (None, call.method)
            and self.status in (None, call.status)
            and self.token in (None, call.token)
            and (self.since_ms is None or call.at_ms >= self.since_ms)
            and re.search(self.path, call.path) is not None
        )


class Recorder:
    """The latest `capacity` calls, oldest first; `dropped` counts the ones that had to go."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=capacity)
        self._seen = 0

    def add(self, call: Call) -> None:
        """Keep one call; the oldest goes when the recorder is full."""
        with self._lock:
            self._calls.append(call)
            self._seen += 1

    def calls(self, wanted: CallFilter | None = None) -> Iterator[Call]:
        """The kept calls that match, oldest first, from a snapshot."""
        with self._lock:
            snapshot = list(self._calls)
        return (call for call in snapshot if wanted is None or wanted.accepts(call))

    @property
    def dropped(self) -> int:
        """Calls that were recorded and are no longer kept."""
        return self._seen - len(self._calls)

    def forget(self) -> None:
        """Start with an empty record."""
        with self._lock:
            self._calls.clear()
            self._seen = 0
