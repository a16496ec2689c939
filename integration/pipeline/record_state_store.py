"""What became of records: deleted, restored, merged, erased, kept so that the order and repetition of events do not matter.

Every fact only ever raises a time (the greatest `occurredAt` of its kind wins), so facts may come in any order, twice, or in any batches, and
the state is the same. erased beats merged beats deleted; deleted means deleted later than restored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection

from integration.db.session import driver_connection

_LONGEST_MERGE_CHAIN: Final = 20


class FactKind(StrEnum):
    DELETED = "deleted"
    RESTORED = "restored"
    MERGED = "merged"
    ERASED = "erased"


class RecordFact(NamedTuple):
    """Something that happened to a record at `at_ms` (epoch ms). `survivor_id` only with MERGED: the record it went into."""

    object_type: str
    object_id: str
    kind: FactKind
    at_ms: int
    survivor_id: str | None = None


class Status(StrEnum):
    LIVE = "live"
    DELETED = "deleted"
    MERGED = "merged"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """`survivor_id` is set when the status is MERGED: the record at the end of the chain of merges."""

    status: Status
    survivor_id: str | None = None


_ALIVE: Final = RecordStatus(Status.LIVE)

_APPLY = """
    INSERT INTO record_state AS known
        (portal_id, object_type, object_id, deleted_at_ms, restored_at_ms, merged_at_ms, survivor_id, erased_at_ms)
    SELECT %(portal_id)s, * FROM unnest(
        %(object_types)s::text[], %(object_ids)s::text[], %(deleted)s::bigint[], %(restored)s::bigint[],
        %(merged)s::bigint[], %(survivors)s::text[], %(erased)s::bigint[])
    ORDER BY 2, 3
    ON CONFLICT (portal_id, object_type, object_id) DO UPDATE SET
        deleted_at_ms = greatest(known.deleted_at_ms, excluded.deleted_at_ms),
        restored_at_ms = greatest(known.restored_at_ms, excluded.restored_at_ms),
        erased_at_ms = greatest(known.erased_at_ms, excluded.erased_at_ms),
        merged_at_ms = greatest(known.merged_at_ms, excluded.merged_at_ms),
        survivor_id = CASE
            WHEN (excluded.merged_at_ms, coalesce(excluded.survivor_id, '') COLLATE "C")
               > (known.merged_at_ms, coalesce(known.survivor_id, '') COLLATE "C")
            THEN excluded.survivor_id ELSE known.survivor_id END
"""

_STATUS = """
    WITH RECURSIVE asked AS (
        SELECT object_id, deleted_at_ms, restored_at_ms, merged_at_ms, survivor_id, erased_at_ms FROM record_state
        WHERE portal_id = %(portal_id)s AND object_type = %(object_type)s AND object_id = ANY(%(ids)s)
    ), chain AS (
        SELECT object_id AS start_id, survivor_id AS end_id, 1 AS steps FROM asked WHERE survivor_id IS NOT NULL
        UNION ALL
        SELECT chain.start_id, next.survivor_id, chain.steps + 1 FROM chain
        JOIN record_state next ON next.portal_id = %(portal_id)s AND next.object_type = %(object_type)s
            AND next.object_id = chain.end_id AND next.survivor_id IS NOT NULL
        WHERE chain.steps < %(longest)s
    ), ends AS (
        SELECT DISTINCT ON (start_id) start_id, end_id FROM chain ORDER BY start_id, steps DESC
    )
    SELECT object_id, deleted_at_ms, restored_at_ms, merged_at_ms, ends.end_id, erased_at_ms
    FROM asked LEFT JOIN ends ON ends.start_id = asked.object_id
"""


_KIN = """
    WITH RECURSIVE kin AS (
        SELECT %(object_id)s::text AS object_id, 0 AS steps
        UNION
        SELECT CASE WHEN state.survivor_id = kin.object_id THEN state.object_id ELSE state.survivor_id END, kin.steps + 1
        FROM kin JOIN record_state state ON state.portal_id = %(portal_id)s AND state.object_type = %(object_type)s
            AND state.survivor_id IS NOT NULL AND (state.survivor_id = kin.object_id OR state.object_id = kin.object_id)
        WHERE kin.steps < %(longest)s
    )
    SELECT DISTINCT object_id FROM kin ORDER BY 1
