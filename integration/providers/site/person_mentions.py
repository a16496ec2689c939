"""People named in a page's text: a known first name and a surname, or an honorific. Pure.

They are told apart so that they are not taken for companies or places; the product does not store them.
Limit: names whose first name is in no list of ours and that carry no honorific are not found.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import cities, first_names, region_names

_HONORIFIC: Final = r"(?:Mr|Mrs|Ms|Miss|Dr|Drs|Prof|Professor|Rev|Sir|Dame|Hon|Herr|Frau|Sr|Sra|Mme|M)\.?"
_SURNAME: Final = r"(?:(?:van|von|de|der|den|del|da|dos|di|la|le|ter|ten|bin|al|O['’]|Mc|Mac|St\.) ?){0,2}[A-ZÀ-Ý][\wÀ-ÿ'’]+(?:-[A-ZÀ-Ý][\wÀ-ÿ'’]+)?"
_INITIAL: Final = r"(?:[A-Z]\.)"
_DEGREES: Final = r"(?:,? (?:MD|M\.D\.|DDS|D\.D\.S\.|DMD|D\.M\.D\.|PhD|Ph\.D\.|JD|MBA|CPA|RN|RD|MS|MA|CKD|CD|PE|Esq\.?|Jr\.?|Sr\.?|II|III|IV))"
_NOT_SURNAMES: Final = frozenset(
    "the and or of for in on at to by with from is are was will has can may not all our your my his her their this that day city county park street "
    "road avenue university college school hospital center centre church company group inc llc ltd services service solutions design law office "
    "contact us home about news blog shop store online plumbing building construction roofing insurance society bank hotel house hall club team "
    "january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday "
    "llp corp co foundation institute association press magazine award awards lake river beach island valley hill hills springs heights grove "
    "north south east west new old great says said writes phone fax email tel dental medical health family real estate properties festival "
    "music media museum library theatre theater restaurant cafe bar grill inn resort tours travel trust fund project program department "
    "posted read more view click here photo photos video copyright privacy policy terms products customer support sales marketing manager director president "
    "project manager owner founder ceo cfo partner attorney lawyer agent broker realtor estimator".split()
)


@cache
def _full_name() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w@./-])(?:{_HONORIFIC} )?(?P<first>[A-ZÀ-Ý][\wÀ-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?)(?: \([A-Z]\w+\)| [“\"'‘][A-Z]\w+[”\"'’])?"
        rf"(?: (?P<middle>{_INITIAL}|[A-Z])(?= ))?(?: {_INITIAL})? (?P<last>{_SURNAME})(?: (?P<more>{_SURNAME}))?{_DEGREES}{{0,3}}(?![\w@]|\.\w)"
    )


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@.-])(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Rev|Sir|Herr|Frau)\.? (?:{_INITIAL} ?)*{_SURNAME}(?: {_INITIAL})?(?: {_SURNAME})?{_DEGREES}{{0,2}}(?![\w@])")


@cache
def _initialled() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@.-])(?:{_INITIAL} ?){{1,2}}{_SURNAME}(?![\w@])")


_ALONE: Final = re.compile(r"(?<![\w@./-])[A-ZÀ-Ý][a-zà-ÿ]{2,}(?![\w@-]|\.\w)")
_WORD_LIKE: Final = frozenset(
    "April August June May Will Mark Bill Grace Hope Joy Faith Rose Grant Guy Rich Rusty Sunny Dawn Summer Autumn Crystal Amber Ruby Pearl Violet Iris Ivy Holly Hazel "
    "Olive Daisy Jasmine Ginger Melody Harmony Art Gene Chase Drew Pat Max Sterling Angel Jesus Christian Dean Earl Duke Marshall Mason Carter Hunter Parker Cooper "
    "Taylor Tyler Jordan Austin Dallas Houston Madison Brooklyn Paris London Sydney Florence Victoria Georgia Virginia Carolina Charlotte Savannah Chelsea Lincoln "
    "Jackson Jefferson Franklin Washington Harrison Wilson Nelson Morgan Kelly Murray Ross Scott Stewart Stuart Graham Gordon Douglas Bruce Craig Kent Chester Lance "
    "Norm Jay Ray Robin Star Stella Van Val Rocky Sandy Misty Cliff Forest Brook Brooke Heather Reed Blair Ford Lane Miles Major King Prince Per Ming Mei Ling Jin Min "
    "Wei Ole Sage Sierra Santiago Salvador Diego Rosario San Regina Lima Alma Mercedes Bess Nan Inge Pilar Page Paige Penny Frank Ernest Barb Dale Glen Heath Hal Alba "
    "Ada Ida Ina Ian Les Lea Lee Leo Lena Asia India Kenya Noel Virgil Homer Dolly Polly Carol Clay Skip Buddy Sonny Chuck Bob Rob Jack Wade Josh Nick Sky Bliss Amara Art "
    "Bud Buck Cash Colt Ace Apollo Ares Atlas Phoenix Milan Roman Israel Augusta Sofia Helena Petra Adelaide Alexandria Olympia Troy Wayne Lloyd Morris Francis Willis Ellis Jude".split()
)


def find_people(text: str, findings: Findings) -> None:
    """Adds full names, names with an honorific, then first names that stand alone."""
    known, shouted = first_names(), {name.upper() for name in first_names()}
    for found in _full_name().finditer(text):
        if found["first"] not in known and found["first"] not in shouted:
            continue
        if not _is_surname(found["last"]) or _is_place(found):
            continue
        end = found.end()
        if found["more"] and not _is_surname(found["more"]):
            end = found.end("last")
        findings.add(EntityKind.PER, text[found.start() : end], found.start(), end)
    for found in _titled().finditer(text):
        findings.add(EntityKind.PER, found[0], *found.span())
    for found in _ALONE.finditer(text):
        if found[0] in known and found[0] not in _WORD_LIKE:
            findings.add(EntityKind.PER, found[0], *found.span())


def _is_surname(word: str) -> bool:
    return word.lower() not in _NOT_SURNAMES and len(word) > 1


def _is_place(found: re.Match[str]) -> bool:
    """Whether first and last name together are a city or a region ("Virginia Beach", "San Diego")."""
    pair = f"{found['first']} {found['last']}"
    return pair in cities() or pair in region_names()
