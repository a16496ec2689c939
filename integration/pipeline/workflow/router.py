"""Chooses an owner for a record and keeps the choice. Writes nothing to HubSpot: the workflow sets the owner from the output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.pipeline.owners.keeping import read_directory
from integration.pipeline.workflow.base import FAIL_CONTINUE, SUCCESS, Answer, Asked
from integration.pipeline.workflow.owners import candidates_of
from integration.pipeline.workflow.routing_store import RoutingStore
from integration.routing.choose import Choice, Wish, choose_owner

COUNTED: Final = timedelta(days=30)
"""How long a record given to somebody weighs."""
KEPT: Final = timedelta(days=180)
"""How long a decision can be explained."""


class Router:
    """The action `route`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._decisions = RoutingStore()

    def answer(self, connection: Connection, asked: Asked) -> Answer:
        """Whose turn it is. Until the transaction ends nobody else chooses in this portal."""
        now, portal_id = self._clock(), asked.portal_id
        wish = wish_of(asked)
        self._decisions.hold(connection, portal_id=portal_id)
        candidates = candidates_of(read_directory(connection, portal_id=portal_id))
        counts = self._decisions.counts(connection, portal_id=portal_id, since=now - COUNTED)
        choice = choose_owner(candidates, counts, wish)
        inputs: dict[str, Any] = {
            "owners": sorted(wish.owner_ids),
            "team": wish.team_id,
            "keep_current": wish.keep_current,
            "current": wish.current_id,
            "counts": dict(counts),
        }
        self._decisions.save(
            connection,
            portal_id=portal_id,
            record=(asked.object_type, asked.object_id),
            choice=choice,
            inputs=inputs,
            asked_by=f"workflow/{asked.callback_id}",
            now=now,
        )
        return _answer(choice)


def wish_of(asked: Asked) -> Wish:
    """The inputs of the action as what is wished for."""
    owners: Sequence[str] = asked.inputs.get("owners") or ()
    return Wish(
        owner_ids=frozenset(owners),
        team_id=asked.inputs.get("team") or None,
        keep_current=bool(asked.inputs.get("keep_current")),
        current_id=asked.current_owner_id or None,
    )


def _answer(choice: Choice) -> Answer:
    if choice.owner_id is None:
        return Answer(FAIL_CONTINUE, {"state": "failed", "message": f"Nobody to choose: {choice.reason}"})
    state = "kept" if choice.kept else "chosen"
    words = f"{choice.name} {choice.reason}" if not choice.kept else f"{choice.name}: {choice.reason}"
    return Answer(
        SUCCESS,
        {"state": state, "message": words, "owner_id": choice.owner_id, "owner_name": choice.name, "reason": choice.reason},
    )
