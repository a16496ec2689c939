"""Every call that may cost credits, each by itself: written before it is made, settled after, so that a crash in between is found again.

`state`: reserved (under way), settled (the provider said what it charged), unknown (nobody answered: counted as charged until a person or
the provider's own account says otherwise).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select

from integration.db.models.budget import CreditCallRow
from integration.db.session import driver_connection
from integration.providers.budget import Want

RESERVED: Final = "reserved"
SETTLED: Final = "settled"
UNKNOWN: Final = "unknown"

_OPEN: Final = """
    INSERT INTO credit_call (portal_id, provider, endpoint, lookups, reserved, cost_usd, state, called_at)
    SELECT %(portal_id)s, provider, endpoint, lookups, credits, cost_usd, 'reserved', %(now)s
    FROM unnest(%(providers)s::text[], %(endpoints)s::text[], %(lookups)s::int[], %(credits)s::numeric[], %(costs)s::numeric[])
        WITH ORDINALITY AS asked (provider, endpoint, lookups, credits, cost_usd, place)
    ORDER BY place RETURNING id
"""

_CLOSE: Final = """
    WITH held AS MATERIALIZED (
        SELECT id, portal_id, state, reserved, cost_usd, provider, (called_at AT TIME ZONE 'UTC')::date AS called_on
        FROM credit_call WHERE id = ANY(%(ids)s) AND state <> 'settled' ORDER BY id FOR UPDATE
    ), known AS (
        SELECT held.*, asked.* FROM held JOIN unnest(%(ids)s::bigint[], %(states)s::text[], %(credits)s::numeric[],
            %(costs)s::numeric[], %(outcomes)s::text[]) AS asked (call_id, new_state, new_credits, new_cost, new_outcome) ON id = call_id
        WHERE portal_id = %(portal_id)s
    )
    UPDATE credit_call AS call SET state = known.new_state, credits = known.new_credits,
        cost_usd = coalesce(known.new_cost, known.cost_usd), outcome = known.new_outcome, settled_at = %(now)s
    FROM known WHERE call.id = ANY(%(ids)s) AND call.id = known.id AND call.portal_id = known.portal_id
    RETURNING call.id, known.provider, known.called_on, known.state, known.reserved, known.cost_usd,
        coalesce(call.credits, call.reserved), call.cost_usd
"""

_DROP: Final = """
    DELETE FROM credit_call WHERE id = ANY(%(ids)s) AND portal_id = %(portal_id)s AND state <> 'settled'
    RETURNING id, provider, (called_at AT TIME ZONE 'UTC')::date, state, reserved, cost_usd, 0::numeric, 0::numeric
"""


@dataclass(frozen=True)
class CallEnd:
    """How a call ended. `credits` None: nobody knows what was charged, and it stays counted with what was set aside; then `cost_usd` is None
    too. `outcome`: found, not_found or failed.
    """

    call_id: int
    credits: Decimal | None
    cost_usd: Decimal | None
    outcome: str

    @property
    def state(self) -> str:
        return UNKNOWN if self.credits is None else SETTLED


@dataclass(frozen=True)
class Change:
    """What closing a call changed: how it stood before, and what it is counted with now (`credits`, `cost_usd`)."""

    call_id: int
    provider: str
    called_on: date
    state_before: str
    reserved: Decimal
    cost_before: Decimal
    credits: Decimal
    cost_usd: Decimal

    @property
    def was_counted(self) -> bool:
        """Whether it stood in the sums already, with what it had set aside."""
        return self.state_before == UNKNOWN

    @property
    def more_spent(self) -> Decimal:
        return self.credits - (self.reserved if self.was_counted else 0)

    @property
    def more_cost_usd(self) -> Decimal:
        return self.cost_usd - (self.cost_before if self.was_counted else 0)

    @property
    def more_reserved(self) -> Decimal:
        return Decimal(0) if self.was_counted else -self.reserved


@dataclass(frozen=True)
class CreditCall:
    """One call as the ledger has it. `counted`: the credits that stand in the day's sum."""

    call_id: int
    provider: str
    endpoint: str
    lookups: int
    reserved: Decimal
    credits: Decimal | None
    cost_usd: Decimal | None
    state: str
    outcome: str | None
    called_at: datetime

    @property
    def counted(self) -> Decimal:
        return self.reserved if self.credits is None else self.credits


