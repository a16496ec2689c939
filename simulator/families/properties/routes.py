"""Property definitions and groups over HTTP.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide (read 2026-09).
Limit: a batch create stops at nothing: inputs stand alone, and what failed is listed in a 207.
"""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.definitions import PropertyDefinition
from simulator.errors import HubSpotError
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.objects.bodies import batch_answer
from simulator.families.objects.inputs import MAX_BATCH, refuse_large
from simulator.families.properties.bodies import (
    group_body,
    property_body,
    read_group,
    read_property,
    read_property_changes,
)
from simulator.families.scopes import read_schemas, write_schemas
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


def list_properties(call: Request, object_type: str) -> Answer:
    """Every property of a type, of one sensitivity when asked."""
    found = call.portal.schema(object_type).properties(archived=call.query.flag("archived"))
    wanted = call.query.text("dataSensitivity") or "non_sensitive"
    return Answer({"results": [property_body(each) for each in found if each.data_sensitivity == wanted]})


def create_property(call: Request, object_type: str) -> Answer:
    """The new or restored property."""
    return Answer(property_body(_create(call, object_type, read_property(call.body))), 201)


def get_property(call: Request, object_type: str, property_name: str) -> Answer:
    """One property."""
    return Answer(property_body(call.portal.schema(object_type).get(property_name, archived=call.query.flag("archived"))))


def update_property(call: Request, object_type: str, property_name: str) -> Answer:
    """The changed property."""
    changes = read_property_changes(call.body)
    with call.portal.lock:
        changed = call.portal.schema(object_type).update(
            property_name, changes, at_ms=call.portal.crm.now_ms(), user_id=call.caller.user_id
        )
    return Answer(property_body(changed))


def archive_property(call: Request, object_type: str, property_name: str) -> Answer:
    """Deletes a property."""
    with call.portal.lock:
        call.portal.schema(object_type).archive(property_name, at_ms=call.portal.crm.now_ms())
    return NO_CONTENT


def batch_read(call: Request, object_type: str) -> Answer:
    """The properties of up to 100 names."""
    started = call.portal.crm.now_ms()
    schema, archived = call.portal.schema(object_type), call.body.flag("archived") or False
    results, errors = [], []
    for name in _names(call):
        try:
            results.append(property_body(schema.get(name, archived=archived)))
        except HubSpotError as error:
            errors.append({**error.entry(None), "context": {"name": [name]}})
    return batch_answer(results, errors, started_at_ms=started, completed_at_ms=call.portal.crm.now_ms())


def batch_create(call: Request, object_type: str) -> Answer:
    """The new or restored properties of up to 100 inputs."""
    started = call.portal.crm.now_ms()
    wanted = [read_property(each) for each in call.body.objects("inputs")]
    refuse_large(len(wanted), MAX_BATCH)
    results, errors = [], []
    for each in wanted:
        try:
            results.append(property_body(_create(call, object_type, each)))
        except HubSpotError as error:
            errors.append({**error.entry(None), "context": {"name": [each.name]}})
    return batch_answer(results, errors, started_at_ms=started, completed_at_ms=call.portal.crm.now_ms(), status=201)


def batch_archive(call: Request, object_type: str) -> Answer:
    """Deletes up to 100 properties; names that are not there are passed over."""
    with call.portal.lock:
        schema = call.portal.schema(object_type)
        for name in _names(call):
            if name in schema.live:
                schema.archive(name, at_ms=call.portal.crm.now_ms())
    return NO_CONTENT


def list_groups(call: Request, object_type: str) -> Answer:
    """Every group of a type."""
    return Answer({"results": [group_body(each) for each in call.portal.schema(object_type).groups()]})


def create_group(call: Request, object_type: str) -> Answer:
    """The new or restored group."""
    wanted = read_group(call.body)
    with call.portal.lock:
        return Answer(group_body(call.portal.schema(object_type).create_group(wanted)), 201)


def get_group(call: Request, object_type: str, group_name: str) -> Answer:
    """One group."""
    return Answer(group_body(call.portal.schema(object_type).get_group(group_name)))


def update_group(call: Request, object_type: str, group_name: str) -> Answer:
    """The changed group."""
    with call.portal.lock:
        group = call.portal.schema(object_type).update_group(
            group_name, label=call.body.text("label"), display_order=call.body.integer("displayOrder")
        )
    return Answer(group_body(group))


def archive_group(call: Request, object_type: str, group_name: str) -> Answer:
    """Deletes an empty group."""
    with call.portal.lock:
        call.portal.schema(object_type).archive_group(group_name)
    return NO_CONTENT


_ALL = "/crm/properties/{version}/{objectType}"
_ONE = _ALL + "/{propertyName}"
_GROUPS = _ALL + "/groups"
_GROUP = _GROUPS + "/{groupName}"

ROUTES = [
    Route(Operation("GET", _ALL, scopes=read_schemas), list_properties),
    Route(Operation("POST", _ALL, scopes=write_schemas), create_property),
    Route(Operation("GET", _ONE, scopes=read_schemas), get_property),
    Route(Operation("PATCH", _ONE, scopes=write_schemas), update_property),
    Route(Operation("DELETE", _ONE, scopes=write_schemas), archive_property),
    Route(Operation("POST", _ALL + "/batch/read", scopes=read_schemas), batch_read),
    Route(Operation("POST", _ALL + "/batch/create", scopes=write_schemas), batch_create),
    Route(Operation("POST", _ALL + "/batch/archive", scopes=write_schemas), batch_archive),
    Route(Operation("GET", _GROUPS, scopes=read_schemas), list_groups),
    Route(Operation("POST", _GROUPS, scopes=write_schemas), create_group),
    Route(Operation("GET", _GROUP, scopes=read_schemas), get_group),
    Route(Operation("PATCH", _GROUP, scopes=write_schemas), update_group),
    Route(Operation("DELETE", _GROUP, scopes=write_schemas), archive_group),
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The property routes of a world."""
    return mount("properties", world, ROUTES)


def _create(call: Request, object_type: str, wanted: PropertyDefinition) -> PropertyDefinition:
    return call.portal.create_property(object_type, wanted, user_id=call.caller.user_id)


def _names(call: Request) -> list[str]:
    names = [each.need_text("name") for each in call.body.objects("inputs")]
    refuse_large(len(names), MAX_BATCH)
    return names
