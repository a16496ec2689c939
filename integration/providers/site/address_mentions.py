"""Postal addresses in a page's text by their grammar: street, city, region, postcode and country, wherever they stand in lines. Pure.

A region or a postcode is the anchor; the city is the run of capitalised words before it, the street what stands before the city and looks
like one. Formats: United States, Canada, Australia, United Kingdom, Ireland, Germany and neighbours, the Netherlands, Brazil.
Limit: streets without a street word and without a house number are found in British addresses only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import (
    SITE_WORDS,
    STREET_WORDS,
    UNIT_WORDS,
    any_of,
    cities,
    region_codes,
    region_names,
)

_ZIP_US: Final = r"\d{5}(?:\s?-\s?\d{4})?(?![\d-])"
_ZIP_CA: Final = r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b"
_ZIP_AU: Final = r"\d{4}(?!\d)"
_UK: Final = re.compile(r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s{0,2}\d[ABD-HJLNP-UW-Z]{2})\b")
_CA: Final = re.compile(rf"\b{_ZIP_CA}")
_CITY_US_ZIP: Final = re.compile(rf"(?P<gap>[ ,\n]{{1,3}})(?P<zip>{_ZIP_US})")
_CONTINENTAL: Final = re.compile(
    r"(?<![\w-])(?P<zip>(?:[A-Z]{1,2}-)?\d{4,5}(?: ?[A-Z]{2}(?= ))?|\d{5}-\d{3}) (?P<city>[A-ZÄÖÜÉ][\w'’.-]+(?:[ -](?:am|an der|im|bei|de|la|sur|en)?[ -]?[A-ZÄÖÜÉ][\w'’.-]+){0,3})"
)
_CONTINENTAL_STREET: Final = re.compile(
    r"(?:[A-ZÄÖÜ][\wäöüßéèáíóúñçãõ.'’-]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ring|ufer|straat|laan|plein|gatan|vägen|gade|vej)"
    r"|(?:[A-ZÄÖÜ][\wäöüß.-]+[ -]){1,3}(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee)"
    r"|(?:Rua|Rue|Avenida|Av\.|Calle|Via|Viale|Piazza|Plaza|Paseo|Carrer|Travessa|Alameda|boulevard|avenue|quai|Corso|Largo)(?: [\w'’.äöüéèáíóúñçãõ-]+){1,5}?)"
    r",? ?(?:n[º°.]? ?)?\d{1,5}(?: ?[a-zA-Z])?(?:[ /-]+\d{1,4})?\b"
)
_DIRECTION: Final = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)"
_NUMBERS: Final = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten"
_UNIT: Final = (
    r"(?:(?:Suite|Ste\.?|Unit|Apt\.?|Apartment|Room|Rm\.?|Bldg\.?|Building|Dept\.?|Level|Box)\s{0,2}#?\s?[A-Z\d][\w-]{0,6}"
    r"|#\s?[\w-]{1,6}|\d{1,3}(?:st|nd|rd|th) (?:Floor|Fl\b\.?)|(?:First|Second|Third|Fourth|Fifth|Sixth|Ground) Floor|Floor \d{1,3})"
)
_FOLDED_GAP: Final = r"[ \n]"


@dataclass(frozen=True)
class PostalAddress:
    """One address as far as it was found; empty parts were not. `start` is its place in the text."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    start: int = 0


