"""Postal addresses in a page's text by their grammar: street, city, region, postcode, on one line or several. Pure.

A region or a postcode is the anchor; the city is the run of capitalised words before it, the street what stands before the city and looks
like one. Formats: United States, Canada, Australia, United Kingdom, Germany and neighbours, the Netherlands, Nordic and Latin countries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from integration.providers.site.address_parts import CityMention, PostalAddress, city_before, region
from integration.providers.site.british_addresses import by_postcode
from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.street_mentions import CONTINENTAL_STREET, StreetMention, one_line, take_streets
from integration.providers.site.vocabulary import any_of, cities, country_names

_AFTER_REGION: Final = re.compile(
    r"\.?(?:[ ,\n.|-]{0,3})(?P<zip>\d{5}(?:\s?-\s?\d{4})?(?![\d-])|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b)"
)
_AFTER_REGION_AU: Final = re.compile(r"[ ,\n]{1,3}(?P<zip>\d{4})(?![\d,.-]|\s*\d{3,})")
_AUSTRALIAN: Final = frozenset({"NSW", "QLD", "VIC", "TAS", "ACT", "SA", "WA", "NT"})
_CONTINENTAL: Final = re.compile(
    r"(?<![\w-])(?P<zip>(?:[A-Z]{1,2}-)?\d{4,5}(?: ?[A-Z]{2}(?= ))?|\d{4,5}-\d{3}) "
    r"(?P<city>[A-ZÄÖÜÉ][\w'’.-]+(?:[ -](?:am|an der|im|bei|de|la|sur|en)?[ -]?[A-ZÄÖÜÉ][\w'’.-]+){0,3})"
)
# Codes that are words as well; without a comma before them they need a city that everybody knows.
_WORD_CODES: Final = frozenset(
    ["OR", "IN", "ME", "OK", "HI", "PA", "MA", "LA", "AL", "ID", "CO", "DE", "NT", "SA", "ACT", "ON", "IA", "MS"]
)
_LINE_ABOVE: Final = re.compile(
    r"(?:^|[,:|] )(\d{1,6}[A-Za-z]?(?:-\d+)? [A-Z\d][^,:|\n]{2,50}(?:, ?(?:Suite|Ste|Unit|#|Floor)[^,\n]{1,12})?)$"
)
_NO_STREET: Final = re.compile(r"\d{5,}|[@©]|\b(?:am|pm|years?|reviews?)\b")
_FARTHEST_STREET: Final = 60


def find_addresses(text: str, findings: Findings) -> tuple[PostalAddress, ...]:
    """Adds the parts of every address and gives the addresses themselves, in the order of the text."""
    streets = take_streets(text, findings)
    found = [
        *by_postcode(text, findings, streets),
        *_by_region(text, findings, streets),
        *_continental(text, findings),
        *_by_country(text, findings, streets),
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def _by_region(text: str, findings: Findings, streets: Sequence[StreetMention]) -> Iterator[PostalAddress]:
    """Addresses and places whose region is named after the city: "Austin, TX 78701"."""
    for found in region().finditer(text):
        start, end = found.span()
        if findings.is_taken(start, end):
            continue
        code = _AFTER_REGION.match(text, end) or (_AFTER_REGION_AU.match(text, end) if found[0] in _AUSTRALIAN else None)
        city = city_before(text, len(text[max(0, start - 4) : start].rstrip(" \n,")) + max(0, start - 4), findings)
        if not code and not (city and _is_place(text, found, city)):
            continue
        findings.add(EntityKind.STATE, found[0], start, end)
        if code:
            findings.add(EntityKind.ZIPCODE, code["zip"], *code.span("zip"))
        if city:
            findings.add(EntityKind.CITY, city.text, city.start, city.end)
            street = _street_before(text, city.start, findings, streets)
            yield PostalAddress(street, city.text, found[0], code["zip"] if code else "", city.start)


def _is_place(text: str, found: re.Match[str], city: CityMention) -> bool:
    """Whether a region without a postcode ends a place: after a comma, or after a city everybody knows."""
    gap = text[city.end : found.start()]
    is_known = city.text in cities()
    if "," in gap:
        return True
    if "\n" in gap:
        return is_known and not found["code"]
    if found["code"]:
        return is_known or (found[0] not in _WORD_CODES and text[found.end() : found.end() + 1] in ("", "\n", ",", ".", " ", "|"))
    return is_known or text[max(0, city.start - 5) : city.start].strip().lower() in ("in", "of", "near", "from")


def _street_before(text: str, end: int, findings: Findings, streets: Sequence[StreetMention]) -> str:
    """The street that stands before a city: one already found nearby, else the part before it when that begins with a number."""
    nearest = next((one for one in reversed(streets) if one.end <= end), None)
    if nearest and end - nearest.end <= _FARTHEST_STREET and text.count("\n", nearest.end, end) <= 2:
        return nearest.text
    head = text[:end].rstrip(" ,\n")
    begin = head.rfind("\n") + 1
    found = _LINE_ABOVE.search(head[begin:])
    if found is None or _NO_STREET.search(found[1]):
        return ""
    street = found[1].rstrip(" ,")
    return street if findings.add(EntityKind.STREET, street, begin + found.start(1), begin + found.end(1)) else ""


def _continental(text: str, findings: Findings) -> Iterator[PostalAddress]:
    """Addresses with the postcode before the city, where a street stands just before it or the city is well known."""
    for found in _CONTINENTAL.finditer(text):
        city = found["city"].rstrip(".")
        before = text[max(0, found.start() - 80) : found.start()].rstrip(" ,\n|·•-")
        street = next((one for one in CONTINENTAL_STREET.finditer(before) if one.end() == len(before)), None)
        if not street and city not in cities():
            continue
        if findings.add(EntityKind.ZIPCODE, found["zip"], *found.span("zip")):
            findings.add(EntityKind.CITY, city, *found.span("city"))
            yield PostalAddress(one_line(street[0]) if street else "", city, "", found["zip"], found.start())


def _by_country(text: str, findings: Findings, streets: Sequence[StreetMention]) -> Iterator[PostalAddress]:
    """Addresses that have neither region nor postcode: a street, a city, a country."""
    for found in _country().finditer(text):
        city = city_before(text, found.start(), findings)
        if city is None:
            continue
        nearest = next((one for one in reversed(streets) if one.end <= city.start), None)
        is_below_street = nearest is not None and not text[nearest.end : city.start].strip(" ,\n")
        if is_below_street or city.text in cities():
            findings.add(EntityKind.CITY, city.text, city.start, city.end)
            yield PostalAddress(nearest.text if nearest and is_below_street else "", city.text, "", "", city.start)


@cache
def _country() -> re.Pattern[str]:
    return re.compile(rf"[,\n]\s?(?:{any_of(country_names())})(?![\w-])")
