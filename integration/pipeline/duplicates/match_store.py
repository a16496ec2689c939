"""Records as the search for duplicates sees them. Keys are stored with portal and type in front, so that one index serves all portals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Text, delete, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from integration.db.models.duplicates import MatchRecordRow
from integration.db.models.portal import PortalRow
from integration.hubspot.portal_store import CONNECTED
from integration.pipeline.rowset_store import Columns, rows_as_table

_GIVEN: Final[Columns] = {"object_id": Text(), "features": JSONB(), "block_keys": ARRAY(Text())}

_USE_THE_INDEX: Final = text("SET LOCAL enable_seqscan = off")
"""Before the table has statistics the planner takes a scan of the whole table for cheaper than the index: thirty times the time, measured."""
_CANDIDATES: Final = text("""
    SELECT DISTINCT fresh.object_id, other.object_id
    FROM match_record fresh
    CROSS JOIN LATERAL unnest(fresh.block_keys) AS key (text)
    CROSS JOIN LATERAL (
        SELECT array_agg(found.object_id) FILTER (WHERE found.portal_id = :portal_id AND found.object_type = :object_type) AS ids
        FROM (
            SELECT portal_id, object_type, object_id FROM match_record WHERE block_keys @> ARRAY[key.text] LIMIT :block_limit + 1
        ) found
    ) block
    CROSS JOIN LATERAL unnest(block.ids) AS other (object_id)
    WHERE fresh.portal_id = :portal_id AND fresh.object_type = :object_type AND fresh.object_id = ANY(:ids)
        AND cardinality(block.ids) <= :block_limit AND other.object_id <> fresh.object_id
""")

_NOTE_COMPARED: Final = text("""
    UPDATE match_record AS known SET compared_at = :now
    FROM unnest(CAST(:ids AS text[]), CAST(:moments AS timestamptz[])) AS given (object_id, seen_at)
    WHERE known.portal_id = :portal_id AND known.object_type = :object_type
        AND known.object_id = given.object_id AND known.seen_at = given.seen_at
""")


@dataclass(frozen=True)
class MatchRow:
    """A record to remember: its features as JSON and its block keys."""

    object_id: str
    features: Mapping[str, Any]
    block_keys: tuple[str, ...]


@dataclass(frozen=True)
class FreshRecord:
    """A record that changed since it was compared. `seen_at` tells whether it changed once more meanwhile."""

    object_id: str
    seen_at: datetime


class MatchStore:
    """Set-based access to the compared records."""

    def remember(self, connection: Connection, *, portal_id: int, object_type: str, rows: Sequence[MatchRow], now: datetime) -> int:
        """How many rows are new or changed; those wait to be compared. What is as it was is not touched."""
        if not rows:
            return 0
        given = rows_as_table(
            "given",
            _GIVEN,
            [
                {
                    "object_id": row.object_id,
                    "features": row.features,
                    "block_keys": [_key(portal_id, object_type, key) for key in row.block_keys],
                }
                for row in sorted(rows, key=lambda row: row.object_id)
            ],
        )
        fixed = select(
            literal(portal_id, BigInteger()),
            literal(object_type),
            given.c.object_id,
            given.c.features,
            given.c.block_keys,
            literal(now),
        )
        names = ["portal_id", "object_type", "object_id", "features", "block_keys", "seen_at"]
        offered = insert(MatchRecordRow).from_select(names, fixed)
        taken = offered.excluded
        statement = offered.on_conflict_do_update(
            index_elements=["portal_id", "object_type", "object_id"],
            set_={"features": taken.features, "block_keys": taken.block_keys, "seen_at": taken.seen_at, "compared_at": None},
            where=MatchRecordRow.features.is_distinct_from(taken.features)
            | MatchRecordRow.block_keys.is_distinct_from(taken.block_keys),
        )
        return len(connection.execute(statement.returning(MatchRecordRow.object_id)).all())

    def fresh(self, connection: Connection, *, portal_id: int, object_type: str, limit: int) -> tuple[FreshRecord, ...]:
        """Records that wait to be compared."""
        query = (
            select(MatchRecordRow.object_id, MatchRecordRow.seen_at)
            .where(
                MatchRecordRow.portal_id == portal_id,
                MatchRecordRow.object_type == object_type,
                MatchRecordRow.compared_at.is_(None),
            )
            .limit(limit)
        )
        return tuple(FreshRecord(*row) for row in connection.execute(query))

    def candidates(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], block_limit: int
    ) -> set[tuple[str, str]]:
        """Pairs (one of `object_ids`, any other record) that share a key which at most `block_limit` records have."""
        connection.execute(_USE_THE_INDEX)
        found = connection.execute(
            _CANDIDATES,
            {"portal_id": portal_id, "object_type": object_type, "ids": list(object_ids), "block_limit": block_limit},
        )
        return {(row[0], row[1]) for row in found}

    def features(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """The features of the records that are remembered, by id."""
        query = select(MatchRecordRow.object_id, MatchRecordRow.features).where(
            MatchRecordRow.portal_id == portal_id,
            MatchRecordRow.object_type == object_type,
            MatchRecordRow.object_id.in_(object_ids),
        )
        return {row.object_id: row.features for row in connection.execute(query)}

    def note_compared(
        self, connection: Connection, *, portal_id: int, object_type: str, compared: Sequence[FreshRecord], now: datetime
    ) -> None:
        """These are compared, unless they changed meanwhile."""
        if not compared:
            return
        connection.execute(
            _NOTE_COMPARED,
            {
                "portal_id": portal_id,
                "object_type": object_type,
                "ids": [one.object_id for one in compared],
                "moments": [one.seen_at for one in compared],
                "now": now,
            },
        )

    def forget(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> None:
        """These records are no longer compared."""
        if not object_ids:
            return
        connection.execute(
            delete(MatchRecordRow).where(
                MatchRecordRow.portal_id == portal_id,
                MatchRecordRow.object_type == object_type,
                MatchRecordRow.object_id.in_(object_ids),
            )
        )

    def waiting(self, connection: Connection) -> tuple[tuple[int, str], ...]:
        """All portals: (portal, object type) wherever a connected portal has records to compare, for the sweep."""
        query = (
            select(MatchRecordRow.portal_id, MatchRecordRow.object_type)
            .distinct()
            .join(PortalRow, PortalRow.portal_id == MatchRecordRow.portal_id)
            .where(MatchRecordRow.compared_at.is_(None), PortalRow.state == CONNECTED)
            .order_by(MatchRecordRow.portal_id, MatchRecordRow.object_type)
        )
        return tuple((row[0], row[1]) for row in connection.execute(query))


def _key(portal_id: int, object_type: str, key: str) -> str:
    return f"{portal_id}:{object_type}:{key}"
