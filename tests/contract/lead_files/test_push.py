"""Leads of a file in HubSpot: matched, made, updated under policy, counted before, and put back."""

from __future__ import annotations

import pytest

from integration.core.errors import Conflict
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID
from tests.contract.lead_files.conftest import PERSON, Bench

_LINES = [
    "Sample One,one@sample-one.com,Sample One Ltd,Head of Sales,Germany,120",
    "Sample Two,two@sample-two.com,Sample Two Ltd,Engineer,Germany,90",
    "Sample One Again,one@sample-one.com,Sample One Ltd,Head of Sales,Germany,120",
    "Without Address,,Sample Three Ltd,Owner,Germany,10",
    "Broken,broken@,Sample Four Ltd,Owner,Germany,10",
]


def _contact(bench: Bench, mail: str) -> dict[str, str]:
    [found] = [record for record in bench.portal.find_all(CONTACTS, [mail], id_property="email", archived=False).values() if record]
    return dict(found.properties)


def _contacts(bench: Bench) -> int:
    return bench.stand.client.search_page(CONTACTS, filters=[]).total or 0


def test_a_count_tells_what_a_push_does_and_changes_nothing(bench: Bench) -> None:
    bench.portal.create(CONTACTS, {"email": "two@sample-two.com", "lastname": "Two"}, source=PERSON)
    file = bench.score(bench.upload(_LINES))
    _, counted = bench.push(file, is_dry=True)
    assert counted["created"] == 1
    assert counted["updated"] == 1
    assert counted["without_key"] == 1
    assert counted["repeated"] == 1
    assert _contacts(bench) == 1
    assert bench.count("ledger") == bench.count("run") == 0
    assert "leadlight_heat" not in _contact(bench, "two@sample-two.com")


def test_a_push_makes_what_is_missing_and_writes_scores_through_the_door(bench: Bench) -> None:
    bench.portal.create(CONTACTS, {"email": "two@sample-two.com", "lastname": "Typed", "jobtitle": "Typed"}, source=PERSON)
    file = bench.score(bench.upload(_LINES))
    bench.push(file, is_dry=True)
    _, pushed = bench.push(file)
    assert (pushed["created"], pushed["updated"]) == (1, 1)
    made, known = _contact(bench, "one@sample-one.com"), _contact(bench, "two@sample-two.com")
    assert (made["firstname"], made["lastname"], made["jobtitle"], made["company"]) == (
        "Sample",
        "One",
        "Head of Sales",
        "Sample One Ltd",
    )
    assert made["leadlight_heat"] == bench.results(file)[0]["leadlight_heat"]
    assert made["leadlight_priority"] == bench.results(file)[0]["leadlight_priority"]
    assert (known["lastname"], known["jobtitle"]) == ("Typed", "Typed")
    assert known["leadlight_heat"]
    assert bench.count("ledger WHERE outcome <> 'written'") == 0
    assert bench.count("run WHERE finished_at IS NOT NULL AND kind = 'leads'") == 1


def test_pushing_again_makes_nothing_twice(bench: Bench) -> None:
    file = bench.score(bench.upload(_LINES))
    for _ in range(2):
        bench.push(file, is_dry=True)
        _, pushed = bench.push(file)
    assert "created" not in pushed
    assert pushed["scored_before"] == 2
    assert _contacts(bench) == 2


def test_without_leave_nothing_is_made(bench: Bench) -> None:
    file = bench.score(bench.upload(_LINES))
    bench.push(file, is_dry=True, creates=False)
    _, pushed = bench.push(file, creates=False)
    assert pushed["not_in_hubspot"] == 2
    assert _contacts(bench) == 0


def test_a_push_needs_a_count_with_the_same_choice(bench: Bench) -> None:
    file = bench.score(bench.upload(_LINES))
    with pytest.raises(Conflict, match="Count first"):
        bench.push(file)
    bench.push(file, is_dry=True, creates=False)
    with pytest.raises(Conflict, match="same choice"):
        bench.push(file, creates=True)


def test_a_policy_lets_the_file_fill_what_is_blank(bench: Bench) -> None:
    with bench.database.begin() as connection:
        bench.parts.portals.change_preferences(
            connection, portal_id=PORTAL_ID, changes={"standard_properties": ["contacts.jobtitle"]}
        )
    bench.portal.create(CONTACTS, {"email": "two@sample-two.com"}, source=PERSON)
    file = bench.score(bench.upload(_LINES))
    bench.push(file, is_dry=True)
    bench.push(file)
    assert _contact(bench, "two@sample-two.com")["jobtitle"] == "Engineer"


def test_a_push_is_undone_as_a_run(bench: Bench) -> None:
    bench.portal.create(CONTACTS, {"email": "two@sample-two.com"}, source=PERSON)
    file = bench.score(bench.upload(_LINES))
    bench.push(file, is_dry=True)
    run_id, _ = bench.push(file)
    assert _contact(bench, "two@sample-two.com")["leadlight_heat"]
    runner = UndoRunner(
        database=bench.database,
        clients=bench.parts.clients,
        portals=bench.parts.portals,
        app_id=str(APP_ID),
        clock=bench.parts.clock,
    )
    with bench.database.begin() as connection:
        undo = runner.start(connection, UndoRequest(PORTAL_ID, UndoScope("run", run_id=run_id), "admin@example.com"))
    run = runner.step(PORTAL_ID, undo)
    while run is None or not run.is_finished:
        run = runner.step(PORTAL_ID, undo)
    assert not _contact(bench, "two@sample-two.com").get("leadlight_heat")
    assert not _contact(bench, "one@sample-one.com").get("leadlight_heat")
    assert _contacts(bench) == 2, "records that were made stay"


def test_companies_are_matched_by_domain_and_several_are_left_alone(bench: Bench) -> None:
    for _ in range(2):
        bench.portal.create(COMPANIES, {"name": "Sample Twins", "domain": "sample-twins.com"}, source=PERSON)
    bench.portal.create(COMPANIES, {"name": "Sample Known", "domain": "sample-known.com"}, source=PERSON)
    lines = [f"Sample {name},sample-{name}.com,Software,120" for name in ("twins", "known", "new")]
    file = bench.score(bench.upload(lines, heading="Company,Website,Industry,Employees", object_type=COMPANIES))
    bench.push(file, is_dry=True)
    _, pushed = bench.push(file)
    assert (pushed["ambiguous"], pushed["created"], pushed["updated"]) == (1, 1, 1)
    companies = bench.stand.client.search_page(COMPANIES, filters=[], properties=["domain", "leadlight_heat", "name"]).records
    scored = {record.text("domain") for record in companies if record.text("leadlight_heat")}
    assert scored == {"sample-known.com", "sample-new.com"}
