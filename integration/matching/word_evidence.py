"""How far two word lists say the same, where a rare word says more than a common one. Pure and symmetric.

Serves company names and, for measuring, whole records. Words that differ by a slip of the pen count in part.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from rapidfuzz.distance import JaroWinkler

Words = tuple[str, ...]
Rarity = Callable[[str], float]
"""How much a word tells, over 0 to 1."""

_SLIP: Final = 0.9
"""Jaro-Winkler likeness from which two words count as one, written with a slip."""
_SHORTEST_SLIP: Final = 4
_LINKING: Final = frozenset({"the", "and", "of", "for", "de", "da", "do", "e", "a", "y", "und", "et", "la", "le"})
_LINKING_RARITY: Final = 0.1


@dataclass(frozen=True)
class WordEvidence:
    """All ratios of weighted words. `left_over`: the rarest word only one side has, on the side that has less of it; `start` of both in order."""

    shared_of_all: float
    shared_of_shorter: float
    start: float
    left_over: float
    left_over_any: float
    shorter_is_start: bool


def word_evidence(left: Words, right: Words, rarity: Rarity) -> WordEvidence:
    """What the words of both say. Two empty lists share nothing."""
    shared, alone_left, alone_right = _shared(left, right, rarity)
    weight_left, weight_right = sum(map(rarity, left)), sum(map(rarity, right))
    shorter = min(weight_left, weight_right)
    if shorter <= 0:
        return WordEvidence(0.0, 0.0, 0.0, 0.0, 0.0, shorter_is_start=False)
    over = (max(map(rarity, alone_left), default=0.0), max(map(rarity, alone_right), default=0.0))
    size = min(len(left), len(right))
    return WordEvidence(
        shared_of_all=min(1.0, shared / (weight_left + weight_right - shared)),
        shared_of_shorter=min(1.0, shared / shorter),
        start=min(1.0, _common_start(left, right, rarity) / shorter),
        left_over=min(over),
        left_over_any=max(over),
        shorter_is_start=left[:size] == right[:size],
    )


def company_rarity(word: str) -> float:
    """How much a word of a company's name tells: "group" little, a made-up name everything."""
    return _LINKING_RARITY if word in _LINKING else _company_words().get(word, 1.0)


def _shared(left: Words, right: Words, rarity: Rarity) -> tuple[float, list[str], list[str]]:
    """(weight of what both have, what only the left has, what only the right has)."""
    counts_left, counts_right = Counter(left), Counter(right)
    both = counts_left & counts_right
    weight = sum(rarity(word) * count for word, count in sorted(both.items()))
    alone = [sorted((counts_left - both).elements()), sorted((counts_right - both).elements())]
    slips = sorted(
        (
            (JaroWinkler.similarity(one, other, score_cutoff=_SLIP), one, other)
            for one in set(alone[0])
            for other in set(alone[1])
            if _may_slip(one, other)
        ),
        key=lambda slip: (-slip[0], min(slip[1:]), max(slip[1:])),
    )
    for likeness, one, other in slips:
        if likeness and one in alone[0] and other in alone[1]:
            weight += likeness * (rarity(one) + rarity(other)) / 2
            alone[0].remove(one)
            alone[1].remove(other)
    return weight, alone[0], alone[1]


def _may_slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST_SLIP and not (any(map(str.isdigit, one)) or any(map(str.isdigit, other)))


def _common_start(left: Words, right: Words, rarity: Rarity) -> float:
    weight = 0.0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        weight += rarity(one)
    return weight


@cache
def _company_words() -> Mapping[str, float]:
    """Rarity of the words that stand in four and more of 3,500 names of listed companies.

    Source: counts over JerBouma/FinanceDatabase (MIT), https://github.com/JerBouma/FinanceDatabase (read 2026-11).
    """
    table: dict[str, float] = json.loads(resources.files(__package__).joinpath("company_words.json").read_text(encoding="utf-8"))
    return table
