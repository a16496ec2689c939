"""A record of every delivery attempt: what was sent where, how it was answered, how long that took."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.webhooks.events import Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt. `status` None: no answer came, `error` says why. `at_ms` is real time, the one in the signature."""

    number: int
    at_ms: int
    app_id: int
    portal_id: int
    attempt: int
    status: int | None
    error: str
    latency_ms: float
    final: bool
    events: tuple[Event, ...]

    @property
    def accepted(self) -> bool:
        """True for an answer of the 2xx family; a redirect is not one."""
        return self.status is not None and 200 <= self.status < 300


class DeliveryLog:
    """The latest `capacity` attempts, oldest first."""

    def __init__(self, capacity: int) -> None:
        self._lock = threading.Lock()
        self._deliveries: deque[Delivery] = deque(maxlen=capacity)

    def add(self, delivery: Delivery) -> None:
        """Keep one attempt; the oldest goes when the log is full."""
        with self._lock:
            self._deliveries.append(delivery)

    def all(self) -> Iterator[Delivery]:
        """The kept attempts, oldest first, from a snapshot."""
        with self._lock:
            return iter(list(self._deliveries))

    def forget(self) -> None:
        """Start with an empty log."""
        with self._lock:
            self._deliveries.clear()
