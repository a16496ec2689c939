"""The mapping of a file: what each of its columns stands for, as it is stored, remembered and put to a person. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.core.errors import BadInput
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.lead_files.columns.forms import DateOrder, Decimal
from integration.lead_files.columns.guess import Guess
from integration.lead_files.columns.targets import BY_KEY, FULL_NAME, Kind, heading_key, targets_for
from integration.providers.base import Field

OBJECT_TYPES: Final = (CONTACTS, COMPANIES)


@dataclass(frozen=True)
class Column:
    """`target` "" for a column that is only carried along."""

    target: str
    date_order: str = DateOrder.DAY_FIRST
    decimal: str = Decimal.POINT


@dataclass(frozen=True)
class ColumnMapping:
    """One column for each cell of a row. `region` (ISO) reads telephone numbers without a country code where the row names no country."""

    object_type: str
    columns: tuple[Column, ...]
    region: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(column.target for column in self.columns)


def mapping_of(guesses: Sequence[Guess], object_type: str, region: str = "") -> ColumnMapping:
    """The mapping that the guesses make."""
    columns = tuple(
        Column(guess.target, guess.date_order or DateOrder.DAY_FIRST, guess.decimal or Decimal.POINT) for guess in guesses
    )
    return ColumnMapping(object_type, columns, region)


def check_mapping(mapping: ColumnMapping, names: Sequence[str]) -> None:
    """Raises BadInput when two columns stand for one thing, or nothing tells whom a row is about."""
    if mapping.object_type not in OBJECT_TYPES:
        raise BadInput(f"A file is about {' or '.join(OBJECT_TYPES)}, not {mapping.object_type!r}.")
    allowed = {target.key for target in targets_for(mapping.object_type)}
    first: dict[str, str] = {}
    for name, target in zip(names, mapping.targets, strict=True):
        if not target:
            continue
        if target not in allowed:
            raise BadInput(f"Column {name!r}: a file of {mapping.object_type} has no {target!r}.")
        if target in first:
            title = BY_KEY[target].title
            raise BadInput(f"Columns {first[target]!r} and {name!r} both stand for {title!r}. Leave one of them out.")
        first[target] = name
    if not first.keys() & identifying(mapping.object_type):
        needed = ", ".join(sorted(BY_KEY[key].title for key in identifying(mapping.object_type)))
        raise BadInput(f"No column tells whom a row is about. Choose a column for at least one of these: {needed}.")


def identifying(object_type: str) -> frozenset[str]:
    """The targets of which a row must fill one."""
    if object_type == CONTACTS:
        return frozenset({Field.EMAIL, FULL_NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.PERSON_LINKEDIN_URL})
    return frozenset({Field.DOMAIN, Field.COMPANY_NAME})


def has_form(target: str) -> str:
    """Which form a person may choose for the column: "date", "number" or ""."""
    kind = BY_KEY[target].kind if target in BY_KEY else None
    return "date" if kind is Kind.DATE else "number" if kind in (Kind.COUNT, Kind.MONEY) else ""


def fingerprint(names: Sequence[str], object_type: str) -> str:
    """The same for files with the same headings in the same order, whatever their case and marks."""
    text = "\x1f".join([object_type, *(heading_key(name) or name for name in names)])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def mapping_as_json(mapping: ColumnMapping) -> dict[str, Any]:
    columns = [{"target": one.target, "date_order": one.date_order, "decimal": one.decimal} for one in mapping.columns]
    return {"object_type": mapping.object_type, "region": mapping.region, "columns": columns}


def mapping_from_json(document: Mapping[str, Any]) -> ColumnMapping:
    """A stored mapping; a target that no longer exists is left out."""
    columns = tuple(
        Column(one["target"] if one["target"] in BY_KEY else "", one["date_order"], one["decimal"]) for one in document["columns"]
    )
    return ColumnMapping(document["object_type"], columns, document["region"])
