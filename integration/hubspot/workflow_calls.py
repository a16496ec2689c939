"""HubSpot's calls about workflows: completing executions that wait for us, and the teams owners are in.

Source: https://developers.hubspot.com/docs/api-reference/latest/automation/workflow-actions/callbacks/batch-complete-callbacks (read 2026-12).
Limit: HubSpot does not document what it answers when one of a batch cannot be completed; a refused batch is taken to have done nothing and is sent
again in halves. Should it have completed some, these are refused the second time and kept as failed, with the reason, although they went through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.hubspot.error_map import read_refusal
from integration.hubspot.reading import id_of, list_of, object_of, text_of
from integration.hubspot.transport import Reply

COMPLETION_LIMIT: Final = 100
COMPLETION_REFUSALS: Final = frozenset({400, 404, 409, 410})
"""Statuses that mean that an execution cannot be completed any more, however often it is tried."""


@dataclass(frozen=True)
class Completion:
    """The outputs of one waiting execution, `hs_execution_state` among them."""

    callback_id: str
    output_fields: Mapping[str, Any]


def complete_executions(completions: Sequence[Completion], send: Callable[[object], Reply]) -> Mapping[str, str]:
    """Why each refused one was refused, by callback id; empty when all went through. `send` lets `COMPLETION_REFUSALS` through.

    Costs one call, and about two for each halving down to a culprit.
    """
    if not completions:
        return {}
    inputs = [{"callbackId": one.callback_id, "outputFields": dict(one.output_fields)} for one in completions]
    reply = send({"inputs": inputs})
    if reply.status not in COMPLETION_REFUSALS:
        return {}
    if len(completions) == 1:
        return {completions[0].callback_id: f"HTTP {reply.status}: {read_refusal(reply).message}"}
    middle = len(completions) // 2
    return {**complete_executions(completions[:middle], send), **complete_executions(completions[middle:], send)}


def read_teams(entry: Mapping[str, Any]) -> dict[str, str]:
    """Team id to name, of one owner."""
    teams = [object_of(team, "teams[]") for team in list_of(entry.get("teams") or [], "teams")]
    return {id_of(team): text_of(team, "name") or id_of(team) for team in teams}