@cache
def _street() -> re.Pattern[str]:
    """American and British streets: number, name, street word, then direction and unit."""
    words = sorted(STREET_WORDS, key=len, reverse=True)
    suffix = "|".join(word.capitalize() for word in words) + "|" + "|".join(word.upper() for word in words) + "|" + "|".join(
        word for word in words if len(word) > 3 or word == "cres"
    )
    number = rf"(?:\d{{1,6}}(?:-\d{{1,5}})?[A-Za-z]?(?: ?1/2)?|{_NUMBERS})"
    name = r"(?:(?:[A-Z][\w'’.-]*|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)|of|the|de|la|del)[ ]){0,5}?"
    unit = rf"(?:[ ,\n]{{1,3}}(?:- )?{_UNIT}){{0,3}}"
    leading = rf"(?:{_UNIT}[ ,\n]{{1,3}}(?:- )?){{0,2}}"
    return re.compile(
        rf"(?<![\w.,$#/-]){leading}{number}\.?,? (?:{_DIRECTION}\.? )?{name}(?:{suffix})\b\.?(?:,? (?:{_DIRECTION}|N\.?W\.?|N\.?E\.?|S\.?W\.?|S\.?E\.?)\b\.?)?"
        rf"(?: (?:Extension|Ext\b\.?))?{unit}"
        rf"|\bP\.?\s?O\.?\s?Box\s#?\d{{1,7}}\b"
        rf"|(?<![\w.,$#-])\d{{1,6}} (?:Highway|Hwy\.?|Route|County Road|State Road|US|FM|Avenue|Interstate) [A-Z\d][\w-]{{0,4}}{unit}"
    )


@cache
def _region() -> re.Pattern[str]:
    names, codes = any_of(region_names()), any_of(region_codes())
    return re.compile(rf"(?<![\w.&-])(?:(?P<name>{names}|{any_of(name.upper() for name in region_names())})|(?P<code>{codes}|D\.C\.|N\.Y\.|N\.J\.|B\.C\.))(?![\w&@]|\.\w|'s)")


_AFTER_REGION: Final = re.compile(rf"\.?(?:[ ,\n.|-]{{0,3}})(?P<zip>{_ZIP_US}|{_ZIP_CA})")
_AFTER_REGION_AU: Final = re.compile(r"[ ,\n]{1,3}(?P<zip>\d{4})(?![\d,.-]|\s*\d{3,})")
_CITY_WORD: Final = re.compile(r"(?:[A-ZÀ-Ü][\w'’À-ÿ-]*\.?|of|on|upon|the|du|de|by|in)$")
_SMALL: Final = frozenset({"of", "on", "upon", "the", "du", "de", "by", "in"})
_AMBIGUOUS_CODES: Final = frozenset({"OR", "IN", "ME", "OK", "HI", "PA", "MA", "LA", "AL", "ID", "CO", "DE", "NT", "SA", "ACT", "ON", "IA", "MS"})
_NOT_CITY: Final = frozenset(
    "southern northern eastern western central greater upper lower metro downtown inc llc ltd corp co usa tel phone fax email contact address "
    "our the all most serving office offices headquarters location locations home university state based services company mailing call map "
    "directions copyright visit from throughout and in or mr mrs dr attorney roofing".split()
)


def find_addresses(text: str, findings: Findings) -> tuple[PostalAddress, ...]:
    """Adds the parts of every address and gives the addresses themselves, in the order of the text."""
    streets = _take_streets(text, findings)
    found = [*_by_region(text, findings, streets), *_by_uk_postcode(text, findings, streets), *_continental(text, findings)]
    return tuple(sorted(found, key=lambda one: one.start))


def _take_streets(text: str, findings: Findings) -> list[tuple[int, int, str]]:
    taken = []
    for pattern in (_street(), _CONTINENTAL_STREET):
        for found in pattern.finditer(text):
            street = _one_line(found[0]).rstrip(" ,")
            if findings.add(EntityKind.STREET, street, found.start(), found.end()):
                taken.append((found.start(), found.end(), street))
    return sorted(taken)


