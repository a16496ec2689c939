"""The words contact entities are told by: names of places and people, words of streets and organisations. Read once per process.

The lists in `words/` are our own, written from general knowledge; country names are CLDR's by Babel (https://babel.pocoo.org, read 2026-12).
Limit: first names of European, American and a few Asian and African languages; cities of more than a hundred thousand, more in the United States.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

import yaml
from babel import Locale

_FOLDER: Final = "integration.providers.site"
_CODED: Final = ("US", "CA", "AU")
_SHORTEST_COUNTRY: Final = 4


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches one of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda one: (-len(one), one)))


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of one list of `words/lists.yaml`."""
    return _split(_lists()[name])


@cache
def first_names() -> frozenset[str]:
    return frozenset(_text("first_names.txt").split())


@cache
def cities() -> frozenset[str]:
    """Names of large cities as they are written."""
    return _split(_text("cities.txt").replace("\n", ","))


@cache
def region_names() -> frozenset[str]:
    """Full names of states, provinces and counties."""
    return frozenset(name for table in _regions().values() for names in table.values() for name in _listed(names))


@cache
def region_codes() -> frozenset[str]:
    """Codes of states and provinces that follow a city: of the United States, Canada and Australia."""
    return frozenset(code for country in _CODED for code in _regions()[country] if code)


@cache
def country_of_region(name: str) -> str | None:
    """The one country that has a region of this name or code among the ones listed; None where it is none, or more than one has it."""
    found = {
        country
        for country, table in _regions().items()
        if (country in _CODED and name in table) or any(name in _listed(names) for names in table.values())
    }
    return found.pop() if len(found) == 1 else None


@cache
def country_names() -> frozenset[str]:
    """Names of countries in English, and the ones people write."""
    territories = Locale("en").territories
    named = {name for code, name in territories.items() if len(code) == 2 and code.isalpha() and len(name) >= _SHORTEST_COUNTRY}
    plain = {name for name in named if not re.search(r"[(&’]|Pseudo|Eurozone", name)}
    return frozenset(plain - words_of("country_left_out")) | words_of("country_spoken")


@cache
def _regions() -> Mapping[str, Mapping[str, str | list[str]]]:
    table: Mapping[str, Mapping[str, str | list[str]]] = yaml.safe_load(_text("regions.yaml"))
    return table


@cache
def _lists() -> Mapping[str, str]:
    table: Mapping[str, str] = yaml.safe_load(_text("lists.yaml"))
    return table


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _split(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def _text(name: str) -> str:
    return resources.files(_FOLDER).joinpath("words", name).read_text(encoding="utf-8")
