"""Reads everything a record's card shows, in few statements, each on an index; and how far a record is in its lane.

The drafts, provenance and findings have readers of their own. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from integration.db.session import driver_connection
from integration.hubspot.objects import CONTACTS
from integration.scoring.priority import NAME as PRIORITY

MOST_AHEAD: Final = 10_000
"""Counting further tells nobody anything."""
_STANDING: Final = """
    SELECT brief.headline, brief.sections, brief.built_at, brief.checked_at,
        item.lane, item.causes, item.queued_at, item.due_at, item.lease_until, item.attempts,
        letter.reason, letter.detail, letter.created_at,
        (SELECT extract(epoch FROM now() - max(last_heartbeat))::float8 FROM procrastinate_workers) AS silent_s
    FROM (SELECT 1) AS one
    LEFT JOIN brief ON brief.portal_id = %(portal_id)s AND brief.object_type = %(object_type)s AND brief.object_id = %(object_id)s
    LEFT JOIN work_item item ON item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = %(object_id)s
    LEFT JOIN LATERAL (
        SELECT reason, detail, created_at FROM dead_letter
        WHERE portal_id = %(portal_id)s AND object_type = %(object_type)s AND object_id = %(object_id)s AND replayed_at IS NULL
        ORDER BY id DESC LIMIT 1
    ) AS letter ON true
"""
_WAITING: Final = """
    SELECT item.lane, item.causes, item.queued_at, item.due_at, item.lease_until, item.attempts
    FROM unnest(%(object_types)s::text[], %(object_ids)s::text[]) AS asked (object_type, object_id)
    JOIN work_item item ON item.portal_id = %(portal_id)s AND item.object_type = asked.object_type AND item.object_id = asked.object_id
"""
_AHEAD: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM work_item
        WHERE portal_id = %(portal_id)s AND lane = %(lane)s AND object_type = %(object_type)s AND due_at < %(due_at)s
        LIMIT %(most)s
    ) AS ahead
"""


@dataclass(frozen=True)
class StoredBrief:
    """The brief as stored, its sections as plain data."""

    headline: str
    sections: Sequence[Any]
    built_at: datetime
    checked_at: datetime


@dataclass(frozen=True)
class WaitingItem:
    """The record's place on the worklist. `lease_until` in the future: a worker has it in hand."""

    lane: int
    causes: tuple[str, ...]
    queued_at: datetime
    due_at: datetime
    lease_until: datetime | None
    attempts: int


@dataclass(frozen=True)
class Failure:
    """Why the record could not be carried through, as its open dead letter has it."""

    reason: str
    detail: str
    at: datetime


@dataclass(frozen=True)
class Standing:
    """Where a record stands. `silent_s`: seconds since any worker gave a sign of life; None: none is registered."""

    brief: StoredBrief | None
    item: WaitingItem | None
    failure: Failure | None
    silent_s: float | None


@dataclass(frozen=True)
class StoredScore:
    """A score as stored, with what it was before it last moved."""

    name: str
    value: float | None
    unit: str
    label: str
    reasons: Sequence[Any]
    scored_at: datetime
    previous_value: float | None
    previous_label: str | None
    previous_reasons: Sequence[Any] | None
    moved_at: datetime | None


@dataclass(frozen=True)
class KnownPerson:
    """A contact in one line. `label` None: not scored yet, `headline` None: not looked at yet."""

    object_id: str
    headline: str | None
    owner_id: str | None
    label: str | None
    value: float | None
    draft_state: str | None
    checked_at: datetime


