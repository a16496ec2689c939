"""Which of the companies that providers name is the record: one, none, or a question for a person. Pure, and blind to the order of claims.

Claims that share a domain or a register number name one company and stand or fall together. One company that is surely the record wins;
two that both could be are never guessed between. Where the record has a domain of its own, a doubtful claim is refused rather than asked
about: the domain is what tells. A company that a person refused for this record stays refused, one that a person chose stays chosen, unless
the record has since got a domain or number that says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from integration.core.company_names import normal_company
from integration.matching.identity import CompanyAnchors, Ruling, Verdict, judge_company


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
    verdicts = {claim.number: judge_company(known, claim.anchors) for claim in claims}
    live = [claim for claim in claims if verdicts[claim.number].ruling is not Ruling.REFUSED]
    barred = frozenset(refused_tokens)
    candidates = [one for one in candidates_of(live, verdicts) if one.verdict.decisive or not one.tokens & barred]
    sure = [one for one in candidates if chosen in one.tokens] or [one for one in candidates if one.verdict.decisive]
    if not sure and len(candidates) == 1 and candidates[0].verdict.ruling is Ruling.ACCEPTED:
        sure = candidates
    if len(sure) == 1:
        beside = {one.number for one in live if verdicts[one.number].ruling is Ruling.ACCEPTED and not _exact(one.anchors)}
        return _settled(claims, verdicts, frozenset(sure[0].claims) | beside, ())
    asked = tuple(sure or (() if known.domains or chosen else candidates))
    return _settled(claims, verdicts, frozenset(), asked)


def candidates_of(claims: Sequence[Claim], verdicts: Mapping[int, Verdict]) -> list[Candidate]:
    """The distinct companies the claims name, by key."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for claim in claims:
        tokens, members = claim.tokens, [claim.number]
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
