"""The ledger's rows: intents before a write, outcomes after it, and what the next pass needs to remember of earlier ones.

Every intent is committed before HubSpot is asked, so whatever happens to the process, the ledger knows what may have been written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, Connection, DateTime, Double, Numeric, Text, insert, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from integration.db.models.ledger import LedgerRow
from integration.pipeline.rowset_store import Columns, rows_as_table
from integration.pipeline.write_plan import PlannedValue, RecordPlan

Outcome = Literal["pending", "written", "refused", "unknown", "lost", "kept"]

_OPEN: Final = ("pending", "unknown")
_COMPUTED: Final = "leadlight"
_INTENT: Final[Columns] = {
    "object_id": Text(),
    "property_name": Text(),
    "value_before": Text(),
    "value_after": Text(),
    "policy": Text(),
    "decision": Text(),
    "decision_reason": Text(),
    "provider": Text(),
    "source_url": Text(),
    "seen_at": DateTime(timezone=True),
    "confidence_ratio": Double(),
    "cost_usd": Numeric(12, 6),
    "trace_id": Text(),
    "outcome": Text(),
}


@dataclass(frozen=True)
class Settlement:
    """What became of everything written under one trace id."""

    trace_id: str
    outcome: Outcome
    error: str | None = None


@dataclass(frozen=True)
class OpenWrite:
    """A write whose outcome nobody knows: the answer was lost or the process ended."""

    row_id: int
    object_id: str
    property_name: str
    value_after: str | None


WrittenValue = tuple[str, str, str, str]
"""Object type, object id, property name, value."""


class LedgerStore:
    """Set-based access to the ledger; each method is one statement."""

    def add_intents(
        self, connection: Connection, *, portal_id: int, run_id: str, object_type: str, plans: Sequence[RecordPlan], now: datetime
    ) -> None:
        """Write down everything that is about to be written, and what policy keeps beside it."""
        rows = [_intent(plan, entry) for plan in plans for entry in plan.entries]
        if not rows:
            return
        given = rows_as_table("given", _INTENT, rows)
        names = ["portal_id", "run_id", "object_type", "created_at", *_INTENT]
        fixed = select(
            literal(portal_id, BigInteger()),
            literal(run_id),
            literal(object_type),
            literal(now),
            *(given.c[name] for name in _INTENT),
        )
        connection.execute(insert(LedgerRow).from_select(names, fixed))

    def settle(
        self, connection: Connection, *, portal_id: int, run_id: str, settlements: Sequence[Settlement], now: datetime
    ) -> None:
        """Note what became of the pending writes of these trace ids."""
        if not settlements:
            return
        columns: Columns = {"trace_id": Text(), "outcome": Text(), "error": Text()}
        rows = [{"trace_id": entry.trace_id, "outcome": entry.outcome, "error": entry.error} for entry in settlements]
        given = rows_as_table("given", columns, rows)
        connection.execute(
            update(LedgerRow)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.run_id == run_id,
                LedgerRow.trace_id == given.c.trace_id,
                LedgerRow.outcome == "pending",
            )
            .values(outcome=given.c.outcome, error=given.c.error, settled_at=now)
        )

    def open_writes(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> tuple[OpenWrite, ...]:
        """Writes on these records whose outcome is open, oldest first."""
        query = (
            select(LedgerRow.id, LedgerRow.object_id, LedgerRow.property_name, LedgerRow.value_after)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                LedgerRow.outcome.in_(_OPEN),
            )
            .order_by(LedgerRow.id)
        )
        return tuple(OpenWrite(*row) for row in connection.execute(query))

    def confirm(self, connection: Connection, *, portal_id: int, outcomes: Iterable[tuple[int, Outcome]], now: datetime) -> None:
        """Settle single open rows after the record was read again: written when the value stands there, else lost."""
        by_outcome: dict[Outcome, list[int]] = {}
        for row_id, outcome in outcomes:
            by_outcome.setdefault(outcome, []).append(row_id)
        for outcome, row_ids in by_outcome.items():
            connection.execute(
                update(LedgerRow)
                .where(LedgerRow.portal_id == portal_id, LedgerRow.id.in_(row_ids))
                .values(outcome=outcome, settled_at=now)
            )

    def last_written(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], property_names: Sequence[str]
    ) -> dict[tuple[str, str], str]:
        """The value we wrote last, by (object id, property name), for these properties of these records."""
        query = (
            select(LedgerRow.object_id, LedgerRow.property_name, LedgerRow.value_after)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                LedgerRow.property_name.in_(property_names),
                LedgerRow.outcome == "written",
            )
            .order_by(LedgerRow.object_id, LedgerRow.property_name, LedgerRow.id.desc())
            .ext(distinct_on(LedgerRow.object_id, LedgerRow.property_name))
        )
        return {(row.object_id, row.property_name): row.value_after or "" for row in connection.execute(query)}

    def written_among(
        self, connection: Connection, *, portal_id: int, asked: frozenset[WrittenValue], since: datetime
    ) -> frozenset[WrittenValue]:
        """Those of the asked values that we wrote, or may have written, since then: the second guard against our own echoes."""
        query = select(LedgerRow.object_type, LedgerRow.object_id, LedgerRow.property_name, LedgerRow.value_after).where(
            LedgerRow.portal_id == portal_id,
            LedgerRow.object_type.in_(sorted({object_type for object_type, _, _, _ in asked})),
            LedgerRow.object_id.in_(sorted({object_id for _, object_id, _, _ in asked})),
            LedgerRow.property_name.in_(sorted({name for _, _, name, _ in asked})),
            LedgerRow.created_at >= since,
            LedgerRow.outcome.in_(("written", *_OPEN)),
        )
        return asked & {(row[0], row[1], row[2], row[3] or "") for row in connection.execute(query)}


def _intent(plan: RecordPlan, entry: PlannedValue) -> dict[str, object]:
    wanted, finding = entry.wanted, entry.wanted.finding
    return {
        "object_id": plan.object_id,
        "property_name": wanted.property_name,
        "value_before": entry.value_before,
        "value_after": wanted.value,
        "policy": wanted.policy.value,
        "decision": entry.decision.action,
        "decision_reason": entry.decision.reason,
        "provider": _COMPUTED if finding is None else finding.provider,
        "source_url": None if finding is None else finding.source_url,
        "seen_at": None if finding is None else finding.seen_at,
        "confidence_ratio": None if finding is None else finding.confidence_ratio,
        "cost_usd": None if finding is None else finding.cost_usd,
        "trace_id": plan.trace_id,
        "outcome": "pending" if entry.decision.action == "write" else "kept",
    }
