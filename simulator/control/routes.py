"""`/_control/*`: JSON in, JSON out, open to anyone who reaches the port, outside authentication, limiter and record.

Limit: it guards nothing; serve the simulator on loopback only.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from simulator.control.actor import act
from simulator.control.reading import Fields
from simulator.control.seeding import install, read_app, read_portal_settings, seed
from simulator.control.settings import move_clock, read_fault, read_settings
from simulator.control.workflows import WorkflowControl
from simulator.errors import HubSpotError
from simulator.faults import Fault
from simulator.portal import Portal
from simulator.recorder import CallFilter
from simulator.report import build_report

if TYPE_CHECKING:
    from simulator.world import World


def build_blueprint(world: "World") -> Blueprint:
    """The control routes of this world."""
    control, workflows = _Control(world), WorkflowControl(world)
    blueprint = Blueprint("control", __name__, url_prefix="/_control")
    routes: list[tuple[str, str, Callable[..., Response]]] = [
        ("POST", "/reset", control.reset),
        ("POST", "/seed", control.seed),
        ("POST", "/apps", control.register_app),
        ("POST", "/installs", control.install),
        ("DELETE", "/installs/<int:app_id>/<int:portal_id>", control.uninstall),
        ("GET", "/settings", control.read_settings),
        ("PATCH", "/settings", control.change_settings),
        ("GET", "/clock", control.read_clock),
        ("POST", "/clock", control.move_clock),
        ("GET", "/faults", control.list_faults),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("DELETE", "/faults/<int:number>", control.clear_faults),
        ("GET", "/calls", control.list_calls),
        ("DELETE", "/calls", control.forget_calls),
        ("GET", "/report", control.report),
        ("GET", "/deliveries", control.list_deliveries),
        ("DELETE", "/deliveries", control.forget_deliveries),
        ("POST", "/drain", control.drain),
        ("POST", "/emit", control.emit),
        ("GET", "/portals", control.list_portals),
        ("PATCH", "/portals/<int:portal_id>/settings", control.change_portal_settings),
        ("POST", "/portals/<int:portal_id>/actor", control.act),
        ("POST", "/portals/<int:portal_id>/disconnect", control.disconnect),
        ("GET", "/portals/<int:portal_id>/timeline", control.list_timeline),
        ("POST", "/portals/<int:portal_id>/workflow-actions", workflows.enrol),
        ("GET", "/portals/<int:portal_id>/workflow-actions", workflows.list_enrolments),
        ("POST", "/portals/<int:portal_id>/workflow-actions/<callback_id>/repeat", workflows.repeat),
        ("POST", "/portals/<int:portal_id>/workflow-options", workflows.fetch_options),
    ]
    for method, rule, view in routes:
        blueprint.add_url_rule(rule, f"{method} {rule}", view, methods=[method])
    return blueprint


class _Control:
    """The views, on one world."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def reset(self) -> Response:
        self._world.reset()
        return Response(status=204)

    def seed(self) -> Response:
        return jsonify(seed(self._world, _fields()).body())

    def register_app(self) -> Response:
        app = self._world.register_app(read_app(_fields()))
        return jsonify({"app_id": app.app_id})

    def install(self) -> Response:
        return jsonify(install(self._world, _fields()))

    def uninstall(self, app_id: int, portal_id: int) -> Response:
        return jsonify({"was_installed": self._world.uninstall(app_id, portal_id)})

    def disconnect(self, portal_id: int) -> Response:
        self._portal(portal_id)
        for app_id in self._world.apps:
            self._world.oauth.disconnect(app_id, portal_id)
        return Response(status=204)

    def read_settings(self) -> Response:
        return jsonify(asdict(self._world.settings))

    def change_settings(self) -> Response:
        self._world.configure(read_settings(_fields(), self._world.settings))
        return self.read_settings()

    def read_clock(self) -> Response:
        return jsonify({"now": self._world.clock.now().isoformat(), "speed": self._world.clock.speed})

    def move_clock(self) -> Response:
        move_clock(_fields(), self._world.clock)
        return self.read_clock()

    def list_faults(self) -> Response:
        return jsonify({"faults": [_fault_body(fault) for fault in self._world.faults.current()]})

    def add_fault(self) -> Response:
        return jsonify(_fault_body(self._world.faults.add(read_fault(_fields()))))

    def clear_faults(self, number: int | None = None) -> Response:
        self._world.faults.clear(number)
        return Response(status=204)

    def list_calls(self) -> Response:
        calls = list(self._world.recorder.calls(_call_filter()))
        shown = calls[-_number("limit", 1000) :]
        return jsonify({"total": len(calls), "dropped": self._world.recorder.dropped, "calls": [asdict(call) for call in shown]})

    def forget_calls(self) -> Response:
        self._world.recorder.forget()
        return Response(status=204)

    def report(self) -> Response:
        calls = self._world.recorder.calls(_call_filter())
        return jsonify(asdict(build_report(calls, dropped=self._world.recorder.dropped)))

    def list_deliveries(self) -> Response:
        portal_id = _optional_number("portal_id")
        found = [each for each in self._world.emitter.log.all() if portal_id in (None, each.portal_id)]
        shown = found[-_number("limit", 1000) :]
        bodies = [{**asdict(each), "accepted": each.accepted} for each in shown]
        return jsonify({"total": len(found), "pending_events": self._world.emitter.pending(), "deliveries": bodies})

    def forget_deliveries(self) -> Response:
        self._world.emitter.log.forget()
        return Response(status=204)

    def drain(self) -> Response:
        fields = _fields()
        timeout_s = fields.number("timeout_s", 30.0)
        fields.finish()
        return jsonify({"idle": self._world.emitter.drain(timeout_s)})

    def emit(self) -> Response:
        fields = _fields()
        app = self._world.apps.get(fields.integer("app_id"))
        events = fields.raw("events")
        if app is None or not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            raise HubSpotError(400, "CONTROL_ERROR", "app_id must name an app and events be a list of objects")
        self._world.emitter.enqueue(app, fields.integer("portal_id"), events)
        fields.finish()
        return jsonify({"queued": len(events)})

    def list_portals(self) -> Response:
        portals = sorted(self._world.portals.items())
        return jsonify({"portals": [{"portal_id": portal_id, "records": portal.counts()} for portal_id, portal in portals]})

    def change_portal_settings(self, portal_id: int) -> Response:
        portal = self._portal(portal_id)
        portal.change_settings(**vars(read_portal_settings(_fields(), portal.settings)))
        return Response(status=204)

    def act(self, portal_id: int) -> Response:
        return jsonify({"object_ids": act(self._portal(portal_id), _fields())})

    def list_timeline(self, portal_id: int) -> Response:
        self._portal(portal_id)
        query = _query()
        found = self._world.timelines[portal_id].events(query.optional_text("object_type"), query.optional_text("object_id"))
        return jsonify({"events": [{**asdict(each), "type": each.type.uid, "header": each.header} for each in found]})

    def _portal(self, portal_id: int) -> Portal:
        portal = self._world.portals.get(portal_id)
        if portal is None:
            raise HubSpotError(404, "CONTROL_ERROR", f"portal {portal_id} is not there")
        return portal


def _fields() -> Fields:
    return Fields(request.get_json(silent=True, force=True) if request.content_length else {})


def _fault_body(fault: Fault) -> dict[str, object]:
    return {"number": fault.number, "hits": fault.hits, **asdict(fault.spec)}


def _call_filter() -> CallFilter:
    query = _query()
    return CallFilter(
        portal_id=_optional_number("portal_id"),
        method=query.optional_text("method"),
        path=query.pattern("path"),
        status=_optional_number("status"),
        since_ms=_optional_number("since_ms"),
        token=query.optional_text("token"),
    )


def _query() -> Fields:
    return Fields(request.args.to_dict(), "query")


def _optional_number(name: str) -> int | None:
    return _number(name, 0) if name in request.args else None


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdigit():
        raise HubSpotError(400, "CONTROL_ERROR", f"query.{name} must be a whole number")
    return int(text)
