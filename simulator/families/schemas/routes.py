"""The list of custom object schemas: these accounts have none, and clients that ask learn so.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas/guide (read 2026-09).
Limit: custom objects cannot be defined.
"""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.families.mounting import Answer, Request, Route, mount
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


def list_schemas(_call: Request) -> Answer:
    """No schema."""
    return Answer({"results": []})


_NOTE = "no custom objects, the list is empty"

ROUTES = [
    Route(Operation("GET", "/crm-object-schemas/{version}/schemas", "partial", _NOTE), list_schemas),
    Route(Operation("GET", "/crm/schemas/{version}", "partial", _NOTE), list_schemas),  # an older path of the same
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The schema routes of a world."""
    return mount("schemas", world, ROUTES)