class CardStore:
    """Statements about one record of one portal."""

    def standing(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> Standing:
        """The brief, the place in the work, the last failure and the workers' sign of life. One statement."""
        parameters = {"portal_id": portal_id, "object_type": object_type, "object_id": object_id}
        row: Any = driver_connection(connection).execute(_STANDING, parameters).fetchone()
        brief = None if row[0] is None else StoredBrief(*row[0:4])
        item = None if row[4] is None else WaitingItem(row[4], tuple(row[5]), *row[6:10])
        return Standing(brief, item, None if row[10] is None else Failure(*row[10:13]), row[13])

    def waiting(self, connection: Connection, *, portal_id: int, records: Sequence[tuple[str, str]]) -> list[WaitingItem]:
        """The places of those of these records that are on the worklist. One statement."""
        parameters = {
            "portal_id": portal_id,
            "object_types": [object_type for object_type, _ in records],
            "object_ids": [object_id for _, object_id in records],
        }
        rows: Any = driver_connection(connection).execute(_WAITING, parameters)
        return [WaitingItem(row[0], tuple(row[1]), *row[2:]) for row in rows]

    def brief(
        self, connection: Connection, *, portal_id: int, object_type: str, object_id: str
    ) -> tuple[StoredBrief, str | None] | None:
        """The brief of a record with the record's owner; None when nobody looked at it. One statement."""
        row = BriefRow
        found = connection.execute(
            select(row.headline, row.sections, row.built_at, row.checked_at, row.owner_id).where(
                row.portal_id == portal_id, row.object_type == object_type, row.object_id == object_id
            )
        ).one_or_none()
        return None if found is None else (StoredBrief(*found[:4]), found.owner_id)

    def scores(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> list[StoredScore]:
        """Every score of the record, by name. One statement."""
        rows = connection.execute(_SCORES, {"portal": portal_id, "type": object_type, "record": object_id})
        return [StoredScore(*one) for one in rows]

    def people(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> list[KnownPerson]:
        """These records in a line each, the highest priority first; those nobody looked at are left out. One statement."""
        if not object_ids:
            return []
        chosen = BriefRow.object_id.in_(list(object_ids))
        rows = connection.execute(_PEOPLE.where(BriefRow.portal_id == portal_id, BriefRow.object_type == object_type, chosen))
        return [KnownPerson(*row) for row in rows]

    def people_of(self, connection: Connection, *, portal_id: int, company_id: str, limit: int) -> list[KnownPerson]:
        """The contacts of a company that we worked on, the highest priority first. One statement."""
        here = (BriefRow.portal_id == portal_id, BriefRow.object_type == CONTACTS, BriefRow.company_id == company_id)
        return [KnownPerson(*row) for row in connection.execute(_PEOPLE.where(*here).limit(limit))]

    def ahead(self, connection: Connection, *, portal_id: int, object_type: str, item: WaitingItem) -> int:
        """How many records of the lane are due before this one, at most ten thousand."""
        parameters = {
            "portal_id": portal_id,
            "lane": item.lane,
            "object_type": object_type,
            "due_at": item.due_at,
            "most": MOST_AHEAD,
        }
        row: Any = driver_connection(connection).execute(_AHEAD, parameters).fetchone()
        return int(row[0])


_SCORES: Final = (
    select(
        ScoreRow.name, ScoreRow.value, ScoreRow.unit, ScoreRow.label, ScoreRow.reasons, ScoreRow.scored_at,
        ScoreRow.previous_value, ScoreRow.previous_label, ScoreRow.previous_reasons, ScoreRow.moved_at,
    )
    .where(
        ScoreRow.portal_id == bindparam("portal"), ScoreRow.object_type == bindparam("type"), ScoreRow.object_id == bindparam("record")
    )
    .order_by(ScoreRow.name)
)  # fmt: skip
"""Built once: cards ask it all day."""


def _same_record(row: type[ScoreRow] | type[DraftRow]) -> Any:
    return (row.portal_id == BriefRow.portal_id) & (row.object_type == BriefRow.object_type) & (row.object_id == BriefRow.object_id)


_PEOPLE: Final = (
    select(
        BriefRow.object_id, BriefRow.headline, BriefRow.owner_id, ScoreRow.label, ScoreRow.value, DraftRow.state, BriefRow.checked_at
    )
    .outerjoin(ScoreRow, _same_record(ScoreRow) & (ScoreRow.name == PRIORITY))
    .outerjoin(DraftRow, _same_record(DraftRow))
    .order_by(ScoreRow.value.desc().nulls_last(), BriefRow.object_id)
)  # fmt: skip
"""Records in a line each."""
