"""A record was deleted. HubSpot sends this for records that were merged away or erased too; the stronger fact wins."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.record_state_store import FactKind, RecordFact
from webhooks.events import Event
from webhooks.handler import Effect, Handler, InputProperties


def handle(event: Event, _inputs: InputProperties) -> tuple[Effect, ...]:
    """The record is gone until a later restore."""
    return (RecordFact(event.type.object_type, event.object_id, FactKind.DELETED, event.occurred_at_ms),)


HANDLER = Handler("deletion", (CONTACTS, COMPANIES, DEALS), "Deleted records are not worked on any more.", handle)
