"""Dry runs over HTTP: nothing is written until somebody says go, the report is right, and accepting applies exactly what was proposed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from integration.access.roles import Role
from integration.demo.observing import wait_until
from integration.demo.stand import SENDER, Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.proposals.accept_store import AcceptRun, AcceptStore
from tests.scenario.account import Account
from tests.scenario.console import Console, let_in, notice_of, text_of
from tests.stands import PLENTY, OpenAccount, new_account

_FILL = {**SENDER, "standard_properties": ["industry", "numberofemployees", "jobtitle", "phone"]}


def record_writes(account: Account) -> list[str]:
    """Calls of ours that change a record or a note. Definitions of our own properties are made at the install, dry or not."""
    return [
        f"{call['method']} {call['path']}"
        for call in account.calls()
        if call["path"].startswith(("/crm/objects/", "/crm/associations/"))
        and call["method"] != "GET"
        and not call["path"].endswith(("/batch/read", "/search"))
    ]


def report(account: Account, *options: str) -> dict[str, Any]:
    return dict(json.loads(account.stand.leadlight("dry-run", "report", "--portal", str(account.portal_id), "--json", *options)))


def proposals(account: Account, outcome: str = "proposed") -> dict[tuple[str, str, str], Mapping[str, Any]]:
    with account.stand.database.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT object_type, object_id, property_name, value_before, value_after, error FROM ledger"
            " WHERE portal_id = %s AND outcome = %s",
            (account.portal_id, outcome),
        )
        return {(row.object_type, row.object_id, row.property_name): row._asdict() for row in rows}


def accept(account: Account) -> AcceptRun:
    """Accept everything on the admin page and wait for the end; the run as it then stands."""
    Console(account.stand, account.portal_id).sign_in().post("/dry-run/accepted")
    wait_until_accepted(account)
    with account.stand.database.begin() as connection:
        run = AcceptStore().find_last(connection, portal_id=account.portal_id)
    assert run is not None
    return run


def wait_until_accepted(account: Account) -> None:
    """Return once no accept is under way."""

    def is_done() -> bool:
        with account.stand.database.begin() as connection:
            query = "SELECT count(*) FROM run WHERE portal_id = %s AND kind = 'accept' AND finished_at IS NULL"
            return bool(connection.exec_driver_sql(query, (account.portal_id,)).scalar_one() == 0)

    wait_until(account.stand, account.portal_id, "the end of the accept", is_done)


def assert_stands(account: Account, proposed: Mapping[tuple[str, str, str], Mapping[str, Any]]) -> None:
    """Every proposed value is what HubSpot holds."""
    records = {(object_type, object_id) for object_type, object_id, _ in proposed}
    for object_type, object_id in records:
        wanted = {
            name: row["value_after"] or ""
            for (kind, one, name), row in proposed.items()
            if (kind, one) == (object_type, object_id) and not name.startswith("note:")
        }
        found = account.values(object_type, object_id, *wanted)
        assert {name: found.get(name, "") for name in wanted} == wanted


@pytest.fixture
def dry(open_account: OpenAccount) -> Account:
    """Three companies with two contacts, installed dry: everything is decided by the time the test begins."""
    account = open_account("dry", installed=False)
    account.add_companies(3)
    account.add_contacts(2, at_companies=2)
    account.install(dry_run=True, preferences=_FILL)
    return account


def test_a_dry_install_decides_everything_and_writes_nothing(dry: Account) -> None:
    assert record_writes(dry) == []
    assert dry.notes() == []
    assert dry.written(CONTACTS) == dry.written(COMPANIES) == 0
    with dry.stand.database.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT count(*) FROM score WHERE portal_id = %s UNION ALL SELECT count(*) FROM brief WHERE portal_id = %s",
            (dry.portal_id, dry.portal_id),
        )
        scores, briefs = [row[0] for row in rows]
        assert scores >= briefs == 5
        runs = connection.exec_driver_sql("SELECT bool_and(is_dry) FROM run WHERE portal_id = %s", (dry.portal_id,)).scalar_one()
        assert runs is True
    found = report(dry)
    proposed = proposals(dry)
    assert found["records"] == found["accepting"]["records"] == 5
    assert found["accepting"]["fields"] + found["accepting"]["notes"] == len(proposed)
    assert found["notes"]["new"] == sum(name.startswith("note:") for _, _, name in proposed)
    companions = sum(name in ("leadlight_status", "leadlight_last_enriched_at") for _, _, name in proposed)
    assert found["fields"]["filled"] == found["accepting"]["fields"] - companions
    assert found["fields"]["changed"] == found["fields"]["cleared"] == 0
    assert {sample["property_name"] for sample in found["samples"]} >= {"leadlight_headline", "note:brief"}


def test_accepting_applies_exactly_what_was_proposed_and_a_second_time_nothing(dry: Account) -> None:
    proposed = proposals(dry)
    done = accept(dry)
    assert (done.finished_at is not None, done.done_count, done.total_count) == (True, 5, 5)
    assert_stands(dry, proposed)
    bodies = sorted(note.body for note in dry.notes())
    assert bodies == sorted(row["value_after"] for (_, _, name), row in proposed.items() if name.startswith("note:"))
    assert proposals(dry, "accepted").keys() == proposed.keys()
    assert proposals(dry, "written").keys() == proposed.keys()
    assert (done.counts["written"] + done.counts["notes"], done.counts.get("declined")) == (len(proposed), None)
    calls = len(record_writes(dry))
    again = Console(dry.stand, dry.portal_id).sign_in().post("/dry-run/accepted")
    assert notice_of(again) == "Nothing was proposed, so nothing is written."
    assert len(record_writes(dry)) == calls


@pytest.mark.usefixtures("quiet_clock")
def test_a_field_that_a_person_edited_after_the_proposal_is_left_alone_and_only_that(dry: Account) -> None:
    proposed = proposals(dry)
    company = next(object_id for object_type, object_id, _ in proposed if object_type == COMPANIES)
    dry.stand.listen(on=False)  # the edit must be found by the history alone, not by a second look at the record
    try:
        edited = {"leadlight_headline": "What a person wrote"}
        dry.act(action="update", object_type=COMPANIES, object_id=company, properties=edited)
        done = accept(dry)
    finally:
        dry.stand.listen(on=True)
    key = (COMPANIES, company, "leadlight_headline")
    assert {one: row["error"] for one, row in proposals(dry, "declined").items()} == {key: "changed_since"}
    assert dry.values(COMPANIES, company, "leadlight_headline") == edited
    assert_stands(dry, {one: row for one, row in proposed.items() if one != key})
    assert done.counts["declined"] == 1
    assert proposals(dry, "accepted").keys() == proposed.keys() - {key}


def test_going_live_accepts_first_and_writes_from_then_on(dry: Account) -> None:
    proposed = proposals(dry)
    console = Console(dry.stand, dry.portal_id).sign_in()
    page = text_of(console.get("/dry-run"))
    assert "Dry run is on: nothing is written to HubSpot." in page
    fields = sum(not name.startswith("note:") for _, _, name in proposed)
    notes = len(proposed) - fields
    question = text_of(console.get("/dry-run/go-live"))
    assert f"{fields} fields and {notes} notes on 5 records are proposed" in question
    confirmation = text_of(console.get("/dry-run/accept"))
    assert f"Write {fields} fields and {notes} notes" in confirmation
    assert record_writes(dry) == []
    answer = console.post("/dry-run/live", {"first": "accept"})
    assert "This portal is live" in notice_of(answer)
    wait_until_accepted(dry)
    assert_stands(dry, proposed)
    dry.act(action="create", object_type=CONTACTS, properties=dry.contact(7))
    dry.wait_until_written(contacts=3, companies=3)
    assert dry.stand.leadlight("portal", "--portal", str(dry.portal_id), "--dry-run").count('"dry_run": true') == 1


def test_only_an_admin_makes_a_portal_write(dry: Account) -> None:
    let_in(dry.stand, dry.portal_id, 9_002, Role.OPERATOR)
    console = Console(dry.stand, dry.portal_id).sign_in(9_002)
    for path in ("/dry-run/accepted", "/dry-run/live", "/dry-run/dry"):
        assert console.post(path).status_code == 403
    for path in ("/dry-run/accept", "/dry-run/go-live"):
        assert console.get(path).status_code == 403
    assert proposals(dry)
    assert "proposals were discarded" in notice_of(console.post("/dry-run/declined"))
    assert proposals(dry) == {}
    assert record_writes(dry) == []


@pytest.mark.usefixtures("quiet_clock")
def test_a_live_portal_may_be_looked_at_without_writing(open_account: OpenAccount) -> None:
    account = open_account("look", installed=False)
    account.add_companies(1)
    account.install()
    [company] = [record["id"] for record in account.records(COMPANIES)]
    before = account.values(COMPANIES, company)
    account.stand.listen(on=False)
    try:
        account.act(action="update", object_type=COMPANIES, object_id=company, properties={"country": "France", "city": "Paris"})
        writes = len(record_writes(account))
        queued = account.stand.leadlight(
            "dry-run", "--portal", str(account.portal_id), "--object", COMPANIES, "--ids", company, "--json"
        )
        assert json.loads(queued) == {"queued": 1}
        account.settle()
    finally:
        account.stand.listen(on=True)
    assert len(record_writes(account)) == writes
    assert account.values(COMPANIES, company) == before
    assert report(account)["fields"]["changed"] > 0
    discarded = json.loads(account.stand.leadlight("dry-run", "decline", "--portal", str(account.portal_id), "--json"))
    assert discarded["declined"] > 0
    assert report(account)["records"] == 0


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_an_accept_whose_worker_is_killed_is_finished_by_another(own_stand: Callable[[StandOptions], Stand]) -> None:
    stand = own_stand(StandOptions(worker_processes=0, requests_per_10_s=PLENTY))
    account = new_account(stand, "halted")
    account.add_companies(2)
    account.add_contacts(150, at_companies=2)
    first = stand.start_worker()
    account.install(dry_run=True)
    proposed = proposals(account)
    # HubSpot takes the values, and the worker dies before it hears of it.
    stand.control.post("/faults", {"kind": "hung", "path": "contacts/batch/update", "count": 1, "applied": True})
    begun = json.loads(stand.leadlight("dry-run", "accept", "--portal", str(account.portal_id), "--json"))
    assert begun["records"] == 152
    wait_until(
        stand,
        account.portal_id,
        "the call that hangs",
        lambda: any("contacts/batch/update" in one for one in record_writes(account)),
    )
    stand.kill(first)
    stand.control.delete("/faults")
    stand.start_worker()
    wait_until_accepted(account)
    assert_stands(account, proposed)
    assert proposals(account, "accepted").keys() == proposed.keys()
    with stand.database.begin() as connection:
        written = connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE outcome = 'written'").scalar_one()
    assert written == len(proposed)
    status = json.loads(stand.leadlight("dry-run", "status", "--portal", str(account.portal_id), "--json"))
    assert (status["run_id"], status["state"], status["done"]) == (begun["run_id"], "finished", 152)
    assert account.doubled_notes() == {}
    assert len(account.notes()) == sum(name.startswith("note:") for _, _, name in proposed)
