"""Policies over HTTP: whose value stays, what is overwritten, and what becomes of values that the account's properties do not take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.access.roles import Role
from integration.core.clock import system_clock
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES
from integration.hubspot.provision import Provisioner
from integration.pipeline.alert_store import Alert, AlertStore, OpenAlert
from integration.pipeline.decisions import declared_properties
from integration.pipeline.policies.desk import PolicyDesk
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policies.presets import Preset
from integration.pipeline.policy import Rule, WritePolicy
from integration.providers.base import Field
from simulator.crm.changes import Source
from simulator.crm.definitions import Option
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID, build_stand, running_simulator
from tests.scenario.console import Console, let_in, text_of
from tests.scenario.test_pipeline_over_http import Account
from tests.stands import OpenAccount

PERSON = Source.person(9001)
IMPORT = Source("IMPORT", "12", "Import")
OTHER_APP = Source.app(APP_ID + 1)


@pytest.fixture
def place(database: Database) -> Iterator[Account]:
    """A connected portal with one company about which the providers know something."""
    with running_simulator() as simulator:
        stand = build_stand(simulator, database)
        stand.connect()
        Provisioner(database, stand.clients, stand.portals, declared_properties(), simulator.world.clock.now).run(PORTAL_ID)
        with database.begin() as connection:
            stand.portals.save_preferences(connection, portal_id=PORTAL_ID, preferences={"dry_run": False})
        account = Account(stand)
        account.fill(contacts=0)
        account.providers.seen_at = simulator.world.clock.now() + timedelta(days=1)
        yield account


def company(place: Account) -> str:
    return str(place.portal.records(COMPANIES)[0].id)


def allow(place: Account, policy: WritePolicy, name: str = "industry", **facts: object) -> None:
    rule = Rule(policy, **facts)  # type: ignore[arg-type]
    desk(place).set_rule(PORTAL_ID, COMPANIES, name, rule, by="sample.admin@leadlight.example")


def desk(place: Account) -> PolicyDesk:
    return PolicyDesk(place.stand.database, place.stand.clients, place.stand.portals, place.stand.world.clock.now)


def edit(place: Account, source: Source, **values: str) -> None:
    place.portal.update(COMPANIES, company(place), values, source=source)


def work(place: Account) -> list[str]:
    """Carry the company through; the calls it took."""
    place.queue([company(place)], COMPANIES)
    return place.calls_of(lambda: place.run(COMPANIES))


def industry(place: Account) -> str | None:
    return place.value(company(place), "industry", COMPANIES)


def reasons(place: Account, name: str = "industry") -> list[str]:
    rows = place.rows(f"SELECT decision_reason FROM ledger WHERE property_name = '{name}' ORDER BY id")  # noqa: S608
    return [str(row[0]) for row in rows]


def alerts(place: Account) -> list[OpenAlert]:
    with place.stand.database.begin() as connection:
        return [*AlertStore().open_alerts(connection, portal_id=PORTAL_ID)]


@pytest.mark.parametrize("policy", [WritePolicy.ALWAYS, WritePolicy.IF_NEWER, WritePolicy.IF_BLANK])
@pytest.mark.parametrize(("source", "reason"), [(PERSON, "set_by_person"), (IMPORT, "set_by_import")])
def test_what_a_person_or_an_import_set_after_us_is_kept(place: Account, policy: WritePolicy, source: Source, reason: str) -> None:
    allow(place, policy)
    work(place)
    assert industry(place) == "COMPUTER_SOFTWARE"
    edit(place, source, industry="BANKING")
    place.providers.answers["sample-works-0.com"][Field.EMPLOYEE_COUNT] = 7
    work(place)
    assert industry(place) == "BANKING"
    if policy is not WritePolicy.IF_BLANK:
        assert reasons(place)[-1] == reason


def test_a_blank_that_a_person_made_stays_blank_and_one_nobody_made_is_filled(place: Account) -> None:
    allow(place, WritePolicy.IF_BLANK)
    work(place)
    edit(place, PERSON, industry="")
    place.providers.answers["sample-works-0.com"][Field.EMPLOYEE_COUNT] = 7
    work(place)
    assert (industry(place) or "") == ""
    assert reasons(place) == ["was_blank", "cleared_by_person"]


def test_a_lifted_property_is_overwritten_and_the_lift_holds_for_that_property_alone(place: Account) -> None:
    allow(place, WritePolicy.ALWAYS, people_may_be_overwritten=True)
    allow(place, WritePolicy.ALWAYS, "description")
    edit(place, PERSON, industry="BANKING", description="What the rep says.")
    work(place)
    assert industry(place) == "COMPUTER_SOFTWARE"
    assert place.value(company(place), "description", COMPANIES) == "What the rep says."


def test_another_apps_value_gives_way_only_to_a_stated_margin(place: Account) -> None:
    edit(place, OTHER_APP, industry="BANKING")
    place.providers.confidence_ratio = 0.85
    allow(place, WritePolicy.IF_MORE_CERTAIN)
    work(place)
    assert industry(place) == "BANKING"
    allow(place, WritePolicy.IF_MORE_CERTAIN, margin_ratio=0.2)
    place.providers.answers["sample-works-0.com"][Field.EMPLOYEE_COUNT] = 7
    work(place)
    assert industry(place) == "BANKING"
    assert reasons(place)[-1] == "not_more_certain"
    allow(place, WritePolicy.IF_MORE_CERTAIN, margin_ratio=0.15)
    work(place)
    assert industry(place) == "COMPUTER_SOFTWARE"


def test_a_newer_finding_replaces_another_apps_older_value_and_an_older_one_does_not(place: Account) -> None:
    edit(place, OTHER_APP, industry="BANKING")
    allow(place, WritePolicy.IF_NEWER)
    place.providers.seen_at = place.stand.world.clock.now() - timedelta(days=400)
    work(place)
    assert industry(place) == "BANKING"
    place.providers.seen_at = place.stand.world.clock.now() + timedelta(minutes=1)
    work(place)
    assert industry(place) == "COMPUTER_SOFTWARE"


def test_a_person_who_edits_while_we_are_asking_providers_wins(place: Account) -> None:
    allow(place, WritePolicy.ALWAYS)
    original = place.providers.enrich

    def edit_then_answer(portal_id, questions):
        edit(place, PERSON, industry="BANKING")
        return original(portal_id, questions)

    place.providers.enrich = edit_then_answer  # type: ignore[method-assign]
    work(place)
    assert industry(place) == "BANKING"
    assert place.rows("SELECT value_before, decision, decision_reason FROM ledger WHERE property_name = 'industry'") == [
        ("BANKING", "keep", "set_by_person")
    ]
    assert place.value(company(place), "leadlight_headline", COMPANIES)


def test_an_option_that_an_admin_removed_is_told_and_holds_up_nobody(place: Account) -> None:
    allow(place, WritePolicy.IF_BLANK)
    second = place.portal.create(COMPANIES, {"name": "Sample Shop", "domain": "sample-shop.com"}, source=PERSON)
    place.providers.answers["sample-shop.com"] = {Field.INDUSTRY: "Retail"}
    offer(place, ("RETAIL", "Retail"))
    place.stand.world.clock.advance(3600)
    place.queue([company(place), second.id], COMPANIES)
    assert place.run(COMPANIES).counts == {"written": 2}
    assert place.value(second.id, "industry", COMPANIES) == "RETAIL"
    assert industry(place) is None
    assert '"industry" has no option for "Software"' in (place.value(company(place), "leadlight_status", COMPANIES) or "")
    [alert] = alerts(place)
    assert (alert.kind, alert.subject) == ("option_unknown", "companies.industry=Software")

    offer(place, ("RETAIL", "Retail"), ("it", "software"))
    place.stand.world.clock.advance(3600)
    work(place)
    assert industry(place) == "it"
    assert place.value(company(place), "leadlight_status", COMPANIES) == "Up to date"


def test_an_option_removed_a_minute_ago_costs_one_refusal_and_no_record(place: Account) -> None:
    allow(place, WritePolicy.IF_BLANK)
    offer(place, ("branch_7", "Computer Software"))
    place.queue([company(place)], COMPANIES)
    assert place.run(COMPANIES).counts == {"postponed": 1}
    assert place.run(COMPANIES).counts == {"written": 1}
    assert industry(place) == "branch_7"
    assert place.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def offer(place: Account, *options: tuple[str, str]) -> None:
    """Replace the options of industry, as an admin does in HubSpot's settings."""
    changes = {"options": tuple(Option(label, value) for value, label in options)}
    schema = place.portal.schema(COMPANIES)
    schema.update("industry", changes, at_ms=place.portal.crm.now_ms(), user_id=9001)


