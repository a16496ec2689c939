"""Budgets in real PostgreSQL: hard under 64 workers, nothing lost in a crash, every call accounted for as the provider counts it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, select, text

from integration.core.outbound_session import ApiRequest, ApiSession
from integration.db.models import CreditCharge
from integration.db.models.budget import BudgetUseRow, CreditCallRow
from integration.db.session import Database
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.budget import ALL_PROVIDERS, BudgetStep, Period, Room, RoomKey, Want
from integration.providers.budget_store import BudgetStore
from integration.providers.credit_call_store import SETTLED, UNKNOWN, CreditCallStore
from integration.providers.spending import STALE_AFTER, CallReport, Permit, Spending
from tests.contract.providers.conftest import PORTAL, Ask, Bench

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ONE = Decimal(1)
APOLLO_DAY = RoomKey("apollo", Period.DAY)
ALL_MONTH = RoomKey(ALL_PROVIDERS, Period.MONTH)
OPERATIONS = {
    "company": "organizations_enrich",
    "companies": "organizations_bulk_enrich",
    "people": "people_bulk_match",
    "search": "mixed_companies_search",
    "verifier": "email_verifier",
    "finder": "email_finder",
}
HUNTERS = {**OPERATIONS, "company": "companies_find"}


class Alarms:
    """Collects what the admins would be told."""

    def __init__(self) -> None:
        self.steps: list[BudgetStep] = []

    def __call__(self, _connection: Connection, _portal_id: int, steps: Sequence[BudgetStep], _now: datetime) -> None:
        self.steps += steps

    @property
    def subjects(self) -> list[str]:
        return [step.subject for step in self.steps]


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
def spending(alarms: Alarms) -> Spending:
    return Spending(alarms)


def want(lookups: int = 1, provider: str = "apollo", each: Decimal = ONE) -> Want:
    return Want(provider, "people", lookups, each, Decimal("0.02"))


def replies(found: int, missed: int = 0, *, credits: Decimal = ONE) -> tuple[ProviderReply, ...]:
    cost = credits * Decimal("0.02")
    return (
        *(ProviderReply("apollo", "found", credits=credits, cost_usd=cost) for _ in range(found)),
        *(ProviderReply("apollo", "not_found") for _ in range(missed)),
    )


NO_ANSWER = (ProviderReply("apollo", "failed", error=ErrorClass.SERVER, may_be_charged=True),)


def cap(database: Database, spending: Spending, key: RoomKey, credits: int | None, now: datetime = NOW) -> None:
    with database.begin() as connection:
        amount = None if credits is None else Decimal(credits)
        spending.save_cap(connection, portal_id=PORTAL, key=key, credits=amount, by="admin@example.com", now=now)


def reserve(
    database: Database, spending: Spending, *wants: Want, now: datetime = NOW, portal_id: int = PORTAL
) -> tuple[Permit, ...]:
    with database.begin() as connection:
        return spending.reserve(connection, portal_id=portal_id, wants=wants, now=now)


def settle(
    database: Database, spending: Spending, permit: Permit, answers: tuple[ProviderReply, ...], *, made: bool = True
) -> None:
    with database.begin() as connection:
        report = CallReport("apollo", permit.call_id, made, answers)
        spending.settle(connection, portal_id=PORTAL, reports=[report], now=NOW)


def room(database: Database, key: RoomKey, on: datetime = NOW, portal_id: int = PORTAL) -> Room:
    with database.begin() as connection:
        return BudgetStore().rooms(connection, portal_id=portal_id, providers=["apollo", "hunter"], on=on.date())[key]


def assert_books_agree(database: Database) -> None:
    """Calls one by one, sums of days and periods tell the same story."""
    with database.begin() as connection:
        counted = func.coalesce(CreditCallRow.credits, CreditCallRow.reserved)
        closed = CreditCallRow.state.in_((SETTLED, UNKNOWN))
        by_call = dict(
            connection.execute(
                select(CreditCallRow.provider, func.sum(counted)).where(closed).group_by(CreditCallRow.provider)
            ).all()
        )
        by_day = dict(
            connection.execute(select(CreditCharge.provider, func.sum(CreditCharge.credits)).group_by(CreditCharge.provider)).all()
        )
        costs = connection.execute(select(func.coalesce(func.sum(CreditCallRow.cost_usd).filter(closed), 0))).scalar_one()
        cost_of_days = connection.execute(select(func.coalesce(func.sum(CreditCharge.cost_usd), 0))).scalar_one()
        by_period = dict(
            connection.execute(
                select(BudgetUseRow.provider, func.sum(BudgetUseRow.spent))
                .where(BudgetUseRow.period == "day", BudgetUseRow.provider != "")
                .group_by(BudgetUseRow.provider)
            ).all()
        )
        reserved = connection.execute(
            select(func.coalesce(func.sum(CreditCallRow.reserved), 0)).where(CreditCallRow.state == "reserved")
        ).scalar_one()
        set_aside = connection.execute(
            select(func.coalesce(func.sum(BudgetUseRow.reserved), 0)).where(
                BudgetUseRow.period == "month", BudgetUseRow.provider == ""
            )
        ).scalar_one()
    spent = {name: total for name, total in by_call.items() if total}
    assert spent == {name: total for name, total in by_day.items() if total}
    assert spent == {name: total for name, total in by_period.items() if total}
    assert costs == cost_of_days
    assert reserved == set_aside


def test_a_cap_is_used_to_the_last_credit_and_never_beyond(database: Database, spending: Spending) -> None:
    cap(database, spending, APOLLO_DAY, 12)
    first, second, third = reserve(database, spending, want(10), want(10), want(3))
    assert [one.grant.lookups for one in (first, second, third)] == [10, 2, 0]
    assert third.call_id is None
    assert third.grant.waits_until == datetime(2026, 11, 22, tzinfo=UTC)
    assert room(database, APOLLO_DAY).left == 0
    settle(database, spending, first, replies(4, 6))
    assert room(database, APOLLO_DAY).left == 6
    assert_books_agree(database)


def test_the_cap_over_all_providers_and_the_longer_wait_decide(database: Database, spending: Spending) -> None:
    cap(database, spending, ALL_MONTH, 5)
    cap(database, spending, APOLLO_DAY, 5)
    assert reserve(database, spending, want(3), want(2, "hunter"))[1].grant.lookups == 2
    refused = reserve(database, spending, want(1), want(1, "hunter"))
    assert [one.grant.lookups for one in refused] == [0, 0]
    assert {one.grant.waits_until for one in refused} == {datetime(2026, 12, 1, tzinfo=UTC)}


def test_free_calls_need_no_budget_and_leave_no_row(database: Database, spending: Spending) -> None:
    cap(database, spending, RoomKey("website", Period.DAY), 0)
    (permit,) = reserve(database, spending, want(5, "website", Decimal(0)))
    assert (permit.grant.lookups, permit.call_id) == (5, None)
    assert reserve(database, spending) == ()


def test_a_new_period_begins_empty(database: Database, spending: Spending) -> None:
    cap(database, spending, APOLLO_DAY, 2)
    reserve(database, spending, want(2))
    assert reserve(database, spending, want(1))[0].grant.lookups == 0
    assert reserve(database, spending, want(2), now=NOW + timedelta(days=1))[0].grant.lookups == 2


def test_a_call_is_settled_in_the_period_in_which_it_was_made(database: Database, spending: Spending) -> None:
    late = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    (permit,) = reserve(database, spending, want(3), now=late)
    with database.begin() as connection:
        report = CallReport("apollo", permit.call_id, True, replies(3))
        spending.settle(connection, portal_id=PORTAL, reports=[report], now=late + timedelta(seconds=9))
    assert room(database, RoomKey("apollo", Period.MONTH), late).spent == 3
    assert room(database, RoomKey("apollo", Period.MONTH), late + timedelta(days=1)).spent == 0
    assert_books_agree(database)


def test_one_portals_cap_is_nothing_to_another(database: Database, spending: Spending) -> None:
    cap(database, spending, APOLLO_DAY, 0)
    assert reserve(database, spending, want(1))[0].grant.lookups == 0
    assert reserve(database, spending, want(1), portal_id=PORTAL + 1)[0].grant.lookups == 1


def test_more_charged_than_declared_is_recorded_and_told(database: Database, spending: Spending, alarms: Alarms) -> None:
    cap(database, spending, APOLLO_DAY, 10)
    (permit,) = reserve(database, spending, want(1))
    settle(database, spending, permit, replies(1, credits=Decimal(12)))
    assert room(database, APOLLO_DAY).spent == 12
    assert alarms.subjects == ["apollo/day/100"]
    assert reserve(database, spending, want(1))[0].grant.lookups == 0
    assert_books_agree(database)


def test_each_step_is_told_once_in_a_period(database: Database, spending: Spending, alarms: Alarms) -> None:
    cap(database, spending, APOLLO_DAY, 10)
    for _ in range(10):
        (permit,) = reserve(database, spending, want(1))
        settle(database, spending, permit, replies(1))
    for _ in range(3):
        reserve(database, spending, want(1))
    assert alarms.subjects == ["apollo/day/50", "apollo/day/80", "apollo/day/100"]
    tomorrow = NOW + timedelta(days=1)
    (permit,) = reserve(database, spending, want(6), now=tomorrow)
    settle(database, spending, permit, replies(6))
    assert alarms.subjects[3:] == ["apollo/day/50"]


def test_a_refusal_counts_as_used_up_although_a_fraction_is_left(database: Database, spending: Spending, alarms: Alarms) -> None:
    cap(database, spending, APOLLO_DAY, 5)
    assert reserve(database, spending, want(1, each=Decimal(4)), want(1, each=Decimal(4)))[1].grant.lookups == 0
    assert alarms.subjects == ["apollo/day/100"]


def test_a_lowered_cap_tells_at_once_and_a_raised_one_tells_anew(database: Database, spending: Spending, alarms: Alarms) -> None:
    (permit,) = reserve(database, spending, want(8))
    settle(database, spending, permit, replies(8))
    cap(database, spending, APOLLO_DAY, 10)
    assert alarms.subjects == ["apollo/day/80"], "what was spent before the cap was set counts"
    cap(database, spending, APOLLO_DAY, 100)
    (permit,) = reserve(database, spending, want(50))
    settle(database, spending, permit, replies(50))
    assert alarms.subjects == ["apollo/day/80", "apollo/day/50"]
    cap(database, spending, APOLLO_DAY, None)
    assert reserve(database, spending, want(1000))[0].grant.lookups == 1000


def test_a_call_that_never_left_us_costs_nothing_and_is_no_call(database: Database, spending: Spending) -> None:
    cap(database, spending, APOLLO_DAY, 3)
    (permit,) = reserve(database, spending, want(3))
    settle(database, spending, permit, (ProviderReply("apollo", "failed"),) * 3, made=False)
    assert room(database, APOLLO_DAY).left == 3
    with database.begin() as connection:
        assert CreditCallStore().latest(connection, portal_id=PORTAL) == ()
    assert_books_agree(database)


def test_a_call_nobody_answered_counts_as_charged_until_a_person_knows(database: Database, spending: Spending) -> None:
    for charged in (False, True):
        (permit,) = reserve(database, spending, want(4))
        before = room(database, APOLLO_DAY).spent
        settle(database, spending, permit, NO_ANSWER)
        assert room(database, APOLLO_DAY).spent == before + 4
        assert_books_agree(database)
        with database.begin() as connection:
            resolved = spending.resolve_unknown(connection, portal_id=PORTAL, provider="apollo", charged=charged, now=NOW)
        assert resolved == 1
        assert room(database, APOLLO_DAY).spent == before + (4 if charged else 0)
        assert_books_agree(database)


def test_a_crash_between_reserve_and_settle_is_found_and_counted_once(database: Database, spending: Spending) -> None:
    cap(database, spending, APOLLO_DAY, 5)
    (permit,) = reserve(database, spending, want(5))
    assert reserve(database, spending, want(1))[0].grant.lookups == 0, "what a crashed worker set aside stays set aside"
    later = NOW + STALE_AFTER + timedelta(seconds=1)
    with database.begin() as connection:
        assert CreditCallStore().portals_with_stale(connection, before=later - STALE_AFTER) == (PORTAL,)
        assert spending.expire(connection, portal_id=PORTAL, now=NOW) == 0
        assert spending.expire(connection, portal_id=PORTAL, now=later) == 1
        assert spending.expire(connection, portal_id=PORTAL, now=later) == 0
    found = room(database, APOLLO_DAY)
    assert (found.spent, found.reserved) == (Decimal(5), Decimal(0))
    assert_books_agree(database)
    settle(database, spending, permit, replies(2, 3))  # the worker was only very slow
    settle(database, spending, permit, replies(2, 3))
    assert room(database, APOLLO_DAY).spent == 2
    assert_books_agree(database)


def _in_threads(count: int, work: Callable[[int], object]) -> None:
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(run, number) for number in range(count)]:
            future.result()


def test_sixty_four_workers_never_pass_a_cap_and_lose_nothing(database_url: str, spending: Spending) -> None:
    wide = Database(database_url, pool_size=32)
    cap(wide, spending, APOLLO_DAY, 700)
    cap(wide, spending, ALL_MONTH, 1100)
    passed: list[tuple[RoomKey, Decimal]] = []
    asked: list[Decimal] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(12):
            wants = [want(chance.randint(1, 10)), want(1, "hunter"), want(chance.randint(1, 3), "hunter")]
            chance.shuffle(wants)
            permits = reserve(wide, spending, *wants)
            with wide.begin() as connection:
                rooms = BudgetStore().rooms(connection, portal_id=PORTAL, providers=["apollo", "hunter"], on=NOW.date())
                passed.extend(
                    (key, one.spent) for key, one in rooms.items() if one.cap is not None and one.spent + one.reserved > one.cap
                )
                reports = []
                for one, permit in zip(wants, permits, strict=True):
                    lookups = permit.grant.lookups
                    found = chance.randint(0, lookups)
                    asked.append(Decimal(found))
                    if lookups:
                        reports.append(CallReport(one.provider, permit.call_id, True, replies(found, lookups - found)))
                spending.settle(connection, portal_id=PORTAL, reports=reports, now=NOW)

    started = time.monotonic()
    _in_threads(64, work)
    assert time.monotonic() - started < 60
    assert passed == []
    end = room(wide, ALL_MONTH)
    assert (end.spent, end.reserved) == (sum(asked, Decimal(0)), Decimal(0))
    assert room(wide, APOLLO_DAY).spent <= 700
    assert_books_agree(wide)
    wide.close()


def test_sixty_four_workers_use_a_cap_up_exactly(database_url: str, spending: Spending, alarms: Alarms) -> None:
    wide = Database(database_url, pool_size=32)
    cap(wide, spending, APOLLO_DAY, 333)

    def work(_number: int) -> None:
        while True:
            (permit,) = reserve(wide, spending, want(7))
            if not permit.grant.lookups:
                return
            settle(wide, spending, permit, replies(permit.grant.lookups))

    _in_threads(64, work)
    found = room(wide, APOLLO_DAY)
    assert (found.spent, found.reserved) == (Decimal(333), Decimal(0))
    assert alarms.subjects[-1] == "apollo/day/100"
    assert len(set(alarms.subjects)) == len(alarms.subjects), "each step once, whoever passes it"
    assert_books_agree(wide)
    wide.close()


def _account(bench: Bench, provider: str, key: str) -> list[dict[str, object]]:
    """The provider's own account of a key, call by call."""
    session = ApiSession(system="test", timeout_s=3, user_agent="test")
    address = f"{bench.neighbours.servers[provider].base_url}/_control/charges"
    reply = session.send(ApiRequest("GET", address, params=(("key", key),)), until=time.monotonic() + 3, wait_s=lambda _: None)
    session.close()
    return list(json.loads(reply.body))


