"""Undo on a whole installation: from the console and from the command line, beside people who work in the same records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from integration.access.roles import Role
from integration.core.clock import system_clock
from integration.demo.children import ChildFailed
from integration.demo.observing import wait_until
from integration.hubspot.objects import COMPANIES
from tests.scenario.account import Account
from tests.scenario.console import Console, let_in, notice_of, text_of
from tests.stands import OpenAccount

HEADLINE = "leadlight_headline"
OWN = {"sender_name": "Sample Rep", "sender_company": "Sample Seller", "sender_offer": "cleaner customer data"}
FILLS_INDUSTRY = {**OWN, "standard_properties": ["companies.industry", "companies.numberofemployees"]}


def sql(account: Account, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with account.stand.database.begin() as connection:
        rows = connection.execute(text(statement), {"portal": account.portal_id, **values})
        return [tuple(row) for row in rows]


def enriched(account: Account, count: int = 1, *, start: int = 0) -> tuple[list[str], datetime]:
    """New companies with everything the product writes about them, and the moment before it began."""
    before = system_clock()
    ids = account.add_companies(count, start=start)
    account.wait_until_written(companies=account.written(COMPANIES) + count if start else count)
    return ids, before


def run_of(account: Account, object_id: str) -> str:
    [(run_id,)] = sql(
        account,
        "SELECT run_id FROM ledger WHERE portal_id = :portal AND object_id = :id AND property_name = :name AND outcome = 'written'"
        " ORDER BY id LIMIT 1",
        id=object_id,
        name=HEADLINE,
    )
    return str(run_id)


def undo(account: Account, *arguments: str) -> dict[str, Any]:
    """The outcome of `leadlight undo` with these arguments."""
    found: dict[str, Any] = json.loads(account.stand.leadlight("undo", "--portal", str(account.portal_id), "--json", *arguments))
    return found


def values_without(account: Account, object_id: str, names: Sequence[str] = ()) -> dict[str, str]:
    return account.values(COMPANIES, object_id, *(names or account.our_properties(COMPANIES)))


def test_an_operator_undoes_a_run_from_the_console_and_takes_it_back(open_account: OpenAccount) -> None:
    account = open_account("undorun")
    (company,), _ = enriched(account)
    written = values_without(account, company)
    [note] = account.notes_on(COMPANIES, company)
    console = Console(account.stand, account.portal_id).sign_in()
    run_id = run_of(account, company)

    look = console.get("/undo", run=run_id)
    [(fields,)] = sql(
        account,
        "SELECT count(DISTINCT property_name) FROM ledger WHERE portal_id = :portal AND run_id = :run AND decision = 'write'"
        " AND property_name NOT LIKE 'note:%'",
        run=run_id,
    )
    assert f"Undo {fields} values of 1 records" in text_of(look)
    begun = console.post("/undo/start", {"run": run_id})
    assert notice_of(begun) == "The undo has begun."
    undone = finished_from(console, account)
    assert f"{fields} put back to what stood there before" in undone
    assert "1 notes and tasks of ours put into HubSpot's recycling bin" in undone
    assert values_without(account, company) == {}
    assert account.notes_on(COMPANIES, company) == []
    [(actor, action)] = sql(account, "SELECT actor, action FROM audit WHERE portal_id = :portal AND action = 'undo'")
    assert action == "undo"

    [(undo_id,)] = sql(account, "SELECT run_id FROM run WHERE portal_id = :portal AND kind = 'undo'")
    console.post("/undo/start", {"run": undo_id})
    finished_from(console, account, undos=2)
    assert values_without(account, company) == written
    assert [one.body for one in account.notes_on(COMPANIES, company)] == [note.body]
    past = text_of(console.get("/undo"))
    assert actor in past
    assert f"run {run_id}" in past


def finished_from(console: Console, account: Account, *, undos: int = 1) -> str:
    """The words of the newest undo's page once it is finished."""

    def is_over() -> bool:
        rows = sql(account, "SELECT finished_at FROM run WHERE portal_id = :portal AND kind = 'undo'")
        return len(rows) == undos and all(row[0] is not None for row in rows)

    wait_until(account.stand, account.portal_id, "the end of the undo", is_over)
    [(run_id,)] = sql(
        account, "SELECT run_id FROM run WHERE portal_id = :portal AND kind = 'undo' ORDER BY started_at DESC LIMIT 1"
    )
    page = console.get(f"/undo/{run_id}")
    assert not LexborHTMLParser(page.text).css_first("meta[http-equiv=refresh]")
    return text_of(page)


def test_what_people_and_imports_changed_since_stays(open_account: OpenAccount) -> None:
    account = open_account("undosince", preferences=FILLS_INDUSTRY)
    (first, second), before = enriched(account, 2)
    assert account.values(COMPANIES, first, "numberofemployees")
    account.act(action="update", object_type=COMPANIES, object_id=first, properties={"numberofemployees": "4321"})
    account.act(action="update", object_type=COMPANIES, object_id=second, properties={HEADLINE: "Typed over"}, **{"import": True})
    account.settle()

    dry = undo(account, "--since", before.isoformat(), "--dry-run")
    assert account.values(COMPANIES, first, HEADLINE)
    outcome = undo(account, "--since", before.isoformat())

    assert outcome["counts"]["changed_by_person"] == 1
    assert outcome["counts"]["undone"] == dry["counts"]["undone"]
    assert account.values(COMPANIES, first, HEADLINE, "numberofemployees") == {"numberofemployees": "4321"}
    assert account.notes_on(COMPANIES, first) == []


