"""HubSpot's own properties as data: one CSV per object type, read once.

Columns: name, label, type, field_type, group, flags, options. Flags: `r` the value is read only, `c` calculated,
`e` the options live elsewhere, `u` unique. Options: `value=Label` joined by `|`; a bare value is its own label in title case.
Limit: a working selection of each type's properties (a real account has several hundred for contacts).
"""

import csv
from functools import cache
from importlib.resources import files

from simulator.crm.definitions import Option, PropertyDefinition, PropertyGroup

_GROUP_LABELS = {
    "contactinformation": "Contact information",
    "companyinformation": "Company information",
    "dealinformation": "Deal information",
    "ticketinformation": "Ticket information",
    "leadinformation": "Lead information",
    "socialmediainformation": "Social media information",
    "sales_properties": "Sales properties",
    "email_information": "Email information",
    "analyticsinformation": "Web analytics history",
    "conversioninformation": "Conversion information",
    "buyingrole": "Buying role",
}


@cache
def standard_properties(object_type: str) -> tuple[PropertyDefinition, ...]:
    """HubSpot's own properties of one type (plural name)."""
    lines = files(__name__).joinpath(f"{object_type}.csv").read_text(encoding="utf-8").splitlines()
    return tuple(_definition(row) for row in csv.DictReader(lines))


@cache
def standard_groups(object_type: str) -> tuple[PropertyGroup, ...]:
    """The groups those properties stand in, in order of appearance."""
    names = dict.fromkeys(definition.group_name for definition in standard_properties(object_type))
    return tuple(PropertyGroup(name, _GROUP_LABELS.get(name, name.capitalize()), order) for order, name in enumerate(names))


def _definition(row: dict[str, str]) -> PropertyDefinition:
    flags = row["flags"]
    return PropertyDefinition(
        row["name"],
        row["label"],
        row["type"],
        row["field_type"],
        row["group"],
        options=_options(row["options"], "true|false" if row["type"] == "bool" else ""),
        has_unique_value="u" in flags,
        external_options="e" in flags,
        hubspot_defined=True,
        calculated="c" in flags,
        read_only_value="r" in flags,
        form_field="r" not in flags,
    )


def _options(text: str, default: str) -> tuple[Option, ...]:
    parts = [part.partition("=") for part in (text or default).split("|") if part]
    return tuple(Option(label or value.replace("_", " ").title(), value, order) for order, (value, _, label) in enumerate(parts))
