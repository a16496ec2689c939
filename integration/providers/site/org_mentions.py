"""Other organisations in a page's text, told by a legal form at their end or by a word that says what they are. Pure.

Limit: a name that is a plain word, with neither, is not found.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.own_name import is_generic, legal_tail
from integration.providers.site.vocabulary import any_of, words_of

_CAP: Final = r"(?:(?:[A-Z]\.)+|(?:St|Mt|Ft|Dr|Jr)\.|[A-ZÀ-Ý0-9][\wÀ-ÿ'’&-]*(?:\.[\w-]+)*|[a-z]{1,3}[A-Z][\w-]+)"
_LINK: Final = r"(?:(?:of|and|&|for|the|de|du|la|y|e|und|\+) )"
_NAME: Final = rf"{_CAP}(?: {_LINK}{{0,2}}{_CAP}){{0,6}}"
_MORE: Final = rf"(?:the )?{_CAP}(?: (?:(?:and|&|of|the) )?{_CAP}){{0,4}}"
_OF: Final = "University|College|Institute|Department|Ministry|Bank|Church|School|City|County|State|Association|Society|Board|Office|Better Business"
_OFFICES: Final = "Department|Ministry|Office|Bureau|Board"
_WHOLE_LINE: Final = re.compile(r"^(?P<name>[A-ZÀ-Ý0-9][^\n]{6,88}?)(?: \(\d{1,5}\))?$", re.MULTILINE)
_NO_NAME: Final = re.compile(r"[:?!|©»@]|\d{4,}|\. [A-Z]|\b(?:in|at|to|by|is|was|has|who|on)\b")
_GENERIC_NAME: Final = re.compile(
    r"^(?:\d+\.? )?(?:The|This|Our|Your|A|\d+) (?:Company|Corporation|Co)\b|^Registered in|^\d+ ?[PpAa]\.?[Mm]", re.IGNORECASE
)
_JOINING: Final = frozenset(
    ["school", "college", "university", "from", "with", "und", "für", "der", "degli", "della", "applied", "sciences"]
)
_SHORT: Final = 3


def find_whole_line_organisations(text: str, findings: Findings) -> None:
    """Adds lines that are nothing but the name of an organisation: a list of members, schools, customers."""
    for found in _WHOLE_LINE.finditer(text):
        name = found["name"].strip()
        words = name.split()
        if not 2 <= len(words) <= 12 or not _kind_word().search(name) or _NO_NAME.search(name) or _menu_word().search(name):
            continue
        if not is_generic(name) and all(_fits_into_name(word) for word in words):
            findings.add(EntityKind.ORG, name, found.start("name"), found.start("name") + len(name))


def find_other_organisations(text: str, findings: Findings) -> None:
    """Adds organisations told by a legal form at their end, or by what they are."""
    for found in _with_legal_form().finditer(text):
        start = found.start() + _lead_length(found[0])
        written = text[start : found.end()].rstrip(" ,")
        if len(legal_tail().sub("", written)) > _SHORT and not _GENERIC_NAME.match(written):
            findings.add(EntityKind.ORG, written, start, found.end())
    for found in _by_kind().finditer(text):
        start = found.start() + _lead_length(found[0])
        written = text[start : found.end()].rstrip(".,")
        if len(written.split()) > 1:
            findings.add(EntityKind.ORG, written, start, start + len(written))


def _fits_into_name(word: str) -> bool:
    return word[0].isupper() or not word[0].isalpha() or len(word) <= _SHORT or word in _JOINING


def _lead_length(written: str) -> int:
    """How much of it stands before the name."""
    found = _lead().match(written)
    return found.end() if found else 0


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:(?:19|20)\d\d,?|\d{{1,2}}|{any_of(words_of('lead'))}) )+")


@cache
def _menu_word() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(words_of('menu_word'))})\b")


@cache
def _kind_word() -> re.Pattern[str]:
    """A word that organisations of a kind have in their name, in a few languages, or a legal form at the end."""
    kinds = words_of("organisation_kind") | words_of("organisation_kind_elsewhere")
    return re.compile(rf"(?<!\w)(?:{any_of(kinds)})(?!\w)|(?:,| )(?:{any_of(words_of('legal_form'))})\.?$")


@cache
def _with_legal_form() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@./-]){_NAME},? (?:{any_of(words_of('legal_form'))})(?![\w-])\.?")


@cache
def _by_kind() -> re.Pattern[str]:
    inner = rf"{_CAP}(?: {_LINK}{{0,2}}{_CAP}){{0,4}}?"
    return re.compile(
        rf"(?<![\w@./-])(?:{inner} (?:{any_of(words_of('organisation_kind'))})(?![\w-])(?: (?:of|for) {_MORE})?"
        rf"|{inner} (?:{_OFFICES}) of {_MORE}|(?:{_OF}) of {_MORE})"
    )
