"""A contact was erased for privacy: everything stored about it must go. A plain deletion comes as well, before or after."""

from __future__ import annotations

from integration.hubspot.objects import CONTACTS
from integration.pipeline.record_state_store import FactKind, RecordFact
from webhooks.events import Event
from webhooks.handler import Effect, Erase, Handler, InputProperties


def handle(event: Event, _inputs: InputProperties) -> tuple[Effect, ...]:
    """The fact, which nothing undoes, and the erasure."""
    object_type = event.type.object_type
    return (
        RecordFact(object_type, event.object_id, FactKind.ERASED, event.occurred_at_ms),
        Erase(object_type, event.object_id),
    )


HANDLER = Handler("privacyDeletion", (CONTACTS,), "What is stored about an erased contact is erased here too.", handle)
