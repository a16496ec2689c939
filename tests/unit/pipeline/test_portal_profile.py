"""A portal's settings, the names of its owners, and what its admin opted in to."""

from __future__ import annotations

import pytest

from integration.hubspot.objects import COMPANIES, CONTACTS, AccountDetails
from integration.hubspot.portal_store import Portal
from integration.pipeline.policies.rules import build_rules
from integration.pipeline.policy import Rule, WritePolicy
from integration.pipeline.portal_profile import build_profile
from integration.pipeline.standard_properties import (
    STANDARD_PROPERTIES,
    opted_in,
    standard_values,
)
from integration.providers.base import FactSheet, Field
from tests.factories import NOW, finding


def portal(currency: str | None = None, scopes: frozenset[str] = frozenset(), **preferences: object) -> Portal:
    account = None if currency is None else AccountDetails(1, "STANDARD", "UTC", currency, "app.hubspot.com", "na1")
    return Portal(1, "connected", "", NOW, scopes, account, preferences, NOW, None, None)


def test_an_unknown_portal_is_not_connected() -> None:
    assert not build_profile(1, None).ready


def test_preferences_of_the_wrong_shape_count_as_not_set() -> None:
    profile = build_profile(1, portal(sender_name=7, standard_properties="industry"))
    assert (profile.sender_name, profile.standard_properties) == ("", None)
    assert profile.sender(None) is None


def test_the_owner_comes_before_the_name_the_admin_set() -> None:
    profile = build_profile(1, portal(sender_name=" Sample Sender ", sender_company="Sample Vendor"))
    found = profile.sender(None), profile.sender("Sample Owner")
    assert [sender.name for sender in found if sender] == ["Sample Sender", "Sample Owner"]
    assert {sender.company for sender in found if sender} == {"Sample Vendor"}


@pytest.mark.parametrize(("currency", "in_usd"), [(None, True), ("USD", True), ("EUR", False)])
def test_revenue_counts_as_dollars_only_in_a_dollar_account(currency: str | None, in_usd: bool) -> None:
    assert build_profile(1, portal(currency)).revenue_in_usd is in_usd


def test_opting_in_names_an_object_type_or_all_and_a_rule_goes_before_the_list() -> None:
    def names(object_type: str, *chosen: str, usd: bool = True, **stored: WritePolicy) -> list[str]:
        rules = build_rules(object_type, chosen, {name: Rule(policy) for name, policy in stored.items()})
        return [entry.name for entry in opted_in(object_type, rules, revenue_in_usd=usd)]

    assert names(COMPANIES, "phone") == names(CONTACTS, "phone") == ["phone"]
    assert names(CONTACTS, "companies.phone") == []
    assert names(COMPANIES, "annualrevenue") == ["annualrevenue"]
    assert names(COMPANIES, "annualrevenue", usd=False) == []
    assert names("deals", "phone") == []
    assert names(COMPANIES, "phone", phone=WritePolicy.NEVER, city=WritePolicy.IF_NEWER) == ["city"]


def test_what_hubspot_said_itself_is_not_written_back_to_it() -> None:
    other = finding(Field.CITY, "Bonn", provider="apollo")
    sheet = FactSheet(
        COMPANIES,
        "1",
        NOW,
        {
            Field.CITY: finding(Field.CITY, "Berlin", provider="hubspot"),
            Field.STATE: finding(Field.STATE, "BE", provider="hubspot"),
        },
        {Field.CITY: (other,)},
    )
    values = standard_values(sheet, STANDARD_PROPERTIES[COMPANIES])
    assert [(entry.property.name, entry.finding) for entry in values] == [("city", other)]
