"""An enricher that does not forget: where a provider failed this time or the budget was used up, what it said of the record last time is
used, as old as it is.

Without this an outage of a provider would make scores worse and rewrite briefs, only to change them back a day later.
Limit: a company known only through a contact's address is not remembered, since it has no record to remember it by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.ports import Enricher, Question
from integration.pipeline.results import is_answer
from integration.pipeline.said_store import SaidStore
from integration.providers.base import Field, Finding, chosen_first
from integration.providers.questions import Enrichment

_OBJECT_TYPES: Final = {"company": COMPANIES, "person": CONTACTS}


class RememberingEnricher:
    """Wraps an enricher; costs one query, and only when a provider failed."""

    def __init__(self, enricher: Enricher, database: Database) -> None:
        self._enricher = enricher
        self._database = database
        self._store = SaidStore()

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]:
        """The answers, completed from memory where a provider failed."""
        answers = dict(self._enricher.enrich(portal_id, questions))
        gaps: dict[str, dict[str, Question]] = {}
        for question in questions:
            if question.object_id is not None and _failed(answers[question.key]):
                gaps.setdefault(_OBJECT_TYPES[question.subject.kind], {})[question.object_id] = question
        for object_type, by_id in gaps.items():
            with self._database.begin() as connection:
                said = self._store.find(connection, portal_id=portal_id, object_type=object_type, object_ids=list(by_id))
            for object_id, findings in said.items():
                key = by_id[object_id].key
                answers[key] = completed(answers[key], findings)
        return answers


def completed(answer: Enrichment, remembered: Iterable[Finding]) -> Enrichment:
    """The answer with remembered findings of those providers that failed now. What anybody said now is never displaced from its provider."""
    silent = _failed(answer)
    findings, alternatives = dict(answer.findings), dict(answer.alternatives)
    for found in remembered:
        if found.provider not in silent:
            continue
        ranked = chosen_first([*_said_of(findings, alternatives, found.field), found])
        findings[found.field] = ranked[0]
        if ranked[1:]:
            alternatives[found.field] = tuple(ranked[1:])
    return replace(answer, findings=findings, alternatives=alternatives)


def _said_of(
    findings: Mapping[Field, Finding], alternatives: Mapping[Field, tuple[Finding, ...]], field: Field
) -> tuple[Finding, ...]:
    chosen = findings.get(field)
    return (() if chosen is None else (chosen,)) + alternatives.get(field, ())


def _failed(answer: Enrichment) -> frozenset[str]:
    """Providers that failed, or were not asked for want of budget, and gave no other answer. One that must forget the person for legal
    reasons has answered.
    """
    failed = {reply.provider for reply in answer.replies if reply.outcome == "failed" or reply.waits_until is not None}
    return frozenset(failed - {reply.provider for reply in answer.replies if is_answer(reply)})
