"""Merge over HTTP.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis (read 2026-09).
"""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.object_types import object_type as kind_of
from simulator.crm.writes import Written
from simulator.families.mounting import Answer, Request, Route, mount
from simulator.families.objects.bodies import RecordBodies
from simulator.families.scopes import write_objects
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


def merge(call: Request, object_type: str) -> Answer:
    """The survivor."""
    survivor = call.portal.merge(
        object_type, call.body.need_text("primaryObjectId"), call.body.need_text("objectIdToMerge"), source=call.source
    )
    return Answer(RecordBodies(call.portal, kind_of(object_type)).written(Written(survivor)))


ROUTES = [Route(Operation("POST", "/crm/objects/{version}/{objectType}/merge", scopes=write_objects), merge)]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The merge routes of a world."""
    return mount("merge", world, ROUTES)
