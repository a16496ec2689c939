"""Control routes that put records into workflows with an app's custom actions, and show how that went.

`POST .../workflow-actions` with {"app_id", "url", "object": {"type": "CONTACT", "id"}, "properties": [names sent along], "input_fields": {...},
"callback_id", "workflow_id", "with_v3", "agent"} enrols a record; an agent's call has no object. `url` is the action's address: the simulator knows no
definitions of actions. `POST .../workflow-options` with {"app_id", "url", "field", "q", "after", "object_type_id", "input_fields", "with_v3"} fetches
options.
"""

import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from simulator.control.reading import Fields
from simulator.errors import HubSpotError
from simulator.workflows.enrolments import Enrolment

if TYPE_CHECKING:
    from simulator.world import World

_TYPES = {"CONTACT": "contacts", "COMPANY": "companies", "DEAL": "deals"}


class WorkflowControl:
    """The views, on one world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._numbers = itertools.count(1)

    def enrol(self, portal_id: int) -> Response:
        fields = _fields()
        app_id, url = self._app_id(fields), fields.text("url")
        number = next(self._numbers)
        callback_id = fields.text("callback_id", f"ap-{portal_id}-{56_777_000_000 + number}-11-0")
        body = self._execution(portal_id, callback_id, fields, number)
        enrolment = Enrolment(callback_id, app_id, portal_id, url, body, fields.flag("with_v3", default=True))
        fields.finish()
        if not self._world.workflows.enrol(enrolment):
            raise HubSpotError(409, "CONTROL_ERROR", f"callback_id {callback_id} is taken; repeat it instead")
        return jsonify(asdict(enrolment))

    def list_enrolments(self, portal_id: int) -> Response:
        found = self._world.workflows.enrolments.of_portal(portal_id)
        wanted = request.args.get("callback_id")
        return jsonify({"enrolments": [asdict(one) for one in found if wanted in (None, one.callback_id)]})

    def repeat(self, portal_id: int, callback_id: str) -> Response:
        found = self._world.workflows.enrolments.find(callback_id)
        if found is None or found.portal_id != portal_id:
            raise HubSpotError(404, "CONTROL_ERROR", f"{callback_id} is not enrolled")
        return jsonify(asdict(self._world.workflows.repeat(found)))

    def fetch_options(self, portal_id: int) -> Response:
        fields = _fields()
        app_id, url = self._app_id(fields), fields.text("url")
        fetch = {name: fields.text(name) for name in ("q", "after") if name in fields}
        body = {
            "origin": _origin(portal_id),
            "objectTypeId": fields.text("object_type_id", "0-1"),
            "inputFieldName": fields.text("field"),
            "inputFields": {
                name: {"type": "STATIC_VALUE", "value": value} for name, value in fields.text_map("input_fields").items()
            },
            "fetchOptions": fetch,
        }
        with_v3 = fields.flag("with_v3", default=True)
        fields.finish()
        reply = self._world.workflows.post(app_id, url, body, with_v3=with_v3)
        return jsonify({"status": reply.status, "error": reply.error, "body": _readable(reply.body)})

    def _execution(self, portal_id: int, callback_id: str, fields: Fields, number: int) -> dict[str, object]:
        inputs = fields.raw("input_fields")
        is_agent = fields.flag("agent")
        context: dict[str, object] = {"source": "AGENTS" if is_agent else "WORKFLOWS"}
        body: dict[str, object] = {"callbackId": callback_id, "origin": _origin(portal_id)}
        if not is_agent:
            context["workflowId"] = fields.integer("workflow_id", 4_000_000 + number)
            body["object"] = self._object(portal_id, fields.child("object"), fields.texts("properties"))
        given = inputs if isinstance(inputs, dict) else {}
        return {**body, "context": context, "inputFields": given, "fields": given}

    def _object(self, portal_id: int, fields: Fields, names: tuple[str, ...]) -> dict[str, object]:
        object_type, object_id = fields.text("type"), fields.text("id")
        fields.finish()
        record = None
        if portal_id in self._world.portals and object_type in _TYPES:
            record = self._world.portals[portal_id].find_all(_TYPES[object_type], [object_id])[object_id]
        values: Mapping[str, str] = record.properties if record is not None else {}
        return {
            "objectId": int(object_id) if object_id.isdecimal() else object_id,
            "objectType": object_type,
            "properties": {name: values[name] for name in names if name in values},
        }

    def _app_id(self, fields: Fields) -> int:
        app_id = fields.integer("app_id")
        if app_id not in self._world.apps:
            raise HubSpotError(400, "CONTROL_ERROR", "app_id must name an app")
        return app_id


def _origin(portal_id: int) -> dict[str, int]:
    return {"portalId": portal_id, "actionDefinitionId": 10_860_211, "actionDefinitionVersion": 1}


def _fields() -> Fields:
    return Fields(request.get_json(silent=True, force=True) if request.content_length else {})


def _readable(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
