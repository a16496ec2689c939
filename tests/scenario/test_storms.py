"""Weather: events that repeat, overtake each other and fail to arrive; refusals and expiring tokens in the middle of the work."""

from __future__ import annotations

import threading
import time

import pytest

from integration.hubspot.objects import COMPANIES, CONTACTS
from tests.scenario.account import Account
from tests.stands import OpenAccount, new_account

TITLES = ("Chief Executive Officer", "IT Director", "Procurement Manager", "Software Engineer", "Chief Financial Officer")


def test_a_storm_of_repeated_and_shuffled_events_ends_in_the_final_state(open_account: OpenAccount) -> None:
    account = open_account("storm")
    account.stand.control.patch(
        "/settings", {"webhooks": {"duplicate_ratio": 0.5, "repeated_id_ratio": 0.2, "shuffle": True, "retry_scale": 0.01}}
    )
    companies = account.add_companies(5)
    contacts = account.add_contacts(60, at_companies=5)
    for title in TITLES:
        _retitle(account, contacts, title)
    gone, back = contacts[:10], contacts[10:15]
    for contact_id in gone + back:
        account.act(action="archive", object_type=CONTACTS, object_id=contact_id)
    for contact_id in back:
        account.act(action="restore", object_type=CONTACTS, object_id=contact_id)
    account.wait_until_written(contacts=50, companies=5)
    assert account.written(CONTACTS) == 50
    assert not account.doubled_notes()
    assert account.stand.status(account.portal_id).dead_letters == 0
    for contact_id in contacts[10:]:
        notes = account.notes_on(CONTACTS, contact_id)
        assert len(notes) in (1, 2), "one brief, and one draft where the evidence allows it"
        assert any(TITLES[-1] in note.body for note in notes)
        # another source may be quoted with an older title, but what is said of the person is the last one
        assert not any(f"is {title} at" in note.body for title in TITLES[:-1] for note in notes)
    assert [len(account.notes_on(COMPANIES, company_id)) for company_id in companies] == [1] * 5


def test_deliveries_that_fail_while_the_web_process_is_down_are_not_lost(open_account: OpenAccount) -> None:
    account = open_account("outage")
    account.stand.control.patch("/settings", {"webhooks": {"retry_scale": 0.01}})
    account.stand.kill(account.stand.web)
    account.add_companies(3)
    account.add_contacts(30, at_companies=3)
    time.sleep(0.5)
    account.stand.restart_web()
    account.wait_until_written(contacts=30, companies=3)
    attempts = account.stand.control.get("/deliveries", portal_id=account.portal_id)["deliveries"]
    assert any(one["status"] is None for one in attempts), "the outage was meant to refuse deliveries"
    assert not account.doubled_notes()


def test_tokens_that_end_in_the_middle_are_refreshed_before_they_end(open_account: OpenAccount) -> None:
    account = open_account("tokens", installed=False)
    # The product refreshes five minutes ahead, so such a token is fresh to it for four seconds.
    account.stand.control.patch("/settings", {"access_token_life_s": 304})
    account.install()
    until = time.monotonic() + 10
    number = 0
    while time.monotonic() < until:
        account.add_contacts(5, start=number)
        number += 5
        time.sleep(0.5)
    account.wait_until_written(contacts=number)
    refreshes = [call for call in account.calls() if call["path"].endswith("/token")]
    assert len(refreshes) >= 2
    assert [call for call in account.calls() if call["token"] == "expired"] == []
    assert len(refreshes) < 10, "one caller refreshes for all"


def test_a_token_that_ends_unforeseen_costs_few_calls_and_no_record(open_account: OpenAccount) -> None:
    account = open_account("surprise")
    account.add_contacts(50)
    account.stand.control.post("/clock", {"advance_s": 1801})
    account.add_contacts(150, start=50)
    account.wait_until_written(contacts=200)
    expired = [call for call in account.calls() if call["token"] == "expired"]
    assert 1 <= len(expired) <= 16, "each thread may find out once, at most"
    assert {call["status"] for call in expired} == {401}
    assert account.stand.status(account.portal_id).dead_letters == 0


@pytest.mark.slow
def test_a_storm_of_429_is_waited_out(open_account: OpenAccount) -> None:
    account = open_account("limited")
    account.stand.control.post(
        "/faults", {"kind": "status", "status": 429, "portal_id": account.portal_id, "duration_s": 3.0, "path": "/crm/"}
    )
    account.add_companies(5)
    account.add_contacts(200, at_companies=5)
    account.wait_until_written(contacts=200, companies=5, timeout_s=90)
    refused = [call for call in account.calls() if call["status"] == 429]
    assert 1 <= len(refused) <= 40, "a refusal is believed, not hammered against"
    assert account.stand.status(account.portal_id).dead_letters == 0
    assert not account.doubled_notes()


@pytest.mark.slow
def test_answers_that_are_cut_off_after_the_write_do_not_double_notes(open_account: OpenAccount) -> None:
    account = open_account("cut")
    account.stand.control.post(
        "/faults",
        {"kind": "cut", "applied": True, "portal_id": account.portal_id, "ratio": 0.5, "count": 6, "path": "/(create|update)$"},
    )
    account.add_companies(3)
    account.add_contacts(60, at_companies=3)
    account.wait_until_written(contacts=60, companies=3, timeout_s=90)
    [fault] = account.stand.control.get("/faults")["faults"]
    assert fault["hits"] >= 2
    assert not account.doubled_notes()


def test_two_portals_under_sixteen_threads_never_see_each_other(open_account: OpenAccount) -> None:
    first = open_account("alpha")
    second = new_account(first.stand, "omega")
    second.install()
    writers = [threading.Thread(target=_fill, args=(account, start)) for account in (first, second) for start in range(0, 160, 20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for account in (first, second):
        account.wait_until_written(contacts=160, companies=8, timeout_s=90)
    _assert_silent_about(first, "omega")
    _assert_silent_about(second, "alpha")


def _fill(account: Account, start: int) -> None:
    account.add_companies(1, start=start // 20)
    records = [{"properties": account.contact(number, start // 20)} for number in range(start, start + 20)]
    account.act(action="create_many", object_type=CONTACTS, records=records)


def _assert_silent_about(account: Account, stranger: str) -> None:
    texts = [note.body for note in account.notes()]
    for object_type in (COMPANIES, CONTACTS):
        names = account.our_properties(object_type)
        texts += [str(record["properties"]) for record in account.records(object_type, *names)]
    assert len(texts) >= 168
    assert not [text for text in texts if stranger in text.lower()]


def _retitle(account: Account, contacts: list[str], title: str) -> None:
    records = [{"object_id": contact_id, "properties": {"jobtitle": title}} for contact_id in contacts]
    account.act(action="update_many", object_type=CONTACTS, records=records)
