"""Findings, scores, briefs and drafts of a batch: one upsert for each kind, and unchanged rows are left untouched.

What a person made of a draft outlives what is found later: an approved draft stays approved, an edit is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Double,
    Numeric,
    Text,
    case,
    delete,
    exists,
    literal,
    null,
    or_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from integration.briefs.base import Brief
from integration.briefs.render import render_card
from integration.db.models.enrichment import FindingRow
from integration.db.models.results import BriefRow, DraftRow
from integration.outreach.render import render_steps
from integration.pipeline.results import Decided, answering_providers, findings_to_store
from integration.pipeline.rowset_store import Columns, Row, owned_rows, rows_as_table
from integration.pipeline.score_store import ScoreStore
from integration.pipeline.timeline.material import material_events
from integration.pipeline.timeline.timeline_store import TimelineStore
from integration.providers.reasons import NOT_SAID_NOW

_MOMENT: Final = DateTime(timezone=True)
_FINDING: Final[Columns] = {
    "object_id": Text(),
    "field": Text(),
    "provider": Text(),
    "value": JSONB(),
    "source_url": Text(),
    "seen_at": _MOMENT,
    "confidence_ratio": Double(),
    "cost_usd": Numeric(12, 6),
    "chosen": Boolean(),
    "lost_because": Text(),
    "run_id": Text(),
}
_FINDING_KEY: Final = ("object_id", "field", "provider")
_FINDING_SAYS: Final = ("value", "source_url", "confidence_ratio", "chosen")
_FINDING_REWRITTEN: Final = (*_FINDING_SAYS, "lost_because")
_BRIEF: Final[Columns] = {
    "object_id": Text(),
    "headline": Text(),
    "sections": JSONB(),
    "fingerprint": Text(),
    "built_at": _MOMENT,
    "checked_at": _MOMENT,
    "owner_id": Text(),
    "company_id": Text(),
}
_DRAFT: Final[Columns] = {
    "object_id": Text(),
    "state": Text(),
    "refusal": Text(),
    "steps": JSONB(),
    "fingerprint": Text(),
    "built_at": _MOMENT,
}
_ANSWERED: Final[Columns] = {"object_id": Text(), "provider": Text()}
_CHECKED_WITHIN: Final = timedelta(hours=1)
"""How exactly `checked_at` tells when a record was last looked at: a row is not rewritten for less."""
_DECISION: Final = ("decided_by", "decided_at", "decision_note")


class ResultStore:
    """Saves what a batch decided, in six statements whatever its size, and a seventh where a priority moved materially."""

    def __init__(self) -> None:
        self._scores = ScoreStore()
        self._timeline = TimelineStore()

    def save(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        run_id: str,
        decided: Sequence[Decided],
        tells_timeline: bool = False,
    ) -> None:
        """All results of the batch. A row is rewritten only when it says something else; a draft a rep judged keeps that judgement.

        `tells_timeline`: a material move becomes an event that waits to be sent.
        """
        owner = (portal_id, object_type)
        findings = [row for entry in decided for row in _finding_rows(entry, run_id)]
        self._drop_stale_findings(connection, portal_id, object_type, decided, findings)
        _save_findings(connection, owner, findings)
        moves = self._scores.save(connection, portal_id=portal_id, object_type=object_type, decided=decided)
        _save_briefs(connection, owner, [_brief_row(entry, brief) for entry in decided if (brief := entry.brief) is not None])
        _save_drafts(connection, owner, [row for entry in decided for row in _draft_rows(entry)])
        if tells_timeline:
            briefs = {entry.object_id: brief for entry in decided if (brief := entry.brief) is not None}
            events = material_events(portal_id, object_type, moves, briefs)
            self._timeline.add(connection, portal_id=portal_id, object_type=object_type, events=events)

    @staticmethod
    def _drop_stale_findings(
        connection: Connection, portal_id: int, object_type: str, decided: Sequence[Decided], findings: Sequence[Row]
    ) -> None:
        """Forget what a provider that answered this time no longer says. What a silent provider once said stays."""
        pairs = [
            {"object_id": entry.object_id, "provider": provider}
            for entry in decided
            for provider in sorted(answering_providers(entry.sheet))
        ]
        answered = rows_as_table("answered", _ANSWERED, pairs)
        keys = [{"object_id": row["object_id"], "field": row["field"], "provider": row["provider"]} for row in findings]
        current = rows_as_table("current", {**_ANSWERED, "field": Text()}, keys)
        still_said = exists().where(
            current.c.object_id == FindingRow.object_id,
            current.c.field == FindingRow.field,
            current.c.provider == FindingRow.provider,
        )
        connection.execute(
            delete(FindingRow).where(
                FindingRow.portal_id == portal_id,
                FindingRow.object_type == object_type,
                FindingRow.object_id == answered.c.object_id,
                FindingRow.provider == answered.c.provider,
                ~still_said,
            )
        )
        # What a provider that failed this time said earlier is kept, but it is not what we go by now.
        connection.execute(
            update(FindingRow)
            .where(
                FindingRow.portal_id == portal_id,
                FindingRow.object_type == object_type,
                FindingRow.object_id.in_([entry.object_id for entry in decided]),
                FindingRow.chosen,
                ~still_said,
            )
            .values(chosen=False, lost_because=NOT_SAID_NOW)
        )


def _save_findings(connection: Connection, owner: tuple[int, str], rows: Sequence[Row]) -> None:
    """A finding that says the same keeps the moment at which it was first seen so, also where it is ranked for another reason."""
    if not rows:
        return
    statement = insert(FindingRow).from_select(["portal_id", "object_type", *_FINDING], owned_rows(*owner, _FINDING, rows))
    stored, new = FindingRow.__table__.c, statement.excluded
    says_else = or_(*(stored[name].is_distinct_from(new[name]) for name in _FINDING_SAYS))
    values: dict[str, ColumnElement[Any]] = {
        name: case((says_else, new[name]), else_=stored[name]) for name in _FINDING if name not in _FINDING_KEY
    }
    values["lost_because"] = new.lost_because
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["portal_id", "object_type", *_FINDING_KEY],
            set_=values,
            where=or_(*(stored[name].is_distinct_from(new[name]) for name in _FINDING_REWRITTEN)),
        )
    )


def _save_briefs(connection: Connection, owner: tuple[int, str], rows: Sequence[Row]) -> None:
    """A brief that says the same keeps its `built_at`; its row is touched when owner or company changed, or to move `checked_at` on."""
    if not rows:
        return
    statement = insert(BriefRow).from_select(["portal_id", "object_type", *_BRIEF], owned_rows(*owner, _BRIEF, rows))
    stored, new = BriefRow.__table__.c, statement.excluded
    says_else = stored.fingerprint.is_distinct_from(new.fingerprint)
    values = {name: new[name] for name in _BRIEF if name != "object_id"}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["portal_id", "object_type", "object_id"],
            set_=values | {"built_at": case((says_else, new.built_at), else_=stored.built_at)},
            where=or_(
                says_else,
                stored.owner_id.is_distinct_from(new.owner_id),
                stored.company_id.is_distinct_from(new.company_id),
                stored.checked_at < new.checked_at - literal(_CHECKED_WITHIN),
            ),
        )
    )


def _save_drafts(connection: Connection, owner: tuple[int, str], rows: Sequence[Row]) -> None:
    """Our own steps follow the newest facts. An approval stands; a rejection, with who and why, ends when there is something else to judge."""
    if not rows:
        return
    statement = insert(DraftRow).from_select(["portal_id", "object_type", *_DRAFT], owned_rows(*owner, _DRAFT, rows))
    stored, new = DraftRow.__table__.c, statement.excluded
    approved = stored.state == "approved"
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in _DRAFT if name != "object_id"}
    values["state"] = case((approved, stored.state), else_=new.state)
    # Whoever looked at our own words must look again before they decide; an edit and an approval are not changed by newer facts.
    values["version"] = case((or_(approved, stored.edited_steps.is_not(null())), stored.version), else_=stored.version + 1)
    values |= {name: case((approved, stored[name]), else_=null()) for name in _DECISION}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["portal_id", "object_type", "object_id"],
            set_=values,
            where=stored.fingerprint.is_distinct_from(new.fingerprint),
        )
    )


def _finding_rows(entry: Decided, run_id: str) -> list[Row]:
    return [
        {
            "object_id": entry.object_id,
            "field": stored.finding.field.value,
            "provider": stored.finding.provider,
            "value": stored.finding.value,
            "source_url": stored.finding.source_url,
            "seen_at": stored.finding.seen_at,
            "confidence_ratio": stored.finding.confidence_ratio,
            "cost_usd": stored.finding.cost_usd,
            "chosen": stored.chosen,
            "lost_because": stored.lost_because,
            "run_id": run_id,
        }
        for stored in findings_to_store(entry.sheet)
    ]


def _brief_row(entry: Decided, brief: Brief) -> Row:
    return {
        "object_id": entry.object_id,
        "headline": brief.headline,
        "sections": render_card(brief),
        "fingerprint": brief.fingerprint,
        "built_at": entry.sheet.as_of,
        "checked_at": entry.sheet.as_of,
        "owner_id": entry.owner_id,
        "company_id": entry.company_id,
    }


def _draft_rows(entry: Decided) -> list[Row]:
    if entry.draft is None:
        return []
    return [
        {
            "object_id": entry.object_id,
            "state": "refused" if entry.draft.refusal else "drafted",
            "refusal": entry.draft.refusal,
            "steps": render_steps(entry.draft),
            "fingerprint": entry.draft.fingerprint,
            "built_at": entry.sheet.as_of,
        }
    ]
