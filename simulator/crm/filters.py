"""Search filters as tests of one record. Pure.

Matching ignores case, but the values of enumerations are compared as written, and IN and NOT_IN on text find only values
given in lower case. A filter on an unset property is never met, except by NOT_HAS_PROPERTY.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (read 2026-09).
Limit: whether NEQ and NOT_IN meet records without a value is not documented; here they do not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.crm.definitions import PropertyDefinition
from simulator.crm.settings import FROM_2026_09
from simulator.crm.values import ValueProblem, normalise
from simulator.errors import ErrorDetail, HubSpotError, validation_error

Comparable = str | float
Test = Callable[[str, Mapping[str, str]], bool]  # (record id, its properties)
Reader = Callable[[str], Comparable]
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Filter:
    """One condition as sent; `values` for IN and NOT_IN, `value` and `high_value` for BETWEEN."""

    property_name: str
    operator: str
    value: str | None = None
    high_value: str | None = None
    values: tuple[str, ...] = ()


def build_test(condition: Filter, definition: PropertyDefinition) -> Test:
    """The test of a filter on a property. Raises HubSpot's 400 for an unknown operator or a value that does not fit."""
    name = condition.property_name
    if condition.operator == "HAS_PROPERTY":
        return lambda _, properties: name in properties
    if condition.operator == "NOT_HAS_PROPERTY":
        return lambda _, properties: name not in properties
    builder = _BUILDERS.get(condition.operator)
    if builder is None:
        raise invalid_operator(condition.operator)
    met = builder(condition, definition)

    def test(_: str, properties: Mapping[str, str]) -> bool:
        value = properties.get(name)
        return value is not None and met(value)

    return test


def invalid_operator(operator: str) -> HubSpotError:
    """The 400 for an operator that search does not know."""
    return validation_error(f"Invalid input JSON: operator {operator!r} is not one of the search operators")


def reader_of(definition: PropertyDefinition) -> Reader:
    """What turns a stored value into one that compares: numbers by size, dates by time, text without case."""
    if definition.type == "number":
        return float
    if definition.type in ("date", "datetime", "enumeration"):
        return str
    return str.lower


def comparable(condition: Filter, definition: PropertyDefinition, raw: str | None) -> Comparable:
    """A filter's value in the form stored values compare in. Raises HubSpot's 400 for a value that does not fit."""
    if raw is None:
        raise _missing_value(condition)
    if definition.type not in ("number", "date", "datetime"):
        return reader_of(definition)(raw)
    try:
        value = normalise(definition, raw, FROM_2026_09).value
        return float(value) if definition.type == "number" else value
    except (ValueProblem, ValueError):
        message = f"{raw} is not a valid {definition.type} for the property {condition.property_name}"
        raise validation_error(message, errors=(ErrorDetail(message, "INVALID_VALUE"),)) from None


def _missing_value(condition: Filter) -> HubSpotError:
    return validation_error(f"operator {condition.operator} on {condition.property_name} requires a value")


def _compare(accept: Callable[[Comparable, Comparable], bool]) -> "_Builder":
    def build(condition: Filter, definition: PropertyDefinition) -> Callable[[str], bool]:
        wanted, read = comparable(condition, definition, condition.value), reader_of(definition)
        if definition.takes_many:
            return lambda value: any(accept(part, wanted) for part in value.split(";"))
        return lambda value: accept(read(value), wanted)

    return build


def _between(condition: Filter, definition: PropertyDefinition) -> Callable[[str], bool]:
    low = comparable(condition, definition, condition.value)
    high = comparable(condition, definition, condition.high_value)
    read = reader_of(definition)
    return lambda value: low <= read(value) <= high  # type: ignore[operator]  # both sides come from the same reader


def _in(condition: Filter, definition: PropertyDefinition) -> Callable[[str], bool]:
    if not condition.values:
        raise _missing_value(condition)
    if definition.type in ("number", "date", "datetime"):
        wanted: set[Comparable] = {comparable(condition, definition, value) for value in condition.values}
    else:
        wanted = set(condition.values)  # not lowered: text in capitals finds nothing, as HubSpot's page warns
    read = reader_of(definition)
    if definition.takes_many:
        return lambda value: not wanted.isdisjoint(value.split(";"))
    return lambda value: read(value) in wanted


def _not_in(condition: Filter, definition: PropertyDefinition) -> Callable[[str], bool]:
    met = _in(condition, definition)
    return lambda value: not met(value)


def _token(condition: Filter, _definition: PropertyDefinition) -> Callable[[str], bool]:
    if not condition.value:
        raise _missing_value(condition)
    patterns = [_wildcard(part) for part in condition.value.lower().split()]
    return lambda value: all(any(pattern.fullmatch(word) for word in _tokens(value)) for pattern in patterns)


def _not_token(condition: Filter, definition: PropertyDefinition) -> Callable[[str], bool]:
    met = _token(condition, definition)
    return lambda value: not met(value)


def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def _tokens(value: str) -> list[str]:
    lowered = value.lower()
    return [lowered, *lowered.split(), *_WORDS.findall(lowered)]


_Builder = Callable[[Filter, PropertyDefinition], Callable[[str], bool]]

_BUILDERS: dict[str, _Builder] = {
    "EQ": _compare(lambda value, wanted: value == wanted),
    "NEQ": _compare(lambda value, wanted: value != wanted),
    "LT": _compare(lambda value, wanted: value < wanted),  # type: ignore[operator]
    "LTE": _compare(lambda value, wanted: value <= wanted),  # type: ignore[operator]
    "GT": _compare(lambda value, wanted: value > wanted),  # type: ignore[operator]
    "GTE": _compare(lambda value, wanted: value >= wanted),  # type: ignore[operator]
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": _not_in,
    "CONTAINS_TOKEN": _token,
    "NOT_CONTAINS_TOKEN": _not_token,
}
