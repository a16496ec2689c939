"""The pipeline through the real client against the simulator over HTTP: what is written, what it costs, and what faults leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.provision import Provisioner
from integration.pipeline.batch import BatchRunner
from integration.pipeline.decisions import decisions_for, declared_properties
from integration.pipeline.definitions.catalog import Catalogs
from integration.pipeline.definitions.names import catalog_names
from integration.pipeline.lanes import BACKFILL, LIVE
from integration.pipeline.people import Doorkeeper
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.tally import BatchReport
from integration.pipeline.timeline.jobs import TimelineJobs
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.providers.base import ErrorClass, Field
from simulator.crm.changes import Source
from simulator.crm.settings import ConditionalRule, PortalSettings
from simulator.faults import FaultSpec
from simulator.portal import Portal
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID, Stand, build_stand, running_simulator
from tests.unit.pipeline.conftest import DIGEST_KEYS, FakeProviders

PERSON = Source.person(1)
NOTES_CREATED = r"/notes/batch/create"
DRAFT_HEAD = "Unsent draft by Leadlight"
UPDATED = r"/contacts/batch/update"


@dataclass
class Account:
    """A connected, provisioned portal with records, and the pipeline over it."""

    stand: Stand
    providers: FakeProviders = field(default_factory=FakeProviders)

    @property
    def portal(self) -> Portal:
        return self.stand.world.portals[PORTAL_ID]

    def fill(self, contacts: int, companies: int = 1) -> list[str]:
        """Companies with a domain each, and contacts spread over them. Gives the contacts' ids."""
        company_ids = []
        for number in range(companies):
            domain = f"sample-works-{number}.com"
            created = self.portal.create(COMPANIES, {"name": f"Sample Works {number}", "domain": domain}, source=PERSON)
            company_ids.append(created.id)
            self.providers.answers[domain] = {
                Field.INDUSTRY: "Software",
                Field.EMPLOYEE_COUNT: 120,
                Field.DESCRIPTION: "A cloud platform for automation.",
            }
        contact_ids = []
        for number in range(contacts):
            properties = {
                "firstname": "Sample",
                "lastname": f"Contact {number}",
                "email": f"sample.{number}@sample-works-{number % companies}.com",
                "jobtitle": "VP Sales",
            }
            contact = self.portal.create(CONTACTS, properties, source=PERSON)
            self.portal.associate((CONTACTS, contact.id), (COMPANIES, company_ids[number % companies]), source=PERSON)
            contact_ids.append(contact.id)
        return contact_ids

    def queue(self, object_ids: list[str], object_type: str = CONTACTS) -> None:
        with self.stand.database.begin() as connection:
            requests = [WorkRequest(object_type, one, 0) for one in object_ids]
            WorklistStore().add(connection, PORTAL_ID, requests, now=self.stand.world.clock.now())

    def run(self, object_type: str = CONTACTS, lane: int = LIVE) -> BatchReport:
        runner = BatchRunner(
            database=self.stand.database,
            clients=self.stand.clients,
            portals=self.stand.portals,
            worklist=WorklistStore(),
            states=RecordStateStore(),
            enricher=self.providers,
            decide_for=decisions_for,
            app_id=str(APP_ID),
            people=Doorkeeper(self.stand.database, DIGEST_KEYS, self.stand.world.clock.now),
            clock=self.stand.world.clock.now,
            metrics=self.stand.metrics,
        )
        return runner.run(PORTAL_ID, object_type, lane)

    def know_definitions(self) -> None:
        """As after the first batch of an hour: the account's definitions are read once and then kept."""
        catalogs = Catalogs(self.stand.database, self.stand.world.clock.now, catalog_names)
        for object_type in (CONTACTS, COMPANIES):
            catalogs.refresh(self.stand.client, portal_id=PORTAL_ID, object_type=object_type)

    def calls_of(self, work) -> list[str]:
        before = len(self.stand.calls())
        work()
        return [call.split("2026-09/")[-1] for call in self.stand.calls()[before:]]

    def fault(self, **spec: object) -> None:
        self.stand.world.faults.add(FaultSpec(**spec))  # type: ignore[arg-type]

    def note_counts(self, object_type: str, object_ids: list[str]) -> Counter[int]:
        return Counter(len(self.portal.associated(object_type, one, "notes")) for one in object_ids)

    def draft_note(self, contact_id: str) -> tuple[str, str]:
        """Id and body of the contact's one draft note."""
        notes = [self.portal.read("notes", note_id) for note_id in self.portal.associated(CONTACTS, contact_id, "notes")]
        [(note_id, body)] = [(one.id, str(one.properties["hs_note_body"])) for one in notes if DRAFT_HEAD in str(one.properties)]
        return note_id, body

    def value(self, object_id: str, name: str, object_type: str = CONTACTS) -> str | None:
        found = self.stand.world.portals[PORTAL_ID].read(object_type, object_id).properties.get(name)
        return None if found is None else str(found)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.stand.database.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def account(database: Database) -> Iterator[Account]:
    with running_simulator() as simulator:
        stand = build_stand(simulator, database)
        stand.connect()
        Provisioner(database, stand.clients, stand.portals, declared_properties(), simulator.world.clock.now).run(PORTAL_ID)
        with database.begin() as connection:
            choices = {
                "dry_run": False,
                "sender_name": "Sample Sender",
                "sender_company": "Sample Vendor",
                "sender_offer": "shorter queues",
            }
            stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences=choices)
        yield Account(stand)


