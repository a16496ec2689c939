"""The inbox: raw deliveries until they are unpacked, and which events were handled lately.

A delivery belongs to no portal until its events are read, so most methods here look over all portals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast

from sqlalchemy import Connection

from integration.db.session import driver_connection
from integration.jobs.lanes import queue_for
from integration.jobs.request import JobRequest

_UNPACK_LOCK: Final = 7_310_002
"""First half of the advisory lock that lets one unpacking transaction at a time decide for a portal."""

_SAVE = """
    WITH kept AS (INSERT INTO delivery (portal_id, body, received_at) VALUES {rows})
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock) VALUES (%s, %s, %s, %s)
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

_LOOK = """
    SELECT id, octet_length(body) FROM delivery WHERE unpacked_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""

_TAKE = """
    UPDATE delivery SET unpacked_at = %s WHERE id = ANY(%s) RETURNING id, body
"""

_INSTALLED = """
    SELECT portal_id FROM portal WHERE portal_id = ANY(%s) AND state <> 'uninstalled'
"""

_LOCK_PORTALS = """
    SELECT pg_advisory_xact_lock(%s, hashint8(portal_id)) FROM unnest(%s::bigint[]) AS portal_id
"""

_SEE = """
    INSERT INTO seen_event (portal_id, event_key, delivery_id, seen_at)
    SELECT %(portal_id)s, event_key, delivery_id, %(now)s
    FROM unnest(%(keys)s::bigint[], %(delivery_ids)s::bigint[]) AS event (event_key, delivery_id)
    ON CONFLICT DO NOTHING RETURNING event_key
"""

_SEEN_BEFORE = """
    SELECT event_key, delivery_id FROM seen_event WHERE portal_id = %s AND event_key = ANY(%s)
"""


_COUNT_EVENTS: Final = r"""
    SELECT portal_id, sum(regexp_count(encode(body, 'escape'), '"subscriptionType"\s*:\s*"company'))::bigint,
        sum(regexp_count(encode(body, 'escape'), '"subscriptionType"'))::bigint
    FROM delivery WHERE received_at >= %s AND received_at < %s AND unpacked_at IS NOT NULL AND portal_id IS NOT NULL GROUP BY 1
"""


class NewDelivery(NamedTuple):
    """A delivery as received. `portal_id` is what its first event says, unchecked; None when it says nothing usable."""

    portal_id: int | None
    body: bytes
    received_at: datetime


class StoredDelivery(NamedTuple):
    delivery_id: int
    body: bytes


class InboxStore:
    """Keeps deliveries, hands them out once, and remembers events."""

    def save(self, connection: Connection, deliveries: Sequence[NewDelivery], *, job: JobRequest) -> None:
        """All portals: the deliveries and, unless one waits, the job that unpacks them, in one statement.

        One statement is one round trip and, on a connection that commits by itself, one commit; on the way of every webhook that is worth the
        second place (after the job store) that knows how a job is added.
        """
        rows = ", ".join(["(%s, %s, %s)"] * len(deliveries))
        values = [value for delivery in deliveries for value in delivery]
        driver_connection(connection).execute(
            _SAVE.format(rows=rows).encode(), [*values, queue_for(job.priority), job.name, job.priority, job.queueing_lock]
        )

    def take(self, connection: Connection, *, limit: int, byte_limit: int, now: datetime) -> list[StoredDelivery]:
        """All portals: the oldest waiting deliveries that nobody else is taking, at most `byte_limit` together unless the first alone is larger."""
        driver = driver_connection(connection)
        chosen: list[int] = []
        size = 0
        for delivery_id, length in _pairs(driver.execute(_LOOK, (limit,))):
            size += length
            if chosen and size > byte_limit:
                break
            chosen.append(delivery_id)
        if not chosen:
            return []
        rows = [StoredDelivery(*row) for row in driver.execute(_TAKE, (now, chosen))]  # type: ignore[misc]
        return sorted(rows)

    def find_installed(self, connection: Connection, portal_ids: Sequence[int]) -> frozenset[int]:
        """All portals: which of these installed the app, whether or not they are connected at this moment."""
        return frozenset(row[0] for row in driver_connection(connection).execute(_INSTALLED, (list(portal_ids),)))  # type: ignore[index]

    def lock_portals(self, connection: Connection, portal_ids: Sequence[int]) -> None:
        """All portals: until the transaction ends nobody else unpacks events of these. Taken in one order, so that two cannot block each other."""
        driver_connection(connection).execute(_LOCK_PORTALS, (_UNPACK_LOCK, sorted(portal_ids)))

    def find_repeats(self, connection: Connection, portal_id: int, *, sources: Mapping[int, int], now: datetime) -> frozenset[int]:
        """Which event keys were handled before, from another delivery; the others are remembered from now on.

        `sources` tells the delivery of each key. An event of a delivery that is unpacked once more (a replay) is no repeat.
        """
        driver = driver_connection(connection)
        parameters = {"portal_id": portal_id, "keys": list(sources), "delivery_ids": list(sources.values()), "now": now}
        fresh = {row[0] for row in driver.execute(_SEE, parameters)}  # type: ignore[index]
        known = [key for key in sources if key not in fresh]
        if not known:
            return frozenset()
        rows = _pairs(driver.execute(_SEEN_BEFORE, (portal_id, known)))
        return frozenset(key for key, delivery_id in rows if delivery_id != sources[key])

    def put_back(self, connection: Connection, *, since: datetime, until: datetime) -> int:
        """All portals: how many deliveries received from `since` to before `until` wait again."""
        cursor = driver_connection(connection).execute(
            "UPDATE delivery SET unpacked_at = NULL WHERE received_at >= %s AND received_at < %s AND unpacked_at IS NOT NULL",
            (since, until),
        )
        return cursor.rowcount

    def count_events(self, connection: Connection, *, since: datetime, until: datetime) -> dict[int, tuple[int, int]]:
        """All portals: how many events the deliveries received in that time hold, by portal: about companies, and about anything else.

        Counted in the bodies as they came, so an upper bound of the records they name.
        """
        rows = driver_connection(connection).execute(_COUNT_EVENTS, (since, until))
        return {row[0]: (row[1], row[2] - row[1]) for row in rows}  # type: ignore[index]

    def put_back_ids(self, connection: Connection, delivery_ids: Sequence[int]) -> frozenset[int]:
        """All portals: those of the deliveries that are still kept; they wait again."""
        rows = driver_connection(connection).execute(
            "UPDATE delivery SET unpacked_at = NULL WHERE id = ANY(%s) RETURNING id", (list(delivery_ids),)
        )
        return frozenset(row[0] for row in rows)  # type: ignore[index]

    def forget(self, connection: Connection, *, received_before: datetime, seen_before: datetime) -> int:
        """All portals: how many unpacked deliveries were dropped for their age; the memory of events is shortened too."""
        driver = driver_connection(connection)
        driver.execute("DELETE FROM seen_event WHERE seen_at < %s", (seen_before,))
        cursor = driver.execute("DELETE FROM delivery WHERE received_at < %s AND unpacked_at IS NOT NULL", (received_before,))
        return cursor.rowcount

    def waiting_count(self, connection: Connection) -> int:
        """All portals: deliveries nobody has unpacked yet."""
        row = driver_connection(connection).execute("SELECT count(*) FROM delivery WHERE unpacked_at IS NULL").fetchone()
        return int(row[0]) if row else 0  # type: ignore[index]


def _pairs(rows: Iterable[object]) -> list[tuple[int, int]]:
    return [cast("tuple[int, int]", row) for row in rows]
