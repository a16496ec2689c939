"""Property definitions and groups on the wire, both ways.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-09).
"""

from collections.abc import Callable

from simulator.crm.definitions import Option, PropertyDefinition, PropertyGroup
from simulator.crm.records import iso
from simulator.families.reading import Body

Json = dict[str, object]


def property_body(definition: PropertyDefinition) -> Json:
    """A definition as HubSpot writes it; HubSpot's own properties have no dates."""
    own = definition.hubspot_defined
    body: Json = {}
    if definition.updated_at_ms is not None:
        body["updatedAt"] = iso(definition.updated_at_ms)
    if definition.created_at_ms is not None:
        body["createdAt"] = iso(definition.created_at_ms)
    body |= {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group_name,
        "options": [_option_body(option) for option in definition.options],
        "displayOrder": definition.display_order,
        "calculated": definition.calculated,
        "externalOptions": definition.external_options,
        "archived": definition.archived,
        "hasUniqueValue": definition.has_unique_value,
        "hidden": definition.hidden,
        "modificationMetadata": {
            "archivable": not own,
            "readOnlyDefinition": own,
            "readOnlyOptions": own and definition.external_options,
            "readOnlyValue": definition.read_only_value,
        },
        "formField": definition.form_field,
        "dataSensitivity": definition.data_sensitivity,
    }
    if own:
        body["hubspotDefined"] = True
    if definition.archived_at_ms is not None:
        body["archivedAt"] = iso(definition.archived_at_ms)
    extra = {
        "referencedObjectType": definition.referenced_object_type,
        "calculationFormula": definition.calculation_formula,
        "currencyPropertyName": definition.currency_property_name,
        "createdUserId": _as_text(definition.created_user_id),
        "updatedUserId": _as_text(definition.updated_user_id),
    }
    return body | {name: value for name, value in extra.items() if value is not None}


def group_body(group: PropertyGroup) -> Json:
    """A group as HubSpot writes it."""
    return {"name": group.name, "label": group.label, "displayOrder": group.display_order, "archived": group.archived}


def read_property(body: Body) -> PropertyDefinition:
    """The definition a create asks for. Raises HubSpot's 400."""
    kind = body.need_text("type")
    options = _read_options(body)
    if kind == "bool" and not options:
        options = (Option("Yes", "true", 0), Option("No", "false", 1))
    return PropertyDefinition(
        body.need_text("name"),
        body.need_text("label"),
        kind,
        body.need_text("fieldType"),
        body.need_text("groupName"),
        description=body.text("description") or "",
        options=options,
        display_order=_order(body),
        has_unique_value=body.flag("hasUniqueValue") or False,
        hidden=body.flag("hidden") or False,
        form_field=body.flag("formField") or False,
        external_options=body.flag("externalOptions") or False,
        data_sensitivity=body.text("dataSensitivity") or "non_sensitive",
        referenced_object_type=body.text("referencedObjectType"),
        calculation_formula=body.text("calculationFormula"),
        calculated=body.has("calculationFormula"),
        read_only_value=body.has("calculationFormula"),
        currency_property_name=body.text("currencyPropertyName"),
    )


def read_property_changes(body: Body) -> dict[str, object]:
    """The fields of PropertyDefinition a PATCH names; uniqueness cannot be changed and is passed over."""
    return {field: read(body) for name, (field, read) in _CHANGEABLE.items() if body.has(name)}


def read_group(body: Body) -> PropertyGroup:
    """The group a create asks for. Raises HubSpot's 400."""
    return PropertyGroup(body.need_text("name"), body.need_text("label"), _order(body))


def _read_options(body: Body) -> tuple[Option, ...]:
    return tuple(
        Option(
            option.need_text("label"),
            option.need_text("value"),
            _order(option),
            option.flag("hidden") or False,
            option.text("description") or "",
        )
        for option in body.objects("options")
    )


def _order(body: Body) -> int:
    order = body.integer("displayOrder")
    return -1 if order is None else order


_CHANGEABLE: dict[str, tuple[str, Callable[[Body], object]]] = {
    "label": ("label", lambda body: body.need_text("label")),
    "type": ("type", lambda body: body.need_text("type")),
    "fieldType": ("field_type", lambda body: body.need_text("fieldType")),
    "groupName": ("group_name", lambda body: body.need_text("groupName")),
    "description": ("description", lambda body: body.text("description") or ""),
    "options": ("options", _read_options),
    "displayOrder": ("display_order", _order),
    "hidden": ("hidden", lambda body: body.flag("hidden")),
    "formField": ("form_field", lambda body: body.flag("formField")),
    "calculationFormula": ("calculation_formula", lambda body: body.text("calculationFormula")),
    "currencyPropertyName": ("currency_property_name", lambda body: body.text("currencyPropertyName")),
}


def _option_body(option: Option) -> Json:
    return {
        "label": option.label,
        "value": option.value,
        "description": option.description,
        "displayOrder": option.display_order,
        "hidden": option.hidden,
    }


def _as_text(number: int | None) -> str | None:
    return None if number is None else str(number)
