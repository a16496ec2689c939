"""Events that wait for HubSpot's timeline. Written in the transaction of what they tell; taken, sent, and settled by the sender."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, DateTime, Text, and_, case, delete, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.types import BigInteger

from integration.db.models.automation import TimelineEventRow
from integration.pipeline.rowset_store import Columns, owned_rows, rows_as_table
from integration.pipeline.timeline.material import NewEvent

_FIRST_GAP: Final = timedelta(seconds=15)
_EVENT: Final[Columns] = {
    "event_id": Text(),
    "object_id": Text(),
    "properties": JSONB(),
    "happened_at": DateTime(timezone=True),
}
_REFUSAL: Final[Columns] = {"event_id": Text(), "error": Text()}


@dataclass(frozen=True)
class WaitingEvent:
    """A row to be sent. `attempts` counts this one."""

    event_id: str
    object_type: str
    object_id: str
    properties: Mapping[str, str]
    happened_at: datetime
    attempts: int


class TimelineStore:
    """Rows of `timeline_event`."""

    def add(self, connection: Connection, *, portal_id: int, object_type: str, events: Sequence[NewEvent]) -> None:
        """Write the events down; one that is there already stays as it is. No statement when there are none."""
        if not events:
            return
        rows = [
            {"event_id": one.event_id, "object_id": one.object_id, "properties": one.properties, "happened_at": one.happened_at}
            for one in events
        ]
        source = owned_rows(portal_id, object_type, _EVENT, rows)
        statement = insert(TimelineEventRow).from_select(["portal_id", "object_type", *_EVENT], source)
        connection.execute(statement.on_conflict_do_nothing())

    def portals_waiting(self, connection: Connection) -> list[int]:
        """Portals with events to send. All portals: the sender goes through them."""
        row = TimelineEventRow
        query = select(row.portal_id).where(row.sent_at.is_(None), row.error.is_(None)).distinct().order_by(row.portal_id)
        return list(connection.scalars(query))

    def take(self, connection: Connection, *, portal_id: int, limit: int, now: datetime) -> list[WaitingEvent]:
        """The oldest events that are due, their attempt counted: each further attempt waits twice as long as the one before."""
        row = TimelineEventRow
        due = (
            select(row.event_id)
            .where(row.portal_id == portal_id, row.sent_at.is_(None), row.error.is_(None), _due_at() <= now)
            .order_by(row.happened_at, row.event_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(row)
            .where(row.portal_id == portal_id, row.event_id.in_(due.scalar_subquery()))
            .values(attempts=row.attempts + 1)
            .returning(row.event_id, row.object_type, row.object_id, row.properties, row.happened_at, row.attempts)
        )
        found = [WaitingEvent(*one) for one in connection.execute(taken)]
        return sorted(found, key=lambda one: (one.happened_at, one.event_id))

    def settle(
        self,
        connection: Connection,
        *,
        portal_id: int,
        sent: Collection[str],
        refused: Mapping[str, str],
        now: datetime,
    ) -> None:
        """HubSpot has the `sent` ones; the `refused` ones are given up, each with the reason."""
        row = TimelineEventRow
        told = [{"event_id": one, "error": None} for one in sent]
        told += [{"event_id": one, "error": words} for one, words in refused.items()]
        if not told:
            return
        given = rows_as_table("given", _REFUSAL, told)
        connection.execute(
            update(row)
            .where(and_(row.portal_id == portal_id, row.event_id == given.c.event_id))
            .values(sent_at=case((given.c.error.is_(None), now), else_=null()), error=given.c.error)
        )

    def forget_before(self, connection: Connection, *, portal_id: int, moment: datetime) -> None:
        """Drop the rows of events that were sent or given up and happened before the moment."""
        row = TimelineEventRow
        settled = row.sent_at.is_not(None) | row.error.is_not(None)
        connection.execute(delete(row).where(row.portal_id == portal_id, row.happened_at < moment, settled))


def _due_at() -> ColumnElement[datetime]:
    """When an event may be sent: at once, then 15, 45, 105 ... seconds after it happened."""
    row = TimelineEventRow
    gaps = func.power(2, func.least(row.attempts, 16), type_=BigInteger()) - 1
    return row.happened_at + gaps * literal(_FIRST_GAP)
