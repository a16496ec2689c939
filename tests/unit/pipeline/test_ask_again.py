"""What a provider did not answer in time is asked again by itself: later, a few times, and without costing anything twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.ask_again import DELAYS, delay_before_look, leaves_questions
from integration.pipeline.lanes import BACKFILL, LIVE
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.pipeline.status_store import PortalStatus, StatusStore
from integration.providers.base import ErrorClass, FactSheet, Field, ProviderReply
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, Stand

PASSING = {ErrorClass.THROTTLED, ErrorClass.PENDING, ErrorClass.SERVER}


def sheet(*replies: ProviderReply, company: FactSheet | None = None) -> FactSheet:
    return FactSheet(CONTACTS if company else COMPANIES, "1", NOW, {}, company=company, replies=replies)


def status(stand: Stand) -> PortalStatus:
    with stand.database.begin() as connection:
        return StatusStore().find(connection, portal_id=PORTAL, now=stand.now)


def asked_again(stand: Stand) -> list[tuple[object, ...]]:
    return stand.rows("SELECT lane, causes, asked_again, due_at, lease_id, attempts FROM work_item")


def wait(stand: Stand, delay: timedelta) -> None:
    """The record is left alone until its time, and is due then."""
    stand.later(delay.total_seconds() - 1)
    assert stand.run(lane=BACKFILL).claimed == 0
    stand.later(1)


@given(error=st.sampled_from(ErrorClass), about_company=st.booleans())
def test_only_what_time_mends_leaves_a_question(error: ErrorClass, about_company: bool) -> None:
    asked = sheet(ProviderReply("apollo", "found"), ProviderReply("hunter", "failed", error=error))
    assert leaves_questions(sheet(company=asked) if about_company else asked) is (error in PASSING)


@pytest.mark.parametrize("outcome", ["found", "not_found", "skipped"])
def test_an_answer_or_a_provider_nobody_asked_leaves_no_question(outcome) -> None:
    assert not leaves_questions(sheet(ProviderReply("apollo", outcome)))


def test_the_waits_grow_and_end() -> None:
    assert list(DELAYS) == sorted(set(DELAYS))
    assert [delay_before_look(number) for number in range(4)] == [*DELAYS, None]


def test_a_record_is_written_with_what_is_known_and_asked_about_again_later(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.PENDING
    stand.queue("101")
    assert stand.run().counts == {"written": 1}
    assert stand.hubspot.records["contacts", "101"]["leadlight_status"] == "Up to date"
    assert asked_again(stand) == [(BACKFILL, ["ask_again"], 1, stand.now + DELAYS[0], None, 0)]

    wait(stand, DELAYS[0])
    stand.providers.failing = None
    stand.providers.answers["sample.101@sample-works.com"] = {Field.SENIORITY: "vp"}
    assert stand.run(lane=BACKFILL).counts == {"written": 1}
    assert "seniority" in (stand.hubspot.records["contacts", "101"]["leadlight_sources"] or "")
    assert stand.waiting() == []


def test_a_provider_that_stays_silent_is_asked_three_more_times_and_never_writes_anything_twice(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.THROTTLED
    stand.queue("101")
    stand.run()
    stand.hubspot.calls.clear()
    for delay in DELAYS:
        wait(stand, delay)
        assert stand.run(lane=BACKFILL).counts == {"unchanged": 1}
    assert stand.waiting() == []
    assert not {"batch_update", "create_notes", "update_notes"} & set(stand.hubspot.calls)
    assert stand.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def test_news_about_the_record_are_looked_at_at_once_and_do_not_reset_the_count(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.SERVER
    stand.queue("101")
    stand.run()
    stand.queue("101")
    assert stand.run(lane=LIVE).claimed == 1
    assert asked_again(stand) == [(BACKFILL, ["ask_again"], 2, stand.now + DELAYS[1], None, 0)]


def test_a_record_named_again_while_in_work_is_not_put_off(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.SERVER
    stand.queue("101")

    def name_again(operation: str) -> None:
        stand.hubspot.on_call = lambda _operation: None
        stand.queue("101")

    stand.hubspot.on_call = name_again
    stand.run()
    assert stand.rows("SELECT lane, due_at, asked_again FROM work_item") == [(LIVE, stand.now, 0)]
    assert stand.run().claimed == 1
    assert stand.rows("SELECT lane, asked_again FROM work_item") == [(BACKFILL, 1)]


def test_a_failing_company_question_is_asked_again_for_the_company_and_its_contacts(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.PENDING
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    stand.run()
    stand.run(COMPANIES)
    assert stand.rows("SELECT object_id, asked_again FROM work_item ORDER BY 1") == [("101", 1), ("9001", 1)]


def test_records_that_are_not_ours_to_enrich_any_more_are_not_asked_about_again(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.PENDING
    stand.queue("101", "404")
    stand.run()
    assert stand.waiting() == ["101"]
    with stand.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL, [RecordFact(CONTACTS, "101", FactKind.DELETED, 1000)])
    stand.later(60)
    asked = len(stand.providers.asked)
    stand.run(lane=BACKFILL)
    assert (stand.waiting(), len(stand.providers.asked)) == ([], asked)


@pytest.mark.parametrize("error", [ErrorClass.QUOTA, ErrorClass.AUTH, ErrorClass.NOT_FOUND])
def test_what_waiting_does_not_mend_is_not_asked_again(stand: Stand, error: ErrorClass) -> None:
    stand.providers.failing = error
    stand.queue("101")
    stand.run()
    assert stand.waiting() == []


def test_a_record_that_only_waits_for_a_provider_does_not_count_as_waiting_until_it_is_due(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.PENDING
    stand.queue("101")
    stand.run()
    put_off = status(stand)
    assert (put_off.waiting, put_off.to_ask_again, put_off.oldest_at, put_off.is_settled) == (0, 1, None, True)
    with stand.database.begin() as connection:
        assert stand.worklist.backlog(connection, PORTAL) == ()
    stand.later(60)
    due = status(stand)
    assert (due.waiting, due.to_ask_again, due.is_settled) == (1, 0, False)
    with stand.database.begin() as connection:
        (backlog,) = stand.worklist.portals_with_work(connection, now=stand.now)
    assert (backlog.lane, backlog.due_count) == (BACKFILL, 1)


def test_a_batch_that_lost_its_lease_neither_counts_nor_puts_off_anything(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.PENDING
    stand.queue("101")

    def take_over(operation: str) -> None:
        if operation == "create_notes":
            stand.hubspot.on_call = lambda _operation: None
            stand.later(stand.lease_s)
            assert stand.run().claimed == 1

    stand.hubspot.on_call = take_over
    stand.run()
    assert stand.rows("SELECT asked_again, due_at FROM work_item") == [(1, stand.now + DELAYS[0])]