def test_a_hundred_contacts_cost_six_calls_and_a_hundred_companies_three(account: Account) -> None:
    contacts = account.fill(contacts=100, companies=100)
    companies = [record.id for record in account.portal.records(COMPANIES)]
    account.know_definitions()
    account.queue(contacts)
    account.queue(companies, COMPANIES)
    assert [call for call in account.calls_of(account.run) if "owners" not in call] == [
        "contacts/batch/read",
        "contacts/companies/batch/read",
        "companies/batch/read",
        "contacts/batch/update",
        "notes/batch/create",
        "notes/batch/create",
    ]
    assert account.calls_of(lambda: account.run(COMPANIES)) == [
        "companies/batch/read",
        "companies/batch/update",
        "notes/batch/create",
    ]
    assert account.note_counts(CONTACTS, contacts) == {2: 100}
    assert account.note_counts(COMPANIES, companies) == {1: 100}
    assert account.value(contacts[0], "leadlight_status") == "Up to date"
    assert account.value(contacts[0], "leadlight_draft_state") == "drafted"
    assert account.rows("SELECT DISTINCT outcome FROM ledger") == [("written",)]


def test_what_hubspot_gives_back_is_recognised_and_nothing_is_written_twice(account: Account) -> None:
    contacts = account.fill(contacts=3)
    companies = [record.id for record in account.portal.records(COMPANIES)]
    account.queue(contacts)
    account.queue(companies, COMPANIES)
    account.run()
    account.run(COMPANIES)
    account.queue(contacts)
    account.queue(companies, COMPANIES)
    again = account.calls_of(lambda: (account.run(), account.run(COMPANIES)))
    assert [call for call in again if call.endswith(("update", "create"))] == []


def test_a_draft_that_no_longer_holds_is_withdrawn_in_its_own_note(account: Account) -> None:
    drafted, plain = account.fill(contacts=2)
    account.portal.update(CONTACTS, plain, {"firstname": ""}, source=PERSON)
    account.queue([drafted, plain])
    account.run()
    assert account.note_counts(CONTACTS, [drafted, plain]) == {1: 1, 2: 1}
    note_id, text_before = account.draft_note(drafted)

    account.portal.update(CONTACTS, drafted, {"firstname": ""}, source=PERSON)
    for expected in (["notes/batch/update"], []):
        account.queue([drafted, plain])
        calls = account.calls_of(account.run)
        assert [call for call in calls if call.startswith("notes/")][-1:] == expected
        same_id, body = account.draft_note(drafted)
        assert same_id == note_id
        assert "withdrawn:</strong> the record lacks a first name." in body
    assert account.note_counts(CONTACTS, [drafted, plain]) == {1: 1, 2: 1}

    account.portal.update(CONTACTS, drafted, {"firstname": "Sample"}, source=PERSON)
    account.queue([drafted])
    account.run()
    assert account.draft_note(drafted) == (note_id, text_before)


