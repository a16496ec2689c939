"""HubSpot's rate limits: rolling windows of accepted calls. A refused call does not count against the window.

Windows for each (app, account): the burst of ten seconds and the associations bucket. Search is limited for each account,
all apps together. Real seconds, not the simulated clock: the clients that must keep the limit wait in real time.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-09).
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from simulator.operation import Bucket


@dataclass(frozen=True)
class RateLimits:
    """Calls allowed in each window; `burst_per_window` 0 switches limiting off."""

    burst_per_window: int = 110
    associations_per_window: int = 150
    window_s: float = 10.0
    search_per_s: int = 5


@dataclass(frozen=True)
class Verdict:
    """What the limiter says of one call; `policy` and `window_ms` name the window that was asked."""

    allowed: bool
    limit: int
    remaining: int
    window_ms: int
    policy: str


class RateLimiter:
    """Rolling windows by key. `monotonic` gives real seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, int, int], deque[float]] = {}

    def take(self, bucket: Bucket, app_id: int, portal_id: int, limits: RateLimits) -> Verdict | None:
        """Count one call. None when the bucket has no limit."""
        if bucket == "none" or limits.burst_per_window == 0:
            return None
        if bucket == "search":
            return self._take(("search", 0, portal_id), limits.search_per_s, 1.0, "SECONDLY")
        limit = limits.associations_per_window if bucket == "associations" else limits.burst_per_window
        return self._take((bucket, app_id, portal_id), limit, limits.window_s, "TEN_SECONDLY_ROLLING")

    def forget(self) -> None:
        """Empty every window."""
        with self._lock:
            self._windows.clear()

    def _take(self, key: tuple[str, int, int], limit: int, window_s: float, policy: str) -> Verdict:
        now = self._monotonic()
        with self._lock:
            window = self._windows.setdefault(key, deque())
            while window and window[0] <= now - window_s:
                window.popleft()
            allowed = len(window) < limit
            if allowed:
                window.append(now)
            return Verdict(allowed, limit, limit - len(window), int(window_s * 1000), policy)
