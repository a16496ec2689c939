"""What benchmarks stand on: a fresh migrated database on a durable PostgreSQL, and sample deliveries. Nothing is measured here."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from integration.db.embedded import EmbeddedPostgres
from integration.db.migrate import migrate
from integration.db.session import Database

PORTAL_ID: Final = 4_242_001
APP_ID: Final = 777_001
EVENTS_A_DELIVERY: Final = 100
_FOLDER: Final = ".leadlight"


@contextmanager
def fresh_database(name: str) -> Iterator[Database]:
    """A migrated database of its own on the embedded server, dropped afterwards."""
    server = EmbeddedPostgres(Path(os.environ.get("LEADLIGHT_DATA_DIR", _FOLDER)) / "bench")
    label = f"bench_{name}_{uuid.uuid4().hex[:8]}"
    database = Database(server.url(label))
    try:
        migrate(database)
        yield database
    finally:
        database.close()
        server.drop_database(label)


def durability(database: Database) -> str:
    """The settings that decide whether a commit survives a power cut, as `fsync=on, ...`."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    with database.begin() as connection:
        return ", ".join(f"{name}={connection.exec_driver_sql(f'SHOW {name}').scalar_one()}" for name in names)


def sample_bodies(deliveries: int, *, records: int, seed: int = 7) -> list[bytes]:
    """JSON bodies of 100 events each, about `records` contacts: creations, changes and a few repeats, in no order."""
    rng = random.Random(seed)  # noqa: S311  sample data, no secret
    return [_body(rng, number, records) for number in range(deliveries)]


def _body(rng: random.Random, number: int, records: int) -> bytes:
    events = [_event(rng, number * EVENTS_A_DELIVERY + position, records) for position in range(EVENTS_A_DELIVERY)]
    return json.dumps(events, separators=(",", ":")).encode()


def _event(rng: random.Random, number: int, records: int) -> dict[str, object]:
    head: dict[str, object] = {
        "eventId": 1_000_000 + number,
        "subscriptionId": 6_527_595,
        "portalId": PORTAL_ID,
        "appId": APP_ID,
        "occurredAt": 1_790_000_000_000 + number,
        "attemptNumber": 0,
        "objectId": 500_000_000_000 + rng.randrange(records),
        "changeSource": "CRM_UI",
        "sourceId": f"userId:{rng.randrange(1, 90)}",
    }
    if rng.random() < 0.2:
        return {**head, "subscriptionType": "contact.creation", "changeFlag": "CREATED"}
    name = rng.choice(("firstname", "jobtitle", "email", "phone"))
    return {**head, "subscriptionType": "contact.propertyChange", "propertyName": name, "propertyValue": f"Sample {number}"}
