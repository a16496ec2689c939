"""The worklist: one row for each record that waits for the pipeline, however many events named it.

A claim leases rows; finishing removes only those that were not named again meanwhile (`generation`). A lease that runs out makes the row
claimable again, so a killed worker loses nothing. Whether records are worth working on is decided by the callers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from integration.db.session import driver_connection
from integration.pipeline.ask_again import ASK_AGAIN, BUDGET, PACE

CAUSE_LIMIT: Final = 16
"""Causes kept for one record. The first in alphabetical order stay, so that the order of events does not matter."""
_ROWS_A_STATEMENT: Final = 5_000
_CAUSE_SEPARATOR: Final = "\x1f"


class WorkRequest(NamedTuple):
    """Asks that a record be looked at. `causes` are short machine words such as `contact.creation`."""

    object_type: str
    object_id: str
    lane: int
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """A leased record. `attempts` counts the claims before this one that did not finish it, `asked_again` the looks at silent providers."""

    object_id: str
    generation: int
    causes: tuple[str, ...]
    attempts: int
    queued_at: datetime
    asked_again: int


@dataclass(frozen=True)
class Claim:
    """Records of one portal, type and lane under one lease, oldest first."""

    lease_id: str
    object_type: str
    items: tuple[ClaimedItem, ...]


@dataclass(frozen=True)
class Backlog:
    """How much of a portal's lane could be claimed now. `oldest` is when the longest waiting record was queued."""

    portal_id: int
    object_type: str
    lane: int
    due_count: int
    oldest: datetime


_ADD = """
    INSERT INTO work_item AS known (portal_id, object_type, object_id, lane, causes, queued_at, due_at)
    SELECT %(portal_id)s, object_type, object_id, lane, string_to_array(causes, E'\\x1f'), %(now)s, %(now)s
    FROM unnest(%(object_types)s::text[], %(object_ids)s::text[], %(lanes)s::smallint[], %(causes)s::text[])
        AS asked (object_type, object_id, lane, causes)
    ORDER BY object_type, object_id
    ON CONFLICT (portal_id, object_type, object_id) DO UPDATE SET
        lane = least(known.lane, excluded.lane),
        due_at = least(known.due_at, excluded.due_at),
        generation = known.generation + 1,
        causes = CASE WHEN excluded.causes <@ known.causes THEN known.causes ELSE (ARRAY(
            SELECT DISTINCT cause COLLATE "C" FROM unnest(known.causes || excluded.causes) AS cause ORDER BY 1))[1:%(cause_limit)s] END
"""

_CLAIM = """
    WITH due AS (
        SELECT object_id FROM work_item
        WHERE portal_id = %(portal_id)s AND lane = %(lane)s AND object_type = %(object_type)s AND due_at <= %(now)s
            AND (lease_until IS NULL OR lease_until <= %(now)s)
        ORDER BY due_at, object_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE work_item AS item SET lease_id = %(lease_id)s, lease_until = %(lease_until)s, attempts = item.attempts + 1
    FROM due
    WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = due.object_id
    RETURNING item.object_id, item.generation, item.causes, item.attempts - 1, item.queued_at, item.asked_again
"""

_COMPLETE = """
    WITH done AS (
        SELECT item.object_id, item.generation = asked.generation AS unchanged
        FROM work_item item JOIN unnest(%(ids)s::text[], %(generations)s::bigint[]) AS asked (object_id, generation) USING (object_id)
        WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.lease_id = %(lease_id)s
        ORDER BY item.object_id FOR UPDATE OF item
    ), named_again AS (
        UPDATE work_item item SET lease_id = NULL, lease_until = NULL, attempts = 0 FROM done
        WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = done.object_id
            AND NOT done.unchanged
    )
    DELETE FROM work_item item USING done
    WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = done.object_id AND done.unchanged
"""

_RELEASE = """
    WITH held AS (
        SELECT object_id FROM work_item
        WHERE portal_id = %(portal_id)s AND object_type = %(object_type)s AND lease_id = %(lease_id)s AND object_id = ANY(%(ids)s)
        ORDER BY object_id FOR UPDATE
    )
    UPDATE work_item AS item SET lease_id = NULL, lease_until = NULL, due_at = %(retry_at)s,
        attempts = greatest(0, item.attempts - %(forgiven)s)
    FROM held WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = held.object_id
"""

_REMOVE = """
    WITH gone AS (
        SELECT object_id FROM work_item
        WHERE portal_id = %(portal_id)s AND object_type = %(object_type)s AND object_id = ANY(%(ids)s)
        ORDER BY object_id FOR UPDATE
    )
    DELETE FROM work_item item USING gone
    WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = gone.object_id
"""

_PORTALS_WITH_WORK = """
    SELECT item.portal_id, item.object_type, item.lane, count(*), min(item.queued_at)
    FROM work_item item JOIN portal ON portal.portal_id = item.portal_id AND portal.state = 'connected'
    WHERE item.due_at <= %(now)s AND (item.lease_until IS NULL OR item.lease_until <= %(now)s)
    GROUP BY 1, 2, 3 ORDER BY 3, 5
"""

