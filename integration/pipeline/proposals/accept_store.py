"""The runs that accept: where each stands, and which of a portal's are still under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select, update

from integration.db.models.ledger import RunRow
from integration.pipeline.proposals.open_store import Scope

ACCEPT_KIND: Final = "accept"


@dataclass(frozen=True)
class AcceptRun:
    """One accept. `counts`: fields written, notes written, proposals declined. Records are counted in `done_count` and `total_count`."""

    run_id: str
    scope: Scope
    requested_by: str
    started_at: datetime
    finished_at: datetime | None
    total_count: int
    done_count: int
    counts: Mapping[str, int]


class AcceptStore:
    """Finds accept runs and moves them on."""

    def find(self, connection: Connection, *, portal_id: int, run_id: str) -> AcceptRun | None:
        row = connection.execute(_accepts(portal_id).where(RunRow.run_id == run_id)).one_or_none()
        return None if row is None else _run(row)

    def find_unfinished(self, connection: Connection, *, portal_id: int) -> AcceptRun | None:
        """The accept that is under way, the oldest when there are several."""
        query = _accepts(portal_id).where(RunRow.finished_at.is_(None)).order_by(RunRow.started_at, RunRow.run_id).limit(1)
        row = connection.execute(query).one_or_none()
        return None if row is None else _run(row)

    def find_last(self, connection: Connection, *, portal_id: int) -> AcceptRun | None:
        """The accept that was begun last, finished or not."""
        row = connection.execute(_accepts(portal_id).order_by(RunRow.started_at.desc(), RunRow.run_id).limit(1)).one_or_none()
        return None if row is None else _run(row)

    def advance(self, connection: Connection, *, portal_id: int, run: AcceptRun, records: int, counts: Mapping[str, int]) -> None:
        """Add what one batch did. One job at a time works on a portal's accepts, so nothing is lost in between."""
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run.run_id)
            .values(
                done_count=func.least(RunRow.total_count, RunRow.done_count + records),
                counts=dict(Counter(run.counts) + Counter(counts)),
            )
        )

    def finish(self, connection: Connection, *, portal_id: int, run_id: str, now: datetime) -> None:
        """Close the run: nothing of it is open any more."""
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run_id, RunRow.finished_at.is_(None))
            .values(finished_at=now, done_count=RunRow.total_count)
        )


def _accepts(portal_id: int) -> Select[Any]:
    return select(*RunRow.__table__.columns).where(RunRow.portal_id == portal_id, RunRow.kind == ACCEPT_KIND)


def _run(row: Row[Any]) -> AcceptRun:
    target = row.target
    return AcceptRun(
        run_id=row.run_id,
        scope=Scope(target.get("run_id"), target.get("object_type"), target.get("up_to_id")),
        requested_by=row.requested_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        total_count=row.total_count,
        done_count=row.done_count,
        counts=row.counts,
    )