"""


_ERASED_COUNT = "SELECT count(*) FROM record_state WHERE portal_id = %(portal_id)s AND erased_at_ms > 0"


class RecordStateStore:
    """Applies facts and answers how records stand."""

    def apply(self, connection: Connection, portal_id: int, facts: Iterable[RecordFact]) -> None:
        """All facts in one statement, whatever their order and however often they were applied before."""
        rows = _gathered(facts)
        if not rows:
            return
        driver_connection(connection).execute(
            _APPLY,
            {
                "portal_id": portal_id,
                "object_types": [object_type for object_type, _ in rows],
                "object_ids": [object_id for _, object_id in rows],
                "deleted": [row.at_ms[FactKind.DELETED] for row in rows.values()],
                "restored": [row.at_ms[FactKind.RESTORED] for row in rows.values()],
                "merged": [row.at_ms[FactKind.MERGED] for row in rows.values()],
                "survivors": [row.survivor_id for row in rows.values()],
                "erased": [row.at_ms[FactKind.ERASED] for row in rows.values()],
            },
        )

    def status_of(
        self, connection: Connection, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> Mapping[str, RecordStatus]:
        """The status of every record asked for; one nothing is known of is live. One query."""
        if not object_ids:
            return {}
        found = driver_connection(connection).execute(
            _STATUS,
            {"portal_id": portal_id, "object_type": object_type, "ids": list(object_ids), "longest": _LONGEST_MERGE_CHAIN},
        )
        known = {str(row[0]): _status(*row[1:]) for row in found}  # type: ignore[index]
        return {object_id: known.get(object_id, _ALIVE) for object_id in object_ids}

    def ended_as_erased(
        self, connection: Connection, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> frozenset[str]:
        """Which of the records are erased, or were merged into one that is. Two queries at most."""
        status = self.status_of(connection, portal_id, object_type, object_ids)
        survivors = sorted({found.survivor_id for found in status.values() if found.survivor_id is not None})
        beyond = self.status_of(connection, portal_id, object_type, survivors)
        return frozenset(
            object_id
            for object_id, found in status.items()
            if found.status is Status.ERASED
            or (found.survivor_id is not None and beyond[found.survivor_id].status is Status.ERASED)
        )

    def erased_count(self, connection: Connection, portal_id: int) -> int:
        """How many records of the portal were erased at a person's request."""
        row = driver_connection(connection).execute(_ERASED_COUNT, {"portal_id": portal_id}).fetchone()
        return int(row[0]) if row else 0  # type: ignore[index]

    def kin(self, connection: Connection, portal_id: int, object_type: str, object_id: str) -> tuple[str, ...]:
        """The record and every other that merges made one with it, before or after, in order of their ids."""
        found = driver_connection(connection).execute(
            _KIN, {"portal_id": portal_id, "object_type": object_type, "object_id": object_id, "longest": _LONGEST_MERGE_CHAIN}
        )
        return tuple(str(row[0]) for row in found)  # type: ignore[index]


@dataclass(slots=True)
class _Gathered:
    at_ms: dict[FactKind, int]
    survivor_id: str | None = None


def _gathered(facts: Iterable[RecordFact]) -> Mapping[tuple[str, str], _Gathered]:
    """One row for each record, by the same rule the statement applies between rows."""
    rows: dict[tuple[str, str], _Gathered] = {}
    for fact in facts:
        row = rows.setdefault((fact.object_type, fact.object_id), _Gathered(dict.fromkeys(FactKind, 0)))
        if fact.kind is FactKind.MERGED:
            newer = (fact.at_ms, fact.survivor_id or "") > (row.at_ms[fact.kind], row.survivor_id or "")
            row.survivor_id = fact.survivor_id if newer else row.survivor_id
        row.at_ms[fact.kind] = max(row.at_ms[fact.kind], fact.at_ms)
    return rows


def _status(deleted_ms: int, restored_ms: int, merged_ms: int, survivor_id: str | None, erased_ms: int) -> RecordStatus:
    if erased_ms:
        return RecordStatus(Status.ERASED)
    if merged_ms:
        return RecordStatus(Status.MERGED, survivor_id)
    return RecordStatus(Status.DELETED) if deleted_ms > restored_ms else _ALIVE
