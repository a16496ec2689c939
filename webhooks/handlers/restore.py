"""A deleted record was restored: it is live again, and what happened to it meanwhile is unknown."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.record_state_store import FactKind, RecordFact
from webhooks.events import Event
from webhooks.handler import Effect, Handler, InputProperties, Work


def handle(event: Event, inputs: InputProperties) -> tuple[Effect, ...]:
    """The fact, and work where the type is worked on."""
    object_type = event.type.object_type
    fact = RecordFact(object_type, event.object_id, FactKind.RESTORED, event.occurred_at_ms)
    return (fact, Work(object_type, event.object_id, "restore")) if object_type in inputs else (fact,)


HANDLER = Handler("restore", (CONTACTS, COMPANIES, DEALS), "Restored records are worked on again.", handle)