def test_a_ready_set_leaves_out_what_the_account_cannot_take(place: Account) -> None:
    outcome = desk(place).apply_preset(PORTAL_ID, COMPANIES, Preset.FILL_BLANKS, by="sample")
    assert "industry" in outcome.applied
    [left_out] = outcome.left_out
    assert "annualrevenue" in left_out
    assert "EUR" in left_out
    place.providers.answers["sample-works-0.com"][Field.ANNUAL_REVENUE_USD] = 5_000_000
    place.providers.answers["sample-works-0.com"] |= {
        Field.COMPANY_PHONE: "030 901820",
        Field.COUNTRY: "DE",
        Field.FOUNDED_YEAR: 1999,
    }
    work(place)
    record = place.portal.read(COMPANIES, company(place)).properties
    assert (record["phone"], record["country"], record["founded_year"]) == ("+4930901820", "Germany", "1999")
    assert not record.get("annualrevenue")


def test_a_routing_field_stays_closed_even_with_a_row_in_the_table(place: Account) -> None:
    with place.stand.database.begin() as connection:
        rules = {"lifecyclestage": Rule(WritePolicy.ALWAYS), "industry": Rule(WritePolicy.IF_BLANK)}
        PolicyStore().save(
            connection, portal_id=PORTAL_ID, object_type=COMPANIES, rules=rules, by="sample", now=place.stand.world.clock.now()
        )
    before = place.value(company(place), "lifecyclestage", COMPANIES)
    work(place)
    assert place.value(company(place), "lifecyclestage", COMPANIES) == before
    assert place.rows("SELECT count(*) FROM ledger WHERE property_name = 'lifecyclestage' AND decision = 'write'") == [(0,)]


