"""Streets in a page's text: house number, name and street word in the ways of several countries, with unit, floor and building. Pure.

Limit: a street without a number or without a street word is not told here; British addresses find theirs by where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from integration.providers.site.entities import EntityKind, Findings
from integration.providers.site.vocabulary import any_of, words_of

CONTINENTAL_STREET: Final = re.compile(
    r"(?:[A-ZÄÖÜ][\wäöüßéèáíóúñçãõ.'’-]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ring|ufer|straat|laan|plein|gatan|vägen|gade|vej)"
    r"|(?:[A-ZÄÖÜ][\wäöüß.-]+[ -]){1,3}(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee)"
    r"|(?:Rua|Rue|Avenida|Av\.|Calle|Via|Viale|Piazza|Plaza|Paseo|Carrer|Travessa|Alameda|boulevard|avenue|quai|Corso|Largo)"
    r"(?: [\w'’.äöüéèáíóúñçãõ-]+){1,5}?),? ?(?:n[º°.]? ?)?\d{1,5}(?: ?[a-zA-Z])?(?:[ /-]+\d{1,4})?\b"
)
_DIRECTION: Final = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)"
_NUMBERS: Final = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten"
_UNIT: Final = (
    r"(?:(?:Suite|Ste\.?|Unit|Apt\.?|Apartment|Room|Rm\.?|Bldg\.?|Building|Dept\.?|Level|Box)\s{0,2}#?\s?[A-Z\d][\w-]{0,6}"
    r"|#\s?[\w-]{1,6}|\d{1,3}(?:st|nd|rd|th) (?:Floor|Fl\b\.?)|(?:First|Second|Third|Fourth|Fifth|Sixth|Ground) Floor|Floor \d{1,3})"
)


@dataclass(frozen=True, slots=True)
class StreetMention:
    """A street and its place in the text."""

    start: int
    end: int
    text: str


def take_streets(text: str, findings: Findings) -> list[StreetMention]:
    """Adds every street and gives them in the order of the text."""
    taken = []
    for pattern in (_street(), CONTINENTAL_STREET):
        for found in pattern.finditer(text):
            street = one_line(found[0]).rstrip(" ,")
            if findings.add(EntityKind.STREET, street, found.start(), found.end()):
                taken.append(StreetMention(found.start(), found.end(), street))
    return sorted(taken, key=lambda one: one.start)


def one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _street() -> re.Pattern[str]:
    """American and British streets: number, name, street word, then direction and unit."""
    words = sorted(words_of("street"), key=len, reverse=True)
    suffix = (
        "|".join(word.capitalize() for word in words)
        + "|"
        + "|".join(word.upper() for word in words)
        + "|"
        + "|".join(word for word in words if len(word) > 3 or word == "cres")
    )
    number = rf"(?:\d{{1,6}}(?:-\d{{1,5}})?[A-Za-z]?(?: ?1/2)?|{_NUMBERS})"
    name = r"(?:(?:[A-Z][\w'’.-]*|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)|of|the|de|la|del)[ ]){0,5}?"
    unit = rf"(?:[ ,\n]{{1,3}}(?:- )?{_UNIT}){{0,3}}"
    site = any_of(word.capitalize() for word in words_of("site") | {"mall", "courthouse"})
    leading = rf"(?:{_UNIT}[ ,\n]{{1,3}}(?:- )?){{0,2}}(?:(?:[A-Z][\w'’]+ ){{1,3}}(?:{site})[ ,\n]{{1,3}})?"
    park = r"(?:[ ,\n]{1,3}(?:[A-Z][\w'’]+ ){1,3}(?:Trading Estate|Industrial Estate|Business Park|Industrial Park|Retail Park|Science Park))?"
    return re.compile(
        rf"(?<![\w.,$#/-]){leading}(?:Units? )?{number}\.?,? (?:{_DIRECTION}\.? )?{name}(?:{suffix})"
        rf"\b\.?(?:,? (?:[NS]\. ?[EW]\.|(?:{_DIRECTION})\b\.?))?"
        rf"(?: (?:Extension|Ext\b\.?))?{unit}{park}"
        rf"|\b[Pp]\.?\s?[Oo]\.?\s?[Bb][Oo][Xx]\s#?\d{{1,7}}\b"
        rf"|(?<![\w.,$#-])\d{{1,6}} (?:Highway|Hwy\.?|Route|County Road|State Road|US|FM|Avenue|Interstate) [A-Z\d][\w-]{{0,4}}{unit}"
    )
