"""What arrives about a contact after they were erased is stored for no longer than it takes to read it.

Runs inside `unpack`, after all facts of the chunk are known: events about erased contacts leave the raw deliveries, and what could not be read
of them becomes a dead letter without its content. Older deliveries are cleaned by the job `erase`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from integration.hubspot.objects import CONTACTS
from integration.jobs.dead_letter_store import DeadLetterEntry
from integration.pipeline.delivery_body_store import DeliveryBodyStore
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.redaction import without_records
from webhooks.dispatch import Reading
from webhooks.inbox_store import StoredDelivery

Erased = Mapping[int, frozenset[str]]
"""Erased contacts by portal."""


@dataclass(frozen=True)
class Cleaner:
    """One or two queries for each portal of the chunk, and nothing more where nobody was erased."""

    records: RecordStateStore
    bodies: DeliveryBodyStore

    def find_erased(self, connection: Connection, reading: Reading, portal_ids: Collection[int]) -> Erased:
        """Those of the contacts named by the chunk's events, readable or not, that are erased."""
        named: defaultdict[int, set[str]] = defaultdict(set)
        for portal_id, events in reading.events.items():
            named[portal_id] |= {event.object_id for event, _ in events.values() if event.type.object_type == CONTACTS}
        for letter in reading.problems:
            if letter.portal_id is not None and letter.object_type == CONTACTS and letter.object_id:
                named[letter.portal_id].add(letter.object_id)
        found = {
            portal_id: self.records.ended_as_erased(connection, portal_id, CONTACTS, sorted(ids))
            for portal_id, ids in sorted(named.items())
            if portal_id in portal_ids and ids
        }
        return {portal_id: ids for portal_id, ids in found.items() if ids}

    def clean_deliveries(
        self, connection: Connection, deliveries: Iterable[StoredDelivery], reading: Reading, erased: Erased
    ) -> None:
        """Cut the events about erased contacts out, and note which deliveries name several portals."""
        shared = sorted(delivery_id for delivery_id, portals in reading.portals_of.items() if len(portals) > 1)
        self.bodies.mark_shared(connection, delivery_ids=shared)
        cleaned: dict[int, bytes] = {}
        for delivery in deliveries:
            for portal_id in sorted(reading.portals_of.get(delivery.delivery_id, frozenset()) & erased.keys()):
                body = without_records(
                    cleaned.get(delivery.delivery_id, delivery.body),
                    portal_id=portal_id,
                    object_type=CONTACTS,
                    object_ids=erased[portal_id],
                )
                if body is not None:
                    cleaned[delivery.delivery_id] = body
        self.bodies.replace(connection, cleaned)


def without_content(letters: Sequence[DeadLetterEntry], erased: Erased) -> list[DeadLetterEntry]:
    """The letters, those about erased contacts without what they were about."""
    return [replace(letter, payload={}, detail="erased") if _is_about_erased(letter, erased) else letter for letter in letters]


def _is_about_erased(letter: DeadLetterEntry, erased: Erased) -> bool:
    if letter.portal_id is None or letter.object_type != CONTACTS:
        return False
    return letter.object_id in erased.get(letter.portal_id, frozenset())
