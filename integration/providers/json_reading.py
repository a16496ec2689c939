"""Untrusted JSON read value by value: each reader names the path when the shape is wrong, and None stays None."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.core.errors import UnexpectedReply

JsonObject = Mapping[str, object]


def parse_object(body: bytes, *, system: str) -> JsonObject:
    """The JSON object in `body`. Raises UnexpectedReply when it is not one."""
    try:
        parsed = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnexpectedReply("the answer is not JSON", system=system) from error
    if not isinstance(parsed, dict):
        raise UnexpectedReply("the answer is not a JSON object", system=system)
    return parsed


def _refuse_constant(name: str) -> object:
    """NaN and Infinity are not JSON, and no database column takes them."""
    raise ValueError(f"{name} is not JSON")


def read_object(parent: JsonObject, name: str, *, system: str) -> JsonObject:
    """The object at `name`. Raises UnexpectedReply when there is none."""
    found = as_object(parent.get(name), system=system)
    if found is None:
        raise UnexpectedReply(f"{name} is missing", system=system)
    return found


def read_member(parent: JsonObject, name: str, *, system: str) -> object:
    """Whatever stands at `name`, null too. Raises UnexpectedReply when there is no such member: then it is another kind of answer."""
    if name not in parent:
        raise UnexpectedReply(f"{name} is missing", system=system)
    return parent[name]


def as_object(found: object, *, system: str) -> JsonObject | None:
    """The object itself, None for null or an empty one. Raises UnexpectedReply for anything else."""
    if found is None or found == {}:
        return None
    if not isinstance(found, dict):
        raise UnexpectedReply("a value that should be an object is not", system=system)
    return found


def read_list(parent: JsonObject, name: str, *, system: str) -> Sequence[object]:
    """The list at `name`. Raises UnexpectedReply when there is none."""
    found = parent.get(name)
    if not isinstance(found, list):
        raise UnexpectedReply(f"{name} is not a list", system=system)
    return found


def read_objects(parent: JsonObject, name: str, *, system: str) -> Sequence[JsonObject]:
    """The objects of the list at `name`, without empty ones. Raises UnexpectedReply when there is none, or something else in it."""
    return [one for item in read_list(parent, name, system=system) if (one := as_object(item, system=system)) is not None]


def read_number(parent: JsonObject, name: str, *, system: str) -> Decimal:
    """The number at `name`, not negative. Raises UnexpectedReply when there is none."""
    found = parent.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found < 1e12:
        raise UnexpectedReply(f"{name} is no number", system=system)
    return Decimal(str(found))


def find_at(parent: JsonObject, path: str) -> object:
    """The value at a dotted path (`errors.0.details`), None when any step is missing: vendors leave out what they do not know."""
    found: object = parent
    for step in path.split("."):
        if isinstance(found, list):
            found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found
