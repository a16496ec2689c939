"""Equal questions of concurrent batches are asked once: the first asks, the others wait for its answer. In one process."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from integration.providers.base import ProviderReply

Flight = Future[ProviderReply | None]


class SingleFlight:
    """Who is asking what at this moment."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()

    def claim(self, keys: Iterable[str]) -> tuple[frozenset[str], dict[str, Flight]]:
        """The keys the caller must answer with `land`, and the flights of others to wait for."""
        mine: set[str] = set()
        others: dict[str, Flight] = {}
        with self._lock:
            for key in keys:
                if key in self._flights:
                    others[key] = self._flights[key]
                else:
                    self._flights[key] = Future()
                    mine.add(key)
        return frozenset(mine), others

    def land(self, key: str, reply: ProviderReply | None) -> None:
        """Hands the answer to everyone who waits; None when there is none."""
        with self._lock:
            flight = self._flights.pop(key, None)
        if flight is not None:
            flight.set_result(reply)


def wait_for(flight: Flight, timeout_s: float) -> ProviderReply | None:
    """The answer of another's flight, None when it does not land in time."""
    try:
        return flight.result(timeout=max(0.0, timeout_s))
    except FutureTimeout:
        return None
