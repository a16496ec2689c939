"""Completes executions of custom workflow actions that answered BLOCK, one or many at once.

Source: https://developers.hubspot.com/docs/api-reference/latest/automation/workflow-actions/callbacks/batch-complete-callbacks (read 2026-12).
Limit: only the 204 is documented. That a callback which does not wait (unknown, completed, expired, another app's or account's) is a 404, and that one
of these makes the whole batch fail, is assumed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.errors import not_found, validation_error
from simulator.families.mounting import NO_CONTENT, Answer, Request, Route, mount
from simulator.families.reading import Body
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

_SCOPES = ("automation",)
_BATCH = Operation("POST", "/automation/actions/callbacks/{version}/complete", scopes=_SCOPES)
_SINGLE = Operation("POST", "/automation/actions/callbacks/{version}/{callbackId}/complete", scopes=_SCOPES)
OPERATIONS = [_BATCH, _SINGLE]
_LARGEST_BATCH = 100
_ENDS = ("SUCCESS", "FAIL_CONTINUE")


def build_blueprint(world: "World") -> Blueprint:
    """Both ways to complete."""

    def complete(call: Request, completions: Mapping[str, Mapping[str, object]]) -> Answer:
        in_the_way = world.workflows.enrolments.complete(completions, app_id=call.caller.app_id, portal_id=call.caller.portal_id)
        if in_the_way is not None:
            raise not_found(f"No blocked execution with callback id {in_the_way}", context={"callbackId": [in_the_way]})
        return NO_CONTENT

    def single(call: Request, callback_id: str) -> Answer:
        return complete(call, {callback_id: _outputs(call.body)})

    def batch(call: Request) -> Answer:
        inputs = list(call.body.objects("inputs"))
        if not 1 <= len(inputs) <= _LARGEST_BATCH:
            raise validation_error(f"inputs must have 1 to {_LARGEST_BATCH} entries")
        return complete(call, {one.need_text("callbackId"): _outputs(one) for one in inputs})

    return mount("automation", world, [Route(_BATCH, batch), Route(_SINGLE, single)])


def _outputs(body: Body) -> Mapping[str, object]:
    outputs = body.child("outputFields")
    state = outputs.text("hs_execution_state")
    if state is not None and state not in _ENDS:
        raise validation_error(f"hs_execution_state must be one of {', '.join(_ENDS)}")
    return body.values("outputFields")
