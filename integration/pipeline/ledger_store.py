"""The ledger's rows: intents before a write, outcomes after it, and what the next pass needs to remember of earlier ones.

Every intent is committed before HubSpot is asked, so whatever happens to the process, the ledger knows what may have been written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, Connection, DateTime, Double, Numeric, Text, exists, insert, literal, not_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from integration.db.models.ledger import LedgerRow, RunRow
from integration.pipeline.rowset_store import Columns, Row, rows_as_table
from integration.pipeline.write_plan import PlannedValue, RecordPlan

Outcome = Literal["pending", "written", "refused", "unknown", "lost", "kept", "proposed", "accepted", "declined"]

_OPEN: Final = ("pending", "unknown")
_LOOK_AFTER_THEIR_OWN: Final = ("accept", "undo")
COMPUTED: Final = "leadlight"
"""The provider of what we computed or wrote ourselves."""
NOTE_PREFIX: Final = "note:"
"""Before the purpose, it is the property name of a note's rows."""
IS_NOTE: Final = LedgerRow.property_name.startswith(NOTE_PREFIX, autoescape=True)
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
    "error": Text(),
    "settled_at": DateTime(timezone=True),
    "fingerprint": Text(),
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


@dataclass(frozen=True)
class LastWrite:
    """The newest write of one property that arrived. `superseded`: we have seen since that somebody else changed the value.

    `seen_at`, `confidence_ratio` and `provider` are the finding's, `reason` is why it was written.
    """

    row_id: int
    object_id: str
    property_name: str
    value_before: str | None
    value_after: str | None
    confidence_ratio: float | None
    seen_at: datetime | None
    provider: str | None
    run_id: str
    reason: str
    superseded: bool


WrittenValue = tuple[str, str, str, str]
"""Object type, object id, property name, value."""


class LedgerStore:
    """Set-based access to the ledger; each method is one statement."""

    def add_intents(
        self,
        connection: Connection,
        *,
        portal_id: int,
        run_id: str,
        object_type: str,
        plans: Sequence[RecordPlan],
        now: datetime,
        is_dry: bool = False,
    ) -> None:
        """Write down everything that is about to be written, and what policy keeps beside it. In a dry run these are proposals."""
        rows = [_intent(plan, entry) | _state(entry, is_dry, now) for plan in plans for entry in plan.entries]
        self.add_rows(connection, portal_id=portal_id, run_id=run_id, object_type=object_type, rows=rows, now=now)

    def add_rows(
        self, connection: Connection, *, portal_id: int, run_id: str, object_type: str, rows: Sequence[Row], now: datetime
    ) -> None:
        """Write down rows that are put together elsewhere; each names the columns of the ledger it fills."""
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
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], run_id: str | None = None
    ) -> tuple[OpenWrite, ...]:
        """Writes on these records whose outcome is open, oldest first: those of one run, or without one all but those of a running accept
        or undo, which look after their own and may be writing at this moment.
        """
        others = exists().where(
            RunRow.run_id == LedgerRow.run_id, RunRow.kind.in_(_LOOK_AFTER_THEIR_OWN), RunRow.finished_at.is_(None)
        )
        query = (
            select(LedgerRow.id, LedgerRow.object_id, LedgerRow.property_name, LedgerRow.value_after)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                LedgerRow.outcome.in_(_OPEN),
                ~others if run_id is None else LedgerRow.run_id == run_id,
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

    def last_writes(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        object_ids: Sequence[str],
        property_names: Sequence[str] | None = None,
    ) -> dict[tuple[str, str], LastWrite]:
        """The newest write that arrived, of any kind of run, by (object id, property name). Without names: of every property, not of notes."""
        wanted = not_(IS_NOTE) if property_names is None else LedgerRow.property_name.in_(property_names)
        query = (
            select(
                LedgerRow.id,
                LedgerRow.object_id,
                LedgerRow.property_name,
                LedgerRow.value_before,
                LedgerRow.value_after,
                LedgerRow.confidence_ratio,
                LedgerRow.seen_at,
                LedgerRow.provider,
                LedgerRow.run_id,
                LedgerRow.decision_reason,
                LedgerRow.superseded_at.is_not(None),
            )
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                wanted,
                LedgerRow.outcome == "written",
            )
            .order_by(LedgerRow.object_id, LedgerRow.property_name, LedgerRow.id.desc())
            .ext(distinct_on(LedgerRow.object_id, LedgerRow.property_name))
        )
        return {(row[1], row[2]): LastWrite(*row) for row in connection.execute(query)}

    def supersede(self, connection: Connection, *, portal_id: int, row_ids: Sequence[int], now: datetime) -> None:
        """Note of these writes that their values no longer stand. A row keeps the first moment that was seen."""
        if not row_ids:
            return
        connection.execute(
            update(LedgerRow)
            .where(LedgerRow.portal_id == portal_id, LedgerRow.id.in_(row_ids), LedgerRow.superseded_at.is_(None))
            .values(superseded_at=now)
        )

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
        "provider": COMPUTED if finding is None else finding.provider,
        "source_url": None if finding is None else finding.source_url,
        "seen_at": None if finding is None else finding.seen_at,
        "confidence_ratio": None if finding is None else finding.confidence_ratio,
        "cost_usd": None if finding is None else finding.cost_usd,
        "trace_id": plan.trace_id,
    }


def _state(entry: PlannedValue, is_dry: bool, now: datetime) -> dict[str, object]:
    """What is kept in a dry run stays open until somebody judges the run; elsewhere it is settled at once."""
    if entry.decision.action == "write":
        return {"outcome": "proposed" if is_dry else "pending"}
    return {"outcome": "kept", "settled_at": None if is_dry else now}
