"""The pure parts of settings page and app home: ready sets recognised, profiles as text, prices, titles, addresses, spend and health."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cards.home_view import HealthFacts, health_view, record_url, spend_view, title_of
from crm_cards.settings_view import closed_view, preset_of, profile_text
from integration.hubspot.objects import AccountDetails
from integration.hubspot.portal_store import Portal
from integration.pipeline.policies.desk import PolicyLine
from integration.pipeline.policies.presets import Preset, preset_rules
from integration.pipeline.policy import Rule, WritePolicy
from integration.pipeline.standard_properties import STANDARD_PROPERTIES
from integration.providers.budget import Period, Room, RoomKey
from integration.providers.charge_store import DayCharge
from integration.reporting.overview_store import Workers
from integration.scoring.profile import build_profile, default_profile, parse_profile, profile_data, render_profile

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
PORTAL = Portal(7, "connected", "", NOW - timedelta(days=9), frozenset(), None, {}, NOW, NOW, None)
WELL = HealthFacts(PORTAL, Workers(1, NOW), 0, None, 0, (), True, NOW + timedelta(minutes=20), NOW)
AUTHORITY = "https://app.hubspot.com"


def lines(preset: Preset, closed: str = "") -> list[PolicyLine]:
    rules = preset_rules(preset, STANDARD_PROPERTIES["companies"])
    never = Rule(WritePolicy.NEVER)
    return [
        PolicyLine(
            name, name, "standard", "string", never if name == closed else rule, never, True, "gone" if name == closed else None
        )
        for name, rule in rules.items()
    ]


@pytest.mark.parametrize("preset", list(Preset))
def test_a_ready_set_is_recognised_also_where_a_property_cannot_be_written(preset: Preset) -> None:
    assert preset_of("companies", lines(preset)) is preset
    assert preset_of("companies", lines(preset, closed="industry")) is preset


def test_a_mixture_is_no_ready_set() -> None:
    mixed = lines(Preset.FILL_BLANKS)
    mixed[0] = replace(mixed[0], rule=Rule(WritePolicy.ALWAYS))
    assert preset_of("companies", mixed) is None


@settings(max_examples=20)
@given(strong=st.floats(0, 100), words=st.lists(st.sampled_from(["NO", "yes", "1e3", "Zürich", "a: b", "#x"]), min_size=1))
def test_a_profile_survives_being_shown_and_saved(strong: float, words: list[str]) -> None:
    data = profile_data(default_profile())
    data["icp"]["labels"]["strong_from"] = strong
    data["icp"]["country"]["any_of"] = words
    profile = build_profile(data)
    assert parse_profile(render_profile(profile)) == profile


def test_a_stored_profile_that_cannot_be_used_is_shown_to_be_repaired() -> None:
    assert profile_text({"icp_profile": {"icp": "broken"}}) == {"text": "icp: broken\n", "is_default": False}


def test_without_admins_whoever_installed_is_to_be_asked() -> None:
    assert "installed" in closed_view([])["checks"][0]["what_to_do"]


def test_titles_end_before_the_judgement_and_records_without_a_brief_have_their_id() -> None:
    assert title_of("Sample Person, Sample: Works: strong fit, 9 of 100", "contacts", "1") == "Sample Person, Sample: Works"
    assert title_of("", "companies", "5") == "Company 5"


def test_addresses_are_on_the_accounts_domain_unless_the_installation_says_otherwise() -> None:
    european = replace(PORTAL, account=AccountDetails(7, "STANDARD", "UTC", "EUR", "app-eu1.hubspot.com", "eu1"))
    assert record_url(european, AUTHORITY, "companies", "5") == "https://app-eu1.hubspot.com/contacts/7/record/0-2/5"
    assert record_url(PORTAL, AUTHORITY, "contacts", "5") == f"{AUTHORITY}/contacts/7/record/0-1/5"
    assert record_url(european, "http://localhost:9", "contacts", "5") == "http://localhost:9/contacts/7/record/0-1/5"


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 10_000)), max_size=40))
def test_the_days_sum_to_what_was_charged(given_: list[tuple[int, int]]) -> None:
    today = date(2026, 12, 30)
    charges = [DayCharge("p", today - timedelta(days=back), 1, Decimal(1), Decimal(cents) / 100) for back, cents in given_]
    view = spend_view(charges, (), {}, today)
    assert sum(day["cost_usd"] for day in view["by_day"]) == pytest.approx(sum(cents for _, cents in given_) / 100)
    assert len({day["day"] for day in view["by_day"]}) == 30


def test_a_cap_of_nothing_is_used_up() -> None:
    room = Room(RoomKey("p", Period.MONTH), date(2026, 12, 1), Decimal(0), Decimal(0), Decimal(0))
    assert spend_view((), [room], {"p": "Sample"}, NOW.date())["by_provider"][0]["used_ratio"] == 1.0


def test_all_well_is_one_good_line() -> None:
    assert health_view(WELL)["level"] == "good"
    assert len(health_view(WELL)["lines"]) == 1


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (replace(WELL, workers=Workers(0, None)), "bad"),
        (replace(WELL, oldest_at=NOW - timedelta(hours=1), waiting=3), "warning"),
        (replace(WELL, dead_letters=2), "warning"),
        (replace(WELL, heard=False), "warning"),
        (replace(WELL, access_ends_at=None), "bad"),
        (replace(WELL, access_ends_at=NOW - timedelta(hours=1)), "warning"),
        (replace(WELL, portal=replace(PORTAL, state="disconnected", state_reason="revoked")), "bad"),
        (replace(WELL, portal=replace(PORTAL, provisioned_at=None, provision_error="refused")), "bad"),
        (replace(WELL, portal=replace(PORTAL, provisioned_at=None)), "warning"),
    ],
)
def test_each_trouble_is_one_line_with_what_to_do(facts: HealthFacts, level: str) -> None:
    view = health_view(facts)
    assert view["level"] == level
    assert [bool(line["what_to_do"]) for line in view["lines"]] == [True]


def test_a_young_connection_may_be_quiet() -> None:
    assert health_view(replace(WELL, heard=False, portal=replace(PORTAL, state_since=NOW)))["level"] == "good"
