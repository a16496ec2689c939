"""An enricher that does not forget: where a provider failed this time or the budget was used up, what it said of the record last time is
used, as old as it is.

Without this an outage of a provider would make scores worse and rewrite briefs, only to change them back a day later.
Limit: a company known only through a contact's address is not remembered, since it has no record to remember it by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.ports import Enricher, Question
from integration.pipeline.results import is_answer
from integration.pipeline.said_store import SaidStore
from integration.providers.base import Finding
from integration.providers.merge import merge_findings
from integration.providers.questions import Enrichment

_OBJECT_TYPES: Final = {"company": COMPANIES, "person": CONTACTS}


class RememberingEnricher:
    """Wraps an enricher; costs one query, and only when a provider failed."""

    def __init__(self, enricher: Enricher, database: Database, clock: Clock) -> None:
        self._enricher = enricher
        self._database = database
        self._clock = clock
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
                answers[key] = completed(answers[key], findings, as_of=self._clock())
        return answers


def completed(answer: Enrichment, remembered: Iterable[Finding], *, as_of: datetime) -> Enrichment:
    """The answer with remembered findings of those providers that failed now, weighed with the rest, as old as they are."""
    silent = _failed(answer)
    more = [found for found in remembered if found.provider in silent]
    if not more:
        return answer
    every = dict.fromkeys((*answer.every_finding(), *more))
    findings, alternatives = merge_findings(every, as_of=as_of, weighing=answer.weighing)
    return replace(answer, findings=findings, alternatives=alternatives)


def _failed(answer: Enrichment) -> frozenset[str]:
    """Providers that failed, or were not asked for want of budget, and gave no other answer. One that must forget the person for legal
    reasons has answered.
    """
    failed = {reply.provider for reply in answer.replies if reply.outcome == "failed" or reply.waits_until is not None}
    return frozenset(failed - {reply.provider for reply in answer.replies if is_answer(reply)})
