"""Whole-word matching of a fact against a list of words, upper and lower case alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache


def matching_words(texts: Iterable[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """The wanted words found in the texts, as the profile spells them, each once, in the profile's order."""
    return _matching(tuple(texts), tuple(wanted))


@lru_cache(maxsize=4096)
def _matching(texts: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    _, spelled = _pattern(wanted)
    found = frozenset[str]().union(*(_found(text, wanted) for text in texts))
    return tuple(spelled[word] for word in spelled if word in found)


@lru_cache(maxsize=1024)
def _found(text: str, wanted: tuple[str, ...]) -> frozenset[str]:
    """Kept, since what is said of a company is looked through for each of its contacts, and few job titles are rare."""
    pattern, _ = _pattern(wanted)
    return frozenset(match.casefold() for match in pattern.findall(text))


@lru_cache(maxsize=256)
def _pattern(wanted: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    spelled = {word.casefold(): word for word in wanted}
    longest_first = sorted(spelled, key=len, reverse=True)
    alternatives = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE), spelled
