"""Deals through the real client against the simulator over HTTP: what decided ones teach, what is written on open ones, who is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.hubspot.provision import Provisioner
from integration.jobs.request import JobRequest
from integration.pipeline.deals.history_jobs import COUNT_DEALS_JOB, HistoryJobs
from integration.pipeline.deals.history_store import PortalHistoryStore
from integration.pipeline.decisions import declared_properties
from integration.pipeline.lanes import BACKFILL
from integration.pipeline.worklist_store import WorklistStore
from integration.scoring.history import NO_HISTORY, PortalHistory
from simulator.crm.changes import Source
from tests.contract.hubspot.stand import PORTAL_ID, build_stand, running_simulator
from tests.scenario.test_pipeline_over_http import Account

PERSON = Source.person(1)
WITHOUT_DEALS = [name for name in (scope.name for scope in MANIFEST.scopes) if "deals" not in name]


@dataclass
class Deferrals:
    """Keeps what is asked for."""

    requests: list[JobRequest] = field(default_factory=list)

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        self.requests.append(request)
        return True


@pytest.fixture
def account(database: Database) -> Iterator[Account]:
    with running_simulator() as simulator:
        stand = build_stand(simulator, database)
        stand.connect()
        Provisioner(database, stand.clients, stand.portals, declared_properties(), simulator.world.clock.now).run(PORTAL_ID)
        with database.begin() as connection:
            stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences={"dry_run": False})
        yield Account(stand)


def decide(account: Account, count: int, *, won: int, amount: int = 20_000) -> None:
    """Deals that went through one stage for ten days each, and ended; the first `won` of them as won."""
    clock = account.stand.world.clock
    opened = {"dealstage": "qualifiedtobuy", "pipeline": "default", "amount": str(amount)}
    deals = [account.portal.create(DEALS, opened | {"dealname": f"Sample deal {n}"}, source=PERSON).id for n in range(count)]
    clock.advance(timedelta(days=10).total_seconds())
    for place, deal_id in enumerate(deals):
        end = {"dealstage": "closedwon" if place < won else "closedlost", "closedate": clock.now().isoformat()}
        account.portal.update(DEALS, deal_id, end, source=PERSON)


def history_jobs(account: Account, deferrer: Deferrals) -> HistoryJobs:
    return HistoryJobs(
        database=account.stand.database,
        clients=account.stand.clients,
        portals=account.stand.portals,
        worklist=WorklistStore(),
        deferrer=deferrer,
        clock=account.stand.world.clock.now,
    )


def stored_history(account: Account) -> PortalHistory:
    with account.stand.database.begin() as connection:
        return PortalHistoryStore().find(connection, portal_id=PORTAL_ID)


def open_deal(account: Account, **more: str) -> str:
    [contact] = account.fill(contacts=1)
    [company] = account.portal.records(COMPANIES)
    values = {"dealname": "Sample open deal", "dealstage": "qualifiedtobuy", "pipeline": "default", "amount": "10000"} | more
    deal = account.portal.create(DEALS, values, source=PERSON)
    account.portal.associate((DEALS, deal.id), (COMPANIES, company.id), source=PERSON)
    account.portal.associate((DEALS, deal.id), (CONTACTS, contact), source=PERSON)
    return deal.id


def test_decided_deals_are_counted_by_the_stages_they_passed(account: Account) -> None:
    decide(account, 12, won=4)
    history_jobs(account, Deferrals()).count({"portal_id": PORTAL_ID})
    history = stored_history(account)
    assert (history.decided_count, history.won_count) == (12, 4)
    [stage] = history.stages
    assert (stage.label, stage.reached_count, stage.won_count, stage.timed_count) == ("Qualified To Buy", 12, 4, 12)
    assert stage.usual_days == pytest.approx(10, abs=0.1)
    assert [(one.segment, one.deal_count, one.typical) for one in history.amounts] == [("", 4, 20_000.0)]


def test_an_open_deal_gets_its_scores_with_reasons_and_is_not_written_twice(account: Account) -> None:
    decide(account, 12, won=4)
    history_jobs(account, Deferrals()).count({"portal_id": PORTAL_ID})
    deal_id = open_deal(account)
    account.queue([deal_id], DEALS)
    assert account.run(DEALS).counts == {"written": 1}
    assert float(account.value(deal_id, "leadlight_expected_value", DEALS) or "nan") == pytest.approx(10_000 * 5 / 14, abs=0.01)
    assert "4 of 12 decided deals" in (account.value(deal_id, "leadlight_expected_value_reasons", DEALS) or "")
    assert "only one contact on the deal" in (account.value(deal_id, "leadlight_risk_reasons", DEALS) or "")
    assert account.value(deal_id, "leadlight_icp_fit_label", DEALS) in ("strong", "possible", "weak")
    assert float(account.value(deal_id, "leadlight_priority", DEALS) or "nan") > 0
    assert account.value(deal_id, "leadlight_status", DEALS) == "Up to date"
    assert account.portal.associated(DEALS, deal_id, "notes") == {}
    account.queue([deal_id], DEALS)
    assert account.run(DEALS).counts == {"unchanged": 1}


def test_the_past_of_a_deal_is_read_from_its_versions(account: Account) -> None:
    clock = account.stand.world.clock
    deal_id = open_deal(account, closedate=(clock.now() + timedelta(days=5)).isoformat())
    for days, amount in ((20, "9000"), (40, "4000")):
        change = {"closedate": (clock.now() + timedelta(days=days)).isoformat(), "amount": amount}
        account.portal.update(DEALS, deal_id, change, source=PERSON)
    clock.advance(timedelta(days=50).total_seconds())
    account.queue([deal_id], DEALS)
    account.run(DEALS)
    reasons = account.value(deal_id, "leadlight_risk_reasons", DEALS) or ""
    assert "Close date: passed 10 days ago, put off 2 times" in reasons
    assert "Amount: 4,000 EUR, it was 9,000 EUR" in reasons
    assert "today or past" in (account.value(deal_id, "leadlight_urgency_reasons", DEALS) or "")


def test_a_closed_deal_is_cold_and_says_so(account: Account) -> None:
    deal_id = open_deal(account, dealstage="closedwon")
    account.queue([deal_id], DEALS)
    account.run(DEALS)
    assert account.value(deal_id, "leadlight_heat", DEALS) == "cold"
    assert account.value(deal_id, "leadlight_risk_label", DEALS) == "closed"
    assert "The deal is closed as won" in (account.value(deal_id, "leadlight_priority_reasons", DEALS) or "")


def test_open_deals_are_looked_at_again_when_the_count_says_something_else(account: Account) -> None:
    deal_id = open_deal(account)
    account.queue([deal_id], DEALS)
    account.run(DEALS)
    assert account.value(deal_id, "leadlight_expected_value", DEALS) in (None, "")
    decide(account, 12, won=6)
    deferrer = Deferrals()
    history_jobs(account, deferrer).count({"portal_id": PORTAL_ID})
    assert account.rows("SELECT object_type, object_id, causes FROM work_item") == [(DEALS, deal_id, ["deals_counted"])]
    assert account.run(DEALS, lane=BACKFILL).counts == {"written": 1}
    assert float(account.value(deal_id, "leadlight_expected_value", DEALS) or "nan") == pytest.approx(5_000.0)
    history_jobs(account, deferrer).count({"portal_id": PORTAL_ID})
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]


def test_where_deals_were_not_granted_nothing_is_asked_and_nothing_fails(account: Account) -> None:
    deal_id = open_deal(account)
    with account.stand.database.begin() as connection:
        account.stand.portals.connect(connection, portal_id=PORTAL_ID, scopes=WITHOUT_DEALS, now=account.stand.world.clock.now())
    clock = account.stand.world.clock
    report = Provisioner(
        account.stand.database, account.stand.clients, account.stand.portals, declared_properties(), clock.now
    ).run(PORTAL_ID)
    assert report.problems == {}
    assert not any(name.startswith("deals.") for name in (*report.present, *report.created))
    account.queue([deal_id], DEALS)
    asked = account.calls_of(lambda: account.run(DEALS))
    assert asked == []
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]
    assert account.rows("SELECT count(*) FROM dead_letter") == [(0,)]
    deferrer = Deferrals()
    history_jobs(account, deferrer).sweep({})
    history_jobs(account, deferrer).count({"portal_id": PORTAL_ID})
    assert [request.name for request in deferrer.requests if request.name == COUNT_DEALS_JOB] == []
    assert stored_history(account) == NO_HISTORY


def test_the_clock_asks_for_a_count_once_a_day(account: Account) -> None:
    deferrer = Deferrals()
    jobs = history_jobs(account, deferrer)
    jobs.sweep({})
    assert [request.name for request in deferrer.requests] == [COUNT_DEALS_JOB]
    jobs.count({"portal_id": PORTAL_ID})
    jobs.sweep({})
    account.stand.world.clock.advance(86_400)
    jobs.sweep({})
    assert [request.name for request in deferrer.requests] == [COUNT_DEALS_JOB] * 2


def test_what_fades_is_looked_at_again(account: Account) -> None:
    clock = account.stand.world.clock
    deal_id = open_deal(account, closedate=(clock.now() + timedelta(days=3)).isoformat())
    account.queue([deal_id], DEALS)
    account.run(DEALS)
    before = float(account.value(deal_id, "leadlight_urgency", DEALS) or "nan")
    clock.advance(86_400)
    history_jobs(account, Deferrals()).sweep_fading({})
    assert account.rows("SELECT object_type, object_id, causes FROM work_item") == [(DEALS, deal_id, ["fading"])]
    assert account.run(DEALS, lane=BACKFILL).counts == {"written": 1}
    assert float(account.value(deal_id, "leadlight_urgency", DEALS) or "nan") > before
