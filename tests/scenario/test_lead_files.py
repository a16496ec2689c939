"""A file of leads goes on after the worker that was at it was killed, and no row is lost or scored twice."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import pytest

from integration.core.clock import system_clock
from integration.demo.stand import Stand, StandOptions
from integration.jobs.job_store import JobStore
from integration.lead_files.desk import LeadDesk
from tests.stands import new_account

_ROWS = 12_000


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_worker_costs_no_row_of_a_file(own_stand: Callable[[StandOptions], Stand]) -> None:
    stand = own_stand(StandOptions(worker_processes=0))
    account = new_account(stand, "leads")
    worker = stand.start_worker()
    account.install()
    desk = LeadDesk(stand.database, JobStore(), system_clock, keep_days=30, most_bytes=50_000_000)
    lines = ["Name,Email,Job title", *(f"Sample {n},s{n}@sample-{n}.com,Head of Sales" for n in range(_ROWS))]
    file = desk.upload(io.BytesIO("\n".join(lines).encode()), portal_id=account.portal_id, name="x.csv", by="a@example.com")
    with stand.database.begin() as connection:
        desk.start(connection, portal_id=account.portal_id, file_id=file.file_id, mapping=file.mapping, by="a@example.com")

    def scored() -> tuple[int, bool]:
        with stand.database.begin() as connection:
            now = desk.find(connection, portal_id=account.portal_id, file_id=file.file_id)
            return desk.standing(connection, now).progress.scored_count, now.state == "done"

    while scored()[0] == 0:
        time.sleep(0.1)
    stand.kill(worker)
    assert not scored()[1], "the file was done before its worker died"
    stand.start_worker()
    while not scored()[1]:
        time.sleep(0.5)
    with stand.database.begin() as connection:
        done = desk.find(connection, portal_id=account.portal_id, file_id=file.file_id)
    data = b"".join(desk.result_pieces(done, with_mark=False)).decode()
    names = [row["Name"] for row in csv.DictReader(io.StringIO(data, newline=""))]
    assert sorted(names) == sorted(f"Sample {n}" for n in range(_ROWS))
