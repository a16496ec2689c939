"""Puts things back: dead letters, or the deliveries of a time range. What is put back goes the same way again as when it came.

Everything happens in the caller's transaction; replaying is safe to repeat, since events are hints and records are read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from integration.jobs.dead_letter_store import DeadLetterStore, StoredDeadLetter
from integration.jobs.request import LIVE_PRIORITY, Deferrer, JobRequest
from integration.jobs.triggers import UNPACK
from integration.pipeline.lanes import LIVE, process_request
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from webhooks.inbox_store import InboxStore, NewDelivery

_REPLAY_CAUSE = "replay"


@dataclass(frozen=True)
class LetterSelection:
    """Which dead letters: all open ones, narrowed by what is set."""

    letter_ids: Sequence[int] | None = None
    reason: str | None = None
    portal_id: int | None = None
    limit: int = 10_000


def replay_dead_letters(connection: Connection, selection: LetterSelection, *, deferrer: Deferrer, now: datetime) -> int:
    """How many letters were put back and closed. A delivery that is no longer kept cannot be put back; its letter stays open."""
    letters = DeadLetterStore()
    found = letters.find_open(
        connection,
        portal_id=selection.portal_id,
        reason=selection.reason,
        letter_ids=selection.letter_ids,
        limit=selection.limit,
    )
    needed = [each.entry.delivery_id for each in found if each.entry.kind == "delivery" and each.entry.delivery_id is not None]
    kept = InboxStore().put_back_ids(connection, needed)
    ready = [each for each in found if each.entry.kind != "delivery" or each.entry.delivery_id in kept]
    closed = letters.mark_replayed(connection, letter_ids=[each.letter_id for each in ready], replayed_at=now)
    _put_back_events(connection, ready, now)
    _put_back_records(connection, ready, deferrer, now)
    for letter in ready:
        if letter.entry.kind == "job":
            deferrer.defer(connection, _job_of(letter))
    deferrer.defer(connection, UNPACK)
    return closed


def replay_deliveries(connection: Connection, since: datetime, until: datetime, *, deferrer: Deferrer) -> int:
    """How many deliveries received from `since` to before `until` will be unpacked once more."""
    count = InboxStore().put_back(connection, since=since, until=until)
    if count:
        deferrer.defer(connection, UNPACK)
    return count


def _put_back_events(connection: Connection, letters: Sequence[StoredDeadLetter], now: datetime) -> None:
    """Single events come back as new deliveries of one."""
    bodies = [(each.entry.portal_id, each.entry.payload.get("body")) for each in letters if each.entry.kind == "event"]
    fresh = [NewDelivery(portal_id, body.encode(), now) for portal_id, body in bodies if isinstance(body, str)]
    if fresh:
        InboxStore().save(connection, fresh, job=UNPACK)


def _put_back_records(connection: Connection, letters: Sequence[StoredDeadLetter], deferrer: Deferrer, now: datetime) -> None:
    by_portal: dict[int, list[WorkRequest]] = {}
    for letter in letters:
        entry = letter.entry
        if entry.kind == "record" and entry.portal_id is not None and entry.object_type and entry.object_id:
            request = WorkRequest(entry.object_type, entry.object_id, LIVE, (_REPLAY_CAUSE,))
            by_portal.setdefault(entry.portal_id, []).append(request)
    for portal_id, requests in by_portal.items():
        WorklistStore().add(connection, portal_id, requests, now=now)
        for object_type in sorted({request.object_type for request in requests}):
            deferrer.defer(connection, process_request(portal_id, object_type, LIVE))


def _job_of(letter: StoredDeadLetter) -> JobRequest:
    arguments = {name: value for name, value in letter.entry.payload.items() if name != "job"}
    return JobRequest(str(letter.entry.payload.get("job")), arguments, priority=LIVE_PRIORITY)
