"""The worker process: runs jobs until told to stop."""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

from integration.jobs.engine import JobEngine

JOBS_ABANDONED: Final = 75
"""Exit status when jobs outlived the grace and were put back for other workers."""
_SWITCH_S: Final = 0.03
"""How long a thread may compute before another gets its turn. A worker has a hundred threads that mostly wait; with Python's 5 ms much time goes
into handing over: `leadlight bench quota` took 35 s with it and 31 s with a longer turn, on two cores."""
_NEW_BEFORE_COLLECTING: Final = 50_000
_YOUNG_BEFORE_OLDER: Final = 20
"""A batch makes some 300,000 objects that nearly all go by themselves. With Python's own thresholds looking for cycles among them, and among
everything that is there since the start, took a fifth of a worker's processor time."""


def run_worker(engine: JobEngine, *, concurrency: int) -> None:
    """Work until SIGTERM or SIGINT. Returns when every job in hand ended; otherwise ends the process, since their threads cannot be."""
    sys.setswitchinterval(_SWITCH_S)
    gc.freeze()
    gc.set_threshold(_NEW_BEFORE_COLLECTING, _YOUNG_BEFORE_OLDER, _YOUNG_BEFORE_OLDER)
    if not engine.run_worker(concurrency):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(JOBS_ABANDONED)
