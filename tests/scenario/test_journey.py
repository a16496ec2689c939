"""From the consent page to a written record, and what happens to records and portals that go."""

from __future__ import annotations

import re

from integration.db.models import Base
from integration.demo.observing import wait_until
from integration.demo.stand import APP_ID
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.erase_store import KEPT
from integration.pipeline.record_state_store import RecordStateStore
from tests.scenario.account import Account
from tests.stands import OpenAccount


def test_what_is_there_before_the_install_is_enriched_scored_briefed_and_drafted(open_account: OpenAccount) -> None:
    account = open_account("before", installed=False)
    [company_id] = account.add_companies(1)
    [contact_id] = account.add_contacts(1)
    account.install()
    account.wait_until_written(contacts=1, companies=1)
    _assert_complete(account, company_id, contact_id)


def test_what_a_person_creates_later_is_written_too(open_account: OpenAccount) -> None:
    account = open_account("after")
    [company_id] = account.add_companies(1)
    [contact_id] = account.add_contacts(1)
    account.wait_until_written(contacts=1, companies=1)
    _assert_complete(account, company_id, contact_id)


def test_a_second_look_at_unchanged_records_writes_nothing(open_account: OpenAccount) -> None:
    account = open_account("unchanged")
    ids = account.add_companies(5) + account.add_contacts(5)
    account.wait_until_written(contacts=5, companies=5)
    before = [call for call in account.calls() if _writes(call["path"], call["method"])]
    account.emit([account.creation(COMPANIES if object_id in ids[:5] else CONTACTS, object_id) for object_id in ids])
    account.settle()
    after = [call for call in account.calls() if _writes(call["path"], call["method"])]
    assert len(after) == len(before)


def _assert_complete(account: Account, company_id: str, contact_id: str) -> None:
    company = account.values(COMPANIES, company_id)
    contact = account.values(CONTACTS, contact_id)
    assert {"leadlight_headline", "leadlight_brief", "leadlight_icp_fit", "leadlight_icp_fit_reasons", "leadlight_sources"} <= set(
        company
    )
    assert {"leadlight_headline", "leadlight_brief", "leadlight_bant_score", "leadlight_draft_state"} <= set(contact)
    assert contact["leadlight_draft_state"] == "drafted"
    points = [float(point) for point in re.findall(r"^([+-]?\d+(?:\.\d+)?)", company["leadlight_icp_fit_reasons"], re.MULTILINE)]
    assert sum(points) == float(company["leadlight_icp_fit"])
    assert len(account.notes_on(COMPANIES, company_id)) == 1
    assert len(account.notes_on(CONTACTS, contact_id)) == 2
    assert not account.doubled_notes()
    entry = account.stand.ask(
        account.portal_id, f"/crm/objects/2026-09/{COMPANIES}/{company_id}?propertiesWithHistory=leadlight_headline"
    )["propertiesWithHistory"]["leadlight_headline"][0]
    assert (entry["sourceType"], entry["sourceId"]) == ("INTEGRATION", str(APP_ID))


def _writes(path: str, method: str) -> bool:
    return method in ("PATCH", "PUT", "DELETE") or path.endswith(("/update", "/create", "/upsert"))


def test_a_merge_leaves_one_record_that_is_written_anew(open_account: OpenAccount) -> None:
    account = open_account("merged")
    account.add_companies(2)
    first, second = account.add_contacts(2, at_companies=2)
    account.wait_until_written(contacts=2, companies=2)
    account.act(action="merge", object_type=CONTACTS, primary_id=first, other_id=second)
    account.settle()
    with account.stand.database.begin() as connection:
        status = RecordStateStore().status_of(connection, account.portal_id, CONTACTS, [first, second])
    assert status[second].status == "merged"
    assert status[second].survivor_id == first
    assert account.values(CONTACTS, first)["leadlight_headline"]
    assert account.stand.status(account.portal_id).dead_letters == 0
    keeps = {"record_state", "ledger"}  # all else that we knew of the merged record moves or goes
    wait_until(account.stand, account.portal_id, "the move", lambda: _tables_about(account, second) <= keeps)


