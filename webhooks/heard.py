"""What HubSpot told of one record, read again from the deliveries that are still kept. For people; nothing is decided from it.

Limit: only the newest 50,000 deliveries of the installation are looked through, and a body that is no JSON tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from integration.core.errors import BadPayload
from integration.core.taming import tame
from webhooks.events import Event, parse_event, parse_portal_id, parse_type
from webhooks.heard_store import HeardStore, KeptBody

_MOST = 100


@dataclass(frozen=True)
class Heard:
    """One event. `property_name` is "" where no property changed."""

    received_at: datetime
    kind: str
    property_name: str
    change_source: str


def find_heard(connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> Sequence[Heard]:
    """The newest first, at most a hundred. One look over recent deliveries."""
    found: list[Heard] = []
    for kept in HeardStore().bodies_naming(connection, portal_id=portal_id, object_id=object_id, limit=_MOST):
        for event in _events(kept, portal_id):
            if event.type.object_type == object_type and event.object_id == object_id:
                found.append(Heard(kept.received_at, event.type.kind, event.property_name, event.change_source))
    return found[:_MOST]


def _events(kept: KeptBody, portal_id: int) -> Iterator[Event]:
    """The events of the portal in a delivery; what cannot be read stands among the dead letters already."""
    try:
        items = tame(json.loads(kept.body)).items()
    except (ValueError, BadPayload):
        return
    for item in items:
        try:
            if parse_portal_id(item) == portal_id:
                yield parse_event(item, parse_type(item), portal_id)
        except BadPayload:
            continue
