"""The ends of records and of accounts, over HTTP: what is erased is nowhere, what is merged is at its survivor, what comes back is as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy import text

from integration.db.models import Base
from integration.demo.observing import wait_until
from integration.demo.stand import SENDER
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import Portal, PortalStore
from integration.pipeline.erase_store import KEPT, record_tables
from integration.pipeline.record_state_store import RecordStateStore
from tests.scenario.account import Account
from tests.scenario.console import Console, notice_of, text_of
from tests.stands import OpenAccount
from tests.walking import places_saying, plant, tables_of_portal

_OUTSIDE = {"hubspot.log", "neighbours.log"}
"""Logs of what plays the outside world."""


def said(account: Account, *words: str) -> set[str]:
    with account.stand.database.begin() as connection:
        return places_saying(connection, *words)


def rows_about(account: Account, object_id: str) -> set[str]:
    asked = {"portal": account.portal_id, "id": object_id}
    with account.stand.database.begin() as connection:
        return {
            table.name
            for table in record_tables()
            if connection.execute(
                text(f"SELECT 1 FROM {table.name} WHERE portal_id = :portal AND object_id = :id LIMIT 1"),  # noqa: S608
                asked,
            ).first()
        }


def wait_until_moved(account: Account, *object_ids: str) -> None:
    """Nothing is stored under these ids any more but what became of them."""

    def is_so() -> bool:
        return all(rows_about(account, one) <= {"record_state"} for one in object_ids)

    wait_until(account.stand, account.portal_id, "the move", is_so)


def ledger_outcomes(account: Account, object_id: str) -> set[str]:
    query = text("SELECT DISTINCT outcome FROM ledger WHERE portal_id = :portal AND object_id = :id")
    with account.stand.database.begin() as connection:
        return set(connection.execute(query, {"portal": account.portal_id, "id": object_id}).scalars())


def portal_of(account: Account) -> Portal:
    with account.stand.database.begin() as connection:
        portal = PortalStore().find(connection, portal_id=account.portal_id)
    assert portal is not None
    return portal


def prefer(account: Account, **preferences: object) -> None:
    with account.stand.database.begin() as connection:
        PortalStore().save_preferences(connection, portal_id=account.portal_id, preferences={**SENDER, **preferences})


def replay(account: Account) -> None:
    """Unpack everything of the last hour once more."""
    since, until = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (-60, 5))
    account.stand.leadlight("replay", "--since", since.isoformat(), "--until", until.isoformat())


def event(account: Account, object_id: str, **more: object) -> Mapping[str, object]:
    """What HubSpot says when somebody changes the contact's job title."""
    changed = {"subscriptionType": "contact.propertyChange", "propertyName": "jobtitle"}
    return {**account.creation(CONTACTS, object_id), **changed, "eventId": time.monotonic_ns() % 10**9, **more}


def plant_everywhere(account: Account, contact_id: str, words: str) -> None:
    """A row that says the words in every table that knows records and lacks one about this contact."""
    have = rows_about(account, contact_id)
    mine: dict[str, Any] = {"portal_id": account.portal_id, "object_type": CONTACTS}
    with account.stand.database.begin() as connection:
        for table in record_tables():
            if table.name not in have | set(KEPT) | {"work_item"}:
                plant(connection, table, words, **mine, object_id=contact_id)
        pair = Base.metadata.tables["duplicate_pair"]
        plant(connection, pair, words, **mine, left_id=contact_id, right_id=f"{contact_id}9", state="merged")


