"""What a caller says to have work done later: a value, so that asking needs no engine and tests can compare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

JsonScalar = str | int | float | bool | None

LIVE_PRIORITY = 100
LIFECYCLE_PRIORITY = 50
BACKFILL_PRIORITY = 0
HOUSEKEEPING_PRIORITY = -10


@dataclass(frozen=True)
class JobRequest:
    """One job to run. While a job with the same `queueing_lock` waits, asking again changes nothing.

    Jobs with the same `lock` never run at the same time. A higher `priority` runs first.
    """

    name: str
    args: Mapping[str, JsonScalar] = field(default_factory=dict)
    queueing_lock: str | None = None
    lock: str | None = None
    priority: int = BACKFILL_PRIORITY
    run_at: datetime | None = None


class Deferrer(Protocol):
    """Anything that can take a job in the caller's transaction: rows and job commit together or not at all."""

    def defer(self, connection: Connection, request: JobRequest) -> bool:
        """True when the job was added, False when an equal one already waits."""
        ...
