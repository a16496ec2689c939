"""The job that makes the tasks of an approval, as callers ask for it."""

from __future__ import annotations

from typing import Final

from integration.jobs.request import HOUSEKEEPING_PRIORITY, LIVE_PRIORITY, JobRequest
from integration.jobs.triggers import Trigger

MAKE_TASKS_JOB: Final = "make_tasks"
RESUME_TASKS: Final = JobRequest("resume_tasks", queueing_lock="resume_tasks", priority=HOUSEKEEPING_PRIORITY)
TASK_TRIGGERS: Final = (Trigger(RESUME_TASKS, 30.0, first_after_s=5.0),)


def make_tasks_request(portal_id: int, run_id: str) -> JobRequest:
    """Make the tasks of one approval. A person waits for them."""
    lock = f"{MAKE_TASKS_JOB}:{run_id}"
    return JobRequest(
        MAKE_TASKS_JOB, {"portal_id": portal_id, "run_id": run_id}, queueing_lock=lock, lock=lock, priority=LIVE_PRIORITY
    )
