"""Things that die in the middle of the work: workers by SIGKILL, again and again, and the database under everybody."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.db.embedded import EmbeddedPostgres
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS
from tests.scenario.account import Account
from tests.stands import PLENTY, new_account

RECORDS = 2_000
COMPANY_COUNT = 100
KILLS = 6
IMPATIENT = {"LEADLIGHT_LEASE_S": "10", "LEADLIGHT_PROVIDER_RATE_FACTOR": "0"}
"""What a dead worker held is free again after 10 s, where production waits 45; providers are asked as fast as they answer."""
BRIEF_MARK = "Written by Leadlight from the sources above."


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_workers_killed_in_a_loop_lose_no_record_and_double_no_note(own_stand: Callable[[StandOptions], Stand]) -> None:
    stand = own_stand(StandOptions(worker_processes=0, requests_per_10_s=PLENTY, extra_env=IMPATIENT))
    account = new_account(stand, "killed")
    workers = [stand.start_worker(), stand.start_worker()]
    account.install()
    _load(account)
    kills = 0
    while kills < KILLS and not _is_done(account):
        time.sleep(2.5)
        stand.kill(workers.pop(0))
        kills += 1
        workers.append(stand.start_worker())
    assert kills >= 3, "the work was over before enough workers died"
    account.wait_until_written(contacts=RECORDS - COMPANY_COUNT, companies=COMPANY_COUNT, timeout_s=300)
    _assert_whole(account, contacts=RECORDS - COMPANY_COUNT, companies=COMPANY_COUNT)


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that may be stopped without disturbing others."""
    folder = Path(os.environ.get("LEADLIGHT_TEST_DATA_DIR", Path(__file__).resolve().parents[2] / ".leadlight" / "test"))
    server = EmbeddedPostgres(folder / "restarted")
    server.drop_database("restarted")
    yield server
    server.drop_database("restarted")


@pytest.mark.slow
def test_a_database_restarted_under_load_costs_no_record(own_postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with Stand(tmp_path, own_postgres.url("restarted"), StandOptions(requests_per_10_s=PLENTY, extra_env=IMPATIENT)) as stand:
        stand.control.patch("/settings", {"webhooks": {"retry_scale": 0.002}})
        account = new_account(stand, "restarted")
        account.install()
        account.add_companies(20)
        for start in range(0, 400, 100):
            account.add_contacts(100, start=start, at_companies=20)
        for _ in range(2):
            time.sleep(1.0)
            own_postgres.stop()
            time.sleep(1.0)
            own_postgres.start()
        account.add_contacts(100, start=400, at_companies=20)
        account.wait_until_written(contacts=500, companies=20, timeout_s=170)
        _assert_whole(account, contacts=500, companies=20)


def _load(account: Account) -> None:
    account.add_companies(COMPANY_COUNT)
    for start in range(0, RECORDS - COMPANY_COUNT, 100):
        account.add_contacts(100, start=start, at_companies=COMPANY_COUNT)


def _is_done(account: Account) -> bool:
    return account.written(COMPANIES) + account.written(CONTACTS) >= RECORDS


def _assert_whole(account: Account, *, contacts: int, companies: int) -> None:
    """Nothing lost, nothing doubled: every record has our values and one brief, and no note stands there twice."""
    assert account.written(CONTACTS) == contacts
    assert account.written(COMPANIES) == companies
    notes = account.notes()
    assert len({note.marker for note in notes}) == len(notes)
    assert sum(BRIEF_MARK in note.body for note in notes) == contacts + companies
    assert contacts / 2 < sum(BRIEF_MARK not in note.body for note in notes) <= contacts, "drafts, where evidence allows them"
    assert account.stand.status(account.portal_id).dead_letters == 0
