"""What the app home lists: the hottest records, drafts that wait for a person, what days cost, and when HubSpot was heard last. Reads only.

Lists are read in pages from the top of an index, since whoever looks may see only some of the records. Nobody's rights are known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, null, or_, select, tuple_
from sqlalchemy.orm import aliased

from integration.db.models import DeliveryRow, OAuthTokenRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow


@dataclass(frozen=True)
class HotRecord:
    """A record with a score and a brief. `owner_id` None: nobody's."""

    object_type: str
    object_id: str
    value: float
    label: str
    headline: str
    owner_id: str | None

    @property
    def place(self) -> tuple[float, str, str]:
        """Where the list goes on after this record."""
        return self.value, self.object_type, self.object_id


@dataclass(frozen=True)
class WaitingDraft:
    """A draft nobody has judged. `steps` are the edit where there is one; `value` None: the record has no such score; `headline` "": no brief."""

    object_type: str
    object_id: str
    value: float | None
    headline: str
    owner_id: str | None
    steps: Sequence[Mapping[str, Any]]

    @property
    def place(self) -> tuple[float | None, str, str]:
        """Where the list goes on after this draft."""
        return self.value, self.object_type, self.object_id


class HomeStore:
    """Answers for one portal; each method is one statement."""

    def has_score(self, connection: Connection, *, portal_id: int, name: str) -> bool:
        """Whether any record has a value for this score."""
        row = ScoreRow
        found = select(exists().where(row.portal_id == portal_id, row.name == name, row.value.is_not(None)))
        return bool(connection.execute(found).scalar_one())

    def hottest(
        self, connection: Connection, *, portal_id: int, score: str, after: tuple[float, str, str] | None, limit: int
    ) -> Sequence[HotRecord]:
        """The highest first, from the place `after` on. Records without a brief are left out: nothing could be said of them."""
        row, brief = ScoreRow, BriefRow
        query = (
            select(row.object_type, row.object_id, row.value, row.label, brief.headline, brief.owner_id)
            .join(brief, _same_record(brief, row))
            .where(row.portal_id == portal_id, row.name == score, row.value.is_not(None))
            .order_by(row.value.desc(), row.object_type, row.object_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_behind(row, after))
        rows = connection.execute(query)
        return [
            HotRecord(one.object_type, one.object_id, float(one.value or 0), one.label, one.headline, one.owner_id) for one in rows
        ]

    def waiting_drafts(
        self, connection: Connection, *, portal_id: int, score: str, after: tuple[float, str, str] | None, limit: int
    ) -> Sequence[WaitingDraft]:
        """Drafts of records with this score, the highest first, from the place `after` on."""
        row, draft, brief = ScoreRow, DraftRow, BriefRow
        query = (
            select(*_draft_columns(row.value))
            .join(row, and_(_same_record(row, draft), row.name == score, row.value.is_not(None)))
            .outerjoin(brief, _same_record(brief, draft))
            .where(draft.portal_id == portal_id, draft.state == "drafted", row.portal_id == portal_id)
            .order_by(row.value.desc(), row.object_type, row.object_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_behind(row, after))
        return [_waiting(found) for found in connection.execute(query)]

    def unscored_drafts(self, connection: Connection, *, portal_id: int, score: str, limit: int) -> Sequence[WaitingDraft]:
        """Drafts of records without a value for this score, the newest first."""
        row, draft, brief = aliased(ScoreRow), DraftRow, BriefRow
        scored = exists().where(_same_record(row, draft), row.name == score, row.value.is_not(None))
        query = (
            select(*_draft_columns(null()))
            .outerjoin(brief, _same_record(brief, draft))
            .where(draft.portal_id == portal_id, draft.state == "drafted", ~scored)
            .order_by(draft.built_at.desc(), draft.object_id)
            .limit(limit)
        )
        return [_waiting(found) for found in connection.execute(query)]

    def waiting_by_owner(self, connection: Connection, *, portal_id: int) -> Mapping[str | None, int]:
        """How many drafts wait, by the owner of their record."""
        draft, brief = DraftRow, BriefRow
        query = (
            select(brief.owner_id, func.count().label("waiting"))
            .select_from(draft)
            .outerjoin(brief, _same_record(brief, draft))
            .where(draft.portal_id == portal_id, draft.state == "drafted")
            .group_by(brief.owner_id)
        )
        return {row.owner_id: row.waiting for row in connection.execute(query)}

    def heard_since(self, connection: Connection, *, portal_id: int, moment: datetime) -> bool:
        """Whether any webhook of the portal came since then."""
        row = DeliveryRow
        query = select(exists().where(row.received_at >= moment, row.portal_id == portal_id))
        return bool(connection.execute(query).scalar_one())

    def access_ends_at(self, connection: Connection, *, portal_id: int) -> datetime | None:
        """When HubSpot's present leave to call it ends; None without any. It is renewed well before, so a past moment means trouble."""
        query = select(OAuthTokenRow.expires_at).where(OAuthTokenRow.portal_id == portal_id)
        return connection.execute(query).scalar_one_or_none()


def _same_record(left: Any, right: Any) -> ColumnElement[bool]:
    return and_(left.portal_id == right.portal_id, left.object_type == right.object_type, left.object_id == right.object_id)


def _behind(row: Any, place: tuple[float, str, str]) -> ColumnElement[bool]:
    value, object_type, object_id = place
    behind = and_(row.value == value, tuple_(row.object_type, row.object_id) > (object_type, object_id))
    return and_(row.value <= value, or_(row.value < value, behind))


def _draft_columns(value: Any) -> tuple[Any, ...]:
    draft, brief = DraftRow, BriefRow
    shown = func.coalesce(draft.edited_steps, draft.steps)
    return draft.object_type, draft.object_id, value, brief.headline, brief.owner_id, shown


def _waiting(found: Any) -> WaitingDraft:
    object_type, object_id, value, headline, owner_id, steps = found
    return WaitingDraft(object_type, object_id, value, headline or "", owner_id, tuple(steps or ()))
