"""Which moves of a record's priority are material, and the event that tells of one. Pure.

Material is a change of heat, or a change of the priority by `MATERIAL_POINTS` or more. A new headline or next step alone is not: the words of a
brief change whenever a fact does. They travel with the event, as they stand when the heat changes.
The first priority of a record is no event, however it comes: a record that was there before but could not be judged yet has not moved when
it is judged for the first time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integration.briefs.base import Brief
from integration.scoring.movement import SaidReason, differences
from integration.scoring.priority import HEATS
from integration.scoring.render import score_text

MATERIAL_POINTS: Final = 15.0
_REASONS_TOLD: Final = 3
_TEXT_LIMIT: Final = 1000
_EVENT_ID_DIGITS: Final = 40
_HEAT_WORDS: Final = dict(HEATS)


@dataclass(frozen=True)
class Move:
    """A priority that says something else than before. Values are None where it abstained."""

    object_id: str
    at: datetime
    heat: str
    value: float | None
    reasons: tuple[SaidReason, ...]
    previous_heat: str
    previous_value: float | None
    previous_reasons: tuple[SaidReason, ...]


@dataclass(frozen=True)
class NewEvent:
    """An event that shall stand on a record's timeline. `event_id` is the same for the same move, so HubSpot takes it once."""

    event_id: str
    object_id: str
    happened_at: datetime
    properties: dict[str, str]


def is_material(move: Move) -> bool:
    """Whether the move is worth an event."""
    if move.previous_value is None:
        return False
    if move.heat != move.previous_heat:
        return True
    return move.value is not None and abs(move.value - move.previous_value) >= MATERIAL_POINTS


def build_event(portal_id: int, object_type: str, move: Move, brief: Brief) -> NewEvent:
    """The event of a move, with the brief of that moment."""
    told = {
        "heat": _HEAT_WORDS.get(move.heat, move.heat),
        "priority": score_text(move.value),
        "previous_heat": _HEAT_WORDS.get(move.previous_heat, move.previous_heat),
        "why": _why(move),
        "headline": brief.headline,
        "next_step": _next_step(brief),
    }
    properties = {name: text[:_TEXT_LIMIT] for name, text in told.items() if text}
    return NewEvent(_event_id(portal_id, object_type, move), move.object_id, move.at, properties)


def material_events(portal_id: int, object_type: str, moves: Sequence[Move], briefs: dict[str, Brief]) -> list[NewEvent]:
    """An event for each material move of a record whose brief is at hand."""
    return [
        build_event(portal_id, object_type, move, briefs[move.object_id])
        for move in moves
        if move.object_id in briefs and is_material(move)
    ]


def _why(move: Move) -> str:
    """The largest differences in words: "ICP fit 80 of 100 (...): +12"."""
    found = differences(move.previous_reasons, move.reasons)[:_REASONS_TOLD]
    return "; ".join(f"{one.text}: {'+' if one.points > 0 else ''}{score_text(one.points)}" for one in found)


def _next_step(brief: Brief) -> str:
    sentences = [sentence.text for section in brief.sections if section.name == "next_step" for sentence in section.sentences]
    return " ".join(sentences)


def _event_id(portal_id: int, object_type: str, move: Move) -> str:
    """Of what changed and when: the same way back and forth a second time is another event."""
    said = [portal_id, object_type, move.object_id, move.heat, move.value, move.previous_heat, move.previous_value]
    return hashlib.sha256(json.dumps([*said, move.at.isoformat()]).encode()).hexdigest()[:_EVENT_ID_DIGITS]
