"""Records that a budget was in the way of: written with what is known, asked about when it starts again or is raised, told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.ask_again import waits_for_budget
from integration.pipeline.ask_again_store import AskAgainStore
from integration.pipeline.budget_desk import set_cap
from integration.pipeline.budget_keeping import BudgetKeeper, raise_budget_alerts
from integration.pipeline.lanes import BACKFILL
from integration.pipeline.ports import Question
from integration.pipeline.status_store import StatusStore
from integration.providers.base import ErrorClass, FactSheet, Field, ProviderReply
from integration.providers.budget import Period, RoomKey, Want
from integration.providers.budget_store import BudgetStore
from integration.providers.credit_call_store import CreditCallStore
from integration.providers.questions import Enrichment
from integration.providers.spending import STALE_AFTER, Spending
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, FakeProviders, Stand

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
APOLLO_DAY = RoomKey("apollo", Period.DAY)
SHORT = "More will be looked up when the budget for lookups allows it."


@dataclass
class Frugal(FakeProviders):
    """A second provider is not asked while `until` is set."""

    until: datetime | None = MIDNIGHT
    waits_for: Literal["budget", "pace"] = "budget"

    def _answer(self, question: Question) -> Enrichment:
        answer = super()._answer(question)
        if self.until is None:
            return answer
        refused = ProviderReply(
            "hunter", "skipped", detail="not asked: the budget is used up", waits_until=self.until, waits_for=self.waits_for
        )
        return Enrichment(answer.findings, answer.alternatives, (*answer.replies, refused))


@pytest.fixture
def frugal(stand: Stand) -> Frugal:
    providers = Frugal(answers=stand.providers.answers)
    stand.providers = providers
    return providers


def work(stand: Stand) -> list[tuple[object, ...]]:
    return stand.rows("SELECT lane, causes, asked_again, due_at, lease_id FROM work_item")


def sheet(*replies: ProviderReply, company: FactSheet | None = None) -> FactSheet:
    return FactSheet(CONTACTS if company else COMPANIES, "1", NOW, {}, company=company, replies=replies)


@given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=5), st.booleans())
def test_the_first_budget_to_start_again_decides(moments: list[datetime | None], about_company: bool) -> None:
    asked = sheet(*(ProviderReply("apollo", "skipped", waits_until=moment, waits_for="budget") for moment in moments))
    known = [moment for moment in moments if moment is not None]
    assert waits_for_budget(sheet(company=asked) if about_company else asked) == (min(known) if known else None)


def test_the_record_is_written_says_so_and_waits_for_the_budget(stand: Stand, frugal: Frugal) -> None:
    stand.queue("101")
    assert stand.run().counts == {"written": 1}
    assert stand.hubspot.records["contacts", "101"]["leadlight_status"] == f"Up to date. {SHORT}"
    assert work(stand) == [(BACKFILL, ["budget"], 0, MIDNIGHT, None)]
    assert stand.rows("SELECT counts->>'short_of_budget', counts->>'written' FROM run") == [("1", "1")]
    with stand.database.begin() as connection:
        status = StatusStore().find(connection, portal_id=PORTAL, now=stand.now)
        assert (status.is_settled, status.waits_for_budget, status.to_ask_again) == (True, 1, 0)
        assert stand.worklist.backlog(connection, PORTAL) == ()

    stand.now = MIDNIGHT
    frugal.until = None
    assert stand.run(lane=BACKFILL).counts == {"written": 1}
    assert stand.hubspot.records["contacts", "101"]["leadlight_status"] == "Up to date"
    assert work(stand) == []


def test_waiting_for_a_budget_is_not_counted_and_never_ends_by_itself(stand: Stand, frugal: Frugal) -> None:
    stand.queue("101")
    stand.run()
    stand.hubspot.calls.clear()
    for days in range(1, 6):
        frugal.until = MIDNIGHT + timedelta(days=days)
        stand.now = MIDNIGHT + timedelta(days=days - 1)
        assert stand.run(lane=BACKFILL).counts == {"unchanged": 1}
        assert work(stand) == [(BACKFILL, ["budget"], 0, frugal.until, None)]
    assert not {"batch_update", "create_notes", "update_notes"} & set(stand.hubspot.calls)


def test_a_silent_provider_goes_before_an_empty_budget(stand: Stand, frugal: Frugal) -> None:
    frugal.failing = ErrorClass.PENDING
    stand.queue("101")
    stand.run()
    assert stand.rows("SELECT causes, asked_again FROM work_item") == [(["ask_again"], 1)]
    frugal.failing = None
    stand.later(61)
    stand.run(lane=BACKFILL)
    assert work(stand) == [(BACKFILL, ["budget"], 1, MIDNIGHT, None)]


def test_a_record_without_a_place_at_a_slow_provider_comes_again_when_it_is_its_turn(stand: Stand, frugal: Frugal) -> None:
    turn = stand.now + timedelta(seconds=40)
    frugal.waits_for, frugal.until = "pace", turn
    stand.queue("101")
    assert stand.run().counts == {"written": 1}
    assert stand.hubspot.records["contacts", "101"]["leadlight_status"] == "Up to date", "no budget is short"
    assert work(stand) == [(BACKFILL, ["pace"], 0, turn, None)]
    with stand.database.begin() as connection:
        status = StatusStore().find(connection, portal_id=PORTAL, now=stand.now)
        assert (status.is_settled, status.waits_for_budget, status.to_ask_again) == (True, 0, 1)
        assert stand.worklist.backlog(connection, PORTAL) == ()
        assert AskAgainStore().wake(connection, portal_id=PORTAL, now=stand.now) == 0, "more budget changes nothing for it"
    stand.now, frugal.until = turn, None
    assert stand.run(lane=BACKFILL).claimed == 1
    assert work(stand) == []


def test_news_about_a_waiting_record_are_looked_at_at_once(stand: Stand, frugal: Frugal) -> None:
    stand.queue("101")
    stand.run()
    stand.queue("101")
    assert stand.run().claimed == 1
    assert work(stand)[0][1] == ["budget"]


def test_more_budget_wakes_the_records_that_wait_for_it_and_no_others(stand: Stand, frugal: Frugal) -> None:
    stand.queue("101")
    stand.run()
    spending = Spending(raise_budget_alerts)
    with stand.database.begin() as connection:
        woken = set_cap(connection, spending, portal_id=PORTAL, key=APOLLO_DAY, credits=Decimal(9), by="x", now=stand.now)
        assert woken == 1
        assert AskAgainStore().wake(connection, portal_id=PORTAL, now=stand.now) == 0
        assert AskAgainStore().wake(connection, portal_id=PORTAL + 1, now=stand.now) == 0
    assert stand.run(lane=BACKFILL).claimed == 1


def test_what_a_provider_said_earlier_stands_while_the_budget_is_empty(stand: Stand, frugal: Frugal) -> None:
    frugal.until = None
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    before = stand.rows("SELECT field FROM finding ORDER BY 1")
    assert before
    frugal.answers.clear()

    def refused(question: Question) -> Enrichment:
        assert question.key
        return Enrichment(replies=(ProviderReply("apollo", "skipped", waits_until=MIDNIGHT, waits_for="budget"),))

    frugal._answer = refused  # type: ignore[method-assign]
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert stand.rows("SELECT field FROM finding ORDER BY 1") == before
    assert str(Field.INDUSTRY) in {row[0] for row in before}


def spend(stand: Stand, spending: Spending, credits: int) -> None:
    """Reserve and never settle, as a worker that dies does."""
    with stand.database.begin() as connection:
        spending.reserve(connection, portal_id=PORTAL, wants=[Want("apollo", "people", credits, Decimal(1))], now=stand.now)


def keeper(stand: Stand) -> BudgetKeeper:
    return BudgetKeeper(database=stand.database, spending=Spending(raise_budget_alerts), portals=PortalStore(), clock=stand.clock)


def open_subjects(stand: Stand) -> list[str]:
    with stand.database.begin() as connection:
        return sorted(alert.subject for alert in AlertStore().open_alerts(connection, portal_id=PORTAL))


def test_the_clock_counts_lost_calls_and_closes_alerts_that_hold_no_more(stand: Stand) -> None:
    spending = Spending(raise_budget_alerts)
    with stand.database.begin() as connection:
        for key in (APOLLO_DAY, RoomKey("apollo", Period.MONTH)):
            spending.save_cap(connection, portal_id=PORTAL, key=key, credits=Decimal(10), by="x", now=stand.now)
    spend(stand, spending, 8)
    keeper(stand).tend({})
    assert open_subjects(stand) == []
    stand.later(STALE_AFTER.total_seconds() + 1)
    keeper(stand).tend({})
    keeper(stand).tend({})
    assert open_subjects(stand) == ["apollo/day/80", "apollo/month/80"]
    with stand.database.begin() as connection:
        message = AlertStore().open_alerts(connection, portal_id=PORTAL)[0].message
    assert "80 % of the budget for Apollo.io" in message
    stand.now = MIDNIGHT
    keeper(stand).tend({})
    assert open_subjects(stand) == ["apollo/month/80"], "yesterday is over"
    with stand.database.begin() as connection:
        key = RoomKey("apollo", Period.MONTH)
        spending.save_cap(connection, portal_id=PORTAL, key=key, credits=Decimal(1000), by="x", now=stand.now)
    keeper(stand).tend({})
    assert open_subjects(stand) == []


def test_old_calls_and_periods_are_forgotten_and_the_sums_of_days_stay(stand: Stand) -> None:
    spending = Spending(raise_budget_alerts)
    spend(stand, spending, 3)
    stand.later(STALE_AFTER.total_seconds() + 1)
    keeper(stand).tend({})
    keeper(stand).purge({})
    with stand.database.begin() as connection:
        assert len(CreditCallStore().latest(connection, portal_id=PORTAL)) == 1
    stand.later(401 * 86_400)
    keeper(stand).purge({})
    with stand.database.begin() as connection:
        assert CreditCallStore().latest(connection, portal_id=PORTAL) == ()
        assert not any(
            room.spent for room in BudgetStore().rooms(connection, portal_id=PORTAL, providers=["apollo"], on=NOW.date()).values()
        )
    assert stand.rows("SELECT calls, credits FROM credit_charge") == [(1, Decimal(3))]