def test_an_admin_sets_policies_on_the_page_and_by_command_and_a_viewer_only_looks(open_account: OpenAccount) -> None:
    account = open_account("policies")
    [company_id] = account.add_companies(1)
    account.wait_until_written(companies=1)
    admin = Console(account.stand, account.portal_id).sign_in()
    assert "Industry" in text_of(admin.get("/policies"))
    form = {"object_type": "companies", "property": "industry", "policy": "always"}
    answer = admin.post("/policies/set", form | {"people_may_be_overwritten": "yes"}, back="/policies/companies/industry")
    assert "Tick that you understand this" in text_of(answer)
    assert "always written" in text_of(admin.post("/policies/set", form)).lower()
    refused = admin.post("/policies/set", {**form, "property": "lifecyclestage"}, back="/policies/companies/lifecyclestage")
    assert "is closed. Open it expressly" in text_of(refused)
    assert "Set" in text_of(admin.post("/policies/preset", {"object_type": "companies", "preset": "keep_fresh"}))

    shown = json.loads(
        account.stand.leadlight(
            "policy", "--portal", str(account.portal_id), "--object", "companies", "--property", "city", "--policy", "never"
        )
    )
    assert [(line["name"], line["rule"]["policy"], line["is_set"]) for line in shown["properties"]] == [("city", "never", True)]
    assert "back to the default" in text_of(admin.get("/policies/companies/city")).lower()
    admin.post("/policies/reset", {"object_type": "companies", "property": "city"})
    with account.stand.database.begin() as connection:
        rules = PolicyStore().rules_of(connection, portal_id=account.portal_id, object_type=COMPANIES)
        audited = connection.exec_driver_sql("SELECT action FROM audit WHERE portal_id = %s ORDER BY id", (account.portal_id,))
        actions = [row[0] for row in audited]
    assert rules["industry"].policy is WritePolicy.IF_NEWER
    assert "city" not in rules
    assert [one for one in actions if one.startswith("policy")] == ["policy_set", "policy_preset", "policy_set", "policy_reset"]

    account.act(action="update", object_type=COMPANIES, object_id=company_id, properties={"city": "Sampletown"})
    account.settle()
    assert account.values(COMPANIES, company_id, "city") == {"city": "Sampletown"}

    let_in(account.stand, account.portal_id, 9002, Role.VIEWER)
    viewer = Console(account.stand, account.portal_id).sign_in(9002)
    assert "Industry" in text_of(viewer.get("/policies"))
    assert viewer.post("/policies/set", form).status_code == 403


def test_alerts_are_listed_and_resolved_on_the_page(open_account: OpenAccount) -> None:
    account = open_account("alerts")
    told = Alert("option_unknown", "companies.industry=Space", 'The account has no option for "Space".')
    with account.stand.database.begin() as connection:
        AlertStore().raise_alerts(connection, portal_id=account.portal_id, alerts=[told], now=system_clock())
        [alert] = AlertStore().open_alerts(connection, portal_id=account.portal_id)
    admin = Console(account.stand, account.portal_id).sign_in()
    assert told.message in text_of(admin.get("/policies"))
    assert "Resolved" in text_of(admin.post("/policies/resolve-alert", {"alert_id": str(alert.alert_id)}))
    assert "No open alerts" in text_of(admin.get("/policies"))
    again = admin.post("/policies/resolve-alert", {"alert_id": str(alert.alert_id)}, back="/policies")
    assert "resolved already" in text_of(again)
