"""Events sent to records' timelines in batches, so that one that is refused, or is there already, does not hold up the others.

HubSpot documents 200, 400 and 409 for a batch and not which event is to blame; a batch that is refused is halved until the culprit stands alone.
An event whose id is there already counts as sent: an earlier answer was lost. An event cannot be changed or removed.
Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/app-events/send-event-occurrences and the 2026-03
specification of crm.timeline (read 2026-12).
Limit: after a lost answer about a full batch, finding out costs two calls for each event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from integration.hubspot.error_map import write_failure
from integration.hubspot.objects import WriteFailure
from integration.hubspot.transport import Reply

EVENT_BATCH_LIMIT: Final = 100
_REPEATED: Final = 409


@dataclass(frozen=True)
class EventToSend:
    """One event. `event_type` is the uid of its type; `event_id` names it for good."""

    event_type: str
    event_id: str
    object_id: str
    happened_at: datetime
    properties: Mapping[str, str]


@dataclass(frozen=True)
class EventOutcome:
    """What became of each event, by id: HubSpot has it, or why it was refused."""

    sent: frozenset[str] = frozenset()
    failed: Mapping[str, WriteFailure] = field(default_factory=dict)


def send_events(events: Sequence[EventToSend], send: Callable[[object], Reply]) -> EventOutcome:
    """The outcome of every event; `send` makes one call and lets the refusals of a batch through."""
    if not events:
        return EventOutcome()
    reply = send({"inputs": [_input(event) for event in events]})
    if 200 <= reply.status < 300:
        return EventOutcome(frozenset(event.event_id for event in events))
    if len(events) == 1:
        event_id = events[0].event_id
        if reply.status == _REPEATED:
            return EventOutcome(frozenset((event_id,)))
        return EventOutcome(failed={event_id: write_failure(reply)})
    middle = len(events) // 2
    first, second = send_events(events[:middle], send), send_events(events[middle:], send)
    return EventOutcome(first.sent | second.sent, {**first.failed, **second.failed})


def _input(event: EventToSend) -> dict[str, Any]:
    return {
        "eventTypeName": event.event_type,
        "id": event.event_id,
        "objectId": event.object_id,
        "timestamp": event.happened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "properties": dict(event.properties),
    }