def test_of_an_erased_person_no_word_is_left_anywhere_after_a_minute(open_account: OpenAccount) -> None:
    account = open_account("forgetting")
    account.add_companies(1)
    person = {
        "firstname": "Zyxmarker",
        "lastname": "Sample",
        "email": "zyxmarker@forgetting-0000-made.example",
        "hs_linkedin_url": "https://www.linkedin.com/in/zyxmarker",
        "jobtitle": "VP Sales",
    }
    double = {**person, "firstname": "Sample", "email": "sample.double@forgetting-0000-made.example", "hs_linkedin_url": ""}
    [contact_id] = account.act(action="create", object_type=CONTACTS, properties=person)
    account.act(action="create", object_type=CONTACTS, properties=double)
    account.wait_until_written(contacts=2, companies=1)
    prefer(account, dry_run=True)
    account.act(action="update", object_type=CONTACTS, object_id=contact_id, properties={"jobtitle": "Zyxmarker in chief"})
    wait_until(account.stand, account.portal_id, "proposals", lambda: "proposed" in ledger_outcomes(account, contact_id))
    account.emit(
        [
            event(account, contact_id, propertyValue="zyxmarker", occurredAt=None),
            event(account, contact_id, propertyValue="zyxmarker"),
        ]
    )
    account.settle()
    replay(account)
    account.settle()
    plant_everywhere(account, contact_id, "zyxmarker")
    before = {place.split(".")[0] for place in said(account, "zyxmarker")}
    assert before >= {
        "delivery",
        "dead_letter",
        "ledger",
        "brief",
        "duplicate_pair",
        "review",
        "match_record",
        "record_identity",
    }

    began = time.monotonic()
    account.act(action="privacy_delete", object_type=CONTACTS, object_id=contact_id)
    wait_until(account.stand, account.portal_id, "the erasure", lambda: not said(account, "zyxmarker"), timeout_s=55)
    assert time.monotonic() - began < 60
    assert rows_about(account, contact_id) <= set(KEPT)
    assert "proposed" not in ledger_outcomes(account, contact_id)

    late = [
        event(account, contact_id, propertyValue="zyxmarker again"),
        event(account, contact_id, propertyValue="zyxmarker", occurredAt=None),
    ]
    account.emit(late)
    account.settle()
    wait_until(account.stand, account.portal_id, "the cleaning", lambda: not said(account, "zyxmarker"), timeout_s=20)
    replay(account)
    account.settle()
    assert said(account, "zyxmarker") == set()
    logs = [log for log in account.stand.web.log.parent.glob("*.log") if log.name not in _OUTSIDE]
    assert len(logs) >= 3
    assert [log.name for log in logs if "zyxmarker" in log.read_text(encoding="utf-8", errors="replace").lower()] == []
    metrics = httpx2.get(f"{account.stand.addresses.web}/metrics", trust_env=False).text
    assert "leadlight_" in metrics
    assert "zyxmarker" not in metrics.lower()


def test_an_erased_person_who_comes_back_is_left_alone_until_an_admin_lifts_it(open_account: OpenAccount) -> None:
    account = open_account("returning")
    account.add_companies(1)
    person = account.contact(1)
    [contact_id] = account.act(action="create", object_type=CONTACTS, properties=person)
    account.wait_until_written(contacts=1, companies=1)
    account.act(action="privacy_delete", object_type=CONTACTS, object_id=contact_id)
    wait_until(account.stand, account.portal_id, "the erasure", lambda: rows_about(account, contact_id) <= set(KEPT))
    [again_id] = account.act(action="create", object_type=CONTACTS, properties={**person, "email": person["email"].upper()})
    account.settle()
    assert account.values(CONTACTS, again_id) == {}
    assert rows_about(account, again_id) == set()

    console = Console(account.stand, account.portal_id).sign_in()
    assert "Recognised again by address or profile 1" in text_of(console.get("/account")).replace(
        "1 by address or profile", "by address or profile 1"
    )
    assert "nothing to lift" in notice_of(console.post("/account/lift", {"email": "nobody@example.com"}, back="/account"))
    assert "Lifted" in notice_of(console.post("/account/lift", {"email": person["email"]}, back="/account"))
    with account.stand.database.begin() as connection:
        audited = connection.execute(
            text("SELECT action, target, detail::text FROM audit WHERE portal_id = :id"), {"id": account.portal_id}
        )
        assert next(row for row in audited if row.action == "tombstone_lifted")[1:] == ("one erased person", '{"contacts": 1}')
    account.act(action="update", object_type=CONTACTS, object_id=again_id, properties={"jobtitle": "Head of Sales"})
    account.wait_until_written(contacts=1)


def test_a_deleted_record_waits_for_nobody_and_a_restored_one_is_worked_on_again(open_account: OpenAccount) -> None:
    account = open_account("resting", installed=False)
    account.add_companies(1)
    [contact_id] = account.add_contacts(1)
    account.install(dry_run=True)
    assert "proposed" in ledger_outcomes(account, contact_id)
    account.act(action="archive", object_type=CONTACTS, object_id=contact_id)
    account.settle()
    assert ledger_outcomes(account, contact_id) == {"declined"} or "proposed" not in ledger_outcomes(account, contact_id)
    with account.stand.database.begin() as connection:
        status = RecordStateStore().status_of(connection, account.portal_id, CONTACTS, [contact_id])
    assert status[contact_id].status == "deleted"
    account.emit([event(account, contact_id, propertyValue="Late news")])
    account.settle()
    assert "proposed" not in ledger_outcomes(account, contact_id), "news about a deleted record is no work"
    account.act(action="restore", object_type=CONTACTS, object_id=contact_id)
    wait_until(account.stand, account.portal_id, "new proposals", lambda: "proposed" in ledger_outcomes(account, contact_id))


