"""Choosing among findings: how much each source is worth, how many independent ones agree, how old it is, what was checked. Pure.

What a person put into the CRM wins. Otherwise a value weighs as much as it is unlikely that all its sources are wrong: each source's
certainty is halved with the years, the portal's own experience with the source counts as much as what the source declares, and sources
with one upstream count once. On lists that no source has in full the sources add to one another instead; see `joined_items`.
Why it is done so: docs/decisions/0026-how-a-value-is-chosen.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integration.providers.ageing import freshness
from integration.providers.base import CRM_PROVIDER, Field, Finding, ListedItem
from integration.providers.checks import Check, Checks
from integration.providers.likeness import DESCRIBING, JOINED, agree, item_key
from integration.providers.questions import Weighing
from integration.providers.reasons import Standing, why_chosen, why_lost

_SUREST: Final = 0.99
_LEAST_ITEM_SUPPORT: Final = 0.25
_DISPUTE_RATIO: Final = 0.4
"""A differing value is worth telling of when it weighs at least so much of what the chosen one does."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A finding with what its value weighs, 0 to 1, and why it was chosen or lost. `differs`: it contradicts the chosen one."""

    finding: Finding
    weight: float
    reason: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The findings of one field, the chosen one first, and the items that the sources of a list name together."""

    ranked: tuple[Ranked, ...]
    items: tuple[ListedItem, ...] = ()

    @property
    def chosen(self) -> Finding:
        return self.ranked[0].finding

    @property
    def dispute(self) -> Finding | None:
        """The strongest finding that contradicts the chosen one, where it weighs enough to be told of."""
        least = self.ranked[0].weight * _DISPUTE_RATIO
        return next((one.finding for one in self.ranked if one.differs and one.weight >= least), None)


def merge_findings(
    findings: Iterable[Finding], *, as_of: datetime, weighing: Weighing | None = None
) -> tuple[Mapping[Field, Finding], Mapping[Field, tuple[Finding, ...]]]:
    """The winner of each field, and the losers from the best to the worst. `weigh_findings` says why as well."""
    boards = weigh_findings(findings, as_of=as_of, weighing=weighing)
    return {name: board.chosen for name, board in boards.items()}, losers_of(boards)


def losers_of(boards: Mapping[Field, Board]) -> dict[Field, tuple[Finding, ...]]:
    """The findings that lost, for the fields that have any."""
    return {name: tuple(one.finding for one in board.ranked[1:]) for name, board in boards.items() if board.ranked[1:]}


def weigh_findings(findings: Iterable[Finding], *, as_of: datetime, weighing: Weighing | None = None) -> Mapping[Field, Board]:
    """Every field with its findings in order. The result is the same for every order of arrival.

    Findings of all fields together: a mail check speaks for an address, the right web domain for all else that its source says.
    """
    every, weighing = list(findings), weighing or Weighing()
    checks = Checks(every, as_of=as_of, weighing=weighing)
    by_field: dict[Field, list[Finding]] = {}
    for finding in every:
        by_field.setdefault(finding.field, []).append(finding)
    return {name: _board([_standing(one, checks.of(one), as_of, weighing) for one in found]) for name, found in by_field.items()}


def rank(findings: Iterable[Finding], *, as_of: datetime, weighing: Weighing | None = None) -> list[Finding]:
    """Findings of one field from the most to the least convincing."""
    boards = weigh_findings(findings, as_of=as_of, weighing=weighing)
    return [one.finding for board in boards.values() for one in board.ranked]


def joined_items(standings: Sequence[Standing]) -> tuple[ListedItem, ...]:
    """What several sources list together, the best supported first; spelled as the most convincing source spells it.

    An item that only old or weak sources name is left out. Empty where there is one source, or where a person's list stands.
    """
    if len(standings) < 2 or standings[0].is_owned:
        return ()
    named: dict[str, tuple[str, list[Standing]]] = {}
    for standing in standings:
        value = standing.finding.value
        for item in value if isinstance(value, tuple) else (str(value),):
            _, supporters = named.setdefault(item_key(item), (item, []))
            if standing not in supporters:
                supporters.append(standing)
    weighed = [(_together(supporters), text, supporters) for text, supporters in named.values()]
    return tuple(
        ListedItem(text, tuple(one.finding for one in supporters))
        for weight, text, supporters in sorted(weighed, key=lambda one: -one[0])
        if weight >= _LEAST_ITEM_SUPPORT
    )


def _standing(finding: Finding, check: Check, as_of: datetime, weighing: Weighing) -> Standing:
    observed = weighing.trust.get((finding.provider, finding.field))
    declared = finding.confidence_ratio
    trusted = declared if observed is None else (declared + observed) / 2
    fresh = freshness(finding.field, finding.seen_at, as_of)
    weight = 1.0 - (1.0 - trusted * fresh * check.keeps) * (1.0 - check.adds * fresh)
    is_owned = finding.provider == CRM_PROVIDER and declared >= 1.0
    return Standing(finding, min(weight, _SUREST), trusted, check, weighing.upstream_of(finding.provider), is_owned)


def _board(standings: Sequence[Standing]) -> Board:
    """Sorted twice: first into an order that only the findings decide, so that sums come out the same to the last bit."""
    settled = sorted(standings, key=_settled_order)
    backers = {id(one): [other for other in settled if _agree(one, other)] for one in settled}
    weights = {id(one): _together(backers[id(one)]) for one in settled}
    ordered = sorted(settled, key=lambda one: (not one.is_owned, -weights[id(one)], -one.weight))
    field = ordered[0].finding.field
    items = joined_items(ordered) if field in JOINED else ()
    voices = {id(one): len({other.upstream for other in backers[id(one)]}) for one in settled}
    first, others = ordered[0], ordered[1:]
    ranked = [Ranked(first.finding, weights[id(first)], why_chosen(first, others, voices[id(first)]))]
    for one in others:
        contradicts = field not in DESCRIBING and (field not in JOINED or first.is_owned) and not _agree(one, first)
        reason = why_lost(one, first, voices=(voices[id(one)], voices[id(first)]), contradicts=contradicts, items=items)
        ranked.append(Ranked(one.finding, weights[id(one)], reason, contradicts))
    return Board(tuple(ranked), items)


def _agree(one: Standing, other: Standing) -> bool:
    return agree(one.finding.field, one.finding.value, other.finding.value)


def _together(standings: Iterable[Standing]) -> float:
    """One minus the chance that all these are wrong, each upstream counted once, with its best."""
    best: dict[str, float] = {}
    for one in standings:
        best[one.upstream] = max(best.get(one.upstream, 0.0), one.weight)
    doubt = 1.0
    for weight in sorted(best.values()):
        doubt *= 1.0 - weight
    return 1.0 - doubt


def _settled_order(one: Standing) -> tuple[float, float, str, str, str, str]:
    found = one.finding
    return (
        -found.confidence_ratio, -found.seen_at.timestamp(), found.provider, type(found.value).__name__, str(found.value), found.source_url or "",
    )  # fmt: skip