def test_only_the_values_of_one_provider_go_back_and_the_rest_stays(open_account: OpenAccount) -> None:
    account = open_account("undoprov", preferences=FILLS_INDUSTRY)
    (company,), _ = enriched(account)
    found = dict(
        sql(
            account,
            "SELECT property_name, provider FROM ledger WHERE portal_id = :portal AND outcome = 'written'"
            " AND property_name IN ('industry', 'numberofemployees')",
        )
    )
    provider = found["numberofemployees"]
    gone = {name for name, of in found.items() if of == provider}

    outcome = undo(account, "--provider", provider)

    assert outcome["counts"] == {"undone": len(gone)}
    assert account.values(COMPANIES, company, *found).keys() == found.keys() - gone
    assert account.values(COMPANIES, company, HEADLINE)


def test_what_was_undone_on_a_record_is_not_written_again_by_the_next_pass(open_account: OpenAccount) -> None:
    account = open_account("undorec", preferences=FILLS_INDUSTRY)
    (company, other), _ = enriched(account, 2)
    assert account.values(COMPANIES, company, "numberofemployees")
    untouched = values_without(account, other)

    field = undo(account, "--record", f"companies/{company}", "--field", "numberofemployees")
    assert field["counts"] == {"undone": 1}
    assert account.values(COMPANIES, company, HEADLINE)
    rest = undo(account, "--record", f"companies/{company}")
    assert rest["counts"]["already_back"] == 1, "the field that was undone before"
    assert account.values(COMPANIES, company, HEADLINE, "numberofemployees") == {}

    writes = sql(account, "SELECT count(*) FROM run WHERE portal_id = :portal AND kind = 'live'")
    account.act(action="update", object_type=COMPANIES, object_id=company, properties={"city": "Ghent"})
    account.emit([account.creation(COMPANIES, company)])
    wait_until(
        account.stand,
        account.portal_id,
        "another pass",
        lambda: sql(account, "SELECT count(*) FROM run WHERE portal_id = :portal AND kind = 'live'") > writes,
    )
    account.settle()
    assert account.values(COMPANIES, company, "numberofemployees") == {}
    assert values_without(account, other) == untouched


def test_a_record_that_was_merged_goes_back_on_the_survivor(open_account: OpenAccount) -> None:
    account = open_account("undomerge")
    (survivor, other), before = enriched(account, 2)
    account.act(action="merge", object_type=COMPANIES, primary_id=survivor, other_id=other)
    account.settle()
    wait_until(
        account.stand,
        account.portal_id,
        "the move of the history",
        lambda: sql(account, "SELECT count(*) FROM ledger WHERE portal_id = :portal AND object_id = :id", id=other) == [(0,)],
    )
    outcome = undo(account, "--since", before.isoformat())
    assert outcome["records"] == 1
    assert outcome["counts"]["undone"] > 5
    assert account.values(COMPANIES, survivor, HEADLINE) == {}


def test_an_undo_that_was_interrupted_is_taken_up_again(open_account: OpenAccount) -> None:
    account = open_account("undoresume")
    (company,), before = enriched(account)
    account.stand.control.post("/faults", {"kind": "status", "status": 503, "path": "batch/update", "portal_id": account.portal_id})
    with pytest.raises(ChildFailed, match="--resume"):
        undo(account, "--since", before.isoformat())
    account.stand.control.delete("/faults")
    [(run_id, finished_at)] = sql(account, "SELECT run_id, finished_at FROM run WHERE portal_id = :portal AND kind = 'undo'")
    assert finished_at is None
    outcome = undo(account, "--resume", run_id)
    assert outcome["run_id"] == run_id
    assert set(outcome["counts"]) == {"undone", "archived"}
    assert account.values(COMPANIES, company) == {}


def test_nobody_undoes_the_work_of_another_account_or_without_the_role(open_account: OpenAccount) -> None:
    account, other = open_account("undomine"), open_account("undotheirs")
    (company,), before = enriched(account)
    run_id = run_of(account, company)
    theirs = Console(other.stand, other.portal_id).sign_in()

    assert "has no run with the id" in text_of(theirs.get("/undo", run=run_id))
    assert theirs.post("/undo/start", {"run": run_id}).status_code == 404
    assert theirs.get(f"/../{account.portal_id}/undo").status_code == 404
    with pytest.raises(ChildFailed, match="no run with the id"):
        undo(other, "--run", run_id)
    with pytest.raises(ChildFailed, match="wrote nothing that can be undone"):
        undo(other, "--since", before.isoformat())

    let_in(account.stand, account.portal_id, 9002, Role.VIEWER)
    viewer = Console(account.stand, account.portal_id).sign_in(9002)
    page = viewer.get("/undo", run=run_id)
    assert "An operator or admin of this account can start it." in text_of(page)
    assert viewer.post("/undo/start", {"run": run_id}).status_code == 403
    assert account.values(COMPANIES, company, HEADLINE)

    undo(account, "--run", run_id)
    [(undo_id,)] = sql(account, "SELECT run_id FROM run WHERE portal_id = :portal AND kind = 'undo'")
    assert theirs.get(f"/undo/{undo_id}").status_code == 404


def test_the_page_says_what_is_wrong_with_a_choice(open_account: OpenAccount) -> None:
    account = open_account("undopage")
    console = Console(account.stand, account.portal_id).sign_in()
    assert "kept for 90 days" in text_of(console.get("/undo", since="2020-01-01T00:00"))
    assert "A record is written as contacts/123" in text_of(console.get("/undo", record="nonsense"))
    assert "wrote nothing here" in text_of(console.get("/undo", record="contacts/1"))
    recent = (system_clock() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert "everything since" in text_of(console.get("/undo", since=recent))
    assert "Nothing was undone yet." in text_of(console.get("/undo"))
    assert "Say what shall be undone" in notice_of(console.post("/undo/start", {}))