def test_a_chain_of_merges_ends_with_everything_at_the_last_survivor(open_account: OpenAccount) -> None:
    account = open_account("chain")
    account.add_companies(1)
    first, second, third = account.add_contacts(3)
    account.wait_until_written(contacts=3, companies=1)
    account.act(action="merge", object_type=CONTACTS, primary_id=second, other_id=first)
    account.act(action="merge", object_type=CONTACTS, primary_id=third, other_id=second)
    account.settle()
    wait_until_moved(account, first, second)
    assert account.values(CONTACTS, third)["leadlight_headline"]
    assert {"written", "merged"} <= ledger_outcomes(account, third)
    with account.stand.database.begin() as connection:
        standing = connection.execute(
            text("SELECT value_after FROM ledger WHERE portal_id = :portal AND object_id = :id AND property_name = 'leadlight_headline'"
                 " AND outcome = 'written' ORDER BY id DESC LIMIT 1"),
            {"portal": account.portal_id, "id": third},
        ).scalar_one()  # fmt: skip
    assert standing == account.values(CONTACTS, third)["leadlight_headline"], "what we say we wrote last is what stands"


def test_two_records_merged_into_a_new_one_leave_their_history_there(open_account: OpenAccount) -> None:
    account = open_account("reborn")
    account.stand.control.patch(f"/portals/{account.portal_id}/settings", {"merge_creates_new_id": True})
    account.add_companies(1)
    first, second = account.add_contacts(2)
    account.wait_until_written(contacts=2, companies=1)
    [new_id] = account.act(action="merge", object_type=CONTACTS, primary_id=first, other_id=second)
    assert new_id not in (first, second)
    account.settle()
    wait_until_moved(account, first, second)
    assert rows_about(account, new_id) >= {"ledger", "brief", "score"}


def test_who_leaves_and_comes_back_in_time_finds_the_history_and_who_asks_for_erasure_leaves_nothing(
    open_account: OpenAccount,
) -> None:
    account = open_account("parting")
    account.add_companies(1)
    [contact_id] = account.add_contacts(1)
    account.wait_until_written(contacts=1, companies=1)
    console = Console(account.stand, account.portal_id).sign_in()
    page = text_of(console.get("/account"))
    assert "connected" in page
    assert "30 days" in page

    refused = console.post("/account/disconnect", {"erase_now": "yes", "confirmation": "yes please"}, back="/account")
    assert "Nothing was erased" in notice_of(refused)
    assert portal_of(account).is_connected
    done = console.post("/account/disconnect", back="/account")
    assert "erased in 30 days" in notice_of(done)
    assert portal_of(account).state == "uninstalled"
    assert "is erased on" in text_of(console.get("/account"))
    assert {"ledger", "brief", "finding"} & rows_about(account, contact_id)
    assert "oauth_token" not in _tables(account)

    account.install()
    assert "written" in ledger_outcomes(account, contact_id), "the history is still there"
    assert portal_of(account).is_connected

    console.sign_in()
    assert "disconnected" in notice_of(console.post("/account/disconnect", {"clean_up": "yes"}, back="/account"))
    console.post("/account/erase", {"confirmation": str(account.portal_id)}, back="/account")
    _assert_purged(account, "parting-0000-made")


def test_the_command_line_erases_an_account_at_once(open_account: OpenAccount) -> None:
    account = open_account("dismissed")
    account.add_companies(1)
    account.add_contacts(1)
    account.wait_until_written(contacts=1, companies=1)
    account.stand.leadlight("disconnect", "--portal", str(account.portal_id), "--erase-now", stdin=f"{account.portal_id}\n")
    _assert_purged(account, "dismissed-0000-made")
    assert json.loads(account.stand.leadlight("status", "--portal", str(account.portal_id), "--json"))["scored"] == 0
    assert account.values(COMPANIES, account.records(COMPANIES)[0]["id"])["leadlight_headline"], (
        "what stands in HubSpot stays there"
    )


def _tables(account: Account) -> dict[str, int]:
    with account.stand.database.begin() as connection:
        return tables_of_portal(connection, account.portal_id)


def _assert_purged(account: Account, *words: str) -> None:
    """No row with the portal's id but its own, and nothing it ever said; no job either but the one that looks once more."""
    began = time.monotonic()
    wait_until(account.stand, account.portal_id, "the purge", lambda: portal_of(account).erased_at is not None, timeout_s=55)
    wait_until(account.stand, account.portal_id, "the purge", lambda: _tables(account).keys() <= {"portal", "audit"}, timeout_s=20)
    assert time.monotonic() - began < 60
    assert said(account, *words) == set()
    portal = portal_of(account)
    assert (portal.state, portal.account, dict(portal.preferences), portal.scopes) == ("uninstalled", None, {}, frozenset())
    with account.stand.database.begin() as connection:
        waiting = connection.execute(
            text("SELECT DISTINCT task_name FROM procrastinate_jobs WHERE args ->> 'portal_id' = :id"),
            {"id": str(account.portal_id)},
        ).scalars()
        assert set(waiting) <= {"erase_portal"}
