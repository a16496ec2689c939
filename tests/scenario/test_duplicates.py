"""Duplicates on a whole installation: found in what the pipeline reads, shown with reasons, merged only by a person, on a HubSpot over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from integration.access.roles import Role
from integration.demo.observing import wait_until
from integration.hubspot.objects import CONTACTS
from tests.scenario.account import Account
from tests.scenario.console import Console, let_in, notice_of, text_of
from tests.stands import OpenAccount

OPERATOR = 9100
VIEWER = 9101


def sql(account: Account, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with account.stand.database.begin() as connection:
        rows = connection.execute(text(statement), {"portal": account.portal_id, **values})
        return [tuple(row) for row in rows]


def pairs(account: Account) -> dict[tuple[str, str], str]:
    """The state of each pair."""
    found = sql(account, "SELECT left_id, right_id, state FROM duplicate_pair WHERE portal_id = :portal")
    return {(left, right): state for left, right, state in found}


def wait_until_compared(account: Account, count: int) -> None:
    def is_so() -> bool:
        [(left,)] = sql(account, "SELECT count(*) FROM match_record WHERE portal_id = :portal AND compared_at IS NOT NULL")
        return bool(left >= count)

    wait_until(account.stand, account.portal_id, f"{count} records compared", is_so)


def person(account: Account, first: str, last: str, address: str, **more: str) -> dict[str, str]:
    return {"firstname": first, "lastname": last, "email": address.replace("@", f"@{account.label}-0000-made.example"), **more}


def create(account: Account, *people: Mapping[str, str]) -> list[str]:
    return account.act(action="create_many", object_type=CONTACTS, records=[{"properties": dict(one)} for one in people])


def same_person_twice(account: Account) -> tuple[str, str]:
    """One made-up person under two addresses at one employer; both records compared."""
    bob = person(account, "Bob", "Samplewood", "bob@", jobtitle="Head of Sample Sales")
    robert = person(account, "Robert", "Samplewood", "robert.samplewood@", jobtitle="Sales", phone="+49 30 901820")
    first, second = create(account, bob, robert)
    account.wait_until_written(contacts=2)
    wait_until_compared(account, 2)
    return first, second


def form_values(page_text: str) -> dict[str, str]:
    """The hidden values of the merge form."""
    form = next(
        one for one in LexborHTMLParser(page_text).css("main form") if (one.attributes.get("action") or "").endswith("/merge")
    )
    return {str(one.attributes["name"]): str(one.attributes["value"]) for one in form.css("input[type=hidden]")}


def test_one_person_twice_is_suggested_with_reasons_and_merged_on_command(open_account: OpenAccount) -> None:
    account = open_account("doubled")
    first, second = same_person_twice(account)
    assert pairs(account) == {(first, second): "open"}
    told = json.loads(account.stand.leadlight("duplicates", "--portal", str(account.portal_id), "--json"))
    words = {reason["words"]: reason["points"] for reason in told["pairs"][0]["pair"]["reasons"]}
    assert words["same last name"] > 0 > words["different e-mail addresses"]
    assert words["one first name is a short form of the other"] > 0
    assert words["same employer"] > 0

    console = Console(account.stand, account.portal_id).sign_in()
    assert "Samplewood" not in text_of(Console(account.stand, account.portal_id).get("/duplicates"))
    assert f"Contact {first} and {second}" in text_of(console.get("/duplicates"))
    path = f"/duplicates/contacts/{first}/{second}"
    page = console.get(path, primary=second)
    assert "HubSpot cannot undo a merge" in text_of(page)
    form = {name: value for name, value in form_values(page.text).items() if name in ("primary", "fingerprint")} | {
        "keep": "jobtitle"
    }
    unconfirmed = console.post(f"{path}/merge", form, back=path)
    assert "cannot undo" in notice_of(unconfirmed)
    assert len(account.records(CONTACTS)) == 2
    done = console.post(f"{path}/merge", {**form, "confirm": "yes"}, back=path)
    assert f"Record {first} was merged" in notice_of(done)
    assert "Job Title" in notice_of(done)

    [survivor] = account.records(CONTACTS, "firstname", "jobtitle", "phone", "hs_merged_object_ids")
    assert survivor["properties"]["firstname"] == "Robert"
    assert survivor["properties"]["jobtitle"] == "Head of Sample Sales"
    assert first in survivor["properties"]["hs_merged_object_ids"]
    [(run_id, kind, by)] = sql(account, "SELECT run_id, kind, requested_by FROM run WHERE portal_id = :portal AND kind = 'merge'")
    assert (kind, "@" in by) == ("merge", True)
    held = sql(
        account,
        "SELECT value_before FROM ledger WHERE portal_id = :portal AND run_id = :run AND property_name = 'firstname'",
        run=run_id,
    )
    assert {value for (value,) in held} == {"Bob", "Robert"}

    def history_moved() -> bool:
        left = sql(
            account,
            "SELECT object_id FROM score WHERE portal_id = :portal AND object_id = :id UNION ALL"
            " SELECT object_id FROM finding WHERE portal_id = :portal AND object_id = :id UNION ALL"
            " SELECT object_id FROM match_record WHERE portal_id = :portal AND object_id = :id",
            id=first,
        )
        return not left

    wait_until(account.stand, account.portal_id, "history moved", history_moved)
    assert sql(account, "SELECT 1 FROM audit WHERE portal_id = :portal AND action = 'merged_duplicate'")
    again = console.post(f"{path}/merge", {**form, "confirm": "yes"}, back=path)
    assert "merged before" in notice_of(again)
    assert len(account.records(CONTACTS)) == 1


def test_a_dismissed_pair_stays_dismissed_until_something_telling_changes(open_account: OpenAccount) -> None:
    account = open_account("keptapart")
    first, second = same_person_twice(account)
    path = f"/duplicates/contacts/{first}/{second}"
    let_in(account.stand, account.portal_id, OPERATOR, Role.OPERATOR)
    let_in(account.stand, account.portal_id, VIEWER, Role.VIEWER)
    viewer = Console(account.stand, account.portal_id).sign_in(VIEWER)
    assert viewer.get(path).status_code == 200
    assert viewer.post(f"{path}/dismiss").status_code == 403
    assert pairs(account) == {(first, second): "open"}
    operator = Console(account.stand, account.portal_id).sign_in(OPERATOR)
    assert operator.post(f"{path}/merge", {"primary": first, "confirm": "yes"}).status_code == 403
    assert "Dismissed" in notice_of(operator.post(f"{path}/dismiss", back=path))
    assert pairs(account) == {(first, second): "dismissed"}

    def change(object_id: str, **properties: str) -> None:
        compared = sql(account, "SELECT compared_at FROM match_record WHERE portal_id = :portal AND object_id = :id", id=object_id)
        account.act(action="update", object_type=CONTACTS, object_id=object_id, properties=properties)

        def is_so() -> bool:
            now = sql(account, "SELECT compared_at FROM match_record WHERE portal_id = :portal AND object_id = :id", id=object_id)
            return now not in (compared, [(None,)])

        wait_until(account.stand, account.portal_id, "compared again", is_so)

    change(first, phone="+49 30 555123")
    assert pairs(account) == {(first, second): "dismissed"}
    change(first, phone="+49 30 901820")
    assert pairs(account) == {(first, second): "open"}


def test_two_people_with_one_name_at_mailbox_providers_are_not_suggested(open_account: OpenAccount) -> None:
    account = open_account("namesakes")
    create(
        account,
        {"firstname": "Sample", "lastname": "Commonname", "email": "first.sample@gmail.com"},
        {"firstname": "Sample", "lastname": "Commonname", "email": "another.one@gmail.com"},
        {"firstname": "Sample", "lastname": "Contact 012", "email": "sample.contact.012@gmail.com"},
        {"firstname": "Sample", "lastname": "Contact 013", "email": "sample.contact.013@gmail.com"},
    )
    wait_until_compared(account, 4)
    assert pairs(account) == {}


def test_pairs_of_one_portal_are_nowhere_in_another(open_account: OpenAccount) -> None:
    one, other = open_account("ownpairs"), open_account("otherpairs")
    first, second = same_person_twice(one)
    create(other, person(one, "Robert", "Samplewood", "robert.samplewood@", phone="+49 30 901820"))
    wait_until_compared(other, 1)
    assert pairs(other) == {}
    stranger = Console(other.stand, other.portal_id).sign_in()
    assert "Samplewood" not in text_of(stranger.get("/duplicates")).title()
    path = f"/duplicates/contacts/{first}/{second}"
    assert stranger.get(path).status_code == 404
    stranger.post(f"{path}/dismiss", back="/duplicates")
    assert stranger.browser.get(f"{stranger.stand.addresses.web}/admin/{one.portal_id}{path}").status_code == 404
    assert pairs(one) == {(first, second): "open"}
