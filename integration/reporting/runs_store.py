"""Runs and their ledger rows as pages list them. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, or_, select, tuple_

from integration.db.models import LedgerRow, RunRow

PAGE: Final = 50


@dataclass(frozen=True)
class Run:
    """One run as shown. `requested_by` "" ran by itself."""

    run_id: str
    kind: str
    object_type: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    is_dry: bool
    requested_by: str
    parent_run_id: str | None
    target: Mapping[str, Any]
    total_count: int
    done_count: int

    @property
    def key(self) -> str:
        """Where the list goes on after this run."""
        return f"{self.started_at.isoformat()}|{self.run_id}"


@dataclass(frozen=True)
class Change:
    """One field of one record in a run: what stood there, what we wanted, what was decided and what came of it."""

    row_id: int
    run_id: str
    object_type: str
    object_id: str
    property_name: str
    value_before: str | None
    value_after: str | None
    policy: str
    decision: str
    reason: str
    provider: str | None
    source_url: str | None
    seen_at: datetime | None
    confidence_ratio: float | None
    outcome: str
    error: str | None
    created_at: datetime
    superseded_at: datetime | None


class RunsStore:
    """Reads `run` and `ledger` for pages."""

    def find(self, connection: Connection, *, portal_id: int, run_id: str) -> Run | None:
        row = connection.execute(_runs(portal_id).where(RunRow.run_id == run_id)).one_or_none()
        return None if row is None else Run(*row)

    def under_way(
        self, connection: Connection, *, portal_id: int, since: datetime, requested_by: str | None = None
    ) -> Sequence[Run]:
        """Runs begun since then that have not finished, the newest first, at most ten. `requested_by`: only those this person asked for."""
        query = _runs(portal_id).where(RunRow.finished_at.is_(None), RunRow.started_at > since)
        if requested_by is not None:
            query = query.where(RunRow.requested_by == requested_by)
        return [Run(*row) for row in connection.execute(query.order_by(RunRow.started_at.desc()).limit(10))]

    def runs(
        self,
        connection: Connection,
        *,
        portal_id: int,
        kind: str = "",
        object_type: str = "",
        only_with_writes: bool = False,
        requested_by: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = PAGE,
    ) -> Sequence[Run]:
        """The newest first, from the key `before` on."""
        query = _runs(portal_id).order_by(RunRow.started_at.desc(), RunRow.run_id.desc()).limit(limit)
        if kind:
            query = query.where(RunRow.kind == kind)
        if object_type:
            query = query.where(RunRow.object_type == object_type)
        if requested_by is not None:
            query = query.where(RunRow.requested_by == requested_by)
        if only_with_writes:
            query = query.where(
                select(LedgerRow.id)
                .where(and_(LedgerRow.portal_id == RunRow.portal_id, LedgerRow.run_id == RunRow.run_id, _CHANGES))
                .exists()
            )
        if before is not None:
            query = query.where(tuple_(RunRow.started_at, RunRow.run_id) < before)
        return [Run(*row) for row in connection.execute(query)]

    def outcomes(self, connection: Connection, *, portal_id: int, run_id: str) -> Mapping[tuple[str, str], int]:
        """How many fields of a run ended how, by outcome and reason."""
        rows = connection.execute(
            select(LedgerRow.outcome, LedgerRow.decision_reason, func.count())
            .where(LedgerRow.portal_id == portal_id, LedgerRow.run_id == run_id)
            .group_by(LedgerRow.outcome, LedgerRow.decision_reason)
        )
        return {(outcome, reason): count for outcome, reason, count in rows}

    def changes(
        self,
        connection: Connection,
        *,
        portal_id: int,
        run_id: str,
        outcome: str = "",
        object_id: str = "",
        after_id: int | None = None,
        limit: int = PAGE,
    ) -> Sequence[Change]:
        """The fields of a run in the order they were decided."""
        query = _changes(portal_id).where(LedgerRow.run_id == run_id).order_by(LedgerRow.id).limit(limit)
        if outcome:
            query = query.where(LedgerRow.outcome == outcome)
        if object_id:
            query = query.where(LedgerRow.object_id == object_id)
        if after_id is not None:
            query = query.where(LedgerRow.id > after_id)
        return [Change(*row) for row in connection.execute(query)]

    def changes_of_record(
        self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, limit: int
    ) -> Sequence[Change]:
        """What was decided about one record, the newest first."""
        query = _changes(portal_id).where(LedgerRow.object_type == object_type, LedgerRow.object_id == object_id)
        return [Change(*row) for row in connection.execute(query.order_by(LedgerRow.id.desc()).limit(limit))]


_CHANGES = or_(LedgerRow.outcome == "written", LedgerRow.outcome == "proposed")


def _runs(portal_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        RunRow.run_id,
        RunRow.kind,
        RunRow.object_type,
        RunRow.started_at,
        RunRow.finished_at,
        RunRow.counts,
        RunRow.is_dry,
        RunRow.requested_by,
        RunRow.parent_run_id,
        RunRow.target,
        RunRow.total_count,
        RunRow.done_count,
    ).where(RunRow.portal_id == portal_id)


def _changes(portal_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        LedgerRow.id,
        LedgerRow.run_id,
        LedgerRow.object_type,
        LedgerRow.object_id,
        LedgerRow.property_name,
        LedgerRow.value_before,
        LedgerRow.value_after,
        LedgerRow.policy,
        LedgerRow.decision,
        LedgerRow.decision_reason,
        LedgerRow.provider,
        LedgerRow.source_url,
        LedgerRow.seen_at,
        LedgerRow.confidence_ratio,
        LedgerRow.outcome,
        LedgerRow.error,
        LedgerRow.created_at,
        LedgerRow.superseded_at,
    ).where(LedgerRow.portal_id == portal_id)
