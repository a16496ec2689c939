"""The jobs that files of leads ask for, by name."""

from __future__ import annotations

from typing import Final

from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, JobRequest
from integration.jobs.triggers import Trigger

READ_JOB: Final = "read_lead_file"
SCORE_JOB: Final = "score_lead_file"
PUSH_JOB: Final = "push_lead_file"
FORGET_JOB: Final = "forget_in_lead_files"
RESUME: Final = JobRequest("resume_lead_files", queueing_lock="resume_lead_files", priority=HOUSEKEEPING_PRIORITY)
PURGE: Final = JobRequest("purge_lead_files", queueing_lock="purge_lead_files", priority=HOUSEKEEPING_PRIORITY)
LEAD_TRIGGERS: Final = (Trigger(RESUME, 60.0), Trigger(PURGE, 3600.0, 180.0))
SLOTS: Final = 2
"""How many chunks of one file are scored at once, over all workers."""


def read_request(portal_id: int, file_id: str) -> JobRequest:
    return _about(READ_JOB, portal_id, file_id, f"{READ_JOB}:{portal_id}")


def score_request(portal_id: int, file_id: str, slot: int) -> JobRequest:
    """One chunk of the slot; the job asks for the next behind the other portals."""
    name = f"{SCORE_JOB}:{file_id}:{slot}"
    return JobRequest(
        SCORE_JOB,
        {"portal_id": portal_id, "file_id": file_id, "slot": slot},
        queueing_lock=name,
        lock=f"{SCORE_JOB}:{portal_id}:{slot}",
        priority=BACKFILL_PRIORITY,
    )


def push_request(portal_id: int, file_id: str) -> JobRequest:
    return _about(PUSH_JOB, portal_id, file_id, f"{PUSH_JOB}:{portal_id}")


def forget_request(portal_id: int) -> JobRequest:
    """Look through the portal's files for people who were erased."""
    lock = f"{FORGET_JOB}:{portal_id}"
    return JobRequest(FORGET_JOB, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=HOUSEKEEPING_PRIORITY)


def _about(name: str, portal_id: int, file_id: str, lock: str) -> JobRequest:
    return JobRequest(
        name, {"portal_id": portal_id, "file_id": file_id}, queueing_lock=f"{name}:{file_id}", lock=lock, priority=BACKFILL_PRIORITY
    )
