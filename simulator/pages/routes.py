"""The portal's pages: `/portal/`, `/portal/<portal id>/`, `/portal/<portal id>/record/<type or type id>/<record id>`.

Read only. No script runs on them: the content security policy forbids all, whatever a record's text says.
"""

from collections.abc import Mapping
from typing import Protocol

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from simulator.apps import App
from simulator.crm.object_types import find_object_type
from simulator.families.timeline.state import Timeline
from simulator.pages.list_page import ListWish, build_list
from simulator.pages.portal_reader import PortalReader
from simulator.pages.record_page import LINKED_TYPES, build_record
from simulator.portal import Portal

LISTED_TYPES = ("companies", "contacts")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class HasPortals(Protocol):
    """The part of the world these pages look at."""

    @property
    def portals(self) -> Mapping[int, Portal]: ...

    @property
    def apps(self) -> Mapping[int, App]: ...

    @property
    def timelines(self) -> Mapping[int, Timeline]: ...


def build_blueprint(world: HasPortals) -> Blueprint:
    """The pages over the world's portals, to be registered without a prefix of its own."""
    blueprint = Blueprint("pages", __name__, url_prefix="/portal", template_folder="templates", static_folder="static")

    @blueprint.get("/")
    def portals() -> str:
        known = [(portal_id, portal.counts()) for portal_id, portal in sorted(world.portals.items())]
        return render_template("pages/portals.html", portals=known)

    @blueprint.get("/<int:portal_id>/")
    def listing(portal_id: int) -> str:
        reader = _reader(world, portal_id)
        wish = ListWish(
            object_type=_listed_type(request.args.get("type", LISTED_TYPES[0])),
            query=request.args.get("q", "").strip()[:200],
            sort=request.args.get("sort", ""),
            page=request.args.get("page", 1, type=int),
        )
        view = build_list(reader, wish, lambda kind, number: _record_url(portal_id, kind, number))
        return render_template("pages/list.html", portal_id=portal_id, view=view, counts=reader.counts())

    @blueprint.get("/<int:portal_id>/record/<kind>/<object_id>")
    def record(portal_id: int, kind: str, object_id: str) -> str:
        reader = _reader(world, portal_id)
        found_type = find_object_type(kind)
        found = reader.find(found_type.name, object_id) if found_type and found_type.name in LINKED_TYPES else None
        if found is None:
            abort(_missing("record", portal_id))
        view = build_record(reader, found, lambda other, number: _record_url(portal_id, other, number))
        return render_template("pages/record.html", portal_id=portal_id, view=view, list_type=found.object_type)

    @blueprint.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    return blueprint


def _reader(world: HasPortals, portal_id: int) -> PortalReader:
    portal = world.portals.get(portal_id)
    if portal is None:
        abort(_missing("portal", portal_id))
    names = {str(app.app_id): app.name for app in world.apps.values()}
    return PortalReader(portal, names, world.timelines[portal_id])


def _missing(what: str, portal_id: int) -> Response:
    return make_response(render_template("pages/missing.html", what=what, portal_id=portal_id), 404)


def _listed_type(wanted: str) -> str:
    return wanted if wanted in LISTED_TYPES else LISTED_TYPES[0]


def _record_url(portal_id: int, object_type: str, object_id: str) -> str:
    return url_for("pages.record", portal_id=portal_id, kind=object_type, object_id=object_id)
