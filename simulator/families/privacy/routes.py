"""Deletion on a person's request, over HTTP. Before the dated versions only contacts have it.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide (read 2026-09).
"""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.object_types import object_type as kind_of
from simulator.errors import not_found
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.scopes import write_objects
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


def erase(call: Request, object_type: str) -> Answer:
    """Erases a record for good, or blocks an address nobody has."""
    kind = kind_of(object_type)
    if call.is_legacy and kind.name != "contacts":
        raise not_found(f"gdpr-delete is not there for {kind.name} in this version")
    value, id_property = call.body.need_text("objectId"), call.body.text("idProperty")
    call.portal.gdpr_delete(object_type, value, source=call.source, id_property=id_property)
    return NO_CONTENT


ROUTES = [Route(Operation("POST", "/crm/objects/{version}/{objectType}/gdpr-delete", scopes=write_objects), erase)]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The erasure routes of a world."""
    return mount("privacy", world, ROUTES)
