"""Cities, regions and countries named anywhere in a page's text, outside of addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import cities, country_names, region_names, words_of

_LEADING: Final = re.compile(r"(?:\b(?:in|near|from|to|around|serving|at|and|throughout|across)|,|/|&|\|) $")


_DOUBTFUL: Final = {EntityKind.STATE: "ambiguous_region", EntityKind.CITY: "ambiguous_city"}
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_CAPITALISED: Final = re.compile(r"(?<![\w.-])[A-ZÀ-Ý][^\W\d_]*")
_GOES_ON: Final = re.compile(r"[\w-]|\.\w")
_IN_NAME: Final = re.compile(r"[A-Z]\w* $")
_IN_PAIR: Final = re.compile(r"(?:\b(?:and|for)|&) $")
_AFTER_WORD: Final = re.compile(r"\b[a-z]+ $")


@cache
def _places() -> Mapping[str, tuple[tuple[str, EntityKind], ...]]:
    """The names of places by their first word, the longest first; countries before regions before cities."""
    table: dict[str, list[tuple[str, EntityKind]]] = {}
    kinds = ((EntityKind.COUNTRY, country_names()), (EntityKind.STATE, region_names()), (EntityKind.CITY, cities() | {"New York"}))
    for kind, names in kinds:
        for name in names:
            table.setdefault(_FIRST_WORD.match(name)[0], []).append((name, kind))  # type: ignore[index]
    return {
        word: tuple(sorted(found, key=lambda one: (-len(one[0]), list(EntityKind)[::-1].index(one[1]))))
        for word, found in table.items()
    }


def find_places(text: str, findings: Findings) -> None:
    """Adds every place named, unless its name is as likely a word or a person, or it stands where menus and longer names have such words."""
    places = _places()
    for word in _CAPITALISED.finditer(text):
        for name, kind in places.get(word[0], ()):
            start, end = word.start(), word.start() + len(name)
            if text.startswith(name, start) and not _GOES_ON.match(text, end) and _is_meant(text, name, kind, start, end):
                findings.add(kind, name, start, end)
                break


def _is_meant(text: str, name: str, kind: EntityKind, start: int, end: int) -> bool:
    before = text[max(0, start - 14) : start]
    if kind in _DOUBTFUL and name in words_of(_DOUBTFUL[kind]) and not _LEADING.search(before):
        return False
    return not _AGAINST[kind](before, text[end : end + 2])


def _is_no_country(before: str, _after: str) -> bool:
    """The last word of a longer name ("New England"), or one of a pair of markets ("and Canada")."""
    return bool(_IN_NAME.search(before) or _IN_PAIR.search(before))


def _is_no_state(before: str, after: str) -> bool:
    """The first word of a menu entry, or of a name that follows a preposition ("in Colorado Springs")."""
    starts = not before or before.endswith("\n")
    followed = len(after) == 2 and after[0] == " " and after[1].isupper()
    return (starts and not followed and not after.startswith(("\n", ","))) or (followed and bool(_AFTER_WORD.search(before)))


def _is_no_city(before: str, after: str) -> bool:
    """A line of its own, or one of a list with strokes: menus, tours, service areas."""
    alone = (not before or before.endswith("\n")) and (not after or after.startswith("\n"))
    return alone or before.endswith(("/ ", "& ", " of "))


_AGAINST: Final[Mapping[EntityKind, Callable[[str, str], bool]]] = {
    EntityKind.COUNTRY: _is_no_country,
    EntityKind.STATE: _is_no_state,
    EntityKind.CITY: _is_no_city,
}
