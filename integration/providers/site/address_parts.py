"""The pieces addresses are put together from: regions, the city before a place, the part of a line before a place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from integration.providers.site.entities import Findings
from integration.providers.site.vocabulary import any_of, cities, region_codes, region_names, words_of

_CITY_WORD: Final = re.compile(r"(?:[A-ZÀ-Ü][\w'’À-ÿ-]*\.?|of|on|upon|the|du|de|by|in)$")
_SMALL: Final = frozenset({"of", "on", "upon", "the", "du", "de", "by", "in"})
_SAINTS: Final = frozenset({"st", "ft", "mt"})
# Street words that end the names of cities as well.
_IN_CITY_NAMES: Final = frozenset({"park", "grove", "hill", "place", "court", "path", "cove", "gardens", "ridge"})
_BEGIN_CITY_NAMES: Final = frozenset(
    [
        "North",
        "South",
        "East",
        "West",
        "New",
        "Old",
        "Fort",
        "Ft",
        "Port",
        "Lake",
        "Mount",
        "Mt",
        "Saint",
        "St",
        "Upper",
        "Lower",
        "Great",
        "Little",
    ]
)
_MOST_WORDS: Final = 4
_GAPS: Final = " ,\n|."


@dataclass(frozen=True)
class PostalAddress:
    """One address as far as it was found; empty parts were not. `start` is its place in the text."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class CityMention:
    """A city and its place in the text."""

    start: int
    end: int
    text: str


@cache
def region() -> re.Pattern[str]:
    """A state, province or county by `name` or by `code`."""
    names = any_of(region_names() | {name.upper() for name in region_names()})
    return re.compile(
        rf"(?<![\w.&-])(?:(?P<name>{names})|(?P<code>{any_of(region_codes())}|D\.C\.|N\.Y\.|N\.J\.|B\.C\.))(?![\w&@]|\.\w|'s)"
    )


def trimmed(text: str, end: int) -> int:
    """Where the text before a place really ends, without blanks, commas and line ends."""
    while end > 0 and text[end - 1] in _GAPS:
        end -= 1
    return end


def part_start(text: str, end: int) -> int:
    """Where the part of the line that ends here begins: after a comma, a bar, a colon or the line before."""
    start = max(text.rfind(mark, 0, end) for mark in ",\n|:") + 1
    while start < end and text[start] == " ":
        start += 1
    return start


def city_before(text: str, end: int, findings: Findings) -> CityMention | None:
    """The run of capitalised words that ends here, cut where a street ends or where a well-known city begins."""
    taken: list[str] = []
    position = end
    for word in reversed(text[part_start(text, end) : end].split(" ")):
        start = position - len(word)
        if (
            not word
            or len(taken) >= _MOST_WORDS
            or findings.is_taken(start, position)
            or not _may_be_city(word, is_first=not taken)
        ):
            break
        taken.insert(0, word)
        position = start - 1
    while taken and taken[0] in _SMALL:
        taken.pop(0)
    known = (size for size in range(len(taken), 0, -1) if " ".join(taken[-size:]) in cities())
    size = next(known, len(taken))
    while size < len(taken) and taken[-size - 1] in _BEGIN_CITY_NAMES:
        size += 1
    taken = taken[-size:] if taken else []
    city = " ".join(taken)
    if len(city) < 3 or len(taken[-1]) == 1:
        return None
    return CityMention(end - len(city), end, city)


def _may_be_city(word: str, *, is_first: bool) -> bool:
    """Whether a word can belong to the name of a city that ends with it (`is_first`) or with the words after it."""
    bare = word.strip(".").lower()
    if not _CITY_WORD.match(word) or bare in words_of("not_a_city") or bare in words_of("unit"):
        return False
    return bare not in words_of("street") or bare in _IN_CITY_NAMES or (bare in _SAINTS and not is_first)
