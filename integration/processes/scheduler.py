"""The scheduler process: leads or waits until told to stop."""

from __future__ import annotations

import signal
from types import FrameType

from integration.jobs.scheduler import ElectedScheduler


def run_scheduler(scheduler: ElectedScheduler) -> None:
    """Run until SIGTERM or SIGINT. Call from the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        scheduler.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler.run()
