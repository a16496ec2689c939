"""The state of one subject on its way down the waterfall, and the pure decision whom to ask next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from integration.providers.adapter import Endpoint
from integration.providers.base import (
    COMPANY_FIELDS,
    CRM_PROVIDER,
    PERSON_FIELDS,
    ErrorClass,
    Field,
    Finding,
    ProviderReply,
    Subject,
)
from integration.providers.order import Channel
from integration.providers.questions import PlanStep, Question, identities, question_id, with_findings

# A field is settled when something is at least this sure about it; below, the next provider is asked too.
SUFFICIENT_RATIO: Final = 0.7
NEVER: Final = 2.0
"""As `settles_at`: no single answer settles a field."""


@dataclass(frozen=True, eq=False)
class Heard:
    """One answer, with the lookup it was given to."""

    lookup: Lookup
    reply: ProviderReply


@dataclass
class Case:
    """One subject of a batch, however many questions are about it. `wanted` shrinks as answers come in.

    `known` is what the questions knew beforehand. `settles_at`: how sure an answer must be for its field to be no longer wanted; above 1
    nothing settles a field here, because the planner looks at all answers together. `held_out`: its known values count as wanted, to see
    whether providers agree with them. `steps` are the reasons for which channels were asked.
    """

    subject: Subject
    wanted: set[Field] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    replies: list[ProviderReply] = field(default_factory=list)
    asked: set[Channel] = field(default_factory=set)
    suppressed: bool = False
    known: list[Finding] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    steps: list[PlanStep] = field(default_factory=list)
    settles_at: float = SUFFICIENT_RATIO
    held_out: bool = False
    segment: str | None = None

    def take(self, reply: ProviderReply) -> None:
        """Counts an answer: findings kept, settled fields no longer wanted; a legal block ends the case and drops everything."""
        self.replies.append(reply)
        if reply.error is ErrorClass.LEGAL_BLOCK:
            self.suppress()
        if self.suppressed:
            return
        self.findings += reply.findings
        best = {one.field: one for one in sorted(reply.findings, key=lambda one: one.confidence_ratio)}
        self.wanted -= {name for name, one in best.items() if one.confidence_ratio >= self.settles_at}
        self.subject = with_findings(self.subject, best)

    def hear(self, lookup: Lookup, reply: ProviderReply) -> None:
        """Counts the answer to a lookup, and remembers which channel gave it."""
        self.take(reply)
        if not self.suppressed:
            self.heard.append(Heard(lookup, reply))

    @property
    def trail(self) -> str:
        """How others did so far, as a segment of its own: "~21" is found twice or more, missed once."""
        found = sum(one.reply.outcome == "found" for one in self.heard)
        missed = sum(one.reply.outcome == "not_found" for one in self.heard)
        return f"~{min(found, 2)}{min(missed, 3)}"

    def suppress(self) -> None:
        """The person asked not to be processed: nothing more is asked, nothing found is kept."""
        self.suppressed = True
        self.heard.clear()
        self.findings.clear()
        self.wanted.clear()


@dataclass(frozen=True)
class Lookup:
    """One endpoint to be asked about one case; `question` is the cache key."""

    case: Case
    channel: Channel
    endpoint: Endpoint
    subject: Subject
    question: str
    segment: str = ""
    trail: str = ""


def open_cases(
    questions: Sequence[Question],
    fields: frozenset[Field],
    *,
    settles_at: float = SUFFICIENT_RATIO,
    holds_out: Callable[[str], bool] = lambda _: False,
) -> tuple[dict[str, Case], dict[str, Case]]:
    """Cases by identity, and by question key. Questions about one subject share a case; nameless subjects get one that asks nobody.

    `holds_out` tells by identity whether values that a person vouches for are wanted all the same; they stay the winners.
    """
    cases: dict[str, Case] = {}
    by_key: dict[str, Case] = {}
    for question in questions:
        names = identities(question.subject)
        identity = names[0] if names else f"nameless|{question.key}"
        case = cases.setdefault(identity, Case(question.subject, settles_at=settles_at))
        if names:
            case.held_out = holds_out(identity)
            case.known += question.known
            case.wanted |= wanted_fields(question, fields, held_out=case.held_out)
        by_key[question.key] = case
    return cases, by_key


def wanted_fields(question: Question, fields: frozenset[Field], *, held_out: bool = False) -> set[Field]:
    """The fields of the subject's kind that a provider could fill and nothing known settles; `held_out`: what people vouch for too."""
    kind = COMPANY_FIELDS if question.subject.kind == "company" else PERSON_FIELDS
    settled = {
        finding.field
        for finding in question.known
        if finding.confidence_ratio >= SUFFICIENT_RATIO and not (held_out and is_vouched_for(finding))
    }
    return set((kind & fields) - settled)


def is_vouched_for(finding: Finding) -> bool:
    """Whether a person stands behind the value: it is in the CRM and fully trusted."""
    return finding.provider == CRM_PROVIDER and finding.confidence_ratio >= 1.0


def next_lookups(cases: Iterable[Case], order: Mapping[Field, tuple[Channel, ...]]) -> list[Lookup]:
    """Whom to ask now: for each wanted field the first channel not yet asked that takes the subject.

    A paid provider that alone can fill some field is thus asked together with the free ones instead of after them: it would be asked anyway.
    """
    return [lookup for case in cases for lookup in _lookups_of(case, order)]


def _lookups_of(case: Case, order: Mapping[Field, tuple[Channel, ...]]) -> list[Lookup]:
    wanted = frozenset(case.wanted)
    chosen: dict[Channel, None] = {}
    for name in sorted(wanted):
        channel = next((one for one in order.get(name, ()) if one not in case.asked and one.accepts(case.subject)), None)
        if channel is not None:
            chosen[channel] = None
    lookups = []
    for channel in chosen:
        case.asked.add(channel)
        lookups.append(lookup_of(case, channel, wanted))
    return lookups


def lookup_of(case: Case, channel: Channel, wanted: frozenset[Field]) -> Lookup:
    """The lookup that asks the channel about the case for what is wanted."""
    endpoint = channel.endpoint_for(wanted)
    question = question_id(endpoint.offer.question_prefix, identities(case.subject)[0])
    return Lookup(case, channel, endpoint, case.subject, question, case.segment or "", case.trail)
