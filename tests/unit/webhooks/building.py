"""Builders for the tests of this folder: events as HubSpot sends them, an unpacker, and what the tables hold afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.jobs.job_store import JobStore
from integration.jobs.triggers import UNPACK
from webhooks.inbox_store import InboxStore, NewDelivery
from webhooks.jobs import build_unpacker
from webhooks.unpack import RecentWrites, Unpacker, WrittenValue

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PORTAL_ID = 4_242_001
APP_ID = 777_001
INPUTS: Mapping[str, tuple[str, ...]] = {CONTACTS: ("jobtitle", "email"), COMPANIES: ("domain",), DEALS: ("dealstage",)}
AT_MS = 1_790_000_000_000


@dataclass
class CountedEvents:
    """Metrics that remember."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def events(self, outcome: str, count: int) -> None:
        self.outcomes[outcome] += count

    def error(self, reason: str) -> None:
        self.reasons[reason] += 1


def no_writes(_connection: Connection, _portal_id: int, _asked: frozenset[WrittenValue]) -> frozenset[WrittenValue]:
    return frozenset()


def event(subscription_type: str, object_id: int, **changes: object) -> dict[str, object]:
    """An event of a person in the interface. `at` moves its time by milliseconds."""
    moved = changes.pop("at", 0)
    assert isinstance(moved, int)
    return {
        "eventId": 9_000 + object_id,
        "subscriptionId": 11,
        "portalId": PORTAL_ID,
        "appId": APP_ID,
        "occurredAt": AT_MS + moved,
        "subscriptionType": subscription_type,
        "attemptNumber": 0,
        "objectId": object_id,
        "changeSource": "CRM_UI",
        "sourceId": "userId:31",
        **changes,
    }


def change(object_id: int, name: str = "jobtitle", value: str = "Sample Lead", **changes: object) -> dict[str, object]:
    return event("contact.propertyChange", object_id, propertyName=name, propertyValue=value, **changes)


def merge(survivor: int, *gone: int, at: int = 0) -> dict[str, object]:
    return event("contact.merge", survivor, primaryObjectId=survivor, mergedObjectIds=list(gone), newObjectId=None, at=at)


def install(database: Database, portal_id: int = PORTAL_ID, state: str = "connected") -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO portal (portal_id, state) VALUES (%s, %s)", (portal_id, state))


def deliver(database: Database, *bodies: object, received_at: datetime = NOW) -> None:
    """Put deliveries into the inbox: bytes as they are, anything else as JSON."""
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    with database.begin() as connection:
        InboxStore().save(connection, [NewDelivery(None, body, received_at) for body in raw], job=UNPACK)


def build(database: Database, metrics: CountedEvents | None = None, recent_writes: RecentWrites = no_writes) -> Unpacker:
    return build_unpacker(
        database=database,
        deferrer=JobStore(),
        inputs=INPUTS,
        app_id=str(APP_ID),
        recent_writes=recent_writes,
        clock=lambda: NOW,
        metrics=metrics or CountedEvents(),
    )


def unpack(database: Database, *bodies: object, recent_writes: RecentWrites = no_writes) -> CountedEvents:
    """Deliver and unpack at once; the counts."""
    metrics = CountedEvents()
    if bodies:
        deliver(database, *bodies)
    build(database, metrics, recent_writes).run({})
    return metrics


def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.begin() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def work(database: Database) -> set[tuple[object, ...]]:
    return set(rows(database, "SELECT object_type, object_id FROM work_item"))


def jobs(database: Database, name: str) -> list[Mapping[str, object]]:
    found = rows(database, "SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
    return [args for task, args in found if task == name and isinstance(args, Mapping)]


def clear(database: Database, tables: Iterable[str]) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} CASCADE")