def test_a_silent_provider_is_asked_again_by_itself_and_what_is_unchanged_costs_three_reads(account: Account) -> None:
    contacts = account.fill(contacts=3)
    account.providers.failing = ErrorClass.THROTTLED
    account.queue(contacts)
    assert account.run().counts == {"written": 3}
    account.stand.world.clock.advance(60)
    again = account.calls_of(lambda: account.run(lane=BACKFILL))
    assert [call for call in again if "owners" not in call] == [
        "contacts/batch/read",
        "contacts/companies/batch/read",
        "companies/batch/read",
    ]
    account.providers.failing = None
    account.stand.world.clock.advance(300)
    assert account.run(lane=BACKFILL).claimed == 3
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("path", [UPDATED, NOTES_CREATED])
def test_a_cut_answer_neither_loses_nor_doubles_anything(account: Account, path: str, applied: bool) -> None:
    contacts = account.fill(contacts=5)
    account.queue(contacts)
    account.fault(kind="cut", path=path, count=1, applied=applied)
    assert account.run().counts == {"postponed": 5}
    account.stand.world.clock.advance(60)
    report = account.run()
    assert sum(report.counts.values()) == 5
    assert "refused" not in report.counts
    assert account.note_counts(CONTACTS, contacts) == {2: 5}
    assert {account.value(one, "leadlight_status") for one in contacts} == {"Up to date"}
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]
    assert account.rows("SELECT count(*) FROM ledger WHERE outcome IN ('pending', 'unknown')") == [(0,)]


def test_an_outage_in_the_middle_postpones_and_then_goes_through(account: Account) -> None:
    contacts = account.fill(contacts=5)
    account.queue(contacts)
    account.fault(kind="status", status=503, path=UPDATED, count=1)
    assert account.run().counts == {"postponed": 5}
    account.stand.world.clock.advance(60)
    assert account.run().counts == {"written": 5}
    assert account.note_counts(CONTACTS, contacts) == {2: 5}


def test_a_rule_of_the_account_is_told_in_plain_words_and_holds_up_nobody_else(account: Account) -> None:
    contacts = account.fill(contacts=4)
    account.portal.change_settings(conditional_rules=(ConditionalRule(CONTACTS, "lastname", ("Contact 0",), ("phone",)),))
    account.queue(contacts)
    assert account.run().counts == {"written": 3, "refused": 1}
    words = 'A rule of this account requires "phone" to be filled first. Fill it in, or change the rule.'
    assert account.rows("SELECT DISTINCT object_id, error FROM ledger WHERE outcome = 'refused'") == [(contacts[0], words)]
    assert account.rows("SELECT object_id, detail FROM dead_letter") == [(contacts[0], words)]
    assert account.note_counts(CONTACTS, contacts) == {2: 3, 0: 1}

    account.portal.change_settings(conditional_rules=())
    account.queue(contacts[:1])
    assert account.run().counts == {"written": 1}
    assert account.value(contacts[0], "leadlight_status") == "Up to date"


def test_a_value_that_hubspot_refuses_does_not_cost_the_rest_of_the_record(account: Account) -> None:
    account.fill(contacts=1, companies=2)
    companies = [record.id for record in account.portal.records(COMPANIES)]
    with account.stand.database.begin() as connection:
        account.stand.portals.save_preferences(
            connection,
            portal_id=PORTAL_ID,
            preferences={"dry_run": False, "standard_properties": ["founded_year", "numberofemployees", "industry"]},
        )
    account.portal.change_settings(
        conditional_rules=(ConditionalRule(COMPANIES, "industry", ("COMPUTER_SOFTWARE",), ("industry_group",)),)
    )
    account.providers.answers["sample-works-1.com"] = {Field.EMPLOYEE_COUNT: 50}
    account.queue(companies, COMPANIES)
    assert account.run(COMPANIES).counts == {"partly": 1, "written": 1}
    assert account.value(companies[1], "numberofemployees", COMPANIES) == "50"
    assert account.value(companies[0], "leadlight_headline", COMPANIES)
    assert account.value(companies[0], "industry", COMPANIES) is None
    status = account.value(companies[0], "leadlight_status", COMPANIES) or ""
    assert status.startswith('A rule of this account requires "industry_group"')


