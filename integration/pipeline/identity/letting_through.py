"""An answer reduced to what is about its subject: claims made of it, and the same answer without what was not let through. Pure.

One claim is all that one reply says, or one candidate of it, or what a provider that failed now said of the record earlier. What was
remembered has passed this gate before, often on evidence that is not kept; it goes only when something known now contradicts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from integration.matching.candidates import Claim
from integration.matching.identity import (
    CompanyAnchors,
    PersonAnchors,
    Ruling,
    Stance,
    Verdict,
    company_anchors,
    judge_company,
    judge_person,
    person_anchors,
)
from integration.pipeline.domains import company_domain, email_domain
from integration.pipeline.ports import Question
from integration.providers.base import CRM_PROVIDER, Finding, ProviderReply
from integration.providers.merge import merge_findings
from integration.providers.questions import Enrichment


@dataclass(frozen=True)
class Part:
    """What one claim rests on: its place in the answer's replies (None: remembered), and its findings."""

    number: int
    provider: str
    reply: int | None
    findings: tuple[Finding, ...]
    about: tuple[Finding, ...] = ()


def parts_of(answer: Enrichment) -> list[Part]:
    """Everything providers say in an answer, in parts that stand or fall as a whole."""
    found: list[Part] = []
    pool = frozenset(answer.every_finding())
    for place, reply in enumerate(answer.replies):
        if findings := tuple(
            one for one in reply.findings if one in pool
        ):  # of a person who must be forgotten nothing is left there
            found.append(Part(len(found), reply.provider, place, findings, reply.about))
        for candidate in reply.candidates:
            found.append(Part(len(found), reply.provider, place, candidate.findings))
    said = {one for reply in answer.replies for one in reply.findings}
    remembered: dict[str, list[Finding]] = {}
    for one in answer.every_finding():
        if one.provider != CRM_PROVIDER and one not in said:
            remembered.setdefault(one.provider, []).append(one)
    for provider, kept in remembered.items():
        found.append(Part(len(found), provider, None, tuple(kept)))
    return found


def known_company(question: Question) -> CompanyAnchors:
    """What HubSpot says the company is, and what was asked with. Mailbox providers and shared hosts tell no company."""
    found, subject = company_anchors(question.known), question.subject
    domains = {domain for raw in (*found.domains, subject.domain) if raw and (domain := company_domain(raw))}
    return replace(
        found,
        domains=frozenset(domains),
        names=found.names or _given(subject.company_name),
        countries=found.countries or _given(subject.country),
    )


def claim_of(part: Part) -> Claim:
    anchors = company_anchors(part.findings, part.about)
    own = frozenset(domain for raw in anchors.domains if (domain := company_domain(raw)))
    return Claim(part.number, replace(anchors, domains=own))


def known_person(question: Question) -> PersonAnchors:
    """What HubSpot says the person is, and what was asked with. The address tells the employer too, unless a mailbox provider gave it."""
    subject = question.subject
    found = person_anchors(question.known)
    emails = found.emails | _given(subject.email)
    named = frozenset({(subject.first_name, subject.last_name)}) if subject.first_name and subject.last_name else frozenset()
    return PersonAnchors(
        emails,
        found.linkedin_urls | _given(subject.linkedin_url),
        found.names or named,
        _given(subject.domain) | _employers(emails),
    )


def judge_people(known: PersonAnchors, parts: Iterable[Part]) -> dict[int, Verdict]:
    """The verdict on each part. An accepted answer's addresses count as known for the others, in whatever order they came."""
    claims = {part.number: _claimed_person(part) for part in parts}
    while True:
        verdicts = {number: judge_person(known, claimed) for number, claimed in claims.items()}
        accepted = [claims[number] for number, verdict in verdicts.items() if verdict.ruling is Ruling.ACCEPTED]
        more = replace(
            known,
            emails=known.emails.union(*(one.emails for one in accepted)),
            linkedin_urls=known.linkedin_urls or frozenset().union(*(one.linkedin_urls for one in accepted)),
        )
        if more == known:
            return verdicts
        known = more


def company_contradicted(part: Part, known: CompanyAnchors) -> bool:
    """Whether what was remembered is about another company, going by what is known now."""
    return _contradicts(judge_company(known, claim_of(part).anchors))


def person_contradicted(part: Part, known: PersonAnchors) -> bool:
    """Whether what was remembered is about another person, going by what is known now."""
    return _contradicts(judge_person(known, _claimed_person(part)))


def _contradicts(verdict: Verdict) -> bool:
    return verdict.ruling is Ruling.REFUSED and any(one.stance is Stance.AGAINST for one in verdict.evidence)


def let_through(
    answer: Enrichment,
    parts: Iterable[Part],
    accepted: Collection[int],
    held_back: Mapping[int, ProviderReply],
    *,
    more: Iterable[Finding] = (),
    as_of: datetime,
) -> Enrichment:
    """The answer with the accepted parts only, and `more` findings beside. `held_back` are the replies that stand in for those refused."""
    every = list(parts)
    kept = {finding for part in every if part.number in accepted for finding in part.findings}
    own = [one for one in answer.every_finding() if one.provider == CRM_PROVIDER]
    findings, alternatives = merge_findings((*own, *sorted(kept, key=_order), *more), as_of=as_of, weighing=answer.weighing)
    used = {part.reply: part for part in every if part.number in accepted}
    replies = [_reply(reply, used.get(place), held_back.get(place)) for place, reply in enumerate(answer.replies)]
    return Enrichment(findings, alternatives, tuple(replies), weighing=answer.weighing, asked_because=answer.asked_because)


def _reply(reply: ProviderReply, used: Part | None, held_back: ProviderReply | None) -> ProviderReply:
    if used is not None:
        return replace(reply, findings=used.findings, candidates=())
    return reply if held_back is None else held_back


def withheld(reply: ProviderReply, why: Literal["refused", "asked"], reason: str) -> ProviderReply:
    """The reply of which nothing is used: to us it is a "not found" that was paid for."""
    return replace(reply, outcome="not_found", findings=(), candidates=(), about=(), detail=reason, held_back=why)


def _claimed_person(part: Part) -> PersonAnchors:
    found = person_anchors(part.findings, part.about)
    return replace(found, employers=found.employers | _employers(found.emails))


def _employers(emails: Iterable[str]) -> frozenset[str]:
    return frozenset(domain for email in emails if (domain := email_domain(email)))


def _given(value: str | None) -> frozenset[str]:
    return frozenset({value}) if value else frozenset()


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.field.value, finding.provider, str(finding.value)
