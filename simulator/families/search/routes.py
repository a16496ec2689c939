"""Search over HTTP. It has a rate limit of its own, and its answers carry no rate headers."""

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.crm.object_types import object_type as kind_of
from simulator.families.mounting import Answer, Request, Route, mount
from simulator.families.objects.bodies import RecordBodies
from simulator.families.scopes import read_objects
from simulator.families.search.requests import read_search
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World


def search(call: Request, object_type: str) -> Answer:
    """A page of hits."""
    asked = read_search(call.body, call.size)
    page = call.portal.search(object_type, asked.query)
    bodies = RecordBodies(call.portal, kind_of(object_type), names=asked.properties)
    body: dict[str, object] = {
        "total": page.total,
        "results": [bodies.body(hit.record, hit.properties) for hit in page.hits],
    }
    if page.next_after is not None:
        body["paging"] = {"next": {"after": str(page.next_after)}}
    return Answer(body)


ROUTES = [
    Route(
        Operation("POST", "/crm/objects/{version}/{objectType}/search", note="no ranking", scopes=read_objects, bucket="search"),
        search,
    ),
]
OPERATIONS = [route.operation for route in ROUTES]


def build_blueprint(world: "World") -> Blueprint:
    """The search routes of a world."""
    return mount("search", world, ROUTES)
