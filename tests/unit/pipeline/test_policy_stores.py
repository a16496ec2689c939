"""Rows of policies, catalogs and alerts: set-based, and each portal for itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.core.errors import Unavailable
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDefinition
from integration.pipeline.alert_store import OPTION_UNKNOWN, PROPERTY_CHANGED, Alert, AlertStore
from integration.pipeline.definitions.catalog import MAX_AGE, Catalogs
from integration.pipeline.definitions.catalog_store import Catalog, CatalogStore
from integration.pipeline.definitions.names import catalog_names
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policy import Rule, WritePolicy
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL
from tests.unit.pipeline.fake_hubspot import FakeHubSpot, Fault, usual_definition

OTHER = PORTAL + 1
BY = "sample.admin@leadlight.example"
rules = st.dictionaries(
    st.sampled_from(["industry", "city", "phone", "lifecyclestage"]),
    st.builds(Rule, st.sampled_from(WritePolicy), st.none() | st.floats(0, 0.3), st.booleans(), st.booleans()),
)


@given(rules, rules)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_rules_come_back_as_they_were_set_and_later_ones_win(
    database: Database, first: dict[str, Rule], second: dict[str, Rule]
) -> None:
    store = PolicyStore()
    with database.begin() as connection:
        store.remove(
            connection,
            portal_id=PORTAL,
            object_type=COMPANIES,
            property_names=[*first, *second, "industry", "city", "phone", "lifecyclestage"],
        )
        for chosen in (first, second):
            store.save(connection, portal_id=PORTAL, object_type=COMPANIES, rules=chosen, by=BY, now=NOW)
        assert store.rules_of(connection, portal_id=PORTAL, object_type=COMPANIES) == {**first, **second}
        for portal_id, object_type in ((OTHER, COMPANIES), (PORTAL, CONTACTS)):
            assert store.rules_of(connection, portal_id=portal_id, object_type=object_type) == {}


def test_going_back_to_the_default_touches_nothing_else(database: Database) -> None:
    store = PolicyStore()
    chosen = {"industry": Rule(WritePolicy.ALWAYS), "city": Rule(WritePolicy.NEVER)}
    with database.begin() as connection:
        for portal_id in (PORTAL, OTHER):
            store.save(connection, portal_id=portal_id, object_type=COMPANIES, rules=chosen, by=BY, now=NOW)
        store.remove(connection, portal_id=PORTAL, object_type=COMPANIES, property_names=["industry"])
        assert store.rules_of(connection, portal_id=PORTAL, object_type=COMPANIES).keys() == {"city"}
        assert store.rules_of(connection, portal_id=OTHER, object_type=COMPANIES) == chosen


def test_a_definition_comes_back_from_the_catalog_as_it_went_in(database: Database) -> None:
    options = (("a", "Alpha ü"), ("b", ""))
    definition = PropertyDefinition("x", "X", "enumeration", "select", "g", False, options, frozenset({"b"}), True, True, True)
    catalog = Catalog(COMPANIES, {"x": definition, "industry": usual_definition("industry")}, NOW)
    store = CatalogStore()
    with database.begin() as connection:
        store.save(connection, portal_id=PORTAL, catalog=catalog)
        assert store.find(connection, portal_id=PORTAL, object_type=COMPANIES) == catalog
        store.save(connection, portal_id=PORTAL, catalog=replace(catalog, definitions={}, fetched_at=NOW - timedelta(hours=1)))
        assert store.find(connection, portal_id=PORTAL, object_type=COMPANIES) == catalog
        assert store.find(connection, portal_id=OTHER, object_type=COMPANIES) is None
        store.forget(connection, portal_id=PORTAL)
        assert store.find(connection, portal_id=PORTAL, object_type=COMPANIES) is None


def test_definitions_are_asked_for_once_an_hour_and_an_old_catalog_serves_through_an_outage(database: Database) -> None:
    hubspot, now = FakeHubSpot(), NOW
    catalogs = Catalogs(database, lambda: now, catalog_names)
    for _ in range(3):
        known = catalogs.current(hubspot, portal_id=PORTAL, object_type=COMPANIES)
    assert hubspot.calls == ["property_definitions"]
    assert known.find("industry") == usual_definition("industry")
    now += MAX_AGE
    hubspot.faults.append(Fault("property_definitions", Unavailable("down", system="hubspot")))
    assert catalogs.current(hubspot, portal_id=PORTAL, object_type=COMPANIES) == known
    hubspot.definitions["industry"] = None
    assert catalogs.current(hubspot, portal_id=PORTAL, object_type=COMPANIES).find("industry") is None
    assert hubspot.calls == ["property_definitions"] * 3


def test_without_any_catalog_an_outage_goes_to_the_caller(database: Database) -> None:
    hubspot = FakeHubSpot(faults=[Fault("property_definitions", Unavailable("down", system="hubspot"))])
    with pytest.raises(Unavailable):
        Catalogs(database, lambda: NOW, catalog_names).current(hubspot, portal_id=PORTAL, object_type=COMPANIES)


def test_the_same_alert_counts_up_and_opens_again_after_it_was_resolved(database: Database) -> None:
    store, later = AlertStore(), NOW + timedelta(hours=1)
    space = Alert(OPTION_UNKNOWN, "companies.industry=Space", "first words")
    gone = Alert(PROPERTY_CHANGED, "companies.city", "gone")
    with database.begin() as connection:
        store.raise_alerts(connection, portal_id=PORTAL, alerts=[space, gone, space], now=NOW)
        store.raise_alerts(connection, portal_id=PORTAL, alerts=[replace(space, message="new words")], now=later)
        store.raise_alerts(connection, portal_id=OTHER, alerts=[], now=later)
        first, second = store.open_alerts(connection, portal_id=PORTAL)
        assert (first.subject, first.message, first.count, first.first_at, first.last_at) == (
            space.subject,
            "new words",
            3,
            NOW,
            later,
        )
        assert (second.subject, second.count) == (gone.subject, 1)
        assert store.open_alerts(connection, portal_id=OTHER) == ()
        assert store.resolve(connection, portal_id=OTHER, alert_id=first.alert_id, by=BY, now=later) is None
        assert store.resolve(connection, portal_id=PORTAL, alert_id=first.alert_id, by=BY, now=later) == space.subject
        assert store.resolve(connection, portal_id=PORTAL, alert_id=first.alert_id, by=BY, now=later) is None
        assert [one.subject for one in store.open_alerts(connection, portal_id=PORTAL)] == [gone.subject]
        store.raise_alerts(connection, portal_id=PORTAL, alerts=[space], now=later)
        assert [one.count for one in store.open_alerts(connection, portal_id=PORTAL)] == [1, 1]


def test_many_batches_raising_the_same_alerts_neither_wait_forever_nor_lose_count(database: Database) -> None:
    alerts = [Alert(OPTION_UNKNOWN, f"companies.industry={number}", "x") for number in range(8)]

    def raise_all(turn: int) -> None:
        with database.begin() as connection:
            AlertStore().raise_alerts(connection, portal_id=PORTAL, alerts=alerts[turn % 8 :] + alerts[: turn % 8], now=NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(raise_all, range(24)))
    with database.begin() as connection:
        assert {one.count for one in AlertStore().open_alerts(connection, portal_id=PORTAL)} == {24}


def test_alerts_about_a_property_close_when_the_account_changes_it_and_others_stay(database: Database) -> None:
    hubspot, store = FakeHubSpot(), AlertStore()
    catalogs = Catalogs(database, lambda: NOW, catalog_names)
    catalogs.refresh(hubspot, portal_id=PORTAL, object_type=COMPANIES)
    alerts = [
        Alert(OPTION_UNKNOWN, "companies.industry=Space", "x"),
        Alert(PROPERTY_CHANGED, "companies.industry", "x"),
        Alert(PROPERTY_CHANGED, "companies.city", "x"),
        Alert("budget_80", "companies.industry", "x"),
    ]
    with database.begin() as connection:
        store.raise_alerts(connection, portal_id=PORTAL, alerts=alerts, now=NOW)
        store.raise_alerts(connection, portal_id=OTHER, alerts=alerts[:1], now=NOW)
    catalogs.refresh(hubspot, portal_id=PORTAL, object_type=COMPANIES)
    with database.begin() as connection:
        assert len(store.open_alerts(connection, portal_id=PORTAL)) == 4
    hubspot.definitions["industry"] = None
    catalogs.refresh(hubspot, portal_id=PORTAL, object_type=COMPANIES)
    with database.begin() as connection:
        left = {(one.kind, one.subject) for one in store.open_alerts(connection, portal_id=PORTAL)}
        assert left == {(PROPERTY_CHANGED, "companies.city"), ("budget_80", "companies.industry")}
        assert len(store.open_alerts(connection, portal_id=OTHER)) == 1
