"""The job that sends waiting events to HubSpot's timelines. Asked for by the clock; up to 100 events in a call, portal by portal.

An attempt is counted before the call, so that an event whose sender dies is not tried for ever. What HubSpot refuses is kept with the reason and
counted; what it could not answer is tried again with growing gaps, as often as the retry table allows.
Limit: events of a portal that is disconnected or dry again wait until it is not, and are sent then with the time at which they happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

import structlog

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.manifest import TIMELINE_EVENT_UIDS
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.timeline_calls import EVENT_BATCH_LIMIT, EventOutcome, EventToSend
from integration.jobs.request import HOUSEKEEPING_PRIORITY, JobRequest, JsonScalar
from integration.jobs.retry import DeadLetter, decide
from integration.jobs.triggers import Trigger
from integration.pipeline.portal_profile import build_profile
from integration.pipeline.timeline.timeline_store import TimelineStore, WaitingEvent

SEND_EVENTS: Final = JobRequest("send_timeline_events", queueing_lock="send_timeline_events", priority=HOUSEKEEPING_PRIORITY)
FORGET_EVENTS: Final = JobRequest("forget_timeline_events", queueing_lock="forget_timeline_events", priority=HOUSEKEEPING_PRIORITY)
TIMELINE_TRIGGERS: Final = (
    Trigger(SEND_EVENTS, 15.0),
    Trigger(FORGET_EVENTS, 24 * 3600.0, first_after_s=180.0),
)
_MOST_BATCHES: Final = 10
"""Batches of one portal in one run, so that a portal with many events does not hold up the others for long."""
_KEPT: Final = timedelta(days=90)

_log = structlog.get_logger(__name__)


class EventSender(Protocol):
    """One portal's HubSpot, as far as the job uses it."""

    def send_events(self, events: Sequence[EventToSend]) -> EventOutcome: ...


class EventSenders(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> EventSender: ...


class TimelineJobs:
    """The jobs `send_timeline_events` and `forget_timeline_events`."""

    def __init__(self, *, database: Database, clients: EventSenders, portals: PortalStore, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._clock = clock
        self._metrics = metrics
        self._store = TimelineStore()

    def send(self, _args: Mapping[str, JsonScalar]) -> None:
        """Sends what is due. A portal whose call fails does not hold up the next one."""
        with self._database.begin() as connection:
            waiting = self._store.portals_waiting(connection)
        for portal_id in waiting:
            if self._may_send(portal_id):
                self._send_all(portal_id)

    def forget(self, _args: Mapping[str, JsonScalar]) -> None:
        """Drops settled events after `_KEPT`."""
        with self._database.begin() as connection:
            portal_ids = [portal.portal_id for portal in self._portals.find_all(connection)]
        for portal_id in portal_ids:
            with self._database.begin() as connection:
                self._store.forget_before(connection, portal_id=portal_id, moment=self._clock() - _KEPT)

    def _may_send(self, portal_id: int) -> bool:
        with self._database.begin() as connection:
            portal = build_profile(portal_id, self._portals.find(connection, portal_id=portal_id))
        return portal.ready and portal.timeline_writable and not portal.is_dry

    def _send_all(self, portal_id: int) -> None:
        for _ in range(_MOST_BATCHES):
            with self._database.begin() as connection:
                events = self._store.take(connection, portal_id=portal_id, limit=EVENT_BATCH_LIMIT, now=self._clock())
            if not events or not self._send_batch(portal_id, events) or len(events) < EVENT_BATCH_LIMIT:
                return

    def _send_batch(self, portal_id: int, events: Sequence[WaitingEvent]) -> bool:
        """Whether the call was answered; if not, what is left stays for a later run or is given up."""
        client = self._clients.for_portal(portal_id, live=False)
        try:
            outcome = client.send_events([_to_send(event) for event in events])
        except AppError as error:
            given_up = [event.event_id for event in events if isinstance(decide(error, event.attempts - 1), DeadLetter)]
            self._settle(portal_id, frozenset(), dict.fromkeys(given_up, error.reason))
            self._metrics.timeline_events("postponed", len(events) - len(given_up))
            _log.warning("timeline_events_postponed", portal_id=portal_id, reason=error.reason, given_up=len(given_up))
            return False
        refused = {one: f"{failure.category}: {failure.message}" for one, failure in outcome.failed.items()}
        self._settle(portal_id, outcome.sent, refused)
        return True

    def _settle(self, portal_id: int, sent: frozenset[str], refused: Mapping[str, str]) -> None:
        with self._database.begin() as connection:
            self._store.settle(connection, portal_id=portal_id, sent=sent, refused=refused, now=self._clock())
        for outcome, count in Counter(sent=len(sent), refused=len(refused)).items():
            if count:
                self._metrics.timeline_events(outcome, count)


def _to_send(event: WaitingEvent) -> EventToSend:
    uid = TIMELINE_EVENT_UIDS[event.object_type]
    return EventToSend(uid, event.event_id, event.object_id, event.happened_at, event.properties)
