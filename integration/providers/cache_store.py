"""Provider answers kept so that nothing is paid for twice, and people who must not be asked about again. One statement per batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal, TypedDict

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import ProviderCacheRow
from integration.providers.base import Field, FieldValue, Finding
from integration.providers.questions import SUPPRESSION

FOREVER: Final = timedelta(days=36500)


@dataclass(frozen=True)
class CachedAnswer:
    """A stored answer: found with findings, or a negative one."""

    outcome: Literal["found", "not_found", "suppressed"]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class NewAnswer:
    """An answer to store until `expires_at`."""

    provider: str
    question: str
    outcome: Literal["found", "not_found", "suppressed"]
    findings: tuple[Finding, ...]
    expires_at: datetime


class _StoredFinding(TypedDict):
    field: str
    value: str | int | float | bool | list[str]
    seen_at: str
    confidence_ratio: float
    source_url: str | None
    cost_usd: str


class CacheStore:
    """Rows of `provider_cache`. Question ids are hashes over provider and subject, so they are unique across providers."""

    def find(
        self, connection: Connection, *, portal_id: int, questions: Sequence[str], now: datetime
    ) -> Mapping[str, CachedAnswer]:
        """Answers that are still fresh, by question id."""
        if not questions:
            return {}
        rows = connection.execute(
            select(ProviderCacheRow.question, ProviderCacheRow.provider, ProviderCacheRow.outcome, ProviderCacheRow.findings).where(
                ProviderCacheRow.portal_id == portal_id,
                ProviderCacheRow.question.in_(questions),
                ProviderCacheRow.expires_at > now,
            )
        )
        return {row.question: CachedAnswer(row.outcome, tuple(_revived(row.provider, one) for one in row.findings)) for row in rows}

    def save(self, connection: Connection, *, portal_id: int, answers: Sequence[NewAnswer], now: datetime) -> None:
        """Stores all answers in one statement; an older answer to the same question is replaced, a suppression never."""
        if not answers:
            return
        latest = {(answer.provider, answer.question): answer for answer in answers}
        rows = [
            {
                "portal_id": portal_id,
                "provider": answer.provider,
                "question": answer.question,
                "outcome": answer.outcome,
                "findings": [_stored(finding) for finding in answer.findings],
                "fetched_at": now,
                "expires_at": answer.expires_at,
            }
            for _, answer in sorted(latest.items())  # one order for all writers: two batches cannot lock each other out
        ]
        statement = insert(ProviderCacheRow).values(rows)
        new = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "provider", "question"],
                set_={
                    "outcome": new.outcome,
                    "findings": new.findings,
                    "fetched_at": new.fetched_at,
                    "expires_at": new.expires_at,
                },
                where=ProviderCacheRow.outcome != SUPPRESSION,
            )
        )

    def suppress(
        self, connection: Connection, *, portal_id: int, marks: Sequence[str], erase: Sequence[str], now: datetime
    ) -> None:
        """Remembers a person who asked not to be processed (`marks`) and erases what providers said about them (`erase`)."""
        self.forget(connection, portal_id=portal_id, questions=erase)
        answers = [NewAnswer(SUPPRESSION, mark, "suppressed", (), now + FOREVER) for mark in marks]
        self.save(connection, portal_id=portal_id, answers=answers, now=now)

    def forget(self, connection: Connection, *, portal_id: int, questions: Sequence[str]) -> int:
        """How many stored answers were erased. Suppressions stay: they are what keeps us from asking again."""
        if not questions:
            return 0
        return connection.execute(
            delete(ProviderCacheRow).where(
                ProviderCacheRow.portal_id == portal_id,
                ProviderCacheRow.question.in_(questions),
                ProviderCacheRow.outcome != SUPPRESSION,
            )
        ).rowcount

    def purge_expired(self, connection: Connection, *, portal_id: int, now: datetime) -> int:
        """How many outdated answers were removed."""
        return connection.execute(
            delete(ProviderCacheRow).where(ProviderCacheRow.portal_id == portal_id, ProviderCacheRow.expires_at <= now)
        ).rowcount


def _stored(finding: Finding) -> _StoredFinding:
    return {
        "field": finding.field.value,
        "value": list(finding.value) if isinstance(finding.value, tuple) else finding.value,
        "seen_at": finding.seen_at.isoformat(),
        "confidence_ratio": finding.confidence_ratio,
        "source_url": finding.source_url,
        "cost_usd": str(finding.cost_usd),
    }


def _revived(provider: str, stored: _StoredFinding) -> Finding:
    """The finding as it was first seen; it costs nothing the second time."""
    raw = stored["value"]
    value: FieldValue = tuple(raw) if isinstance(raw, list) else raw
    return Finding(
        Field(stored["field"]),
        value,
        provider,
        datetime.fromisoformat(stored["seen_at"]),
        stored["confidence_ratio"],
        stored["source_url"],
        Decimal(0),
    )
