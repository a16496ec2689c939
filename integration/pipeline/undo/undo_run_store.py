"""The runs that undo: where each stands, what came of it by reason, and the lock that lets one undo of a portal work at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, Text, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from integration.db.models.ledger import LedgerRow, RunRow
from integration.pipeline.undo.chain import UNDONE
from integration.pipeline.undo.request import UNDO_KIND, UndoScope, scope_from_json
from integration.pipeline.undo.selection_store import NOTE_PREFIX, TASK_PREFIX
from integration.pipeline.undo.undo_store import RecordKey

PROPOSED_BY_UNDO: Final = "declined"
"""The outcome of what a dry undo would have written: nobody accepts it, the undo is started for good instead."""
ARCHIVED: Final = "archived"
CREATED_AGAIN: Final = "created_again"
_DONE: Final = ("written", PROPOSED_BY_UNDO)
_POSITION: Final = "position"
_FAILURE: Final = "failure"


@dataclass(frozen=True)
class UndoRun:
    """One undo. `position` is the last record it is done with; `failure` says why it ended early, "" when it did not."""

    run_id: str
    portal_id: int
    scope: UndoScope
    position: RecordKey | None
    is_dry: bool
    requested_by: str
    started_at: datetime
    finished_at: datetime | None
    total_count: int
    done_count: int
    counts: Mapping[str, int]
    failure: str

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


@dataclass(frozen=True)
class KnownRun:
    """A run that somebody wants to undo. `kind` tells whether it is itself an undo."""

    kind: str
    started_at: datetime
    is_dry: bool


@dataclass(frozen=True)
class Sample:
    """One field as the undo left it."""

    object_type: str
    object_id: str
    property_name: str
    value_before: str | None
    value_after: str | None
    result: str
    error: str | None


class UndoRunStore:
    """Rows of `run` with kind undo, and what the ledger says of them."""

    def find(self, connection: Connection, *, portal_id: int, run_id: str) -> UndoRun | None:
        """The undo, or None when the portal has none with this id."""
        query = select(RunRow.__table__).where(RunRow.portal_id == portal_id, RunRow.run_id == run_id, RunRow.kind == UNDO_KIND)
        row = connection.execute(query).one_or_none()
        return None if row is None else _undo_run(row)

    def past(self, connection: Connection, *, portal_id: int, limit: int) -> list[UndoRun]:
        """The latest undos, newest first."""
        query = (
            select(RunRow.__table__)
            .where(RunRow.portal_id == portal_id, RunRow.kind == UNDO_KIND)
            .order_by(RunRow.started_at.desc(), RunRow.run_id)
            .limit(limit)
        )
        return [_undo_run(row) for row in connection.execute(query)]

    def unfinished(self, connection: Connection) -> list[tuple[int, str]]:
        """Portal and run of every undo that is under way. All portals: the sweep goes on wherever a job was lost."""
        query = (
            select(RunRow.portal_id, RunRow.run_id)
            .where(RunRow.kind == UNDO_KIND, RunRow.finished_at.is_(None))
            .order_by(RunRow.portal_id, RunRow.started_at)
        )
        return [(row.portal_id, row.run_id) for row in connection.execute(query)]

    def known_run(self, connection: Connection, *, portal_id: int, run_id: str) -> KnownRun | None:
        """Any run of the portal, to tell whether it can be undone."""
        query = select(RunRow.kind, RunRow.started_at, RunRow.is_dry).where(RunRow.portal_id == portal_id, RunRow.run_id == run_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else KnownRun(row.kind, row.started_at, row.is_dry)

    def hold(self, connection: Connection, *, portal_id: int, wait: bool) -> bool:
        """Whether undos of this portal are ours to carry until the transaction ends; `wait`: for as long as it takes."""
        key = func.hashtextextended(literal(f"undo:{portal_id}", Text()), 0)
        if wait:
            connection.execute(select(func.pg_advisory_xact_lock(key)))
            return True
        return bool(connection.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one())

    def advance(self, connection: Connection, *, portal_id: int, run_id: str, position: RecordKey, by: int) -> None:
        """Note that everything up to `position` is done, `by` records more."""
        noted = literal({_POSITION: list(position)}, JSONB())
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run_id)
            .values(target=RunRow.target.op("||")(noted), done_count=RunRow.done_count + by)
        )

    def note_failure(self, connection: Connection, *, portal_id: int, run_id: str, failure: str) -> None:
        """Why the undo ends before its time, in plain words."""
        noted = literal({_FAILURE: failure}, JSONB())
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run_id)
            .values(target=RunRow.target.op("||")(noted))
        )

    def tally(self, connection: Connection, *, portal_id: int, run_id: str) -> dict[str, int]:
        """How many fields (and notes) ended how, by reason. Costs one pass over the run's rows."""
        last = _last_rows(portal_id, run_id).subquery()
        query = select(last.c.result, func.count()).group_by(last.c.result).order_by(last.c.result)
        return {row[0]: row[1] for row in connection.execute(query)}

    def samples(
        self, connection: Connection, *, portal_id: int, run_id: str, limit: int, result: str | None = None
    ) -> list[Sample]:
        """Some fields with what became of them; `result` narrows to one reason."""
        last = _last_rows(portal_id, run_id).subquery()
        query = select(
            last.c.object_type,
            last.c.object_id,
            last.c.property_name,
            last.c.value_before,
            last.c.value_after,
            last.c.result,
            last.c.error,
        )
        if result is not None:
            query = query.where(last.c.result == result)
        query = query.order_by(last.c.object_type, last.c.object_id, last.c.property_name).limit(limit)
        return [Sample(*row) for row in connection.execute(query)]


def _last_rows(portal_id: int, run_id: str) -> Select[Any]:
    """The last word about each field of the run, with `result`: the reason, or the outcome where HubSpot did not take it."""
    name = LedgerRow.property_name
    is_extra = or_(name.startswith(NOTE_PREFIX), name.startswith(TASK_PREFIX))
    is_away = func.coalesce(LedgerRow.value_after, "") == ""
    result = case(
        (LedgerRow.decision == "keep", LedgerRow.decision_reason),
        (LedgerRow.outcome.not_in(_DONE), LedgerRow.outcome),
        (and_(is_extra, is_away), ARCHIVED),
        (is_extra, CREATED_AGAIN),
        else_=UNDONE,
    )
    return (
        select(
            LedgerRow.object_type,
            LedgerRow.object_id,
            LedgerRow.property_name,
            LedgerRow.value_before,
            LedgerRow.value_after,
            LedgerRow.error,
            result.label("result"),
        )
        .where(LedgerRow.portal_id == portal_id, LedgerRow.run_id == run_id)
        .order_by(LedgerRow.object_type, LedgerRow.object_id, LedgerRow.property_name, LedgerRow.id.desc())
        .ext(distinct_on(LedgerRow.object_type, LedgerRow.object_id, LedgerRow.property_name))
    )


def _undo_run(row: Any) -> UndoRun:
    position = row.target.get(_POSITION)
    return UndoRun(
        run_id=row.run_id,
        portal_id=row.portal_id,
        scope=scope_from_json(row.target),
        position=(position[0], position[1]) if position else None,
        is_dry=row.is_dry,
        requested_by=row.requested_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        total_count=row.total_count,
        done_count=row.done_count,
        counts=row.counts,
        failure=str(row.target.get(_FAILURE) or ""),
    )
