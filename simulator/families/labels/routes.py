"""Association labels over HTTP: HubSpot's own types and the account's labels between two kinds of record.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-schema/guide (read 2026-09).
Limit: limits on how many records may bear a label (`definitions/configurations`) are not simulated.
"""

import re
from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.object_types import object_type as kind_of
from simulator.errors import validation_error
from simulator.families.associations.bodies import type_body
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.scopes import read_objects, write_objects
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

_NOT_NAME = re.compile(r"[^a-z0-9]+")


def list_labels(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Every type of the pair, in this direction."""
    found = call.portal.association_types.between(kind_of(from_object_type).name, kind_of(to_object_type).name)
    return Answer({"results": [type_body(each) for each in found]})


def create_label(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """The new label, in both directions."""
    label = call.body.need_text("label")
    name = call.body.text("name") or _NOT_NAME.sub("_", label.lower()).strip("_")
    with call.portal.lock:
        added = call.portal.association_types.add_label(
            kind_of(from_object_type).name,
            kind_of(to_object_type).name,
            name=name,
            label=label,
            inverse_label=call.body.text("inverseLabel"),
        )
    return Answer({"results": [type_body(each) for each in added]})


def rename_label(call: Request, from_object_type: str, to_object_type: str) -> Answer:
    """Gives a label other words."""
    type_id = call.body.integer("associationTypeId")
    if type_id is None:
        raise validation_error("associationTypeId is required")
    with call.portal.lock:
        call.portal.association_types.rename_label(
            kind_of(from_object_type).name,
            kind_of(to_object_type).name,
            type_id,
            label=call.body.need_text("label"),
            inverse_label=call.body.text("inverseLabel"),
        )
    return NO_CONTENT


def delete_label(call: Request, from_object_type: str, to_object_type: str, association_type_id: str) -> Answer:
    """Forgets a label."""
    if not association_type_id.isdecimal():
        raise validation_error(f"{association_type_id} is not an association type")
    with call.portal.lock:
        call.portal.association_types.remove_label(
            kind_of(from_object_type).name, kind_of(to_object_type).name, int(association_type_id)
        )
    return NO_CONTENT


_LABELS = "/crm/associations/{version}/{fromObjectType}/{toObjectType}/labels"

ROUTES = [
    Route(Operation("GET", _LABELS, scopes=read_objects, bucket="associations"), list_labels),
    Route(Operation("POST", _LABELS, scopes=write_objects, bucket="associations"), create_label),
    Route(Operation("PUT", _LABELS, scopes=write_objects, bucket="associations"), rename_label),
    Route(Operation("DELETE", _LABELS + "/{associationTypeId}", scopes=write_objects, bucket="associations"), delete_label),
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The label routes of a world."""
    return mount("labels", world, ROUTES)
