"""A value made to fit a property as the portal has it now, or the reason why it cannot go in. Pure.

Dates are midnight UTC, moments UTC to the millisecond, numbers plain digits, telephone numbers E.164 where the country is known, countries a
name or the account's option, texts at most as long as HubSpot keeps.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-11).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from integration.core.countries import country_code, country_name
from integration.hubspot.objects import PropertyDefinition
from integration.pipeline.crm_fields import parse_moment
from integration.pipeline.definitions.industries import EVERYDAY_INDUSTRIES
from integration.pipeline.definitions.options import OptionMatch, match_option, match_option_by
from integration.providers.base import FieldValue
from integration.providers.normalise import to_phone

TEXT_LIMIT: Final = 65_536
"""The longest text a HubSpot property holds."""
_WORDS_OF_YES: Final = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
_PHONE_FIELD: Final = "phonenumber"
_SHOWN_VALUE_LIMIT: Final = 80
_MOST_DIGITS: Final = 30


class Sense(StrEnum):
    """What a value is, whatever type the property has."""

    PLAIN = "plain"
    NUMBER = "number"
    YEAR = "year"
    AMOUNT_USD = "amount_usd"
    COUNTRY = "country"
    INDUSTRY = "industry"
    PHONE = "phone"


@dataclass(frozen=True)
class Misfit:
    """Why a value cannot go in: the machine word, a sentence without a full stop, and what was to go in."""

    reason: str
    words: str
    value: str = ""


@dataclass(frozen=True)
class Given:
    """A value with what helps to read it. `country` is the ISO code of where the record is, None when unknown."""

    value: FieldValue
    sense: Sense = Sense.PLAIN
    country: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The value in words: one text, or several of a list."""
        if isinstance(self.value, tuple):
            return tuple(text.strip() for text in self.value if text.strip())
        if isinstance(self.value, bool):
            return ("true" if self.value else "false",)
        if isinstance(self.value, int | float):
            return (_digits(self.value),) if math.isfinite(self.value) else ()
        return (self.value.strip(),) if self.value.strip() else ()


def fit(definition: PropertyDefinition | None, name: str, given: Given) -> str | Misfit:
    """The text to write, or why not. An empty value clears, so it always fits; a fitted value fits again and stays the same."""
    if definition is None or definition.archived:
        return Misfit("property_missing", f'"{name}" does not exist in this account')
    if definition.is_read_only or definition.is_calculated:
        return Misfit("property_read_only", f'"{name}" cannot be changed by apps in this account')
    if not given.texts:
        return ""
    fitter = _FITTERS.get(definition.type)
    if fitter is None:
        return _unfit(definition, given, f"Leadlight cannot write the type {definition.type}")
    return fitter(definition, given)


def _string(definition: PropertyDefinition, given: Given) -> str | Misfit:
    text = "\n".join(given.texts) if definition.field_type == "textarea" else ", ".join(given.texts)
    if given.sense is Sense.COUNTRY:
        text = country_name(text)
    elif given.sense is Sense.PHONE or definition.field_type == _PHONE_FIELD:
        text = to_phone(text, given.country) or text
    return text[:TEXT_LIMIT]


def _phone(definition: PropertyDefinition, given: Given) -> str | Misfit:
    number = to_phone(given.texts[0], given.country)
    return number or _unfit(definition, given, "it is not a telephone number with a known country")


def _number(definition: PropertyDefinition, given: Given) -> str | Misfit:
    try:
        number = Decimal(given.texts[0]) if len(given.texts) == 1 else None
    except InvalidOperation:
        number = None
    # An exponent of any size would be written out in as many digits.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return _unfit(definition, given, "it is not a number")
    return f"{number:f}"


def _bool(definition: PropertyDefinition, given: Given) -> str | Misfit:
    return _WORDS_OF_YES.get(given.texts[0].lower()) or _unfit(definition, given, "it is neither yes nor no")


def _date(definition: PropertyDefinition, given: Given) -> str | Misfit:
    moment = _moment(given.texts[0])
    return _unfit(definition, given, "it is not a date") if moment is None else moment.date().isoformat()


def _datetime(definition: PropertyDefinition, given: Given) -> str | Misfit:
    moment = _moment(given.texts[0])
    if moment is None:
        return _unfit(definition, given, "it is not a moment in time")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _enumeration(definition: PropertyDefinition, given: Given) -> str | Misfit:
    takes_many = definition.field_type == "checkbox"
    if not takes_many and len(given.texts) > 1:
        return _unfit(definition, given, "the property takes one option only")
    if definition.has_external_options:
        return ";".join(given.texts)
    values: dict[str, None] = {}
    for part in _parts(definition, given) if takes_many else given.texts:
        match = _option(definition, part.strip(), given.sense)
        if match.state != "matched":
            return _no_option(definition, part.strip(), match)
        values[match.value] = None
    return ";".join(values)


def _parts(definition: PropertyDefinition, given: Given) -> list[str]:
    """The options meant: HubSpot separates several with a semicolon, which a label may hold too."""
    return [
        part
        for text in given.texts
        for part in ([text] if _option(definition, text, given.sense).state == "matched" else text.split(";"))
        if part.strip()
    ]


def _option(definition: PropertyDefinition, text: str, sense: Sense) -> OptionMatch:
    if sense is Sense.INDUSTRY:
        return match_option(definition, text, EVERYDAY_INDUSTRIES)
    found = match_option(definition, text)
    if sense is not Sense.COUNTRY or found.state != "unknown":
        return found
    code = country_code(text)
    return match_option_by(definition, lambda words: code is not None and country_code(words) == code)


def _no_option(definition: PropertyDefinition, text: str, match: OptionMatch) -> Misfit:
    shown = text[:_SHOWN_VALUE_LIMIT]
    words = {
        "ambiguous": f'several options of "{definition.name}" could be meant by "{shown}"',
        "hidden": f'the option "{shown}" of "{definition.name}" is hidden in this account',
    }.get(match.state, f'"{definition.name}" has no option for "{shown}" in this account')
    return Misfit(f"option_{match.state}", words, shown)


def _unfit(definition: PropertyDefinition, given: Given, why: str) -> Misfit:
    shown = ", ".join(given.texts)[:_SHOWN_VALUE_LIMIT]
    return Misfit("value_unfit", f'"{shown}" does not go into "{definition.name}": {why}', shown)


_FITTERS: Final[Mapping[str, Callable[[PropertyDefinition, Given], str | Misfit]]] = {
    "string": _string,
    "phone_number": _phone,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _enumeration,
}
WRITABLE_TYPES: Final = frozenset(_FITTERS)


def _moment(text: str) -> datetime | None:
    iso = parse_moment(text)
    return None if iso is None else datetime.fromisoformat(iso).astimezone(UTC)


def _digits(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else format(Decimal(str(number)), "f")
