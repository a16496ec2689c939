"""Names of people as they are compared: folded words in a settled form. Pure. Names of companies: `core.company_names`.

Normalising a name that is normalised already changes nothing. Whether two names belong to one person is decided in `comparing`.
The nicknames are our own list of everyday English, German, Spanish and Portuguese ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from integration.core.folding import words

Words = tuple[str, ...]

_TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "herr", "frau", "sr", "sra", "srta", "dipl", "ing", "mag",
        "phd", "md", "mba", "msc", "bsc", "jr", "esq", "dra", "dott", "ir", "drs",
    }
)  # fmt: skip


@dataclass(frozen=True)
class PersonName:
    """`first` holds given names or initials, `last` the family names; either may be empty."""

    first: Words = ()
    last: Words = ()


def person_name(first: str, last: str) -> PersonName:
    """The name in comparable form. A full name in one of the two is taken apart; "Last, First" in one is understood."""
    if not first.strip() and "," in last:
        last, _, first = last.partition(",")
    elif not last.strip() and "," in first:
        last, _, first = first.partition(",")
    given, family = _untitled(words(first)), _untitled(words(last))
    if not family and len(given) > 1:
        given, family = given[:-1], given[-1:]
    elif not given and len(family) > 1:
        given, family = family[:-1], family[-1:]
    if len(family) > 1 and given and family[: len(given)] == given:
        family = family[len(given) :]  # the whole name stands in the field for the last one
    return PersonName(given, family)


def call_names(first: str) -> frozenset[str]:
    """Every given name this folded one may stand for, itself included: "bob" gives "robert" and all that Robert is called."""
    return _groups().get(first, frozenset((first,)))


def _untitled(name: Words) -> Words:
    return tuple(word for word in name if word not in _TITLES) or name


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for group in json.loads(resources.files(__package__).joinpath("nicknames.json").read_text(encoding="utf-8")):
        formal, *short = group
        for name in group:
            groups.setdefault(name, {name}).update(group if name == formal else (formal, *short))
    return {name: frozenset(known) for name, known in groups.items()}
