"""The sender of timeline events: bounded attempts with growing gaps, refusals kept, one portal's trouble not another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from integration.core.errors import AppError, ReauthRequired, Rejected, Unavailable
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.timeline_calls import EventOutcome, EventToSend
from integration.pipeline.timeline.jobs import TimelineJobs
from integration.pipeline.timeline.material import NewEvent
from integration.pipeline.timeline.timeline_store import TimelineStore
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, Stand

OTHER = PORTAL + 1


@dataclass
class FakeTimelines:
    """HubSpot as the sender sees it: fails for portals as told, else takes everything."""

    failing: dict[int, AppError] = field(default_factory=dict)
    taken: list[tuple[int, str]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    def for_portal(self, portal_id: int, *, live: bool = True) -> _Client:
        assert not live, "events stand back behind live work"
        return _Client(self, portal_id)


@dataclass
class _Client:
    hubspot: FakeTimelines
    portal_id: int

    def send_events(self, events: Sequence[EventToSend]) -> EventOutcome:
        if self.portal_id in self.hubspot.failing:
            raise self.hubspot.failing[self.portal_id]
        self.hubspot.batches.append(len(events))
        self.hubspot.taken += [(self.portal_id, event.event_id) for event in events]
        return EventOutcome(frozenset(event.event_id for event in events))


@dataclass
class Sending:
    stand: Stand
    hubspot: FakeTimelines = field(default_factory=FakeTimelines)

    def run(self) -> None:
        self.jobs().send({})

    def jobs(self) -> TimelineJobs:
        return TimelineJobs(
            database=self.stand.database,
            clients=self.hubspot,
            portals=PortalStore(),
            clock=self.stand.clock,
            metrics=Metrics(),
        )

    def rows(self) -> list[tuple[object, ...]]:
        return self.stand.rows("SELECT sent_at IS NOT NULL, error, attempts FROM timeline_event WHERE portal_id = :p", p=PORTAL)


def _connect(database: Database, portal_id: int, *scopes: str) -> None:
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=portal_id, scopes=scopes, now=NOW)
        PortalStore().save_provisioning(connection, portal_id=portal_id, at=NOW, error=None)
        PortalStore().save_preferences(connection, portal_id=portal_id, preferences={"dry_run": False})


def _wait(stand: Stand, portal_id: int, count: int = 1) -> None:
    events = [NewEvent(f"e-{number}", str(number), NOW, {"heat": "Hot"}) for number in range(count)]
    with stand.database.begin() as connection:
        TimelineStore().add(connection, portal_id=portal_id, object_type=COMPANIES, events=events)


@pytest.fixture
def sending(stand: Stand) -> Sending:
    _connect(stand.database, PORTAL, "timeline")
    return Sending(stand)


def test_an_event_nobody_can_take_is_given_up_with_the_reason_after_about_an_hour(sending: Sending) -> None:
    _wait(sending.stand, PORTAL)
    sending.hubspot.failing[PORTAL] = Unavailable("down", system="hubspot")
    runs = 0
    while sending.rows()[0][1] is None:
        sending.run()
        sending.stand.later(15)
        runs += 1
        assert runs < 1000
    assert sending.rows() == [(False, "unavailable", 9)]
    assert timedelta(minutes=50) < sending.stand.now - NOW < timedelta(minutes=80)
    sending.hubspot.failing.clear()
    sending.run()
    assert sending.hubspot.taken == []


def test_a_refusal_of_the_whole_call_is_final_and_a_lost_authorisation_is_not(sending: Sending) -> None:
    _wait(sending.stand, PORTAL)
    sending.hubspot.failing[PORTAL] = ReauthRequired("gone", system="hubspot")
    sending.run()
    assert sending.rows() == [(False, None, 1)]
    sending.stand.later(60)
    sending.hubspot.failing[PORTAL] = Rejected("no", system="hubspot", reason="missing_scopes")
    sending.run()
    assert sending.rows() == [(False, "missing_scopes", 2)]


def test_trouble_of_one_portal_holds_up_no_other(sending: Sending) -> None:
    _connect(sending.stand.database, OTHER, "timeline")
    for portal_id in (PORTAL, OTHER):
        _wait(sending.stand, portal_id)
    sending.hubspot.failing[PORTAL] = Unavailable("down", system="hubspot")
    sending.run()
    assert sending.hubspot.taken == [(OTHER, "e-0")]


def test_only_a_connected_account_that_granted_it_gets_events(sending: Sending) -> None:
    _wait(sending.stand, PORTAL)
    _connect(sending.stand.database, PORTAL, "oauth")
    sending.run()
    assert (sending.hubspot.taken, sending.rows()) == ([], [(False, None, 0)])
    _connect(sending.stand.database, PORTAL, "timeline")
    sending.run()
    assert sending.hubspot.taken == [(PORTAL, "e-0")]


def test_many_events_go_a_hundred_to_a_call_and_each_once(sending: Sending) -> None:
    _wait(sending.stand, PORTAL, count=230)
    sending.run()
    sending.run()
    assert sending.hubspot.batches == [100, 100, 30]
    assert len(set(sending.hubspot.taken)) == 230


def test_settled_events_are_forgotten_in_time_and_waiting_ones_never(sending: Sending) -> None:
    _wait(sending.stand, PORTAL, count=2)
    sending.run()
    _connect(sending.stand.database, PORTAL, "oauth")
    with sending.stand.database.begin() as connection:
        late = [NewEvent("waiting", "7", NOW, {"heat": "Hot"})]
        TimelineStore().add(connection, portal_id=PORTAL, object_type=COMPANIES, events=late)
    sending.stand.later(91 * 24 * 3600)
    sending.jobs().forget({})
    assert sending.stand.rows("SELECT event_id FROM timeline_event") == [("waiting",)]
