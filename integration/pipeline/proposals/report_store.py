"""What a report on a dry run is counted from: open proposals and refusals, in a few statements whatever their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Integer, Text, case, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from integration.db.models.enrichment import FindingRow
from integration.db.models.ledger import LedgerRow, RunRow
from integration.pipeline.ledger_store import IS_NOTE
from integration.pipeline.proposals.open_store import OPEN, PROPOSED, Scope, within

_SAMPLE_TEXT: Final = 300
_BLANK: Final = func.coalesce(func.btrim(LedgerRow.value_before), "") == ""
KIND: Final[ColumnElement[str]] = case(
    (LedgerRow.outcome == "kept", "refused"),
    (IS_NOTE, "note"),
    (LedgerRow.value_after == "", "cleared"),
    (_BLANK, "filled"),
    else_="changed",
)


@dataclass(frozen=True)
class Tallied:
    """How many open rows of one kind, object type, property and reason there are. `kind`: filled, changed, cleared, note, refused."""

    kind: str
    object_type: str
    property_name: str
    reason: str
    count: int


@dataclass(frozen=True)
class Sample:
    """One open row to show, its texts cut to 300 characters."""

    kind: str
    object_type: str
    object_id: str
    property_name: str
    value_before: str | None
    value_after: str | None
    reason: str
    provider: str | None
    source_url: str | None
    seen_at: datetime | None
    confidence_ratio: float | None


@dataclass(frozen=True)
class ProviderCost:
    """What was paid for the facts one provider gave about the records of the scope."""

    provider: str
    facts: int
    cost_usd: Decimal


@dataclass(frozen=True)
class DryRun:
    """One batch that was worked dry and still has something open."""

    run_id: str
    object_type: str
    started_at: datetime
    finished_at: datetime | None
    open_count: int


class ReportStore:
    """Reads open rows; each method is one statement."""

    def tallies(self, connection: Connection, *, portal_id: int, scope: Scope) -> list[Tallied]:
        """Everything open, counted."""
        each = (
            select(KIND.label("kind"), LedgerRow.object_type, LedgerRow.property_name, LedgerRow.decision_reason)
            .where(*within(portal_id, scope), OPEN)
            .subquery()
        )
        query = select(*each.c, func.count().label("rows")).group_by(*each.c).order_by(func.count().desc(), *each.c)
        return [
            Tallied(row.kind, row.object_type, row.property_name, row.decision_reason, row.rows)
            for row in connection.execute(query)
        ]

    def record_count(self, connection: Connection, *, portal_id: int, scope: Scope) -> int:
        """How many records have anything open."""
        records = select(LedgerRow.object_type, LedgerRow.object_id).where(*within(portal_id, scope), OPEN).distinct().subquery()
        return connection.execute(select(func.count()).select_from(records)).scalar_one()

    def samples(self, connection: Connection, *, portal_id: int, scope: Scope, each: int) -> list[Sample]:
        """The newest few of each kind and property, at most `each` of them."""
        place = func.row_number().over(partition_by=(KIND, LedgerRow.property_name), order_by=LedgerRow.id.desc())
        ranked = (
            select(
                KIND.label("kind"), LedgerRow.object_type, LedgerRow.object_id, LedgerRow.property_name,
                _cut(LedgerRow.value_before).label("value_before"), _cut(LedgerRow.value_after).label("value_after"),
                LedgerRow.decision_reason, LedgerRow.provider, LedgerRow.source_url, LedgerRow.seen_at, LedgerRow.confidence_ratio,
                place.label("place"),
            )
            .where(*within(portal_id, scope), OPEN)
            .subquery()
        )  # fmt: skip
        columns = [column for column in ranked.c if column.name != "place"]
        query = select(*columns).where(ranked.c.place <= each).order_by(ranked.c.kind, ranked.c.property_name, ranked.c.place)
        return [Sample(*row) for row in connection.execute(query)]

    def costs(self, connection: Connection, *, portal_id: int, scope: Scope) -> list[ProviderCost]:
        """What the facts about the records of the scope cost, by provider, the dearest first."""
        records = select(LedgerRow.object_type, LedgerRow.object_id).where(*within(portal_id, scope), OPEN).distinct().subquery()
        query = (
            select(FindingRow.provider, func.count(), func.sum(FindingRow.cost_usd))
            .where(
                FindingRow.portal_id == portal_id,
                FindingRow.object_type == records.c.object_type,
                FindingRow.object_id == records.c.object_id,
            )
            .group_by(FindingRow.provider)
            .order_by(func.sum(FindingRow.cost_usd).desc(), FindingRow.provider)
        )
        return [ProviderCost(*row) for row in connection.execute(query)]

    def runs(self, connection: Connection, *, portal_id: int, limit: int) -> list[DryRun]:
        """The dry runs with something still proposed, newest first."""
        open_by_run = (
            select(LedgerRow.run_id, func.count().label("open_count"))
            .where(LedgerRow.portal_id == portal_id, PROPOSED)
            .group_by(LedgerRow.run_id)
            .subquery()
        )
        query = (
            select(RunRow.run_id, RunRow.object_type, RunRow.started_at, RunRow.finished_at, open_by_run.c.open_count)
            .join(open_by_run, open_by_run.c.run_id == RunRow.run_id)
            .where(RunRow.portal_id == portal_id)
            .order_by(RunRow.started_at.desc(), RunRow.run_id)
            .limit(limit)
        )
        return [DryRun(*row) for row in connection.execute(query)]


def _cut(column: Any) -> ColumnElement[str]:
    return func.left(column, literal(_SAMPLE_TEXT, Integer()), type_=Text())
