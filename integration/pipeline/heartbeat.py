"""Keeps the lease of a batch alive while a thread of this process works on it, however long its steps take.

A lease is short, so that the records of a killed worker are soon free, and a batch may stand in line for HubSpot's quota for longer than
that. So it is renewed every third of its length: two renewals in a row may fail before another worker may take the records. A killed
process renews nothing: its records are free one lease after their last renewal at the latest.

That no two workers write a record at once rests on this and on the look before writing (`lease_store`): who lost the lease writes nothing.
Limit: a process that is frozen for longer than the lease between that look and the call still makes the call when it wakes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_BEATS_IN_A_LEASE: Final = 3
_LONGEST_S: Final = 900.0
"""A batch that works for longer hangs in something: its lease may run out, and others go on with its records."""

_log = structlog.get_logger(__name__)


@contextmanager
def renewing(renew: Callable[[], None], lease_s: float, *, longest_s: float = _LONGEST_S) -> Iterator[None]:
    """Calls `renew` every third of `lease_s` from a thread of its own for as long as the block runs, at most for `longest_s` seconds."""
    every_s = lease_s / _BEATS_IN_A_LEASE
    ended = threading.Event()

    def beat() -> None:
        for _ in range(int(longest_s / every_s)):
            if ended.wait(every_s):
                return
            try:
                renew()
            except (OperationalError, InterfaceError, PoolTimeout) as error:
                _log.warning("lease_not_renewed", error=type(error).__name__)  # the next beat tries again
        _log.error("batch_hangs", after_s=longest_s)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