def test_a_record_deleted_between_reading_and_writing_is_let_go(account: Account) -> None:
    contacts = account.fill(contacts=3)
    account.queue(contacts)
    original = account.providers.enrich

    def delete_then_answer(portal_id, questions):
        if contacts[1] in {question.key for question in questions}:
            account.portal.archive(CONTACTS, contacts[1], source=PERSON)
        return original(portal_id, questions)

    account.providers.enrich = delete_then_answer  # type: ignore[method-assign]
    assert account.run().counts == {"written": 2, "gone": 1}
    assert account.rows("SELECT count(*) FROM dead_letter") == [(0,)]
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]


def test_revenue_in_the_accounts_own_currency_is_no_fact_in_dollars(account: Account) -> None:
    assert PortalSettings().currency == "EUR"
    account.fill(contacts=1)
    [company] = [record.id for record in account.portal.records(COMPANIES)]
    account.portal.update(COMPANIES, company, {"annualrevenue": "5000000"}, source=PERSON)
    account.queue([company], COMPANIES)
    account.run(COMPANIES)
    assert "annual revenue" not in (account.value(company, "leadlight_sources", COMPANIES) or "")


def test_many_threads_under_cut_answers_lose_and_double_nothing(account: Account) -> None:
    contacts = account.fill(contacts=350, companies=20)
    account.queue(contacts)
    for path in (UPDATED, NOTES_CREATED):
        for applied in (False, True):
            account.fault(kind="cut", path=path, count=2, ratio=0.4, applied=applied)

    def drain(_thread: int) -> int:
        carried = 0
        while (report := account.run()).claimed:
            carried += report.claimed
        return carried

    with ThreadPoolExecutor(4) as threads:
        for _ in range(12):
            list(threads.map(drain, range(4)))
            if account.rows("SELECT count(*) FROM work_item") == [(0,)]:
                break
            account.stand.world.clock.advance(300)
    assert account.rows("SELECT count(*) FROM work_item") == [(0,)]
    assert account.rows("SELECT count(*) FROM dead_letter") == [(0,)]
    assert account.note_counts(CONTACTS, contacts) == {2: 350}
    assert {account.value(one, "leadlight_status") for one in contacts} == {"Up to date"}
    assert account.rows("SELECT count(*) FROM ledger WHERE outcome IN ('pending', 'unknown')") == [(0,)]


def test_the_priority_is_written_back_beside_what_it_is_made_of(account: Account) -> None:
    [contact] = account.fill(contacts=1)
    account.queue([contact])
    account.run()
    priority, heat = account.value(contact, "leadlight_priority"), account.value(contact, "leadlight_heat")
    reasons = account.value(contact, "leadlight_priority_reasons") or ""
    assert heat in ("hot", "warm", "cold")
    points = sum(float(line.split()[0].replace("±", "")) for line in reasons.splitlines())
    assert float(priority or "nan") == pytest.approx(points, abs=0.31), "the points are shown with one decimal"


def test_an_approved_draft_survives_a_pass_that_finds_something_else(account: Account) -> None:
    [contact] = account.fill(contacts=1)
    account.queue([contact])
    account.run()
    note = account.draft_note(contact)
    with account.stand.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE draft SET state = 'approved', decided_by = 'sample.rep@example.com', decided_at = '2026-12-01 09:00:00+00'"
        )
    account.portal.update(CONTACTS, contact, {"firstname": "Sampler"}, source=PERSON)
    for _ in range(2):
        account.queue([contact])
        account.run()
    assert account.value(contact, "leadlight_draft_state") == "approved"
    assert (account.value(contact, "leadlight_draft_summary") or "").startswith("Approved by sample.rep@example.com on 2026-12-01")
    assert account.rows("SELECT state, steps::text LIKE '%Sampler%' FROM draft") == [("approved", True)]
    assert account.draft_note(contact) == note


