"""The doors for HubSpot's workflows and agents: proves who calls, reads what is asked, and answers in HubSpot's contract.

What the statuses mean to HubSpot: 2xx is an answer, in which `hs_execution_state` says how it went; 4xx fails the action for good, 5xx is tried again
for up to three days. So whatever a person could mend is a 2xx with words, and a refusal means that the request itself makes no sense:

400 not readable, with the path of the field · 401 not signed by HubSpot · 404 no such action, app not installed, or no client secret set · 409 callback
id used for another action · 413 body over 256 kB · 5xx our database or HubSpot's owners cannot be reached.
Source: https://developers.hubspot.com/docs/api-reference/automation-actions-v4-v4/custom-action-guide (read 2026-12).

v2 signatures prove no time, so a captured request can be sent again; it gets the stored answer of the first one then, and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from crm_cards.api import parse_body, read_body
from crm_cards.workflow.actions.route import OWNERS, TEAM
from crm_cards.workflow.base import ACTIONS_PATH, TOOLS_PATH, ActionDefinition
from crm_cards.workflow.reading import OptionsAsked, portal_id_of, read_execution, read_options_request, read_tool_call
from crm_cards.workflow.registry import all_actions
from integration.core.clock import Clock
from integration.core.errors import AppError, BadPayload, NotFound, Unavailable
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.core.taming import Tamed
from integration.hubspot.signed_request import verify_signed_either
from integration.pipeline.workflow.base import Answer, refusal
from integration.pipeline.workflow.desk import WorkflowDesk
from integration.pipeline.workflow.options import Choice, page_of

Json = Mapping[str, Any]


@dataclass(frozen=True)
class WorkflowParts:
    """What the doors work with."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    desk: WorkflowDesk


def build_blueprint(parts: WorkflowParts) -> Blueprint:
    """Every address of an action or a tool. It answers all its own errors, in plain text."""
    blueprint = Blueprint("workflow_actions", __name__)
    doors = _Doors(parts)
    routes: tuple[tuple[str, Callable[[str], Response]], ...] = (
        (f"{ACTIONS_PATH}/<name>", doors.execute),
        (f"{ACTIONS_PATH}/<name>/options", doors.options),
        (f"{TOOLS_PATH}/<name>", doors.call_tool),
    )
    for rule, view in routes:
        blueprint.add_url_rule(rule, view.__name__, view, methods=["POST"])
    blueprint.register_error_handler(AppError, doors.refuse)
    return blueprint


class _Doors:
    """The three ways in."""

    def __init__(self, parts: WorkflowParts) -> None:
        self._parts = parts
        self._actions: Final = {one.name: one for one in all_actions() if one.tool is None}
        self._tools: Final = {one.name: one for one in all_actions() if one.tool is not None}

    def execute(self, name: str) -> Response:
        """One execution of a workflow action."""

        def answered(body: Tamed) -> Json:
            asked = read_execution(_named(self._actions, name), body)
            return _told(self._parts.desk.answer(asked))

        return self._answered(answered)

    def call_tool(self, name: str) -> Response:
        """One call of an agent tool. A model cannot read a refusal, so what is wrong with its inputs is an answer in words."""

        def answered(body: Tamed) -> Json:
            definition = _named(self._tools, name)
            self._parts.desk.find_portal(portal_id_of(body))
            try:
                asked = read_tool_call(definition, body)
            except BadPayload as error:
                return _told(refusal(error.message))
            return _told(self._parts.desk.answer(asked))

        return self._answered(answered)

    def options(self, name: str) -> Response:
        """The choices of an input, searched and in pages."""

        def answered(body: Tamed) -> Json:
            asked = read_options_request(_named(self._actions, name), body)
            self._parts.desk.find_portal(asked.portal_id)
            page = page_of(self._choices(asked), query=asked.query, after=asked.after)
            told: dict[str, Any] = {
                "options": [{"label": one.label, "value": one.value} for one in page.choices],
                "searchable": True,
            }
            return told if page.after is None else {**told, "after": page.after}

        return self._answered(answered)

    def refuse(self, error: AppError) -> Response:
        self._parts.metrics.error(error.reason)
        return Response(
            f"{error.message}\n", status=error.http_status, mimetype="text/plain", headers={"Cache-Control": "no-store"}
        )

    def _choices(self, asked: OptionsAsked) -> list[Choice]:
        owners = self._parts.desk.owners
        if asked.field == OWNERS:
            return [Choice(one.name, one.owner_id) for one in owners.active(asked.portal_id)]
        if asked.field == TEAM:
            return sorted(Choice(name, team_id) for team_id, name in owners.teams(asked.portal_id).items())
        raise NotFound(f"The choices of {asked.field} are not ours to name.")

    def _answered(self, answered: Callable[[Tamed], Json]) -> Response:
        raw = read_body(request)
        settings = self._parts.settings
        verify_signed_either(
            request.environ,
            method=request.method,
            body=raw,
            header=lambda name: request.headers.get(name, ""),
            secret=settings.hubspot.client_secret,
            public_url=settings.web.public_url,
            clock=self._parts.clock,
        )
        try:
            told = answered(parse_body(raw))
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable("Our database cannot be used right now.", system="database") from error
        response = jsonify(told)
        response.headers["Cache-Control"] = "no-store"
        return response


def _named(actions: Mapping[str, ActionDefinition], name: str) -> ActionDefinition:
    found = actions.get(name)
    if found is None:
        raise NotFound("There is no such action.", reason="unknown_action")
    return found


def _told(answer: Answer) -> Json:
    return {"outputFields": answer.output_fields()}
