"""Names of companies and people as they are compared: folded words in a settled form. Pure.

Normalising a name that is normalised already changes nothing. Whether two names belong to one company or person is decided in `comparing`.
The nicknames are our own list of everyday English, German, Spanish and Portuguese ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from integration.core.folding import words
from integration.core.legal_forms import without_legal_form

Words = tuple[str, ...]

_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_OTHER_NAME: Final = re.compile(r"\b(?:d/b/a|dba|t/a|a/k/a|aka|f/k/a|formerly)\b", re.IGNORECASE)
_SHORTEST_OTHER_NAME: Final = 3
_TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "herr", "frau", "sr", "sra", "srta", "dipl", "ing", "mag",
        "phd", "md", "mba", "msc", "bsc", "jr", "esq", "dra", "dott", "ir", "drs",
    }
)  # fmt: skip
_FILLERS: Final = frozenset({"the", "and", "of"})


@dataclass(frozen=True)
class CompanyName:
    """`words` without legal form; `other_names` from brackets and "doing business as"; `legal_form` as folded words, "" without one."""

    words: Words
    other_names: tuple[Words, ...] = ()
    legal_form: str = ""

    @property
    def spellings(self) -> tuple[Words, ...]:
        """Every name it goes by, the first one first."""
        return (self.words, *self.other_names) if self.words else self.other_names


@dataclass(frozen=True)
class PersonName:
    """`first` holds given names or initials, `last` the family names; either may be empty."""

    first: Words = ()
    last: Words = ()


def company_name(name: str, country: str = "") -> CompanyName:
    """The name in comparable form. `country`: ISO alpha-2 of the company, for forms that stand in front in some countries only."""
    parts = _OTHER_NAME.split(_BRACKETS.sub(" ", name))
    core, form = _core(words(parts[0]), country)
    others = [_core(words(part), country)[0] for part in (*parts[1:], *_BRACKETS.findall(name))]
    told = [other for other in others if len("".join(other)) >= _SHORTEST_OTHER_NAME]
    if not core and told:
        core, told = told[0], told[1:]
    if not core:
        core, form = _core(words(name), country)
    return CompanyName(core, tuple(dict.fromkeys(other for other in told if other != core)), form)


def normal_company(name: str, country: str = "") -> str:
    """The company's name as one text of folded words, without legal form and brackets; "" for a name without letters."""
    return " ".join(company_name(name, country).words)


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


def _core(name: Words, country: str) -> tuple[Words, str]:
    """(name, legal form) with linking words in front and legal forms taken off until nothing more comes off."""
    left, form = without_legal_form(name, country)
    while len(left) > 1 and left[0] in _FILLERS:
        left, more = without_legal_form(left[1:], country)
        form = f"{form} {more}".strip()
    return left, form


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
