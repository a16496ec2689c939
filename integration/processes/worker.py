"""The worker process: runs jobs until told to stop."""

from __future__ import annotations

import os
import sys
from typing import Final

from integration.jobs.engine import JobEngine

JOBS_ABANDONED: Final = 75
"""Exit status when jobs outlived the grace and were put back for other workers."""
_SWITCH_S: Final = 0.03
"""How long a thread may compute before another gets its turn. A worker has a hundred threads that mostly wait; with Python's 5 ms much time goes
into handing over: `leadlight bench quota` took 35 s with it and 31 s with a longer turn, on two cores."""


def run_worker(engine: JobEngine, *, concurrency: int) -> None:
    """Work until SIGTERM or SIGINT. Returns when every job in hand ended; otherwise ends the process, since their threads cannot be."""
    sys.setswitchinterval(_SWITCH_S)
    if not engine.run_worker(concurrency):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(JOBS_ABANDONED)
