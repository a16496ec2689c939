"""The gate against the simulator's limiter: the quota is used, not overrun, by threads and processes together."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from integration.core.errors import RateLimited
from integration.db.session import Database
from integration.hubspot.limits_store import LimitsStore
from integration.hubspot.objects import CONTACTS, SearchFilter
from simulator.faults import FaultSpec
from simulator.limiter import RateLimits
from tests.contract.hubspot.stand import PORTAL_ID, Stand, build_stand, running_simulator

QUICK = RateLimits(burst_per_window=30, window_s=10.0, search_per_s=5)


@pytest.fixture
def limited(database: Database) -> Iterator[Stand]:
    """A portal that HubSpot allows 30 calls in ten seconds."""
    with running_simulator(QUICK, latency_ms=10) as simulator:
        built = build_stand(simulator, database, HUBSPOT_REQUESTS_PER_10_S="30")
        built.connect()
        yield built


def statuses(stand: Stand) -> Counter[int]:
    return Counter(call.status for call in stand.world.recorder.calls())


def call_until(stand: Stand, ends_at: float, *, live: bool) -> None:
    while time.monotonic() < ends_at:
        stand.clients.for_portal(PORTAL_ID, live=live).account_details()


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_three_processes_share_one_quota_without_a_refusal(limited: Stand) -> None:
    processes = [limited, *(build_stand(limited.simulator, limited.database, HUBSPOT_REQUESTS_PER_10_S="30") for _ in range(2))]
    ends_at = time.monotonic() + 11.5

    run_all([threading.Thread(target=call_until, args=(process, ends_at), kwargs={"live": False}) for process in processes * 2])

    assert statuses(limited)[429] == 0
    assert statuses(limited)[200] >= 30


def test_a_live_call_passes_waiting_backfill(limited: Stand) -> None:
    ends_at = time.monotonic() + 3
    backfill = [threading.Thread(target=call_until, args=(limited, ends_at), kwargs={"live": False}) for _ in range(6)]
    for thread in backfill:
        thread.start()
    time.sleep(1)

    began = time.monotonic()
    limited.client.account_details()
    waited_s = time.monotonic() - began
    for thread in backfill:
        thread.join()

    assert waited_s < 0.5


def test_searches_keep_to_four_a_second(limited: Stand) -> None:
    began = time.monotonic()
    for _ in range(9):
        limited.client.search_page(CONTACTS, filters=[SearchFilter("email", "HAS_PROPERTY")])

    assert time.monotonic() - began >= 2.0
    assert statuses(limited) == {200: 9}


def test_what_another_install_spends_closes_as_many_places(limited: Stand) -> None:
    app = limited.world.apps[39522895]
    for _ in range(20):
        limited.world.limiter.take("general", app.app_id, PORTAL_ID, QUICK)

    for _ in range(10):
        limited.client.account_details()

    assert statuses(limited) == {200: 10}
    with limited.database.begin() as connection:
        window = LimitsStore().find(connection, portal_id=PORTAL_ID)["general"]
    assert sum(moment > time.time() for moment in window.free_at) == 30


def test_a_refusal_is_waited_out_and_the_call_made_again(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", "/search", count=1, status=429, policy="SECONDLY"))
    began = time.monotonic()

    page = stand.client.search_page(CONTACTS, filters=[SearchFilter("email", "HAS_PROPERTY")])

    assert page.records == ()
    assert statuses(stand) == {429: 1, 200: 1}
    assert time.monotonic() - began >= 0.9
    assert b'leadlight_hubspot_rate_limited_total{policy="SECONDLY"} 1.0' in stand.metrics.render()


def test_a_429_storm_ends_in_a_wait_the_job_can_keep(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", "/search", status=429, policy="SECONDLY"))

    with pytest.raises(RateLimited) as refused:
        stand.client.search_page(CONTACTS, filters=[SearchFilter("email", "HAS_PROPERTY")])

    assert refused.value.retry_after_s == 1.0
    assert len(stand.calls("/search")) == 3


def test_the_daily_limit_stops_every_call_of_the_portal_at_once(stand: Stand) -> None:
    stand.world.faults.add(FaultSpec("status", "/account-info", count=1, status=429, policy="DAILY"))

    waits = []
    for process in (stand, stand, stand.new_process()):
        with pytest.raises(RateLimited) as refused:
            process.client.account_details()
        waits.append(refused.value.retry_after_s)

    assert len(stand.calls()) == 1
    assert all(3590 < wait < 3601 for wait in waits)


def test_one_portal_does_not_wait_for_another(limited: Stand) -> None:
    limited.world.new_portal(777)
    limited.connect(777)
    for _ in range(30):
        limited.client.account_details()

    began = time.monotonic()
    assert limited.clients.for_portal(777).account_details().portal_id == 777

    assert time.monotonic() - began < 1.0
