"""How sure several findings of one field together are. Pure.

Findings that agree add up, findings that contradict each other count against each other: each is taken as a witness who is right as often as
its ratio says, and at most one value can be true. Lists do not contradict each other, since each may hold a part of the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.providers.base import Field, FieldValue
from integration.providers.likeness import agree

_SUREST: Final = 0.98


@dataclass(frozen=True, slots=True)
class Vote:
    """One value, who says it, and how often that source is right."""

    value: FieldValue
    provider: str
    ratio: float


def certainty_of(field: Field, votes: Sequence[Vote]) -> float:
    """The chance that the most convincing value is right; 0 without any."""
    if not votes:
        return 0.0
    if len(votes) == 1 or any(isinstance(vote.value, tuple) for vote in votes):
        return max(min(vote.ratio, _SUREST) for vote in votes)
    return max(chances_of(field, votes))


def chances_of(field: Field, votes: Sequence[Vote]) -> list[float]:
    """For each vote the chance that its value is the true one, all votes considered; a source that says the same twice counts once."""
    odds_of_group: list[float] = []
    voters: list[set[str]] = []
    heads: list[FieldValue] = []
    for vote in sorted(votes, key=lambda one: (-one.ratio, one.provider, str(one.value))):
        place = next((number for number, head in enumerate(heads) if agree(field, head, vote.value)), len(heads))
        if place == len(heads):
            heads.append(vote.value)
            odds_of_group.append(1.0)
            voters.append(set())
        if vote.provider not in voters[place]:
            voters[place].add(vote.provider)
            ratio = min(max(vote.ratio, 1 - _SUREST), _SUREST)
            odds_of_group[place] *= ratio / (1 - ratio)
    places = [next(number for number, head in enumerate(heads) if agree(field, head, vote.value)) for vote in votes]
    everything = 1.0 + sum(odds_of_group)
    return [odds_of_group[place] / everything for place in places]