def test_a_privacy_deletion_leaves_nothing_of_the_person(open_account: OpenAccount) -> None:
    account = open_account("erased")
    account.add_companies(1)
    contact = {**account.contact(417), "lastname": "Erasable Person"}
    [contact_id] = account.act(action="create", object_type=CONTACTS, properties=contact)
    account.wait_until_written(contacts=1, companies=1)
    assert _rows_naming(account, "erasable person")
    account.act(action="privacy_delete", object_type=CONTACTS, object_id=contact_id)
    account.settle()
    wait_until(account.stand, account.portal_id, "the erasure", lambda: not _tables_about(account, contact_id) - KEPT.keys())
    assert _rows_naming(account, contact["email"]) == set()
    assert _rows_naming(account, "erasable person") == set()
    assert not [note for note in account.notes() if "Erasable" in note.body]


def test_a_delivery_of_an_unknown_portal_is_kept_answered_and_not_worked(open_account: OpenAccount) -> None:
    account = open_account("stranger", installed=False)
    account.emit([account.creation(CONTACTS, "4711")])
    assert account.stand.control.drain(20.0)
    deliveries = account.stand.control.get("/deliveries", portal_id=account.portal_id)["deliveries"]
    assert [200 <= one["status"] < 300 for one in deliveries] == [True]
    wait_until(account.stand, account.portal_id, "the unpacking", lambda: account.stand.status(account.portal_id).is_settled)
    assert _rows_naming(account, "4711") == {"delivery"}
    assert account.calls() == []


def test_an_uninstalled_portal_is_left_alone_and_goes_on_after_the_next_install(open_account: OpenAccount) -> None:
    account = open_account("leaving")
    account.stand.listen(on=False)
    contacts = account.add_contacts(30)
    account.stand.listen(on=True)
    account.stand.control.delete("/calls")
    account.stand.control.delete(f"/installs/{APP_ID}/{account.portal_id}")
    account.emit([account.creation(CONTACTS, contact_id) for contact_id in contacts])
    wait_until(account.stand, account.portal_id, "the disconnection", lambda: _state(account) == "disconnected")
    account.stand.control.drain(20.0)
    account.emit([account.creation(CONTACTS, contact_id) for contact_id in contacts])
    account.stand.control.drain(20.0)
    assert len(account.calls()) <= 16, "a disconnected portal is not asked again and again"
    assert account.written(CONTACTS) == 0
    account.install()
    account.wait_until_written(contacts=30)
    assert _state(account) == "connected"
    assert not account.doubled_notes()


def _state(account: Account) -> str:
    with account.stand.database.begin() as connection:
        portal = PortalStore().find(connection, portal_id=account.portal_id)
    return portal.state if portal else "absent"


def _tables_about(account: Account, object_id: str) -> set[str]:
    """Our tables with a row about the record."""
    asked = {"portal_id": account.portal_id, "object_id": object_id}
    with account.stand.database.begin() as connection:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            if "object_id" in table.columns
            and connection.exec_driver_sql(
                f"SELECT 1 FROM {table.name} WHERE portal_id = %(portal_id)s AND object_id = %(object_id)s LIMIT 1",  # noqa: S608
                asked,
            ).first()
        }


def _rows_naming(account: Account, words: str) -> set[str]:
    """Our tables in which a row of the account (or of none) says these words anywhere, raw deliveries included."""
    found = set()
    with account.stand.database.begin() as connection:
        for table in Base.metadata.sorted_tables:
            body = "convert_from(body, 'UTF8')" if table.name == "delivery" else "t::text"
            of_portal = "(portal_id = %(portal_id)s OR portal_id IS NULL)" if "portal_id" in table.columns else "true"
            sql = f"SELECT 1 FROM {table.name} t WHERE {of_portal} AND {body} ILIKE %(words)s LIMIT 1"  # noqa: S608  our own table names
            if connection.exec_driver_sql(sql, {"portal_id": account.portal_id, "words": f"%{words}%"}).first():
                found.add(table.name)
    return found
