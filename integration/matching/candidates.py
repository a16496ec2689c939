"""Which of the companies that providers name is the record: one, none, or a question for a person. Pure, and blind to the order of claims.

Claims that share a domain or a register number name one company and stand or fall together; what one surely tells of the record (a number,
or a name and country where none was known) counts for the others too. One company that is surely the record wins;
two that both could be are never guessed between. Where the record has a domain of its own, a doubtful claim is refused rather than asked
about: the domain is what tells. A company that a person refused for this record stays refused, one that a person chose stays chosen, unless
the record has since got a domain or number that says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from integration.core.company_names import normal_company
from integration.matching.identity import CompanyAnchors, Ruling, Stance, Verdict, judge_company

_EXACT_ANCHORS: Final = frozenset({"domain", "register number"})


@dataclass(frozen=True)
class Claim:
    """What one provider says of one company. `number` names the claim in the answer."""

    number: int
    anchors: CompanyAnchors

    @property
    def tokens(self) -> frozenset[str]:
        """What names the claimed company: domain and register number; without them its name and place, as far as they are known."""
        exact = _exact(self.anchors)
        if exact:
            return exact
        names = "/".join(sorted(normal_company(one) for one in self.anchors.names))
        place = "/".join(sorted((*self.anchors.countries, *(one.casefold() for one in self.anchors.cities))))
        return frozenset({f"name:{names}|{place}"})


@dataclass(frozen=True)
class Candidate:
    """One company that may be the record: everything that names it exactly, the claims about it and the best verdict."""

    tokens: frozenset[str]
    claims: tuple[int, ...]
    verdict: Verdict

    @property
    def key(self) -> str:
        """Its name in a decision."""
        return min(self.tokens)


@dataclass(frozen=True)
class Settlement:
    """Which claims may be used. `refused` says why not, by claim; `asked` are the candidates a person must choose among."""

    accepted: frozenset[int] = frozenset()
    refused: Mapping[int, Verdict] = field(default_factory=dict)
    asked: tuple[Candidate, ...] = ()


def settle(
    known: CompanyAnchors, claims: Sequence[Claim], *, chosen: str | None = None, refused_tokens: Collection[str] = frozenset()
) -> Settlement:
    """What may be used of the claims about one record. `chosen` and `refused_tokens` are what a person said earlier."""
    verdicts = _verdicts(known, claims)
    live = [claim for claim in claims if verdicts[claim.number].ruling is not Ruling.REFUSED]
    barred = frozenset(refused_tokens)
    candidates = [one for one in candidates_of(live, verdicts, _exact(known)) if one.verdict.decisive or not one.tokens & barred]
    sure = [one for one in candidates if chosen in one.tokens] or [one for one in candidates if one.verdict.decisive]
    if not sure and len(candidates) == 1 and candidates[0].verdict.ruling is Ruling.ACCEPTED:
        sure = candidates
    if len(sure) == 1:
        beside = {one.number for one in live if verdicts[one.number].ruling is Ruling.ACCEPTED and not _exact(one.anchors)}
        if sure[0].verdict.decisive:
            beside |= _of_other_registers(sure[0], candidates)
        return _settled(claims, verdicts, frozenset(sure[0].claims) | beside, ())
    asked = tuple(sure or (() if known.domains or chosen else candidates))
    return _settled(claims, verdicts, frozenset(), asked)


def _verdicts(known: CompanyAnchors, claims: Sequence[Claim]) -> dict[int, Verdict]:
    """The verdict on each claim. A claim that is surely about the record lends the others its register numbers, and its name and country
    where none is known: a register that is asked by the number on the record's own site answers about the record. What has another domain
    or number than the record itself stays refused whatever is lent."""
    own = {claim.number: judge_company(known, claim.anchors) for claim in claims}
    barred = {number: verdict for number, verdict in own.items() if verdict.ruling is Ruling.REFUSED and _has_other_key(verdict)}
    while True:
        verdicts = {claim.number: judge_company(known, claim.anchors) for claim in claims} | barred
        sure = [
            claim.anchors
            for claim in claims
            if verdicts[claim.number].decisive and verdicts[claim.number].ruling is Ruling.ACCEPTED
        ]
        more = replace(
            known,
            register_numbers=known.register_numbers.union(*(one.register_numbers for one in sure)),
            names=known.names or frozenset[str]().union(*(one.names for one in sure)),
            countries=known.countries or frozenset[str]().union(*(one.countries for one in sure)),
        )
        if more == known:
            return verdicts
        known = more


def _has_other_key(verdict: Verdict) -> bool:
    return any(one.stance is Stance.AGAINST and one.anchor in _EXACT_ANCHORS for one in verdict.evidence)


def _of_other_registers(sure: Candidate, candidates: Sequence[Candidate]) -> frozenset[int]:
    """Claims of a register with a number of its own, accepted by name and place, that nothing contradicts: the company has no number there
    yet and no other claim has one."""
    taken = _registers(sure)
    others = [
        one
        for one in candidates
        if one is not sure and one.verdict.ruling is Ruling.ACCEPTED and all(token.startswith("number:") for token in one.tokens)
    ]
    lone = [
        one
        for one in others
        if not _registers(one) & taken and not any(_registers(one) & _registers(two) for two in others if two is not one)
    ]
    return frozenset(number for one in lone for number in one.claims)


def _registers(candidate: Candidate) -> frozenset[str]:
    numbers = (token.removeprefix("number:") for token in candidate.tokens if token.startswith("number:"))
    return frozenset(number.partition("-")[0] for number in numbers)


def candidates_of(claims: Sequence[Claim], verdicts: Mapping[int, Verdict], own: frozenset[str] = frozenset()) -> list[Candidate]:
    """The distinct companies the claims name, by key. `own` is what names the record itself exactly: claims that share some of it, one the
    domain, another the register number, a third a domain that leads to it, are about one company."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for claim in claims:
        is_ours = claim.tokens & own or {f"domain:{one}" for one in claim.anchors.aliases} & own
        tokens, members = claim.tokens | (own if is_ours else frozenset()), [claim.number]
        for group in [one for one in groups if one[0] & tokens]:
            tokens, members = tokens | group[0], [*group[1], *members]
            groups.remove(group)
        groups.append((tokens, members))
    found = [Candidate(tokens, tuple(sorted(members)), _best(members, verdicts)) for tokens, members in groups]
    return sorted(found, key=lambda one: one.key)


def _exact(anchors: CompanyAnchors) -> frozenset[str]:
    return frozenset({f"domain:{one}" for one in anchors.domains} | {f"number:{one}" for one in anchors.register_numbers})


def _best(members: Sequence[int], verdicts: Mapping[int, Verdict]) -> Verdict:
    """The most favourable verdict on a company; among equals the one whose words come first, so that the order of claims does not matter."""
    return min(
        (verdicts[one] for one in members), key=lambda one: (not one.decisive, one.ruling is not Ruling.ACCEPTED, one.reason)
    )


def _settled(
    claims: Sequence[Claim], verdicts: Mapping[int, Verdict], accepted: frozenset[int], asked: tuple[Candidate, ...]
) -> Settlement:
    waiting = {number for candidate in asked for number in candidate.claims}
    refused = {one.number: verdicts[one.number] for one in claims if one.number not in accepted and one.number not in waiting}
    return Settlement(accepted, refused, asked)
