"""Coarse bounds on speed, far above what is usual: they catch a lost index, not a slow machine."""

import time
from collections.abc import Callable

import pytest

from simulator.clock import Clock
from simulator.crm.filters import Filter
from simulator.crm.object_types import object_type
from simulator.crm.search import SearchQuery, Sort
from simulator.families.objects.bodies import RecordBodies
from simulator.portal import Portal, PortalSettings, Source, WriteInput

APP = Source.app(99)
COUNT = 20_000


@pytest.fixture(scope="module")
def portal() -> Portal:
    portal = Portal(1, Clock(), PortalSettings())
    portal.listeners.append(lambda *_: None)
    for first in range(0, COUNT, 100):
        inputs = [
            WriteInput({"email": f"sample.{n}@example.com", "firstname": "Sample", "city": "Berlin", "phone": f"+49 30 {n}"})
            for n in range(first, first + 100)
        ]
        portal.batch_create("contacts", inputs, source=APP)
    return portal


def cpu_s(work: Callable[[], object]) -> float:
    """Processor time of the best of three runs."""
    times = []
    for _ in range(3):
        started = time.thread_time()
        work()
        times.append(time.thread_time() - started)
    return min(times)


def test_loading_costs_well_under_a_tenth_of_a_millisecond_a_record():
    def load() -> None:
        portal = Portal(1, Clock(), PortalSettings())
        portal.batch_create("contacts", [WriteInput({"email": f"a{n}@example.com", "city": "x"}) for n in range(2000)], source=APP)

    assert cpu_s(load) < 2000 * 0.0002


def test_reading_100_records_stays_under_3_ms(portal: Portal):
    ids = [record.id for record in portal.records("contacts", after=500, limit=100)]

    def read() -> None:
        bodies = RecordBodies(portal, object_type("contacts"), names=["email", "firstname", "city", "phone", "jobtitle"])
        assert len([bodies.body(record) for record in portal.find_all("contacts", ids).values() if record]) == 100

    assert cpu_s(read) < 0.003


def test_paging_by_id_and_asking_for_recent_changes_do_not_look_at_every_record(portal: Portal):
    last = portal.records("contacts")[-300]
    by_id = SearchQuery(((Filter("hs_object_id", "GT", last.id),),), sort=Sort("hs_object_id"), limit=200)
    recent = Filter("lastmodifieddate", "GTE", str(portal.crm.now_ms()))
    by_time = SearchQuery(((recent,),), sort=Sort("lastmodifieddate"), limit=200)
    assert portal.search("contacts", by_id).total == 299
    assert cpu_s(lambda: portal.search("contacts", by_id)) < 0.003
    assert cpu_s(lambda: portal.search("contacts", by_time)) < 0.003


def test_other_searches_take_about_a_microsecond_a_record(portal: Portal):
    query = SearchQuery(((Filter("email", "EQ", "sample.77@example.com"),),))
    assert portal.search("contacts", query).total == 1
    assert cpu_s(lambda: portal.search("contacts", query)) < COUNT * 0.000003
