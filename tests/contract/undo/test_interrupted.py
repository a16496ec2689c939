"""Undos that are cut off in the middle: HubSpot answers and we do not hear it, the process dies, two work at once, an account is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from integration.core.errors import Conflict, Unavailable
from integration.hubspot.client import HubSpotClient, HubSpotClients
from integration.hubspot.objects import BatchOutcome, PropertyWrite
from integration.hubspot.portal_store import CONNECTED, DISCONNECTED
from integration.jobs.request import JobRequest
from integration.pipeline.undo.jobs import RESUME_UNDOS, UndoJobs, start_undo, undo_request
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import StepLimits, UndoRunner
from integration.pipeline.undo.undo_run_store import UndoRunStore
from simulator.faults import FaultSpec
from tests.contract.hubspot.stand import APP_ID
from tests.contract.undo.conftest import Account

SMALL = StepLimits(records=10, width=2)


class Killed(BaseException):
    """Stands for kill -9: nothing in the product catches it."""


class DyingClient(HubSpotClient):
    """A client whose process dies after HubSpot took the write, or the archiving."""

    dies_at = "update"

    def batch_update(self, object_type: str, writes: list[PropertyWrite]) -> BatchOutcome:  # type: ignore[override]
        super().batch_update(object_type, writes)
        raise Killed

    def batch_archive(self, object_type: str, ids: list[str]) -> None:  # type: ignore[override]
        super().batch_archive(object_type, ids)
        raise Killed


class DyingClients:
    def __init__(self, clients: HubSpotClients) -> None:
        self._clients = clients

    def for_portal(self, portal_id: int, *, live: bool = True) -> HubSpotClient:
        return DyingClient(self._clients.for_portal(portal_id, live=live)._session)


class Deferred:
    """Takes jobs and keeps them."""

    def __init__(self) -> None:
        self.requests: list[JobRequest] = []

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        self.requests.append(request)
        return True


@pytest.fixture
def jobs(account: Account) -> tuple[UndoJobs, Deferred]:
    deferrer = Deferred()
    made = UndoJobs(
        database=account.database,
        deferrer=deferrer,
        runner=account.runner(SMALL),
        portals=account.stand.portals,
        clock=account.clock,
    )
    return made, deferrer


def dying_runner(account: Account) -> UndoRunner:
    return UndoRunner(
        database=account.database,
        clients=DyingClients(account.stand.clients),
        portals=account.stand.portals,
        app_id=str(APP_ID),
        clock=account.clock,
    )


def test_an_undo_whose_process_died_after_a_write_finds_its_own_work(account: Account) -> None:
    first, second = account.add(2, city="Ghent")
    run = account.run({first: {"city": "Paris"}, second: {"city": "Rome"}})
    undo = account.start(UndoScope("run", run_id=run))
    with pytest.raises(Killed):
        dying_runner(account).step(account.portal_id, undo)
    assert account.sql("SELECT DISTINCT outcome FROM ledger WHERE run_id = :run", run=undo) == [("pending",)]

    finished = account.finish(undo)

    assert account.values(first, "city") == {"city": "Ghent"}
    assert finished.counts == {"undone": 2}
    assert account.sql("SELECT outcome FROM ledger WHERE run_id = :run", run=undo) == [("written",)] * 2


def test_an_undo_whose_process_died_after_archiving_a_note_finds_its_own_work(account: Account) -> None:
    (company,) = account.add()
    run = account.open_run()
    account.note(run, company, "A brief")
    undo = account.start(UndoScope("run", run_id=run))
    with pytest.raises(Killed):
        dying_runner(account).step(account.portal_id, undo)
    assert account.finish(undo).counts == {"archived": 1}
    assert account.undo(undo).counts == {"created_again": 1}
    assert len(account.notes(company)) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_a_cut_answer_is_told_and_the_next_try_completes_the_undo(account: Account, applied: bool) -> None:
    (company,) = account.add(city="Ghent")
    run = account.run({company: {"city": "Paris"}})
    undo = account.start(UndoScope("run", run_id=run))
    account.stand.world.faults.add(FaultSpec("cut", path="batch/update", count=3, applied=applied))
    with pytest.raises(Unavailable):
        account.runner().step(account.portal_id, undo)
    account.stand.world.faults.clear()
    assert account.finish(undo).counts == {"undone": 1}
    assert account.values(company, "city") == {"city": "Ghent"}


def test_one_batch_that_fails_does_not_lose_what_the_others_did(account: Account) -> None:
    ids = account.add(250)
    run = account.run({one: {"city": "Paris"} for one in ids})
    undo = account.start(UndoScope("run", run_id=run))
    account.stand.world.faults.add(FaultSpec("status", path="batch/update", status=503, count=1))
    with pytest.raises(Unavailable):
        account.runner().step(account.portal_id, undo)
    assert account.finish(undo).counts == {"undone": 250}
    assert all(account.values(one, "city") == {} for one in ids)


def test_a_record_hubspot_refuses_is_told_with_its_words_and_the_others_go_back(account: Account) -> None:
    first, second = account.add(2, city="Ghent")
    run = account.run({first: {"city": "Paris", "industry": "BANKING"}, second: {"city": "Rome"}})
    # What stood there before is no option of the account any more.
    account.sql("UPDATE ledger SET value_before = 'SPACE_TRAVEL' WHERE property_name = 'industry'")
    finished = account.undo(run)
    assert finished.counts == {"refused": 1, "undone": 2}
    assert account.values(first, "city", "industry") == {"city": "Ghent", "industry": "BANKING"}
    refused = next(one for one in account.samples(finished) if one.result == "refused")
    assert "industry" in (refused.error or "")


def test_a_second_undo_of_an_account_waits_for_its_turn(account: Account) -> None:
    first, second = account.add(2)
    runs = [account.run({first: {"city": "Paris"}}), account.run({second: {"city": "Rome"}})]
    undos = [account.start(UndoScope("run", run_id=run)) for run in runs]
    with account.database.begin() as turn:
        assert UndoRunStore().hold(turn, portal_id=account.portal_id, wait=False)
        assert account.runner().step(account.portal_id, undos[0]) is None
    threads = [
        threading.Thread(target=account.runner().step, args=(account.portal_id, undo), kwargs={"wait_for_turn": True})
        for undo in undos
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [account.finish(undo).counts for undo in undos] == [{"undone": 1}, {"undone": 1}]


def test_the_job_asks_again_until_the_undo_is_done(account: Account, jobs: tuple[UndoJobs, Deferred]) -> None:
    carrier, deferrer = jobs
    run = account.run({one: {"city": "Paris"} for one in account.add(25)})
    with account.database.begin() as connection:
        scope = UndoScope("run", run_id=run)
        start_undo(connection, account.runner(SMALL), deferrer, UndoRequest(account.portal_id, scope, "person@example.com"))
    done = 0
    while deferrer.requests:
        carrier.carry(deferrer.requests.pop().args)
        done += 1
    assert done == 3
    assert account.sql("SELECT done_count, counts, requested_by FROM run WHERE kind = 'undo'") == [
        (25, {"undone": 25}, "person@example.com")
    ]


def test_a_job_whose_turn_it_is_not_asks_again_a_little_later(account: Account, jobs: tuple[UndoJobs, Deferred]) -> None:
    carrier, deferrer = jobs
    undo = account.start(UndoScope("run", run_id=account.run({one: {"city": "Paris"} for one in account.add()})))
    with account.database.begin() as turn:
        UndoRunStore().hold(turn, portal_id=account.portal_id, wait=False)
        carrier.carry(undo_request(account.portal_id, undo).args)
    assert [request.run_at for request in deferrer.requests] == [account.now + timedelta(seconds=2)]


def test_an_account_that_is_not_connected_keeps_its_undo_until_it_is(account: Account, jobs: tuple[UndoJobs, Deferred]) -> None:
    carrier, deferrer = jobs
    (company,) = account.add()
    run = account.run({company: {"city": "Paris"}})
    undo = account.start(UndoScope("run", run_id=run))

    def turn(state: str) -> None:
        with account.database.begin() as connection:
            account.stand.portals.set_state(connection, portal_id=account.portal_id, state=state, reason="", now=account.now)

    turn(DISCONNECTED)
    carrier.carry(undo_request(account.portal_id, undo).args)
    carrier.resume(RESUME_UNDOS.args)
    assert deferrer.requests == []
    with pytest.raises(Conflict, match="not connected"):
        account.start(UndoScope("run", run_id=run))
    turn(CONNECTED)
    carrier.resume(RESUME_UNDOS.args)
    assert deferrer.requests == [undo_request(account.portal_id, undo)]
    carrier.carry(deferrer.requests.pop().args)
    assert account.values(company, "city") == {}
    carrier.resume(RESUME_UNDOS.args)
    assert deferrer.requests == []


def test_a_refusal_for_good_ends_the_undo_with_its_reason(account: Account, jobs: tuple[UndoJobs, Deferred]) -> None:
    carrier, _ = jobs
    undo = account.start(UndoScope("run", run_id=account.run({one: {"city": "Paris"} for one in account.add()})))
    account.stand.world.faults.add(FaultSpec("status", path="batch/read", status=403, count=1))
    expect: Callable[[], None] = lambda: carrier.carry(undo_request(account.portal_id, undo).args)  # noqa: E731
    with pytest.raises(Exception, match="403"):
        expect()
    with account.database.begin() as connection:
        ended = UndoRunStore().find(connection, portal_id=account.portal_id, run_id=undo)
    assert ended is not None
    assert ended.is_finished
    assert ended.failure
