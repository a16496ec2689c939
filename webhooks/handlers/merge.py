"""Records were merged. The survivor is `newObjectId`, else `primaryObjectId`, else `objectId`.

HubSpot also sends a deletion for each record that went away and no propertyChange for the fields the merge changed, so the survivor is read
again. Source: https://developers.hubspot.com/changelog/new-subscription-types-for-webhooks (read 2026-09).
"""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.pipeline.record_state_store import FactKind, RecordFact
from webhooks.events import Event
from webhooks.handler import Effect, Handler, InputProperties, MoveHistory, Work


def handle(event: Event, inputs: InputProperties) -> tuple[Effect, ...]:
    """For each record that went away: the fact, and its history to the survivor; then work on the survivor.

    Where both went into a new record, the primary one's values stand there.
    """
    object_type, survivor_id = event.type.object_type, event.survivor_id
    effects: list[Effect] = []
    for gone_id in event.merged_ids:
        effects.append(RecordFact(object_type, gone_id, FactKind.MERGED, event.occurred_at_ms, survivor_id))
        effects.append(MoveHistory(object_type, gone_id, survivor_id, gone_id == event.primary_id))
    if object_type in inputs:
        effects.append(Work(object_type, survivor_id, "merge"))
    return tuple(effects)


HANDLER = Handler("merge", (CONTACTS, COMPANIES, DEALS), "A merged record keeps its history and is looked at again.", handle)
