"""Open proposals of dry runs: found in batches, overtaken by live work, replaced by a newer dry pass, discarded by a person.

An open row is a proposed write, or a refusal (outcome kept) that nobody has judged yet. Both lie in one small index, so every statement
here is cheap however long the ledger is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, and_, case, delete, func, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from integration.db.models.ledger import LedgerRow, RunRow
from integration.pipeline.ledger_store import IS_NOTE
from integration.pipeline.rowset_store import rows_as_table

PROPOSED: Final = LedgerRow.outcome == "proposed"
OPEN: Final = or_(PROPOSED, and_(LedgerRow.outcome == "kept", LedgerRow.settled_at.is_(None)))
_OVERTAKEN: Final = "overtaken"
_PROPOSAL: Final[tuple[ColumnElement[Any], ...]] = (
    *(LedgerRow.__table__.c[name] for name in ("id", "object_type", "object_id", "property_name", "value_before")),
    func.coalesce(LedgerRow.value_after, ""),
    *(LedgerRow.__table__.c[name] for name in ("policy", "decision_reason", "provider", "source_url", "seen_at")),
    *(LedgerRow.__table__.c[name] for name in ("confidence_ratio", "cost_usd", "run_id", "created_at", "fingerprint")),
)


@dataclass(frozen=True)
class Scope:
    """Which proposals are meant: all of a portal, those of one run, or those about one object type.

    `up_to_id` leaves out what was proposed later than that ledger row.
    """

    run_id: str | None = None
    object_type: str | None = None
    up_to_id: int | None = None


@dataclass(frozen=True)
class Proposal:
    """One proposed write. `property_name` "note:<purpose>" is a note, whose HTML is `value_after`."""

    row_id: int
    object_type: str
    object_id: str
    property_name: str
    value_before: str | None
    value_after: str
    policy: str
    reason: str
    provider: str | None
    source_url: str | None
    seen_at: datetime | None
    confidence_ratio: float | None
    cost_usd: Decimal | None
    run_id: str
    proposed_at: datetime
    fingerprint: str | None


@dataclass(frozen=True)
class OpenCounts:
    """How much is open in a scope. `last_id` is the newest open row, refusals included, 0 without any."""

    record_count: int
    field_count: int
    note_count: int
    last_id: int


class OpenProposalStore:
    """Set-based access to open proposals; each method is one statement."""

    def make_way(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], is_dry: bool, now: datetime
    ) -> None:
        """What was open about these records gives way to a new pass: a dry one replaces it, a live one overtakes it."""
        if not object_ids:
            return
        mine = (LedgerRow.portal_id == portal_id, LedgerRow.object_type == object_type, LedgerRow.object_id.in_(object_ids), OPEN)
        if is_dry:
            connection.execute(delete(LedgerRow).where(*mine))
        else:
            connection.execute(update(LedgerRow).where(*mine).values(_closed(_OVERTAKEN, now)))

    def hold_still(self, connection: Connection, *, portal_id: int, for_accept: bool = False) -> None:
        """Until the transaction ends, no accept of the portal begins between a look at what is open and its replacement by a dry pass."""
        key = func.hashtextextended(literal(f"accept:{portal_id}", Text()), 0)
        lock = func.pg_advisory_xact_lock if for_accept else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(key)))

    def being_accepted(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> frozenset[str]:
        """The records among these with proposals that a running accept has still to apply: a dry pass must not replace them."""
        asked = RunRow.target
        query = (
            select(LedgerRow.object_id)
            .join(
                RunRow,
                and_(
                    RunRow.portal_id == portal_id,
                    RunRow.kind == "accept",
                    RunRow.finished_at.is_(None),
                    LedgerRow.id <= asked["up_to_id"].as_integer(),
                    func.coalesce(asked["run_id"].as_string(), LedgerRow.run_id) == LedgerRow.run_id,
                    func.coalesce(asked["object_type"].as_string(), LedgerRow.object_type) == LedgerRow.object_type,
                ),
            )
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                PROPOSED,
            )
            .distinct()
        )
        return frozenset(connection.execute(query).scalars())

    def discard(self, connection: Connection, *, portal_id: int, scope: Scope, reason: str, now: datetime) -> int:
        """How many proposed writes of the scope are declined now; the refusals beside them are settled too."""
        before = self.count(connection, portal_id=portal_id, scope=scope)
        connection.execute(update(LedgerRow).where(*within(portal_id, scope), OPEN).values(_closed(reason, now)))
        return before.field_count + before.note_count

    def count(self, connection: Connection, *, portal_id: int, scope: Scope) -> OpenCounts:
        """How many records, fields and notes wait for a decision."""
        records = (
            select(LedgerRow.object_type, LedgerRow.object_id).where(*within(portal_id, scope), PROPOSED).distinct().subquery()
        )
        found = connection.execute(
            select(
                select(func.count()).select_from(records).scalar_subquery(),
                func.count().filter(PROPOSED, not_(IS_NOTE)),
                func.count().filter(PROPOSED, IS_NOTE),
                func.coalesce(func.max(LedgerRow.id), 0),
            ).where(*within(portal_id, scope), OPEN)
        ).one()
        return OpenCounts(*found)

    def next_batch(self, connection: Connection, *, portal_id: int, scope: Scope, limit: int) -> list[Proposal]:
        """Every proposal about the next `limit` records, all of one object type; empty when none is open."""
        row = LedgerRow
        mine = (*within(portal_id, scope), PROPOSED)
        first = select(func.min(row.object_type)).where(*mine).scalar_subquery()
        records = select(row.object_id).where(*mine, row.object_type == first).distinct().order_by(row.object_id).limit(limit)
        query = (
            select(*_PROPOSAL).where(*mine, row.object_type == first, row.object_id.in_(records)).order_by(row.object_id, row.id)
        )
        return [Proposal(*found) for found in connection.execute(query)]

    def decline(
        self, connection: Connection, *, portal_id: int, object_type: str, reasons: Mapping[int, str], now: datetime
    ) -> None:
        """Decline single proposals, each for its own reason, by row id."""
        if not reasons:
            return
        given = rows_as_table(
            "given", {"id": BigInteger(), "reason": Text()}, [{"id": row_id, "reason": why} for row_id, why in reasons.items()]
        )
        connection.execute(
            update(LedgerRow)
            .where(LedgerRow.portal_id == portal_id, LedgerRow.object_type == object_type, LedgerRow.id == given.c.id, PROPOSED)
            .values(outcome="declined", error=given.c.reason, settled_at=now)
        )

    def settle_as_written(
        self, connection: Connection, *, portal_id: int, run_id: str, object_type: str, row_ids: Sequence[int], now: datetime
    ) -> dict[int, str]:
        """The proposals among these that have an answer now: accepted where the run `run_id` wrote them, declined where HubSpot refused."""
        if not row_ids:
            return {}
        tried = aliased(LedgerRow)
        last = (
            select(tried.object_id, tried.property_name, tried.outcome, tried.error)
            .where(
                tried.portal_id == portal_id,
                tried.run_id == run_id,
                tried.object_type == object_type,
                tried.outcome.in_(("written", "refused")),
            )
            .order_by(tried.object_id, tried.property_name, case((tried.outcome == "written", 0), else_=1), tried.id.desc())
            .ext(distinct_on(tried.object_id, tried.property_name))
            .subquery()
        )
        is_written = last.c.outcome == "written"
        done = connection.execute(
            update(LedgerRow)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.id.in_(row_ids),
                PROPOSED,
                LedgerRow.object_id == last.c.object_id,
                LedgerRow.property_name == last.c.property_name,
            )
            .values(
                outcome=case((is_written, "accepted"), else_="declined"),
                error=case((is_written, None), else_=last.c.error),
                settled_at=now,
            )
            .returning(LedgerRow.id, LedgerRow.outcome)
        )
        return {row.id: row.outcome for row in done}

    def written_by(
        self, connection: Connection, *, portal_id: int, run_id: str, object_type: str, object_ids: Sequence[str]
    ) -> frozenset[tuple[str, str]]:
        """What an accept run wrote on these records: (object id, property name)."""
        query = select(LedgerRow.object_id, LedgerRow.property_name).where(
            LedgerRow.portal_id == portal_id,
            LedgerRow.run_id == run_id,
            LedgerRow.object_type == object_type,
            LedgerRow.object_id.in_(object_ids),
            LedgerRow.outcome == "written",
        )
        return frozenset((row.object_id, row.property_name) for row in connection.execute(query))

    def settle_refusals(self, connection: Connection, *, portal_id: int, scope: Scope, now: datetime) -> None:
        """Close what policy kept beside proposals that were judged."""
        connection.execute(
            update(LedgerRow).where(*within(portal_id, scope), OPEN, LedgerRow.outcome == "kept").values(settled_at=now)
        )


def within(portal_id: int, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    wanted: list[ColumnElement[bool]] = [LedgerRow.portal_id == portal_id]
    if scope.run_id is not None:
        wanted.append(LedgerRow.run_id == scope.run_id)
    if scope.object_type is not None:
        wanted.append(LedgerRow.object_type == scope.object_type)
    if scope.up_to_id is not None:
        wanted.append(LedgerRow.id <= scope.up_to_id)
    return tuple(wanted)


def _closed(reason: str, now: datetime) -> dict[Any, Any]:
    """A proposal is declined; a refusal stays what it is, and nobody waits for it any more."""
    return {
        LedgerRow.outcome: case((PROPOSED, "declined"), else_=LedgerRow.outcome),
        LedgerRow.error: case((PROPOSED, reason), else_=LedgerRow.error),
        LedgerRow.settled_at: now,
    }