def _by_region(text: str, findings: Findings, streets: list[tuple[int, int, str]]) -> Iterator[PostalAddress]:
    """Addresses and places whose region is named after the city: "Austin, TX 78701"."""
    for found in _region().finditer(text):
        start, end = found.span()
        if findings.is_taken(start, end):
            continue
        after = _AFTER_REGION.match(text, end) or (
            _AFTER_REGION_AU.match(text, end) if found[0] in ("NSW", "QLD", "VIC", "TAS", "ACT", "SA", "WA", "NT") else None
        )
        before = text[:start].rstrip(" \n")
        has_comma = before.endswith(",")
        on_new_line = "\n" in text[len(before) : start]
        city = _city_before(text, len(before.rstrip(" ,")), findings)
        if city is None and not after:
            continue
        if not after and not _is_place(found, city, has_comma=has_comma, on_new_line=on_new_line, text=text):
            continue
        findings.add(EntityKind.STATE, found[0], start, end)
        zip_code = after["zip"] if after else ""
        if after:
            findings.add(EntityKind.ZIPCODE, zip_code, *after.span("zip"))
        place = city or (start, start, "")
        if city:
            findings.add(EntityKind.CITY, city[2], city[0], city[1])
        street = _street_before(text, place[0], findings, streets) if city else ""
        yield PostalAddress(street, place[2], found[0], zip_code, place[0])


def _is_place(found: re.Match[str], city: tuple[int, int, str] | None, *, has_comma: bool, on_new_line: bool, text: str) -> bool:
    """Whether a region without a postcode ends a place: after a comma, or after a city everybody knows."""
    if city is None:
        return False
    is_known = city[2] in cities()
    if has_comma:
        return True
    if on_new_line:
        return is_known and not found["code"]
    if found["code"]:
        rest = text[found.end() : found.end() + 1]
        return is_known or (found[0] not in _AMBIGUOUS_CODES and rest in ("", "\n", ",", ".", " ", "|"))
    return is_known or text[max(0, city[0] - 4) : city[0]].strip().lower() in ("in", "of", "near", "from")


def _city_before(text: str, end: int, findings: Findings) -> tuple[int, int, str] | None:
    """The run of capitalised words that ends here, cut where a street ends or a well-known city begins: (start, end, city)."""
    line_start = text.rfind("\n", 0, end) + 1
    part_start = max(line_start, text.rfind(",", line_start, end) + 1, text.rfind("|", line_start, end) + 1, text.rfind(":", line_start, end) + 1)
    words = text[part_start:end].split(" ")
    taken: list[str] = []
    position = end
    for word in reversed(words):
        start = position - len(word)
        if not word or not _CITY_WORD.match(word) or findings.is_taken(start, max(position, start + 1)):
            break
        bare = word.strip(".").lower()
        is_saint = bare in ("st", "ft", "mt") and taken
        if (bare in STREET_WORDS and not is_saint and bare not in ("park", "grove", "hill", "place", "court", "path", "cove", "gardens", "ridge")) or bare in _NOT_CITY:
            break
        if bare in UNIT_WORDS or len(taken) >= 4:
            break
        taken.insert(0, word)
        position = start - 1
    while taken and taken[0] in _SMALL:
        taken.pop(0)
    for size in range(len(taken), 0, -1):
        if " ".join(taken[-size:]) in cities():
            taken = taken[-size:]
            break
    city = " ".join(taken)
    if not taken or len(city) < 3 or (len(taken[-1]) == 1):
        return None
    return end - len(city), end, city


def _street_before(text: str, end: int, findings: Findings, streets: list[tuple[int, int, str]]) -> str:
    """The street that stands before a city: one already found nearby, else the line above or the part before when it begins with a number."""
    for start, stop, street in reversed(streets):
        if stop <= end:
            if end - stop <= 60 and text.count("\n", stop, end) <= 2:
                return street
            break
    head = text[:end].rstrip(" ,\n")
    begin = head.rfind("\n") + 1
    line = head[begin:]
    found = re.search(r"(?:^|[,:|] )(\d{1,6}[A-Za-z]?(?:-\d+)? [A-Z\d][^,:|\n]{2,50}(?:, ?(?:Suite|Ste|Unit|#|Floor)[^,\n]{1,12})?)$", line)
    if found and not re.search(r"\d{5,}|[@©]|\b(?:am|pm|years?|reviews?)\b", found[1]):
        street = found[1].rstrip(" ,")
        if findings.add(EntityKind.STREET, street, begin + found.start(1), begin + found.end(1)):
            return street
    return ""


