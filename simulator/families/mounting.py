"""Puts the operations of a CRM family on their paths: one table of (operation, function) makes the blueprint.

A function gets a `Request` and the path's parameters and returns an `Answer`. It never sees Flask.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from simulator.crm.changes import Source
from simulator.crm.settings import WriteRules
from simulator.errors import validation_error
from simulator.families.reading import Body, Query
from simulator.families.versions import LEGACY, spellings, write_rules
from simulator.identity import Caller, current_caller
from simulator.operation import Operation
from simulator.portal import Portal

if TYPE_CHECKING:
    from simulator.world import World


@dataclass(frozen=True)
class Request:
    """One authorised call: whose account it is about, who calls, and what was sent."""

    portal: Portal
    caller: Caller
    rules: WriteRules
    query: Query
    body: Body
    url: str
    path: str
    size: int  # characters of the body

    @property
    def source(self) -> Source:
        """What this call's writes are marked with."""
        return Source.app(self.caller.app_id, self.caller.user_id)

    @property
    def is_legacy(self) -> bool:
        """Whether the path is one from before the dated versions."""
        return any(f"/{version}/" in self.path for version in LEGACY)

    def paging(self, after: str) -> dict[str, object]:
        """The `paging` of an answer that goes on after a mark."""
        return {"next": {"after": after, "link": f"{self.url}?{self.query.again(after=after)}"}}


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body; None is an empty body."""

    body: object = None
    status: int = 200


NO_CONTENT = Answer(None, 204)

View = Callable[..., Answer]


@dataclass(frozen=True)
class Route:
    """An operation with the function that answers it."""

    operation: Operation
    view: View


def mount(name: str, world: "World", routes: Sequence[Route]) -> Blueprint:
    """The blueprint of a family."""
    blueprint = Blueprint(name, __name__)
    for number, route in enumerate(routes):
        for rule in dict.fromkeys(spellings(route.operation.path)):
            endpoint = f"{number}_{route.operation.method}_{rule}".replace(".", "_")
            blueprint.add_url_rule(rule, endpoint, _handler(world, route), methods=[route.operation.method])
    return blueprint


def _handler(world: "World", route: Route) -> Callable[..., Response]:
    def handle(**parameters: str) -> Response:
        caller = current_caller()
        call = Request(
            world.portals[caller.portal_id],
            caller,
            write_rules(request.path),
            Query(request.args),
            _body(),
            request.base_url,
            request.path,
            len(request.get_data(as_text=True)),
        )
        answer = route.view(call, **parameters)
        response = jsonify(answer.body) if answer.body is not None else Response(status=answer.status)
        response.status_code = answer.status
        return response

    return handle


def _body() -> Body:
    """The body, or the list of the few operations that take one, as `{"inputs": [...]}`."""
    if request.method not in ("POST", "PUT", "PATCH") or not request.content_length:
        return Body({})
    parsed = request.get_json(force=True, silent=True)
    if parsed is None:
        raise validation_error("Invalid input JSON on line 1, column 1: the body is not readable as JSON")
    return Body({"inputs": parsed} if isinstance(parsed, list) else parsed)
