"""British and Canadian addresses read backwards from the postcode: county, city, then the parts that look like a street or a site. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from integration.providers.site.address_parts import PostalAddress, city_before, part_start, region, trimmed
from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.street_mentions import StreetMention, one_line
from integration.providers.site.vocabulary import cities, words_of

_POSTCODE: Final = re.compile(
    r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s{0,2}\d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d)\b"
)
_NUMBERED: Final = re.compile(r"\d{1,4}[A-Za-z]? [A-Z]")
_COMPANY_WORDS: Final = frozenset({"ltd", "limited", "plc", "©"})
_MOST_PARTS: Final = 3
_MOST_WORDS: Final = 9


def by_postcode(text: str, findings: Findings, streets: Sequence[StreetMention]) -> Iterator[PostalAddress]:
    """Adds the parts of every address before a postcode and gives the addresses."""
    for found in _POSTCODE.finditer(text):
        if not findings.add(EntityKind.ZIPCODE, found[0], *found.span()):
            continue
        state, end = _take_region(text, found.start(), findings)
        city, end = _take_city(text, end, findings)
        yield PostalAddress(_take_street(text, end, findings, streets), city, state, found[0], end)


def _take_region(text: str, end: int, findings: Findings) -> tuple[str, int]:
    """The county or province that ends here, and where it begins."""
    stop = trimmed(text, end)
    start = part_start(text, stop)
    part = text[start:stop]
    last = next((one for one in region().finditer(part) if one.end() == len(part)), None)
    if last is None or part in cities():
        return "", end
    begin = start + last.start()
    return (last[0], begin) if findings.add(EntityKind.STATE, last[0], begin, stop) else ("", end)


def _take_city(text: str, end: int, findings: Findings) -> tuple[str, int]:
    city = city_before(text, trimmed(text, end), findings)
    if city is None:
        return "", end
    findings.add(EntityKind.CITY, city.text, city.start, city.end)
    return city.text, city.start


def _take_street(text: str, end: int, findings: Findings, streets: Sequence[StreetMention]) -> str:
    """The street before the city: one already told, else the parts that look like one, as one text."""
    stop = last = trimmed(text, end)
    start = part_start(text, stop)
    near = next((one for one in reversed(streets) if start <= one.end <= end + 1), None)
    if near:
        return near.text
    first = -1
    for _ in range(_MOST_PARTS):
        if stop <= start or not _is_street(text[start:stop]) or findings.is_taken(start, stop):
            break
        first = start
        stop = trimmed(text, start)
        start = part_start(text, stop)
    street = one_line(text[first:last]) if first >= 0 else ""
    return street if street and findings.add(EntityKind.STREET, street, first, last) else ""


def _is_street(part: str) -> bool:
    words = {word.strip(".").lower() for word in part.split()}
    if len(words) > _MOST_WORDS or words & _COMPANY_WORDS:
        return False
    return bool(words & (words_of("street") | words_of("site") | words_of("unit")) or _NUMBERED.match(part))
