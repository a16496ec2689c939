"""Cities, regions and countries named anywhere in a page's text, outside of addresses. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import AMBIGUOUS_CITIES, AMBIGUOUS_STATES, any_of, cities, country_names, region_names

_LEADING: Final = re.compile(r"(?:\b(?:in|near|from|to|around|serving|at|and|throughout|across)|,|/|&|\|) $")


@cache
def _city() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{any_of(cities() | {'New York'})})(?![\w-]|\.com)")


@cache
def _state() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{any_of(region_names())})(?![\w-]|\.com)")


@cache
def _country() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{any_of(country_names())})(?![\w-]|\.\w)")


def find_places(text: str, findings: Findings) -> None:
    """Adds every place named, unless its name is as likely a word or a person and nothing around it speaks for the place."""
    for kind, pattern, doubtful in (
        (EntityKind.COUNTRY, _country(), frozenset()),
        (EntityKind.STATE, _state(), AMBIGUOUS_STATES),
        (EntityKind.CITY, _city(), AMBIGUOUS_CITIES),
    ):
        for found in pattern.finditer(text):
            if found[0] not in doubtful or _LEADING.search(text[max(0, found.start() - 14) : found.start()]):
                findings.add(kind, found[0], *found.span())
