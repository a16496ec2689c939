"""Files of leads from upload to download, on a real database."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import text

from integration.admin.disconnect_store import portal_tables
from integration.core.errors import BadInput, Conflict, NotFound
from integration.lead_files.desk import LeadDesk
from integration.lead_files.forgetting import ERASED
from integration.lead_files.packing import pack_rows
from integration.lead_files.reading.rows import Row
from integration.pipeline.decisions import PROFILE_PREFERENCE
from integration.pipeline.people_store import PeopleStore
from integration.scoring.profile import default_profile, profile_data
from tests.contract.hubspot.stand import PORTAL_ID
from tests.contract.lead_files.conftest import BY, Bench

_OTHER = 99_001


def _line(number: int, mail: str = "") -> str:
    return f"Sample Person {number},{mail or f'person.{number}@sample-{number}.com'},Sample Works {number},Head of Sales,Germany,{number + 50}"


def test_a_file_is_scored_and_every_row_comes_back_once(bench: Bench) -> None:
    lines = [_line(number, "broken@" if number % 10 == 0 else "") for number in range(2_345)]
    file = bench.score(bench.upload(lines))
    assert file.state == "done"
    results, refused = bench.results(file), bench.refused(file)
    assert len(refused) == 235
    assert {row["Name"] for row in results} | {row["Name"] for row in refused} == {f"Sample Person {n}" for n in range(2_345)}
    assert len(results) + len(refused) == 2_345
    assert refused[1]["leadlight_line"] == "12"
    assert refused[1]["leadlight_reason"] == "Email: 'broken@' is no e-mail address"
    assert {row["leadlight_heat"] for row in results} <= {"hot", "warm", "cold", "not enough evidence"}
    assert all("Authority: Head of Sales" in row["leadlight_reasons"] for row in results)
    with bench.database.begin() as connection:
        standing = bench.desk.standing(connection, file)
    assert (standing.progress.row_count, standing.progress.scored_count) == (2_345, 2_345)
    assert (standing.tally.good, standing.tally.bad) == (2_110, 235)
    assert sum(standing.tally.heats.values()) == 2_110
    assert bench.count("lead_file_part") == 0


def test_a_killed_reading_goes_on_and_repeats_no_row(bench: Bench) -> None:
    file = bench.upload([_line(number) for number in range(1_500)])
    bench.decide(file)
    first = [Row(number + 2, tuple(_line(number).split(","))) for number in range(1_000)]
    with bench.database.begin() as connection:  # what a worker left that died after its first chunk
        bench.jobs.rows.add_chunk(
            connection, portal_id=PORTAL_ID, file_id=file.file_id, position=0, row_count=1_000, rows=pack_rows(first)
        )
    bench.jobs.read({"portal_id": PORTAL_ID, "file_id": file.file_id})
    assert len(bench.results(bench.finish(file))) == 1_500


def test_a_date_at_the_end_of_the_file_tells_how_all_of_them_are_written(bench: Bench) -> None:
    lines = [
        f"Sample {number},s{number}@sample-{number}.com,{day}" for number, day in enumerate(["11/05/2026"] * 1_200 + ["11/25/2026"])
    ]
    file = bench.upload(lines, heading="Name,Email,Last contact")
    assert file.mapping.columns[2].date_order == "day_first"
    results = bench.results(bench.score(file))
    assert {row["leadlight_notes"] for row in results} == {""}
    assert "last active on 2026-11-05" in results[0]["leadlight_reasons"]


def test_what_was_cut_off_is_asked_for_again(bench: Bench) -> None:
    file = bench.upload([_line(1)])
    bench.decide(file)
    with bench.database.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    bench.jobs.resume({})
    assert bench.waiting_jobs() == ["read_lead_file"]
    bench.jobs.read({"portal_id": PORTAL_ID, "file_id": file.file_id})
    bench.jobs.resume({})
    assert bench.waiting_jobs() == ["read_lead_file", "score_lead_file", "score_lead_file"]


def test_a_file_that_turns_out_to_be_none_fails_with_the_reason(bench: Bench) -> None:
    file = bench.upload([_line(1), "x" * 1_100_000])
    bench.decide(file)
    bench.jobs.read({"portal_id": PORTAL_ID, "file_id": file.file_id})
    failed = bench.now(file)
    assert failed.state == "failed"
    assert "Line 3 is longer than 1,000,000 characters" in failed.problem
    with pytest.raises(Conflict):
        bench.desk.result_pieces(failed, with_mark=False)


def test_scores_are_those_of_the_portals_own_profile(bench: Bench) -> None:
    profile = profile_data(default_profile())
    profile["bant"]["decision_titles"] = ["chief sample"]
    profile["bant"]["influencer_titles"] = ["nobody"]
    with bench.database.begin() as connection:
        bench.parts.portals.change_preferences(connection, portal_id=PORTAL_ID, changes={PROFILE_PREFERENCE: profile})
    [row] = bench.results(bench.score(bench.upload([_line(1)])))
    assert "Head of Sales" not in row["leadlight_reasons"]


def test_columns_decided_once_are_remembered_for_the_same_headings(bench: Bench) -> None:
    file = bench.upload([_line(1)])
    columns = tuple(one if one.target != "company_name" else type(one)("") for one in file.mapping.columns)
    with bench.database.begin() as connection:
        mapping = type(file.mapping)(file.mapping.object_type, columns, "DE")
        bench.desk.start(connection, portal_id=PORTAL_ID, file_id=file.file_id, mapping=mapping, by=BY)
    again = bench.upload([_line(2)], heading="NAME,E-Mail,company,JOB TITLE,Country,Employees".replace("E-Mail", "email"))
    assert again.mapping == mapping
    bench.parts.portals  # noqa: B018
    other = bench.upload([_line(2)], portal_id=_OTHER)
    assert other.mapping != mapping


def test_the_columns_are_decided_once(bench: Bench) -> None:
    file = bench.upload([_line(1)])
    bench.decide(file)
    with pytest.raises(Conflict, match="decided already"):
        bench.decide(file)


def test_a_file_that_is_too_large_leaves_nothing(bench: Bench) -> None:
    small = LeadDesk(bench.database, bench.parts.engine, bench.parts.clock, keep_days=30, most_bytes=1_000_000)
    data = ("Name,Email\n" + "Sample,a@b.com\n" * 100_000).encode()
    with pytest.raises(BadInput, match="larger than 1 MB"):
        small.upload(io.BytesIO(data), portal_id=PORTAL_ID, name="leads.csv", by=BY)
    assert bench.count("lead_file") == bench.count("lead_file_part") == 0


def test_nobody_reaches_the_files_of_another_portal(bench: Bench) -> None:
    file = bench.score(bench.upload([_line(1)]))
    with bench.database.begin() as connection:
        for act in (bench.desk.find, bench.desk.delete):
            with pytest.raises(NotFound):
                act(connection, portal_id=_OTHER, file_id=file.file_id)
        assert bench.desk.all_of(connection, portal_id=_OTHER) == []
    assert bench.jobs.rows is not None
    assert len(bench.results(file)) == 1


def test_deleted_and_expired_files_leave_no_row(bench: Bench) -> None:
    file = bench.score(bench.upload([_line(1)]))
    with bench.database.begin() as connection:
        bench.desk.delete(connection, portal_id=PORTAL_ID, file_id=file.file_id)
    bench.upload([_line(2)])
    late = bench.parts.clock() + timedelta(days=2)
    expired = type(bench.jobs)(**{**vars(bench.jobs), "clock": lambda: late})
    expired.purge({})
    assert [bench.count(name) for name in ("lead_file", "lead_file_part", "lead_file_chunk")] == [0, 0, 0]


def test_an_uninstall_erases_files_of_leads(bench: Bench) -> None:
    names = {table.name for table in portal_tables()}
    assert {"lead_file", "lead_file_part", "lead_file_chunk", "lead_mapping"} <= names


def _erase(bench: Bench, mail: str) -> None:
    """Somebody with this address was a contact of the account and was erased."""
    with bench.database.begin() as connection:
        people = PeopleStore(bench.parts.digest_keys)
        people.meet(connection, portal_id=PORTAL_ID, people={"501": frozenset({f"email|{mail}"})})
        people.entomb(connection, portal_id=PORTAL_ID, object_type="contacts", object_ids=["501"], now=bench.parts.clock())


def test_somebody_erased_before_is_not_kept_from_a_file(bench: Bench) -> None:
    _erase(bench, "person.1@sample-1.com")
    file = bench.score(bench.upload([_line(1), _line(2)]))
    assert [row["Name"] for row in bench.results(file)] == ["Sample Person 2"]
    [refused] = bench.refused(file)
    assert (refused["leadlight_line"], refused["leadlight_reason"]) == ("2", ERASED)
    assert not refused.get("Email")


def test_somebody_erased_later_goes_from_every_file(bench: Bench) -> None:
    file = bench.score(bench.upload([_line(1), _line(2), "Assistant,office@sample-3.com,writes for Person.1@Sample-1.com,,,"]))
    assert len(bench.results(file)) == 3
    _erase(bench, "person.1@sample-1.com")
    bench.jobs.forget({"portal_id": PORTAL_ID})
    assert bench.now(file).state == "scoring"
    bench.finish(file)
    assert [row["Name"] for row in bench.results(file)] == ["Sample Person 2"]
    assert "person.1" not in str(bench.refused(file)).lower()
    bench.jobs.forget({"portal_id": PORTAL_ID})
    assert bench.now(file).state == "done"