def _companies_that_move(account: Account, count: int) -> list[str]:
    """Companies judged once, then again with facts that change their heat. Gives their ids."""
    account.fill(contacts=0, companies=count)
    companies = [record.id for record in account.portal.records(COMPANIES)]
    account.queue(companies, COMPANIES)
    account.run(COMPANIES)
    assert account.rows("SELECT count(*) FROM timeline_event") == [(0,)], "the first load is no event"
    for number in range(count):
        account.providers.answers[f"sample-works-{number}.com"] = {Field.INDUSTRY: "Mining", Field.EMPLOYEE_COUNT: 900_000}
    account.stand.world.clock.advance(1)
    for _ in range(2):
        account.queue(companies, COMPANIES)
        account.run(COMPANIES)
    return companies


def _send(account: Account) -> list[str]:
    """Let the sender run; the calls it made to the timeline."""
    stand = account.stand
    jobs = TimelineJobs(
        database=stand.database, clients=stand.clients, portals=stand.portals, clock=stand.world.clock.now, metrics=stand.metrics
    )
    before = len(stand.calls("/timeline/"))
    jobs.send({})
    return stand.calls("/timeline/")[before:]


def test_a_material_move_stands_once_on_the_timeline_of_its_record(account: Account) -> None:
    [company] = _companies_that_move(account, 1)
    assert _send(account) == ["POST /integrators/timeline/2026-03/events/batch"]
    assert _send(account) == []
    [event] = account.stand.world.timelines[PORTAL_ID].events()
    assert (event.object_type, event.object_id, event.properties["heat"]) == (COMPANIES, company, "Cold")
    assert event.header.startswith("Leadlight: Cold now, ")
    assert account.rows("SELECT sent_at IS NOT NULL, error, attempts FROM timeline_event") == [(True, None, 1)]


def test_events_outlast_an_outage_and_a_lost_answer_doubles_none(account: Account) -> None:
    _companies_that_move(account, 3)
    account.fault(kind="status", status=503, path="/timeline/", count=20)
    _send(account)
    assert account.rows("SELECT DISTINCT sent_at IS NULL, error, attempts FROM timeline_event") == [(True, None, 1)]
    account.stand.world.faults.clear(None)
    assert _send(account) == [], "not before the gap is over"
    account.stand.world.clock.advance(16)
    account.fault(kind="cut", path="/timeline/", count=1, applied=True)
    _send(account)
    account.stand.world.clock.advance(60)
    _send(account)
    assert len(account.stand.world.timelines[PORTAL_ID].events()) == 3
    assert account.rows("SELECT DISTINCT sent_at IS NOT NULL, error FROM timeline_event") == [(True, None)]


def test_a_refused_event_is_kept_with_the_reason_and_holds_up_no_other(account: Account) -> None:
    gone, *others = _companies_that_move(account, 4)
    account.portal.archive(COMPANIES, gone, source=PERSON)
    _send(account)
    assert sorted(event.object_id for event in account.stand.world.timelines[PORTAL_ID].events()) == sorted(others)
    [(object_id, error)] = account.rows("SELECT object_id, error FROM timeline_event WHERE sent_at IS NULL")
    assert object_id == gone
    assert "VALIDATION_ERROR" in str(error)
    assert 'leadlight_timeline_events_total{outcome="refused"} 1.0' in account.stand.metrics.render().decode()


def test_a_dry_account_gets_no_events_even_when_they_were_waiting(account: Account) -> None:
    _companies_that_move(account, 1)
    with account.stand.database.begin() as connection:
        account.stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences={"dry_run": True})
    assert _send(account) == []
    assert account.rows("SELECT count(*), sum(attempts) FROM timeline_event") == [(1, 0)]