def _by_uk_postcode(text: str, findings: Findings, streets: list[tuple[int, int, str]]) -> Iterator[PostalAddress]:
    """British addresses: parts between commas and line ends, read backwards from the postcode."""
    for found in (*_UK.finditer(text), *_CA.finditer(text)):
        if not findings.add(EntityKind.ZIPCODE, found[0], *found.span()):
            continue
        state = city = street = ""
        place = found.start()
        for start, end in _parts_before(text, found.start()):
            part = text[start:end]
            if not state and not city and (region := _region().fullmatch(part)) and part not in cities():
                state = part if findings.add(EntityKind.STATE, part, start, end) else ""
                continue
            if not state and not city and (region := next((one for one in _region().finditer(part) if one.end() == len(part)), None)):
                if region["name"] and findings.add(EntityKind.STATE, region[0], start + region.start(), end):
                    state, end = region[0], start + len(part[: region.start()].rstrip())
            if not city:
                if known := _city_before(text, end, findings):
                    city = known[2] if findings.add(EntityKind.CITY, known[2], known[0], known[1]) else ""
                    place = known[0]
                    if text[start : known[0]].strip(" ,"):
                        street = _uk_street(text, start, known[0], findings, streets)
                        break
                    continue
            street = _uk_street(text, start, end, findings, streets)
            break
        yield PostalAddress(street, city, state, found[0], place)


def _uk_street(text: str, start: int, end: int, findings: Findings, streets: list[tuple[int, int, str]]) -> str:
    """The parts before the city that look like a street or a site, as one text."""
    near = next((one for one in reversed(streets) if one[1] <= end + 1 and one[1] >= start), None)
    if near:
        return near[2]
    first, last = -1, len(text[:end].rstrip(" ,\n"))
    for begin, stop in [(start, last), *list(_parts_before(text, start))[:2]]:
        words = {word.strip(".").lower() for word in text[begin:stop].split()}
        is_street = bool(words & (STREET_WORDS | SITE_WORDS | UNIT_WORDS)) or bool(re.match(r"\d{1,4}[A-Za-z]? [A-Z]", text[begin:stop]))
        if not is_street or len(words) > 9 or words & {"ltd", "limited", "plc", "©"} or findings.is_taken(begin, stop):
            break
        first = begin
    if first < 0:
        return ""
    street = _one_line(text[first:last])
    return street if findings.add(EntityKind.STREET, street, first, last) else ""


def _parts_before(text: str, end: int) -> Iterator[tuple[int, int]]:
    """The parts between commas, bars and line ends that stand before a place, backwards, at most six."""
    for _ in range(6):
        while end > 0 and text[end - 1] in " ,\n|.":
            end -= 1
        if end <= 0:
            return
        start = max(text.rfind(mark, 0, end) for mark in ",\n|:") + 1
        while start < end and text[start] == " ":
            start += 1
        yield start, end
        end = start


def _continental(text: str, findings: Findings) -> Iterator[PostalAddress]:
    """Addresses with the postcode before the city, where a street stands just before it or the city is well known."""
    for found in _CONTINENTAL.finditer(text):
        city = found["city"].rstrip(".")
        before = text[max(0, found.start() - 80) : found.start()].rstrip(" ,\n|·•-")
        street = next((one for one in _CONTINENTAL_STREET.finditer(before) if one.end() == len(before)), None)
        if not street and city not in cities():
            continue
        if not findings.add(EntityKind.ZIPCODE, found["zip"], *found.span("zip")):
            continue
        findings.add(EntityKind.CITY, city, *found.span("city"))
        yield PostalAddress(_one_line(street[0]) if street else "", city, "", found["zip"], found.start())


def _one_line(text: str) -> str:
    return " ".join(text.split())
