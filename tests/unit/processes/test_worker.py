"""A worker process is set up for many short-lived objects, and ends by itself only when every job did."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import cast

import pytest

from integration.jobs.engine import JobEngine
from integration.processes.worker import run_worker


class FinishedEngine:
    """Has nothing to do. `settled` is how many objects the collector left alone while it worked."""

    settled = 0

    def run_worker(self, concurrency: int) -> bool:
        assert concurrency == 3
        self.settled = gc.get_freeze_count()
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, turn_s = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(turn_s)


def test_what_is_there_at_the_start_is_not_searched_for_garbage_again_and_again() -> None:
    engine = FinishedEngine()

    run_worker(cast(JobEngine, engine), concurrency=3)

    assert engine.settled > 10_000
    assert gc.get_threshold()[0] > 10_000
    assert gc.isenabled(), "cycles are still collected, only not so often"
