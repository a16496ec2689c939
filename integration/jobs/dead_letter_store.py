"""Everything that could not be handled, kept whole with the reason until a person replays or discards it.

The methods that look over all portals are for the operator; everything a portal's own work calls names the portal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, func, insert, select, update

from integration.db.models.inbox import DeadLetterRow
from integration.jobs.request import JsonScalar

Kind = Literal["delivery", "event", "record", "job"]

_DETAIL_LIMIT: Final = 2_000


@dataclass(frozen=True)
class DeadLetterEntry:
    """One thing to keep. `reason` is a machine word, `detail` a sentence without personal data; `payload` is what a replay needs."""

    portal_id: int | None
    kind: Kind
    reason: str
    detail: str
    delivery_id: int | None = None
    object_type: str | None = None
    object_id: str | None = None
    payload: Mapping[str, JsonScalar] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredDeadLetter:
    """An entry as it lies in the database, with when it came."""

    letter_id: int
    created_at: datetime
    entry: DeadLetterEntry


class DeadLetterStore:
    """Saves, lists and closes dead letters."""

    def save(self, connection: Connection, entries: Sequence[DeadLetterEntry]) -> None:
        """All entries in one statement. All portals: each entry names its own, None only where a delivery named none."""
        if entries:
            connection.execute(insert(DeadLetterRow), [_as_row(entry) for entry in entries])

    def find_open(
        self,
        connection: Connection,
        *,
        portal_id: int | None = None,
        kind: Kind | None = None,
        reason: str | None = None,
        letter_ids: Sequence[int] | None = None,
        after_id: int | None = None,
        limit: int = 1_000,
    ) -> tuple[StoredDeadLetter, ...]:
        """The letters nobody replayed yet, oldest first. No `portal_id` means every portal (the operator's view)."""
        query = select(DeadLetterRow.__table__).where(DeadLetterRow.replayed_at.is_(None)).order_by(DeadLetterRow.id).limit(limit)
        if portal_id is not None:
            query = query.where(DeadLetterRow.portal_id == portal_id)
        if kind is not None:
            query = query.where(DeadLetterRow.kind == kind)
        if reason is not None:
            query = query.where(DeadLetterRow.reason == reason)
        if after_id is not None:
            query = query.where(DeadLetterRow.id > after_id)
        if letter_ids is not None:
            query = query.where(DeadLetterRow.id.in_(letter_ids))
        return tuple(
            StoredDeadLetter(
                letter_id=row.id,
                created_at=row.created_at,
                entry=DeadLetterEntry(
                    portal_id=row.portal_id,
                    kind=row.kind,
                    reason=row.reason,
                    detail=row.detail,
                    delivery_id=row.delivery_id,
                    object_type=row.object_type,
                    object_id=row.object_id,
                    payload=row.payload,
                ),
            )
            for row in connection.execute(query)
        )

    def mark_replayed(self, connection: Connection, *, letter_ids: Sequence[int], replayed_at: datetime) -> int:
        """How many letters this call closed; one already closed is not closed twice, so two replays cannot both win it.

        All portals: the operator replays letters by their ids.
        """
        result = connection.execute(
            update(DeadLetterRow)
            .where(DeadLetterRow.id.in_(letter_ids), DeadLetterRow.replayed_at.is_(None))
            .values(replayed_at=replayed_at)
        )
        return result.rowcount

    def discard(self, connection: Connection, *, portal_id: int, letter_id: int, now: datetime) -> bool:
        """Close a letter without replaying it. False when the portal has no such open letter."""
        result = connection.execute(
            update(DeadLetterRow)
            .where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.id == letter_id, DeadLetterRow.replayed_at.is_(None))
            .values(replayed_at=now)
        )
        return result.rowcount == 1

    def reasons(self, connection: Connection, *, portal_id: int) -> dict[str, int]:
        """How many open letters there are of each reason, the most frequent first."""
        count = func.count()
        rows = connection.execute(
            select(DeadLetterRow.reason, count)
            .where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.replayed_at.is_(None))
            .group_by(DeadLetterRow.reason)
            .order_by(count.desc(), DeadLetterRow.reason)
        )
        return {row[0]: row[1] for row in rows}


def _as_row(entry: DeadLetterEntry) -> dict[str, object]:
    return {
        "portal_id": entry.portal_id,
        "kind": entry.kind,
        "reason": entry.reason,
        "detail": entry.detail[:_DETAIL_LIMIT],
        "delivery_id": entry.delivery_id,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "payload": dict(entry.payload),
    }
