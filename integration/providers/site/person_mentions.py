"""People named in a page's text: a known first name and a surname, or an honorific. Pure.

They are told apart so that they are not taken for companies or places; the product does not store them.
Limit: names whose first name is in no list of ours and that carry no honorific are not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import cities, first_names, region_names, words_of

_HONORIFIC: Final = r"(?:Mr|Mrs|Ms|Miss|Dr|Drs|Prof|Professor|Rev|Sir|Dame|Hon|Herr|Frau|Sr|Sra|Mme|M)\.?"
_SURNAME: Final = r"(?:(?:van|von|de|der|den|del|da|dos|di|la|le|ter|ten|bin|al|O['’]|Mc|Mac|St\.) ?){0,2}[A-ZÀ-Ý][\wÀ-ÿ'’]+(?:-[A-ZÀ-Ý][\wÀ-ÿ'’]+)?"
_INITIAL: Final = r"(?:[A-Z]\.)"
_DEGREES: Final = (
    r"(?:,? (?:MD|M\.D\.|DDS|D\.D\.S\.|DMD|D\.M\.D\.|PhD|Ph\.D\.|JD|MBA|CPA|RN|RD|MS|MA|CKD|CD|PE|Esq\.?|Jr\.?|Sr\.?|II|III|IV))"
)


@cache
def _full_name() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w@./-])(?:{_HONORIFIC} )?(?P<first>[A-ZÀ-Ý][\wÀ-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?)(?: \([A-Z]\w+\)| [“\"'‘][A-Z]\w+[”\"'’])?"
        rf"(?: (?P<middle>{_INITIAL}|[A-Z])(?= ))?(?: {_INITIAL})? (?P<last>{_SURNAME})(?: (?P<more>{_SURNAME}))?{_DEGREES}{{0,3}}(?![\w@]|\.\w)"
    )


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w@.-])(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Rev|Sir|Herr|Frau)\.? (?:{_INITIAL} ?)*{_SURNAME}(?: {_INITIAL})?(?: {_SURNAME})?"
        rf"{_DEGREES}{{0,2}}(?![\w@])"
    )


@cache
def _shouted() -> frozenset[str]:
    return frozenset(name.upper() for name in first_names())


_ALONE: Final = re.compile(r"(?<![\w@./-])[A-ZÀ-Ý][a-zà-ÿ]{2,}(?![\w@-]|\.\w)")
_CAPITAL_BEFORE: Final = re.compile(r"(?:[A-Z]\w*\.?|\d) $")


def find_people(text: str, findings: Findings) -> None:
    """Adds full names, names with an honorific, then first names that stand alone."""
    known = first_names()
    doubtful = words_of("first_name_or_word")
    for found in _full_names(text, known | _shouted()):
        end = found.end()
        if found["more"] and (not _is_surname(found["more"]) or found["more"] in known):
            end = found.end("last")
        findings.add(EntityKind.PER, text[found.start() : end], found.start(), end)
    for found in _titled().finditer(text):
        findings.add(EntityKind.PER, found[0], *found.span())
    for found in _ALONE.finditer(text):
        if found[0] in known and found[0] not in doubtful and not _is_part_of_name(text, *found.span()):
            findings.add(EntityKind.PER, found[0], *found.span())


def _full_names(text: str, known: frozenset[str]) -> Iterator[re.Match[str]]:
    """Every full name; where the first word is no first name, the search goes on at the next word ("Ask Maria Sample")."""
    found = _full_name().search(text)
    while found:
        is_name = found["first"] in known and _is_surname(found["last"]) and not _is_place(found)
        if is_name:
            yield found
        found = _full_name().search(text, found.end("last") if is_name else found.start("last"))


def _is_part_of_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word stands beside it: then it is a piece of some other name ("San Francisco", "Roger Dean Chevrolet")."""
    after = text[end : end + 2]
    return bool(_CAPITAL_BEFORE.search(text[max(0, start - 20) : start])) or (after[:1] == " " and after[1:].isupper())


def _is_surname(word: str) -> bool:
    return word.lower() not in words_of("not_a_surname") and len(word) > 1


def _is_place(found: re.Match[str]) -> bool:
    """Whether first and last name together are a city or a region ("Virginia Beach", "San Diego")."""
    pair = f"{found['first']} {found['last']}"
    return pair in cities() or pair in region_names()