class CreditCallStore:
    """Rows of `credit_call`. One statement for all calls of a round."""

    def open(self, connection: Connection, *, portal_id: int, wants: Sequence[Want], now: datetime) -> tuple[int, ...]:
        """The ids of the calls about to be made, in order."""
        if not wants:
            return ()
        rows: Any = driver_connection(connection).execute(
            _OPEN,
            {
                "portal_id": portal_id,
                "now": now,
                "providers": [want.provider for want in wants],
                "endpoints": [want.endpoint for want in wants],
                "lookups": [want.lookups for want in wants],
                "credits": [want.credits_each * want.lookups for want in wants],
                "costs": [want.credits_each * want.lookups * want.usd_per_credit for want in wants],
            },
        )
        return tuple(sorted(row[0] for row in rows))

    def close(self, connection: Connection, *, portal_id: int, ends: Sequence[CallEnd], now: datetime) -> tuple[Change, ...]:
        """The calls that were still open or unknown, as they were; settled ones stay as they are, so closing twice counts once."""
        if not ends:
            return ()
        rows: Any = driver_connection(connection).execute(
            _CLOSE,
            {
                "portal_id": portal_id,
                "now": now,
                "ids": [end.call_id for end in ends],
                "states": [end.state for end in ends],
                "credits": [end.credits for end in ends],
                "costs": [end.cost_usd for end in ends],
                "outcomes": [end.outcome for end in ends],
            },
        )
        return tuple(Change(*row) for row in rows)

    def drop(self, connection: Connection, *, portal_id: int, call_ids: Sequence[int]) -> tuple[Change, ...]:
        """Calls that were never made, taken out of the ledger."""
        if not call_ids:
            return ()
        rows: Any = driver_connection(connection).execute(_DROP, {"portal_id": portal_id, "ids": list(call_ids)})
        return tuple(Change(*row) for row in rows)

    def unanswered(
        self,
        connection: Connection,
        *,
        portal_id: int,
        state: str,
        before: datetime | None = None,
        provider: str | None = None,
        limit: int = 1_000,
    ) -> tuple[CreditCall, ...]:
        """Calls in the state reserved or unknown, the oldest first, locked; those that another transaction is closing are passed over."""
        query = select(*_CALL).where(CreditCallRow.portal_id == portal_id, CreditCallRow.state == state)
        if before is not None:
            query = query.where(CreditCallRow.called_at < before)
        if provider is not None:
            query = query.where(CreditCallRow.provider == provider)
        rows = connection.execute(query.order_by(CreditCallRow.id).limit(limit).with_for_update(skip_locked=True))
        return tuple(_call(row) for row in rows)

    def portals_with_stale(self, connection: Connection, *, before: datetime) -> tuple[int, ...]:
        """All portals: those whose calls were begun before this moment and never closed; the sweep looks after every portal."""
        stale = (CreditCallRow.state == RESERVED, CreditCallRow.called_at < before)
        return tuple(connection.execute(select(CreditCallRow.portal_id).where(*stale).distinct()).scalars())

    def unknown_counts(self, connection: Connection, *, portal_id: int) -> dict[str, tuple[int, Decimal]]:
        """By provider: how many calls nobody answered, and the credits they are counted with."""
        rows = connection.execute(
            select(CreditCallRow.provider, func.count(), func.sum(CreditCallRow.reserved))
            .where(CreditCallRow.portal_id == portal_id, CreditCallRow.state == UNKNOWN)
            .group_by(CreditCallRow.provider)
        )
        return {provider: (count, reserved) for provider, count, reserved in rows}

    def unknown_credits(self, connection: Connection, *, portal_id: int, provider: str, since: date) -> Decimal:
        """What the provider's unanswered calls since that day (UTC) are counted with."""
        credits = connection.execute(
            select(func.coalesce(func.sum(CreditCallRow.reserved), 0)).where(
                CreditCallRow.portal_id == portal_id,
                CreditCallRow.provider == provider,
                CreditCallRow.state == UNKNOWN,
                CreditCallRow.called_at >= datetime.combine(since, time(), UTC),
            )
        ).scalar_one()
        return Decimal(credits)

    def latest(
        self, connection: Connection, *, portal_id: int, provider: str | None = None, limit: int = 20
    ) -> tuple[CreditCall, ...]:
        """The last calls, the newest first."""
        query = select(*_CALL).where(CreditCallRow.portal_id == portal_id)
        if provider is not None:
            query = query.where(CreditCallRow.provider == provider)
        rows = connection.execute(query.order_by(CreditCallRow.called_at.desc(), CreditCallRow.id.desc()).limit(limit))
        return tuple(_call(row) for row in rows)

    def purge(self, connection: Connection, *, portal_id: int, before: datetime) -> int:
        """How many calls that began before this moment were forgotten; the sums of their days stay."""
        old = (CreditCallRow.portal_id == portal_id, CreditCallRow.called_at < before)
        return connection.execute(delete(CreditCallRow).where(*old)).rowcount


_CALL: Final = (
    CreditCallRow.id,
    CreditCallRow.provider,
    CreditCallRow.endpoint,
    CreditCallRow.lookups,
    CreditCallRow.reserved,
    CreditCallRow.credits,
    CreditCallRow.cost_usd,
    CreditCallRow.state,
    CreditCallRow.outcome,
    CreditCallRow.called_at,
)


def _call(row: Any) -> CreditCall:
    return CreditCall(*row)
