"""Provider answers kept so that nothing is paid for twice, and people who must not be asked about again. One statement per batch.

Stored keys are digests under the portal's own key, so a row tells nobody who was asked about. `<whom>.<what>` of a question keeps its form:
the digest of whom, and the endpoint; all answers about one person are found by the first part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal, NotRequired, TypedDict

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, delete, func, select

from integration.core.digests import Digester
from integration.db.models import ProviderCacheRow
from integration.db.session import driver_connection
from integration.providers.base import Candidate, Field, FieldValue, Finding
from integration.providers.digest_key_store import DigestKeyStore
from integration.providers.questions import SUPPRESSION

FOREVER: Final = timedelta(days=36500)


@dataclass(frozen=True)
class CachedAnswer:
    """A stored answer: found with findings or candidates, or a negative one."""

    outcome: Literal["found", "not_found", "suppressed"]
    findings: tuple[Finding, ...] = ()
    about: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class NewAnswer:
    """An answer to store until `expires_at`."""

    provider: str
    question: str
    outcome: Literal["found", "not_found", "suppressed"]
    findings: tuple[Finding, ...]
    expires_at: datetime
    about: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()


class _StoredFinding(TypedDict):
    field: str
    value: str | int | float | bool | list[str]
    seen_at: str
    confidence_ratio: float
    source_url: str | None
    cost_usd: str
    part: NotRequired[str | int]
    """Absent: a finding. "about", or the number of the candidate it belongs to."""


_SAVE: Final = """
    INSERT INTO provider_cache AS old (portal_id, provider, question, outcome, findings, fetched_at, expires_at)
    SELECT %(portal_id)s, new.provider, new.question, new.outcome, new.findings, %(now)s, new.expires_at
    FROM jsonb_to_recordset(%(answers)s)
        AS new (provider text, question text, outcome text, findings jsonb, expires_at timestamptz)
    ON CONFLICT (portal_id, provider, question) DO UPDATE SET outcome = excluded.outcome, findings = excluded.findings,
        fetched_at = excluded.fetched_at, expires_at = excluded.expires_at
    WHERE old.outcome <> %(suppression)s
"""


class CacheStore:
    """Rows of `provider_cache`. Question ids name the endpoint and the subject, so they are unique across providers."""

    def __init__(self, digest_keys: DigestKeyStore) -> None:
        self._digest_keys = digest_keys

    def find(
        self, connection: Connection, *, portal_id: int, questions: Sequence[str], now: datetime
    ) -> Mapping[str, CachedAnswer]:
        """Answers that are still fresh, by question id."""
        digester = self._digest_keys.find(connection, portal_id=portal_id) if questions else None
        if digester is None:
            return {}
        asked = {_stored_key(digester, question): question for question in questions}
        rows = connection.execute(
            select(ProviderCacheRow.question, ProviderCacheRow.provider, ProviderCacheRow.outcome, ProviderCacheRow.findings).where(
                ProviderCacheRow.portal_id == portal_id,
                ProviderCacheRow.question.in_(list(asked)),
                ProviderCacheRow.expires_at > now,
            )
        )
        return {asked[row.question]: _answer(row.outcome, row.provider, row.findings) for row in rows}

    def save(self, connection: Connection, *, portal_id: int, answers: Sequence[NewAnswer], now: datetime) -> None:
        """Stores all answers in one statement; an older answer to the same question is replaced, a suppression never."""
        if not answers:
            return
        digester = self._digest_keys.obtain(connection, portal_id=portal_id)
        latest = {(answer.provider, _stored_key(digester, answer.question)): answer for answer in answers}
        # one order for all writers: two batches cannot lock each other out
        rows = sorted(latest.items(), key=lambda item: item[0])
        driver_connection(connection).execute(
            _SAVE,
            {
                "portal_id": portal_id,
                "answers": Jsonb([_stored_answer(key, answer) for (_, key), answer in rows]),
                "now": now,
                "suppression": SUPPRESSION,
            },
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
        digester = self._digest_keys.find(connection, portal_id=portal_id) if questions else None
        if digester is None:
            return 0
        return connection.execute(
            delete(ProviderCacheRow).where(
                ProviderCacheRow.portal_id == portal_id,
                ProviderCacheRow.question.in_([_stored_key(digester, question) for question in questions]),
                ProviderCacheRow.outcome != SUPPRESSION,
            )
        ).rowcount

    @staticmethod
    def forget_people(connection: Connection, *, portal_id: int, digests: Sequence[str]) -> int:
        """How many answers, found and not found, were erased about the people with these digests (of `identity_id`), whoever gave them."""
        if not digests:
            return 0
        return connection.execute(
            delete(ProviderCacheRow).where(
                ProviderCacheRow.portal_id == portal_id,
                func.split_part(ProviderCacheRow.question, ".", 1).in_(digests),
                ProviderCacheRow.outcome != SUPPRESSION,
            )
        ).rowcount

    def purge_expired(self, connection: Connection, *, portal_id: int, now: datetime) -> int:
        """How many outdated answers were removed."""
        return connection.execute(
            delete(ProviderCacheRow).where(ProviderCacheRow.portal_id == portal_id, ProviderCacheRow.expires_at <= now)
        ).rowcount


def _stored_answer(key: str, answer: NewAnswer) -> dict[str, object]:
    return {
        "provider": answer.provider,
        "question": key,
        "outcome": answer.outcome,
        "findings": _all_stored(answer),
        "expires_at": answer.expires_at.isoformat(),
    }


def _stored_key(digester: Digester, question: str) -> str:
    whom, dot, what = question.partition(".")
    return f"{digester.of(whom)}{dot}{what}"


def _answer(outcome: Literal["found", "not_found", "suppressed"], provider: str, stored: Sequence[_StoredFinding]) -> CachedAnswer:
    parts: dict[str | int, list[Finding]] = {}
    for one in stored:
        parts.setdefault(one.get("part", ""), []).append(_revived(provider, one))
    candidates = tuple(Candidate(tuple(found)) for part, found in parts.items() if isinstance(part, int))
    return CachedAnswer(outcome, tuple(parts.get("", ())), tuple(parts.get("about", ())), candidates)


def _all_stored(answer: NewAnswer) -> list[_StoredFinding]:
    """Findings, evidence and candidates in one list, each marked with what it is."""
    stored = [_stored(finding) for finding in answer.findings]
    stored += [{**_stored(finding), "part": "about"} for finding in answer.about]
    for number, candidate in enumerate(answer.candidates):
        stored += [{**_stored(finding), "part": number} for finding in candidate.findings]
    return stored


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
