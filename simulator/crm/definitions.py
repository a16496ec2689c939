"""What a property and a property group are.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-09).
"""

from dataclasses import dataclass, field
from functools import cached_property

FIELD_TYPES: dict[str, tuple[str, ...]] = {
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("booleancheckbox", "checkbox", "radio", "select", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "string": ("text", "textarea", "html", "file", "phonenumber", "calculation_equation"),
    "number": ("number", "calculation_equation"),
    "phone_number": ("phonenumber",),
}


@dataclass(frozen=True)
class Option:
    """One choice of an enumeration; `value` is what records hold."""

    label: str
    value: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True)
class PropertyDefinition:
    """One property of an object type. `created_at_ms` None marks HubSpot's own, which have no dates."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: tuple[Option, ...] = ()
    display_order: int = -1
    has_unique_value: bool = False
    hidden: bool = False
    form_field: bool = False
    external_options: bool = False
    hubspot_defined: bool = False
    calculated: bool = False
    read_only_value: bool = False
    data_sensitivity: str = "non_sensitive"
    referenced_object_type: str | None = None
    calculation_formula: str | None = None
    currency_property_name: str | None = None
    created_at_ms: int | None = None
    updated_at_ms: int | None = None
    created_user_id: int | None = None
    updated_user_id: int | None = None
    archived_at_ms: int | None = None

    @property
    def archived(self) -> bool:
        """Whether the property was deleted; its name can be taken again, which restores it."""
        return self.archived_at_ms is not None

    @property
    def takes_many(self) -> bool:
        """Whether several options may be chosen, joined by ";"."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    @cached_property
    def option_values(self) -> frozenset[str]:
        """The values a record may hold."""
        return frozenset(option.value for option in self.options)


@dataclass(frozen=True)
class PropertyGroup:
    """A named heading under which properties are shown."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = field(default=False)
