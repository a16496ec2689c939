"""What the inbox still tells of one record: only of that record, only of that portal, and broken bodies tell nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import insert

from integration.db.models import DeliveryRow
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from webhooks.heard import find_heard

OURS, THEIRS = 700_001, 700_002


def event(portal_id: int, object_id: int, kind: str = "contact.propertyChange", **more: object) -> dict[str, object]:
    return {
        "eventId": 1, "subscriptionId": 2, "portalId": portal_id, "appId": 3, "occurredAt": 1_790_000_000_000, "subscriptionType": kind,
        "attemptNumber": 0, "objectId": object_id, "changeSource": "CRM_UI", "propertyName": "email", "propertyValue": "x", **more,
    }  # fmt: skip


def deliver(database: Database, portal_id: int | None, body: bytes) -> None:
    with database.begin() as connection:
        connection.execute(
            insert(DeliveryRow).values(portal_id=portal_id, body=body, received_at=datetime(2026, 11, 1, tzinfo=UTC))
        )


def test_only_the_records_own_events_are_told(database: Database) -> None:
    mixed = [event(OURS, 42), event(OURS, 4242), event(OURS, 42, "company.propertyChange"), event(THEIRS, 42), {"objectId": 42}]
    deliver(database, OURS, json.dumps(mixed).encode())
    deliver(database, None, json.dumps([event(THEIRS, 42), event(OURS, 42, "contact.creation", propertyName="")]).encode())
    deliver(database, THEIRS, json.dumps([event(THEIRS, 42)]).encode())
    deliver(database, OURS, b'[{"objectId": 42')
    with database.begin() as connection:
        heard = find_heard(connection, portal_id=OURS, object_type=CONTACTS, object_id="42")
    assert [(one.kind, one.property_name, one.change_source) for one in heard] == [
        ("creation", "", "CRM_UI"),
        ("propertyChange", "email", "CRM_UI"),
    ]
