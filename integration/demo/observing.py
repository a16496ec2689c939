"""Looks at a running stand from outside: what is written in the portal, what our app asked of HubSpot, whether everything has come to rest.

Reads only. HubSpot is asked through the stand's second app, so nothing here counts as a call of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from integration.core.errors import AppError
from integration.demo.stand import APP_ID, Stand
from integration.syncs.backfill import SYNC as BACKFILL
from integration.syncs.base import Sync
from integration.syncs.reconcile import SYNC as RECONCILE
from integration.syncs.sync_store import SyncStore

HEADLINE: Final = "leadlight_headline"
"""The property that every record carried through the pipeline has."""
_OBJECTS: Final = "/crm/objects/2026-09"
_MANY: Final = 1_000_000
_LOOK_EVERY_S: Final = 0.2


class StandStuck(AppError):
    """What was waited for did not come. The message says what it was and what the portal's status is."""

    default_reason = "stand_stuck"


def wait_until(stand: Stand, portal_id: int, what: str, is_so: Callable[[], bool], *, timeout_s: float = 60.0) -> None:
    """Return once `is_so`. Raises StandStuck after the time, ChildFailed when a process of the stand has ended."""
    until = time.monotonic() + timeout_s
    while not is_so():
        stand.check()
        if time.monotonic() > until:
            raise StandStuck(f"{what} did not come within {timeout_s:g} s; {stand.status(portal_id)}")
        time.sleep(_LOOK_EVERY_S)


def wait_until_settled(stand: Stand, portal_id: int, *, timeout_s: float = 60.0) -> None:
    """Return once no webhook is under way and everything received is carried through."""
    wait_until(
        stand, portal_id, "rest", lambda: stand.control.drain(0.1) and stand.status(portal_id).is_settled, timeout_s=timeout_s
    )


def wait_until_loaded(stand: Stand, portal_id: int, *, timeout_s: float = 60.0) -> None:
    """Return once the first load after an installation has walked over every record and all of them are carried through."""
    wait_until(stand, portal_id, "the end of the first load", lambda: _has_walked(stand, portal_id, BACKFILL), timeout_s=timeout_s)
    wait_until_settled(stand, portal_id, timeout_s=timeout_s)


def wait_until_reconciled(stand: Stand, portal_id: int, *, timeout_s: float = 90.0) -> None:
    """Return once the clock's first repair pass, half a minute after the scheduler's start, is over too; the next is a quarter of an hour away."""
    wait_until(stand, portal_id, "the first repair pass", lambda: _has_walked(stand, portal_id, RECONCILE), timeout_s=timeout_s)
    wait_until_settled(stand, portal_id, timeout_s=timeout_s)


def count_written(stand: Stand, portal_id: int, object_type: str) -> int:
    """How many records of the type carry our headline. One search."""
    query = {"filterGroups": [{"filters": [{"propertyName": HEADLINE, "operator": "HAS_PROPERTY"}]}], "limit": 1}
    return int(stand.ask(portal_id, f"{_OBJECTS}/{object_type}/search", query)["total"])


def written_at(stand: Stand, portal_id: int, object_type: str, object_id: str) -> datetime | None:
    """When HubSpot first stored our headline on the record; None while it has none."""
    record = stand.ask(portal_id, f"{_OBJECTS}/{object_type}/{object_id}?propertiesWithHistory={HEADLINE}")
    moments = [datetime.fromisoformat(entry["timestamp"]) for entry in record["propertiesWithHistory"].get(HEADLINE, ())]
    return min(moments, default=None)


def our_calls(stand: Stand, portal_id: int) -> list[dict[str, Any]]:
    """Every recorded call of our app for the portal, oldest first."""
    calls = stand.control.get("/calls", limit=_MANY, portal_id=portal_id)["calls"]
    return [call for call in calls if call["app_id"] == APP_ID]


def _has_walked(stand: Stand, portal_id: int, sync: Sync) -> bool:
    with stand.database.begin() as connection:
        return all(
            SyncStore().find(connection, portal_id=portal_id, sync=sync.name, object_type=object_type).passes
            for object_type in sync.object_types
        )
