"""Items of a Wikibase such as Wikidata, read from untrusted JSON: statements by property, the preferred and current ones only. Pure.

Source: https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON (as in November 2026). Quantities are texts with a sign, times carry a precision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.providers.json_reading import JsonObject, find_at, parse_object, read_object

ITEM_ID: Final = re.compile(r"Q[1-9]\d{0,11}")
_QUANTITY: Final = re.compile(r"\+?(\d{1,12})(\.0*)?")
_TIME: Final = re.compile(r"\+(\d{4})-\d\d-\d\dT")
_YEAR_PRECISION: Final = 9
_END: Final = "P582"


@dataclass(frozen=True)
class Statement:
    """One statement: its value, and what qualifies it, both as they came."""

    value: object
    qualifiers: JsonObject

    def qualifier(self, name: str) -> object:
        """The first value of a qualifier, None without one."""
        return find_at(self.qualifiers, f"{name}.0.datavalue.value")


@dataclass(frozen=True)
class Item:
    """One item with its English label, "" when it has none."""

    qid: str
    label: str
    claims: JsonObject

    def has(self, *names: str) -> int:
        """How many of the properties have a statement that holds."""
        return sum(bool(self.statements(name)) for name in names)

    def statements(self, name: str) -> tuple[Statement, ...]:
        """What holds today of a property: no deprecated, ended or valueless statement, and only the preferred where there are such."""
        found = self.claims.get(name)
        kept: dict[str, list[Statement]] = {"preferred": [], "normal": []}
        for one in found if isinstance(found, list) else ():
            qualifiers = find_at(one, "qualifiers") if isinstance(one, dict) else None
            known = qualifiers if isinstance(qualifiers, dict) else {}
            value = find_at(one, "mainsnak.datavalue.value") if isinstance(one, dict) else None
            rank = one.get("rank") if isinstance(one, dict) else None
            if value is not None and _END not in known and isinstance(rank, str) and rank in kept:
                kept[rank].append(Statement(value, known))
        return tuple(kept["preferred"] or kept["normal"])

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(one.value for one in self.statements(name) if isinstance(one.value, str))

    def items(self, name: str) -> tuple[str, ...]:
        """The ids of the items a property points at."""
        return tuple(qid for one in self.statements(name) if (qid := to_item_id(one.value)))


def parse_items(body: bytes, *, system: str) -> tuple[Item, ...]:
    """The items of a `wbgetentities` answer, without those that are missing. Raises UnexpectedReply for another answer."""
    entities = read_object(parse_object(body, system=system), "entities", system=system)
    items: list[Item] = []
    for qid, entity in entities.items():
        if not isinstance(entity, dict):
            raise UnexpectedReply("an entity is no object", system=system)
        label = find_at(entity, "labels.en.value")
        claims = entity.get("claims")
        if "missing" not in entity and ITEM_ID.fullmatch(qid):
            items.append(Item(qid, label if isinstance(label, str) else "", claims if isinstance(claims, dict) else {}))
    return tuple(items)


def to_item_id(value: object) -> str | None:
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and ITEM_ID.fullmatch(found) else None


def to_whole_quantity(value: object) -> int | None:
    """The amount of a quantity over zero that is whole."""
    found = _QUANTITY.fullmatch(amount) if isinstance(value, dict) and isinstance(amount := value.get("amount"), str) else None
    return int(found[1]) or None if found else None


def to_moment(value: object) -> str:
    """A time as it is written, good for comparing; "" for none, and for a time before the year 1."""
    time = value.get("time") if isinstance(value, dict) else None
    return time if isinstance(time, str) and _TIME.match(time) else ""


def to_year_of_time(value: object) -> int | None:
    """The year of a time that is known to the year at least."""
    precision = value.get("precision") if isinstance(value, dict) else None
    found = _TIME.match(to_moment(value))
    return int(found[1]) if found and isinstance(precision, int) and precision >= _YEAR_PRECISION else None


def newest(statements: Sequence[Statement], point_in_time: str) -> Statement | None:
    """The statement whose qualifier says the latest moment; one without a moment comes last."""
    return max(statements, key=lambda one: to_moment(one.qualifier(point_in_time)), default=None)
