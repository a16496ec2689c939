"""Turns a value as an app sends it into the text HubSpot stores, or says why it cannot be stored. Pure.

Codes: PROPERTY_DOESNT_EXIST and INVALID_INTEGER are documented, INVALID_DATE and INVALID_OPTION seen in real answers,
READ_ONLY_VALUE, INVALID_EMAIL and INVALID_LENGTH not confirmed. Values of other types than string with spaces around them
are refused since April 2025.
Sources: https://developers.hubspot.com/docs/api-reference/error-handling,
https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-09).
Limit: pipelines, stages and other properties with outside options are not checked against them; owners are, in `writing`.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulator.crm.definitions import PropertyDefinition
from simulator.crm.records import iso
from simulator.crm.settings import WriteRules

MAX_TEXT_LENGTH = 65_536
_EMAIL = re.compile(r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999


class ValueProblem(Exception):
    """A value that a property does not take: HubSpot's code and sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Normalised:
    """The text to store; `was` holds the value as sent when HubSpot would add a warning about the difference."""

    value: str
    was: str | None = None


def normalise(definition: PropertyDefinition, raw: str, rules: WriteRules, *, current: str = "") -> Normalised:
    """The stored form of `raw`; `current` is the value the record has now (for adding to a choice of many).

    An empty text clears and is always taken. Raises ValueProblem.
    """
    if raw == "":
        return Normalised("")
    if definition.type != "string" and raw != raw.strip():
        raise ValueProblem("INVALID_WHITESPACE", f"{raw!r} has leading or trailing whitespace")
    check = _CHECKS.get(definition.type, _text)
    return check(definition, raw, rules, current)


def email_address(raw: str) -> str:
    """The address in lower case. Raises ValueProblem."""
    address = raw.strip().lower()
    if not _EMAIL.match(address):
        raise ValueProblem("INVALID_EMAIL", f"Email address {raw} is invalid")
    return address


def _text(_definition: PropertyDefinition, raw: str, _rules: WriteRules, _current: str) -> Normalised:
    if len(raw) > MAX_TEXT_LENGTH:
        message = f"Property value is too long: {len(raw)} characters, {MAX_TEXT_LENGTH} is the maximum"
        raise ValueProblem("INVALID_LENGTH", message)
    return Normalised(raw)


def _number(_definition: PropertyDefinition, raw: str, _rules: WriteRules, _current: str) -> Normalised:
    try:
        number = float(raw)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueProblem("INVALID_INTEGER", f"{raw} was not a valid number.")
    return Normalised(raw)


def _bool(_definition: PropertyDefinition, raw: str, _rules: WriteRules, _current: str) -> Normalised:
    if raw.lower() not in ("true", "false"):
        raise ValueProblem("INVALID_OPTION", f"{raw} was not one of the allowed options: [true, false]")
    return Normalised(raw.lower())


def _enumeration(definition: PropertyDefinition, raw: str, _rules: WriteRules, current: str) -> Normalised:
    if definition.external_options:
        return Normalised(raw)
    if not definition.takes_many:
        _require_option(definition, raw)
        return Normalised(raw)
    chosen = [part for part in raw.split(";") if part]
    for value in chosen:
        _require_option(definition, value)
    before = current.split(";") if raw.startswith(";") and current else []
    return Normalised(";".join(dict.fromkeys([*before, *chosen])))


def _require_option(definition: PropertyDefinition, value: str) -> None:
    # Lifecycle stages an account added have number names, which no definition here lists.
    if value in definition.option_values or (definition.name == "lifecyclestage" and value.isdigit()):
        return
    allowed = ", ".join(option.value for option in definition.options)
    raise ValueProblem("INVALID_OPTION", f"{value} was not one of the allowed options: [{allowed}]")


def _date(definition: PropertyDefinition, raw: str, rules: WriteRules, _current: str) -> Normalised:
    at_ms = _moment_ms(raw)
    if at_ms is None:
        raise ValueProblem("INVALID_DATE", f"{raw} was not a valid date.")
    beyond = at_ms % _DAY_MS
    day = iso(at_ms)[:10]
    if not beyond:
        return Normalised(day)
    if not rules.normalises_dates:
        message = f"{raw} is at {iso(at_ms)[11:]}, not midnight! Property {definition.name} takes midnight UTC."
        raise ValueProblem("INVALID_DATE", message)
    return Normalised(day, was=raw)


def _datetime(_definition: PropertyDefinition, raw: str, _rules: WriteRules, _current: str) -> Normalised:
    at_ms = _moment_ms(raw)
    if at_ms is None:
        raise ValueProblem("INVALID_DATE", f"{raw} was not a valid date.")
    return Normalised(iso(at_ms))


def _moment_ms(raw: str) -> int | None:
    """Milliseconds since 1970 of an ISO text or a number of milliseconds; None when it is neither."""
    if raw.removeprefix("-").isdecimal():
        return _within_reach(int(raw))
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _within_reach((moment - _EPOCH) // timedelta(milliseconds=1))


def _within_reach(at_ms: int) -> int | None:
    return at_ms if _FIRST_MS <= at_ms <= _LAST_MS else None


_CHECKS: dict[str, Callable[[PropertyDefinition, str, WriteRules, str], Normalised]] = {
    "number": _number,
    "bool": _bool,
    "enumeration": _enumeration,
    "date": _date,
    "datetime": _datetime,
}