_BACKLOG = """
    SELECT portal_id, object_type, lane, count(*), min(queued_at) FROM work_item
    WHERE portal_id = %(portal_id)s
        AND causes <> ARRAY[%(ask_again)s] AND causes <> ARRAY[%(budget)s] AND causes <> ARRAY[%(pace)s]
    GROUP BY 1, 2, 3 ORDER BY 3, 2
"""


class WorklistStore:
    """Adds, claims and finishes work. Rows are locked in the order of their keys, so that its statements cannot deadlock."""

    def add(self, connection: Connection, portal_id: int, items: Sequence[WorkRequest], *, now: datetime) -> int:
        """How many records were named. A waiting record rises a generation and takes the more urgent lane; few statements for many rows."""
        rows = list(coalesced(items).items())
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            part = rows[start : start + _ROWS_A_STATEMENT]
            driver_connection(connection).execute(
                _ADD,
                {
                    "portal_id": portal_id,
                    "now": now,
                    "cause_limit": CAUSE_LIMIT,
                    "object_types": [object_type for (object_type, _), _ in part],
                    "object_ids": [object_id for (_, object_id), _ in part],
                    "lanes": [request.lane for _, request in part],
                    "causes": [_CAUSE_SEPARATOR.join(request.causes) for _, request in part],
                },
            )
        return len(rows)

    def claim(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        lane: int,
        limit: int = 100,
        lease_s: float,
        now: datetime,
    ) -> Claim:
        """Up to `limit` due records under a new lease of `lease_s` seconds; rows that others are taking at this moment are passed over."""
        lease_id = str(uuid.uuid4())
        rows = driver_connection(connection).execute(
            _CLAIM,
            {
                "portal_id": portal_id,
                "object_type": object_type,
                "lane": lane,
                "limit": limit,
                "lease_id": lease_id,
                "lease_until": now + timedelta(seconds=lease_s),
                "now": now,
            },
        )
        items = [ClaimedItem(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]  # type: ignore[index]
        return Claim(lease_id, object_type, tuple(sorted(items, key=lambda item: (item.queued_at, item.object_id))))

    def complete(self, connection: Connection, *, portal_id: int, claim: Claim, done_ids: Iterable[str]) -> int:
        """How many records left the worklist. One that was named again meanwhile stays, free to be claimed at once; a lost lease changes nothing."""
        wanted = set(done_ids)
        done = [item for item in claim.items if item.object_id in wanted]
        if not done:
            return 0
        cursor = driver_connection(connection).execute(
            _COMPLETE,
            {
                "portal_id": portal_id,
                "object_type": claim.object_type,
                "lease_id": claim.lease_id,
                "ids": [item.object_id for item in done],
                "generations": [item.generation for item in done],
            },
        )
        return cursor.rowcount

    def release(
        self,
        connection: Connection,
        *,
        portal_id: int,
        claim: Claim,
        object_ids: Iterable[str],
        retry_at: datetime,
        counts_as_attempt: bool = True,
    ) -> None:
        """Give records back until `retry_at`. `counts_as_attempt` False when the record is not to blame (rate limit, pause, shutdown)."""
        driver_connection(connection).execute(
            _RELEASE,
            {
                "portal_id": portal_id,
                "object_type": claim.object_type,
                "lease_id": claim.lease_id,
                "ids": list(object_ids),
                "retry_at": retry_at,
                "forgiven": 0 if counts_as_attempt else 1,
            },
        )

    def remove(self, connection: Connection, portal_id: int, object_type: str, object_ids: Sequence[str]) -> int:
        """How many waiting records were taken off, leased or not: they are gone or not to be touched any more."""
        if not object_ids:
            return 0
        parameters = {"portal_id": portal_id, "object_type": object_type, "ids": list(object_ids)}
        return driver_connection(connection).execute(_REMOVE, parameters).rowcount

    def portals_with_work(self, connection: Connection, *, now: datetime) -> tuple[Backlog, ...]:
        """All portals: the sweep asks for jobs wherever a connected portal has records to claim; live lanes and long waits first."""
        rows = driver_connection(connection).execute(_PORTALS_WITH_WORK, {"now": now})
        return tuple(Backlog(*row) for row in rows)  # type: ignore[misc]

    def backlog(self, connection: Connection, portal_id: int) -> tuple[Backlog, ...]:
        """Everything that waits in a portal, leased and postponed records included; not those that are done but for a silent provider or a budget."""
        rows = driver_connection(connection).execute(
            _BACKLOG, {"portal_id": portal_id, "ask_again": ASK_AGAIN, "budget": BUDGET, "pace": PACE}
        )
        return tuple(Backlog(*row) for row in rows)  # type: ignore[misc]


def coalesced(items: Iterable[WorkRequest]) -> dict[tuple[str, str], WorkRequest]:
    """One request for each record: the more urgent lane, the causes together, in alphabetical order and bounded."""
    merged: dict[tuple[str, str], WorkRequest] = {}
    for item in items:
        key = (item.object_type, item.object_id)
        known = merged.get(key, item)
        causes = tuple(sorted({*known.causes, *item.causes})[:CAUSE_LIMIT])
        merged[key] = WorkRequest(*key, min(known.lane, item.lane), causes)
    return merged
