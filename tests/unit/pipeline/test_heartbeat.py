"""A running batch keeps its records, however long its steps take; one that is dead or hangs does not."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from integration.pipeline.heartbeat import renewing
from tests.unit.pipeline.conftest import PORTAL, Stand

LEASE_S = 0.09


class Beats:
    """Counts renewals; `wait_for` returns once there were so many."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self.error = error
        self._more = threading.Condition()

    def renew(self) -> None:
        with self._more:
            self.count += 1
            self._more.notify_all()
        if self.error is not None:
            raise self.error

    def wait_for(self, count: int) -> bool:
        with self._more:
            return self._more.wait_for(lambda: self.count >= count, timeout=5)


def test_a_lease_is_renewed_while_the_work_goes_on_and_not_after() -> None:
    beats = Beats()
    with renewing(beats.renew, LEASE_S):
        assert beats.wait_for(3)
    ended_at = beats.count
    time.sleep(LEASE_S)
    assert beats.count == ended_at


def test_a_renewal_that_fails_for_want_of_a_database_is_tried_again() -> None:
    beats = Beats(OperationalError("", None, Exception("away")))
    with renewing(beats.renew, LEASE_S):
        assert beats.wait_for(3)


def test_work_that_hangs_is_not_kept_for_ever() -> None:
    beats = Beats()
    with renewing(beats.renew, LEASE_S, longest_s=LEASE_S):
        assert beats.wait_for(3)
        time.sleep(LEASE_S)
        assert beats.count == 3


def test_an_error_of_the_work_ends_the_renewals_and_goes_on_up() -> None:
    beats = Beats()
    with pytest.raises(KeyError), renewing(beats.renew, LEASE_S):
        raise KeyError
    assert beats.count == 0


def test_a_batch_that_outlives_its_lease_keeps_its_records_from_others(stand: Stand) -> None:
    """The clock of the stand runs on while the batch stands in a call; only renewals keep the lease."""
    stand.lease_s = 0.3
    stand.queue("101")
    others: list[int] = []

    def dawdle(operation: str) -> None:
        stand.hubspot.on_call = lambda _operation: None
        for _ in range(4):
            stand.now += timedelta(seconds=stand.lease_s * 0.9)
            until = stand.now + timedelta(seconds=stand.lease_s)
            _wait_until_leased(stand, until)
            others.append(stand.run().claimed)

    stand.hubspot.on_call = dawdle
    assert stand.run().counts == {"written": 1}
    assert others == [0, 0, 0, 0]


def _wait_until_leased(stand: Stand, until: object) -> None:
    for _ in range(200):
        if stand.rows("SELECT lease_until FROM work_item WHERE portal_id = :portal", portal=PORTAL) == [(until,)]:
            return
        time.sleep(0.01)
    raise AssertionError("the lease was not renewed")
