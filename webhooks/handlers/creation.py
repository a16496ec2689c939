"""A record was created: it waits for its first pass."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from webhooks.events import Event
from webhooks.handler import NOT_WORKED_ON, Effect, Handler, InputProperties, Work


def handle(event: Event, inputs: InputProperties) -> tuple[Effect, ...]:
    """Work on the new record."""
    if event.type.object_type not in inputs:
        return NOT_WORKED_ON
    return (Work(event.type.object_type, event.object_id, "creation"),)


HANDLER = Handler("creation", (CONTACTS, COMPANIES, DEALS), "New records are enriched and scored.", handle)
