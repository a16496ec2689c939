"""The company inside a page's structured data: single objects, arrays, @graph, nested publishers; blocks that do not parse are passed over.

Source: https://schema.org/Organization (read 2026-11). No I/O.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

JsonThing = Mapping[str, object]

# Organization and the subtypes that sites use for themselves; schema.org's full list is longer than it is useful.
_TYPES: Final = ("Organization", "Corporation", "LocalBusiness", "Business", "Store", "Airline", "Consortium", "Company", "Service")
_NESTED: Final = ("@graph", "publisher", "mainEntity", "about", "provider", "isPartOf", "itemListElement")
_DEEPEST: Final = 5
_MOST_THINGS: Final = 300


def find_organization(blocks: Sequence[str], items: Sequence[JsonThing] = ()) -> JsonThing | None:
    """The organisation that says most about itself in JSON-LD blocks, else in microdata items; None when nothing names one."""
    for roots in ([_parse(block) for block in blocks], items):
        found = [thing for root in roots for thing in _things(root) if _is_organization(thing)]
        if found:
            return max(found, key=len)
    return None


def employee_count(organization: JsonThing) -> object:
    """The raw headcount: a number, a text, or "min-max" for a range."""
    quantity = organization.get("numberOfEmployees")
    if not isinstance(quantity, dict):
        return quantity
    low, high = quantity.get("minValue"), quantity.get("maxValue")
    return quantity.get("value", f"{low}-{high}" if low and high else low)


def address_of(organization: JsonThing) -> JsonThing:
    """The first postal address, empty when there is none."""
    address = organization.get("address")
    first = address[0] if isinstance(address, list) and address else address
    return first if isinstance(first, dict) else {}


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a property that may be one text or a list."""
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))


def _parse(block: str) -> object:
    try:
        return json.loads(block, strict=False)
    except (ValueError, RecursionError):
        return None


def _things(root: object) -> Iterator[JsonThing]:
    waiting: list[tuple[object, int]] = [(root, 0)]
    seen = 0
    while waiting and seen < _MOST_THINGS:
        item, depth = waiting.pop()
        if isinstance(item, list):
            waiting += [(part, depth + 1) for part in item[:_MOST_THINGS]] if depth < _DEEPEST else []
        elif isinstance(item, dict):
            seen += 1
            yield item
            if depth < _DEEPEST:
                waiting += [(item[name], depth + 1) for name in _NESTED if name in item]


def _is_organization(thing: JsonThing) -> bool:
    return bool(thing.get("name")) and any(kind.endswith(_TYPES) for kind in texts_of(thing.get("@type")))
