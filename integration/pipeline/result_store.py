"""Findings, scores, briefs and drafts of a batch: one upsert for each kind, and unchanged rows are left untouched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, DateTime, Double, Numeric, Select, Text, delete, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.types import BigInteger

from integration.briefs.render import render_card
from integration.db.models.base import Base
from integration.db.models.enrichment import FindingRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from integration.outreach.render import render_steps
from integration.pipeline.results import (
    Decided,
    answering_providers,
    findings_to_store,
    score_reasons,
)
from integration.pipeline.rowset_store import Columns, Row, rows_as_table

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
    "run_id": Text(),
}
_SCORE: Final[Columns] = {
    "object_id": Text(),
    "name": Text(),
    "value": Double(),
    "unit": Text(),
    "label": Text(),
    "reasons": JSONB(),
    "scored_at": _MOMENT,
}
_BRIEF: Final[Columns] = {
    "object_id": Text(),
    "headline": Text(),
    "sections": JSONB(),
    "fingerprint": Text(),
    "built_at": _MOMENT,
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


class ResultStore:
    """Saves what a batch decided, in six statements whatever its size."""

    def save(self, connection: Connection, *, portal_id: int, object_type: str, run_id: str, decided: Sequence[Decided]) -> None:
        """All results of the batch. A row is rewritten only when it says something else; a draft a rep judged keeps that judgement."""
        owner = (portal_id, object_type)
        findings = [row for entry in decided for row in _finding_rows(entry, run_id)]
        self._drop_stale_findings(connection, portal_id, object_type, decided, findings)
        _upsert(
            connection, owner, FindingRow, _FINDING, findings,
            key=("object_id", "field", "provider"), changed_by=("value", "source_url", "confidence_ratio", "chosen"),
        )  # fmt: skip
        _upsert(
            connection, owner, ScoreRow, _SCORE, [row for entry in decided for row in _score_rows(entry)],
            key=("object_id", "name"), changed_by=("value", "unit", "label", "reasons"),
        )  # fmt: skip
        _upsert(
            connection, owner, BriefRow, _BRIEF, [_brief_row(entry) for entry in decided],
            key=("object_id",), changed_by=("fingerprint",),
        )  # fmt: skip
        _upsert(
            connection, owner, DraftRow, _DRAFT, [row for entry in decided for row in _draft_rows(entry)],
            key=("object_id",), changed_by=("fingerprint",),
        )  # fmt: skip

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
            .values(chosen=False)
        )


def _upsert(
    connection: Connection,
    owner: tuple[int, str],
    table: type[Base],
    columns: Columns,
    rows: Sequence[Row],
    *,
    key: tuple[str, ...],
    changed_by: tuple[str, ...],
) -> None:
    """Insert the rows; where one exists, replace it only when one of `changed_by` differs."""
    if not rows:
        return
    statement = insert(table).from_select(["portal_id", "object_type", *columns], _given(owner, columns, rows))
    connection.execute(_replacing(statement, table, columns, key, changed_by))


def _given(owner: tuple[int, str], columns: Columns, rows: Sequence[Row]) -> Select[Any]:
    given = rows_as_table("given", columns, rows)
    return select(literal(owner[0], BigInteger()), literal(owner[1]), *(given.c[name] for name in columns))


def _replacing(statement: Insert, table: type[Base], columns: Columns, key: tuple[str, ...], changed_by: tuple[str, ...]) -> Insert:
    stored = table.__table__.c
    return statement.on_conflict_do_update(
        index_elements=["portal_id", "object_type", *key],
        set_={name: statement.excluded[name] for name in columns if name not in key},
        where=or_(*(stored[name].is_distinct_from(statement.excluded[name]) for name in changed_by)),
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
            "run_id": run_id,
        }
        for stored in findings_to_store(entry.sheet)
    ]


def _score_rows(entry: Decided) -> list[Row]:
    return [
        {
            "object_id": entry.object_id,
            "name": score.name,
            "value": score.value,
            "unit": score.unit,
            "label": score.label,
            "reasons": score_reasons(score),
            "scored_at": entry.sheet.as_of,
        }
        for score in entry.scores
    ]


def _brief_row(entry: Decided) -> Row:
    return {
        "object_id": entry.object_id,
        "headline": entry.brief.headline,
        "sections": render_card(entry.brief),
        "fingerprint": entry.brief.fingerprint,
        "built_at": entry.sheet.as_of,
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
