"""The identity gate around an enricher: findings pass only when they are about the record; what cannot be told is put to a person.

What the rule refused is not used, is counted in the run (`held_back` of the reply) and stands in the record's review row with its reasons,
where the record's page shows it. Candidates wait in the same row; once a person has chosen, the chosen company's findings are used, from
the answer or, when no provider names it any more, from the row: nothing is paid for again.

The gate stands outside of what remembers earlier findings, so that these too must be about the record as it is now. It costs one query for
a batch of companies, one or two statements more where a question changes.
Limit: a company that has no record of its own cannot be asked about; what is not plainly it is refused.
Limit: nobody is asked about a person; an answer that is not plainly about the person is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.matching.candidates import Candidate, Settlement, settle
from integration.matching.identity import Ruling, Verdict
from integration.pipeline.identity.letting_through import (
    Part,
    claim_of,
    company_contradicted,
    judge_people,
    known_company,
    known_person,
    let_through,
    parts_of,
    person_contradicted,
    withheld,
)
from integration.pipeline.identity.review_store import Change, ReviewStore
from integration.pipeline.identity.reviews import Review, ReviewCandidate, Standing, next_review
from integration.pipeline.ports import Enricher, Question
from integration.providers.base import Finding, ProviderReply
from integration.providers.questions import Enrichment

_ASKED: Final = "several companies could be meant; the review queue asks which"
_Reviewed = tuple[Enrichment, Sequence[ReviewCandidate], Sequence[ReviewCandidate]]
"""The answer let through, the candidates to ask about, and what the rule refused."""


class GatedEnricher:
    """Wraps an enricher. Safe between threads as far as that is."""

    def __init__(self, enricher: Enricher, database: Database, clock: Clock) -> None:
        self._enricher = enricher
        self._database = database
        self._clock = clock
        self._store = ReviewStore()

    def enrich(self, portal_id: int, questions: Sequence[Question]) -> Mapping[str, Enrichment]:
        """The answers with only those findings that are about their subjects."""
        answers = self._enricher.enrich(portal_id, questions)
        let: dict[str, Enrichment] = {}
        for kind, object_type in (("company", COMPANIES), ("person", CONTACTS)):
            asked = [question for question in questions if question.subject.kind == kind]
            if asked:
                let |= self._gate(portal_id, object_type, asked, answers)
        return let

    def _gate(
        self, portal_id: int, object_type: str, questions: Sequence[Question], answers: Mapping[str, Enrichment]
    ) -> dict[str, Enrichment]:
        now, let = self._clock(), {}
        ids = sorted({question.object_id for question in questions if question.object_id is not None})
        with self._database.begin() as connection:
            before = self._store.find_many(connection, portal_id=portal_id, object_type=object_type, object_ids=ids)
            changes: dict[str, Change] = {}
            for question in questions:
                known = before.get(question.object_id or "")
                judge = _judge_company if object_type == COMPANIES else _judge_person
                let[question.key], asked, ruled_out = judge(question, answers[question.key], known, now)
                if question.object_id is not None:
                    wanted = next_review(object_type, question.object_id, known, asked=asked, ruled_out=ruled_out)
                    if wanted is not None:
                        changes[question.object_id] = (known, wanted)
            ordered = [changes[object_id] for object_id in sorted(changes)]
            self._store.save(connection, portal_id=portal_id, object_type=object_type, changes=ordered, now=now)
        return let


def _judge_company(question: Question, answer: Enrichment, review: Review | None, now: datetime) -> _Reviewed:
    parts, known = parts_of(answer), known_company(question)
    fresh = [part for part in parts if part.reply is not None]
    chosen = None if review is None else review.chosen
    settlement = settle(
        known,
        [claim_of(part) for part in fresh],
        chosen=None if chosen is None else chosen.key,
        refused_tokens=frozenset() if review is None else review.refused_tokens,
    )
    accepted = set(settlement.accepted) | {
        part.number for part in parts if part.reply is None and not company_contradicted(part, known)
    }
    more: tuple[Finding, ...] = ()
    if chosen is not None and not _names(settlement, fresh, chosen) and not known.domains:
        more = chosen.findings
    asked = () if question.object_id is None else tuple(_offered(one, parts) for one in settlement.asked)
    ruled_out = [
        _ruled_out(parts[number], verdict) for number, verdict in settlement.refused.items() if verdict.ruling is Ruling.REFUSED
    ]
    if len(accepted) == len(parts) and not more:
        return answer, asked, ruled_out
    held = _held_back(answer, fresh, settlement, is_askable=question.object_id is not None)
    return let_through(answer, parts, accepted, held, more=more, as_of=now), asked, ruled_out


def _names(settlement: Settlement, parts: Sequence[Part], chosen: ReviewCandidate) -> bool:
    """Whether the chosen company is among what was accepted now."""
    tokens = frozenset(chosen.tokens)
    return any(part.number in settlement.accepted and claim_of(part).tokens & tokens for part in parts)


def _held_back(answer: Enrichment, parts: Sequence[Part], settlement: Settlement, *, is_askable: bool) -> dict[int, ProviderReply]:
    """The replies that nothing is used of, by place: waiting where one of its companies may still be chosen."""
    waiting = {number for one in settlement.asked for number in one.claims} if is_askable else set()
    held: dict[int, ProviderReply] = {}
    for part in parts:
        if part.reply is None or part.number in settlement.accepted:
            continue
        why: Literal["refused", "asked"] = "asked" if part.number in waiting else "refused"
        verdict = settlement.refused.get(part.number)
        if part.reply not in held or why == "asked":
            reason = _ASKED if why == "asked" or verdict is None else verdict.reason
            held[part.reply] = withheld(answer.replies[part.reply], why, reason)
    return held


def _judge_person(question: Question, answer: Enrichment, _review: Review | None, now: datetime) -> _Reviewed:
    parts, known = parts_of(answer), known_person(question)
    verdicts = judge_people(known, [part for part in parts if part.reply is not None])
    accepted = {number for number, verdict in verdicts.items() if verdict.ruling is Ruling.ACCEPTED}
    accepted |= {part.number for part in parts if part.reply is None and not person_contradicted(part, known)}
    if len(accepted) == len(parts):
        return answer, (), ()
    refused = {number: verdict for number, verdict in verdicts.items() if number not in accepted}
    held = {
        place: withheld(answer.replies[place], "refused", verdict.reason)
        for number, verdict in refused.items()
        if (place := parts[number].reply) is not None
    }
    silent = [replace(_ruled_out(parts[number], verdict), findings=()) for number, verdict in refused.items()]
    return let_through(answer, parts, accepted, held, as_of=now), (), silent


def _offered(candidate: Candidate, parts: Sequence[Part]) -> ReviewCandidate:
    own = [parts[number] for number in candidate.claims]
    findings = sorted(
        (one for part in own for one in part.findings), key=lambda one: (one.field.value, one.provider, str(one.value))
    )
    return ReviewCandidate(
        tokens=tuple(sorted(candidate.tokens)),
        providers=tuple(sorted({part.provider for part in own})),
        standing=Standing.OFFERED,
        reason=candidate.verdict.reason,
        evidence=candidate.verdict.evidence,
        findings=tuple(findings),
    )


def _ruled_out(part: Part, verdict: Verdict) -> ReviewCandidate:
    """What the rule refused: the reasons, and of the facts only those that name the company."""
    return ReviewCandidate(
        tokens=(f"answer:{part.provider}",),
        providers=(part.provider,),
        standing=Standing.RULED_OUT,
        reason=verdict.reason,
        evidence=verdict.evidence,
        findings=tuple(one for one in part.findings if one.field.value in ("company_name", "domain")),
    )