def _our_account(bench: Bench, provider: str) -> list[tuple[str, Decimal]]:
    with bench.database.begin() as connection:
        calls = CreditCallStore().latest(connection, portal_id=PORTAL, provider=provider, limit=1000)
    operations = HUNTERS if provider == "hunter" else OPERATIONS
    return sorted((operations[call.endpoint], call.counted) for call in calls if call.counted)


def test_our_ledger_is_the_providers_account_call_by_call(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-ledger", hunter="key-demo-ledger")
    people = [Subject("person", email=f"sample.contact.{number:03d}@north-wind-made.example") for number in range(45)]
    named = [
        Subject("person", first_name="Sample", last_name=f"Contact {number:03d}", domain="south-wind-made.example")
        for number in range(1, 16)
    ]
    companies = [Subject("company", domain=f"ledger-{number}-made.example") for number in range(15)]
    questions = [Ask(str(place), subject) for place, subject in enumerate([*people, *named, *companies])]
    bench.enricher().enrich(PORTAL, questions)
    for provider in ("apollo", "hunter"):
        theirs = _account(bench, provider, "key-demo-ledger")
        assert len(theirs) > 5
        assert _our_account(bench, provider) == sorted((str(one["operation"]), Decimal(str(one["credits"]))) for one in theirs)
        assert theirs[-1]["balance"] == 10_000 - sum(int(str(one["credits"])) for one in theirs)
    assert_books_agree(bench.database)


@pytest.mark.parametrize("key", ["key-cut", "key-slow", "key-invalid-json"])
def test_an_answer_that_got_lost_is_counted_as_the_provider_charged_it(bench: Bench, key: str) -> None:
    bench.use_keys(apollo=key)
    before = len(_account(bench, "apollo", key))
    bench.enricher(batch_s=5.0).enrich(PORTAL, [Ask("one", Subject("company", domain="north-wind-made.example"))])
    charged = _account(bench, "apollo", key)[before:]
    assert [one["credits"] for one in charged] == [1], "a paid question is not sent twice"
    assert _our_account(bench, "apollo") == [("organizations_enrich", ONE)]
    assert_books_agree(bench.database)


def test_a_provider_that_says_no_is_believed_to_charge_nothing(bench: Bench) -> None:
    bench.use_keys(apollo="key-down")
    bench.enricher(batch_s=5.0).enrich(PORTAL, [Ask("one", Subject("company", domain="north-wind-made.example"))])
    assert _our_account(bench, "apollo") == []
    assert_books_agree(bench.database)


def test_batches_of_many_workers_stop_exactly_at_the_cap(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-cap")
    spending = Spending(Alarms())
    with bench.database.begin() as connection:
        spending.save_cap(
            connection, portal_id=PORTAL, key=RoomKey("apollo", Period.MONTH), credits=Decimal(25), by="x", now=datetime.now(UTC)
        )
    enricher = bench.enricher()
    waiting: list[ProviderReply] = []

    def work(number: int) -> None:
        questions = [Ask(str(one), Subject("company", domain=f"cap-{number}-{one}-made.example")) for one in range(10)]
        answers = enricher.enrich(PORTAL, questions)
        waiting.extend(reply for answer in answers.values() for reply in answer.replies if reply.waits_until is not None)

    _in_threads(8, work)
    spent = sum(int(str(one["credits"])) for one in _account(bench, "apollo", "key-demo-cap"))
    assert 20 <= spent <= 25
    assert waiting
    assert all("budget is used up for Apollo.io" in reply.detail for reply in waiting)
    assert [step.pct for step in bench.steps] == sorted({step.pct for step in bench.steps})
    assert_books_agree(bench.database)


def test_rows_of_the_ledger_hold_no_word_about_whom_was_asked(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo")
    bench.enricher().enrich(PORTAL, [Ask("one", Subject("person", email="sample.contact.007@north-wind-made.example"))])
    with bench.database.begin() as connection:
        dump = connection.execute(text("SELECT string_agg(credit_call::text, ' ') FROM credit_call")).scalar_one()
    assert "sample" not in dump
