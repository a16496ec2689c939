"""What a webhook handler is: a declaration of the events it takes, and a pure function from one event to effects.

One file in `handlers/` holds one handler as `HANDLER`. It reads nothing and writes nothing; `unpack` carries the effects out, many at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from integration.pipeline.record_state_store import RecordFact
from webhooks.events import Event

InputProperties: TypeAlias = Mapping[str, Collection[str]]
"""The properties the pipeline reads, by object type. A type that is not in it is followed (deletions, merges) but not worked on."""


class Work(NamedTuple):
    """The record has news: put it on the live lane of the worklist."""

    object_type: str
    object_id: str
    cause: str


class Erase(NamedTuple):
    """Everything stored about the record must go."""

    object_type: str
    object_id: str


class MoveHistory(NamedTuple):
    """What is stored about one record now belongs to another. `is_primary`: its values count more than those of others that go there."""

    object_type: str
    from_id: str
    to_id: str
    is_primary: bool = False


class Ignore(NamedTuple):
    """Nothing is to be done, on purpose. The reason is a metric label."""

    reason: str


Effect: TypeAlias = Work | RecordFact | Erase | MoveHistory | Ignore
Handle: TypeAlias = Callable[[Event, InputProperties], tuple[Effect, ...]]

NOT_WORKED_ON = (Ignore("type_not_worked_on"),)


@dataclass(frozen=True)
class Handler:
    """`kind` is the part of the subscription type after the dot. `reason` tells an admin why we subscribe."""

    kind: str
    object_types: tuple[str, ...]
    reason: str
    handle: Handle
    each_property: bool = False
    """HubSpot wants one subscription for each property; the registry makes them from the input properties."""
