"""The simulator's clock: real time by default; tests move it forward, set it or let it run faster.

Tokens, records and events read it. The rate limiter and the delivery threads do not: clients wait in real seconds.
"""

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that shows `start` (default: now) and from there runs `speed` times as fast as real time."""

    def __init__(self, start: datetime | None = None, *, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        # One tuple, replaced whole: a reader in another thread never sees half a change.
        self._reading = (start or datetime.now(UTC), time.monotonic(), speed)

    def now(self) -> datetime:
        """The time it shows, aware UTC."""
        shown, since, speed = self._reading
        return shown + timedelta(seconds=(time.monotonic() - since) * speed)

    def now_ms(self) -> int:
        """The time it shows, in whole milliseconds since 1970."""
        return int(self.now().timestamp() * 1000)

    @property
    def speed(self) -> float:
        """Simulated seconds for each real second."""
        return self._reading[2]

    def advance(self, seconds: float) -> None:
        """Jump forward."""
        self._restart(shift=timedelta(seconds=seconds))

    def set(self, moment: datetime) -> None:
        """Show this moment (aware) and run on from it."""
        self._restart(moment=moment.astimezone(UTC))

    def run_at(self, speed: float) -> None:
        """Run `speed` times as fast as real time; 0 stands still."""
        self._restart(speed=speed)

    def _restart(self, *, moment: datetime | None = None, shift: timedelta | None = None, speed: float | None = None) -> None:
        with self._lock:
            shown = moment or self.now() + (shift or timedelta())
            self._reading = (shown, time.monotonic(), self.speed if speed is None else speed)
