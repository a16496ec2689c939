"""Rules with their defaults, ready sets, and what cannot hold for a portal's properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDefinition
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.definitions.names import ROUTING_NAMES, catalog_names, own_names
from integration.pipeline.policies.presets import Preset, preset_rules
from integration.pipeline.policies.rules import RuleBook, build_rules
from integration.pipeline.policies.validation import check_rule, problem_of
from integration.pipeline.policy import ROUTING_FIELDS, Rule, WritePolicy
from integration.pipeline.standard_properties import STANDARD_PROPERTIES, standard_names
from tests.factories import NOW
from tests.unit.pipeline.fake_hubspot import usual_definition


def catalog(object_type: str = COMPANIES, **changed: PropertyDefinition | None) -> Catalog:
    known = {name: usual_definition(name) for name in catalog_names(object_type)} | changed
    return Catalog(object_type, {name: entry for name, entry in known.items() if entry is not None}, NOW)


def check(name: str, rule: Rule, known: Catalog | None = None, currency: str = "USD") -> None:
    check_rule(COMPANIES, name, rule, known or catalog(), currency=currency)


def test_every_kind_of_property_has_its_default() -> None:
    rules = build_rules(COMPANIES, ["companies.industry", "city", "contacts.phone"], {})
    assert rules.rule_for("leadlight_headline") == Rule(WritePolicy.ALWAYS)
    assert rules.rule_for("industry") == rules.rule_for("city") == Rule(WritePolicy.IF_BLANK)
    assert rules.rule_for("phone") == Rule(WritePolicy.NEVER)
    for name in ROUTING_FIELDS:
        assert build_rules(COMPANIES, [name], {}).rule_for(name) == Rule(WritePolicy.NEVER)


def test_a_routing_field_with_a_row_but_unopened_is_not_filled() -> None:
    rules = RuleBook(stored={"lifecyclestage": Rule(WritePolicy.ALWAYS)})
    assert not rules.fills("lifecyclestage")
    assert RuleBook(stored={"lifecyclestage": Rule(WritePolicy.ALWAYS, is_open=True)}).fills("lifecyclestage")


@given(st.sampled_from(Preset), st.sampled_from([COMPANIES, CONTACTS]))
def test_a_ready_set_covers_every_property_and_lifts_or_opens_nothing(preset: Preset, object_type: str) -> None:
    rules = preset_rules(preset, STANDARD_PROPERTIES[object_type])
    assert list(rules) == standard_names(object_type)
    assert not any(rule.people_may_be_overwritten or rule.is_open for rule in rules.values())
    assert not rules.keys() & ROUTING_FIELDS
    for name, rule in rules.items():
        check_rule(object_type, name, rule, catalog(object_type), currency="USD")


def test_ready_sets_are_what_they_say() -> None:
    def policies(preset: Preset) -> set[WritePolicy]:
        return {rule.policy for rule in preset_rules(preset, STANDARD_PROPERTIES[COMPANIES]).values()}

    assert policies(Preset.CAUTIOUS) == {WritePolicy.NEVER}
    assert policies(Preset.FILL_BLANKS) == {WritePolicy.IF_BLANK}
    fresh = preset_rules(Preset.KEEP_FRESH, STANDARD_PROPERTIES[COMPANIES])
    assert fresh["numberofemployees"].policy is WritePolicy.IF_NEWER
    assert fresh["founded_year"].policy is WritePolicy.IF_BLANK


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("industry", Rule(WritePolicy.IF_NEWER)),
        ("industry", Rule(WritePolicy.IF_MORE_CERTAIN, 0.3)),
        ("industry", Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True)),
        ("leadlight_headline", Rule(WritePolicy.IF_BLANK)),
        ("leadlight_headline", Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True)),
        ("lifecyclestage", Rule(WritePolicy.IF_BLANK, is_open=True)),
        ("lifecyclestage", Rule(WritePolicy.NEVER)),
    ],
)
def test_these_rules_can_hold(name: str, rule: Rule) -> None:
    check(name, rule)


@pytest.mark.parametrize(
    ("name", "rule", "words"),
    [
        ("colour", Rule(WritePolicy.ALWAYS), "nothing to put into"),
        ("leadlight_headline", Rule(WritePolicy.IF_NEWER), "no age or certainty"),
        ("leadlight_headline", Rule(WritePolicy.IF_MORE_CERTAIN), "no age or certainty"),
        ("industry", Rule(WritePolicy.ALWAYS, 0.1), "only means something under if_more_certain"),
        ("industry", Rule(WritePolicy.IF_MORE_CERTAIN, 0.31), "between 0 and 0.3"),
        ("industry", Rule(WritePolicy.IF_MORE_CERTAIN, -0.1), "between 0 and 0.3"),
        ("industry", Rule(WritePolicy.IF_BLANK, is_open=True), "no routing field"),
        ("lifecyclestage", Rule(WritePolicy.ALWAYS), "is closed. Open it expressly"),
        ("hubspot_owner_id", Rule(WritePolicy.IF_NEWER, is_open=True), "decided, not found"),
        ("dealstage", Rule(WritePolicy.ALWAYS, is_open=True), "stays closed"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_with_the_property_and_what_to_do(name: str, rule: Rule, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        check(name, rule)
    assert f'"{name}"' in refusal.value.message


def changed(name: str, kind: str = "string", **facts: object) -> Catalog:
    return catalog(**{name: PropertyDefinition(name, name, kind, "text", "", **{"archived": False, **facts})})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("city", catalog(city=None), "does not exist in this account, or was archived"),
        ("city", changed("city", archived=True), "was archived"),
        ("city", changed("city", is_read_only=True), "Apps cannot change"),
        ("city", changed("city", is_calculated=True, is_read_only=True), "works out .* itself"),
        ("city", changed("city", "json"), "type json"),
        ("numberofemployees", changed("numberofemployees", "enumeration"), "needs number or string"),
        ("phone", changed("phone", "number"), "needs phone_number or string"),
        ("industry", changed("industry", "enumeration", options=(("a", "Alpha"),)), "no option that a finding could match"),
        ("industry", changed("industry", "enumeration"), "no option that a finding could match"),
        ("country", changed("country", "enumeration", options=(("1", "Mars"),)), "no option that a finding could match"),
    ],
)
def test_a_property_that_takes_no_finding_is_refused(name: str, known: Catalog, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check(name, Rule(WritePolicy.IF_BLANK), known)
    check(name, Rule(WritePolicy.NEVER), known)


def test_options_that_some_finding_matches_are_enough() -> None:
    few = changed("industry", "enumeration", options=(("tech", "Software"), ("x", "Anything else")))
    check("industry", Rule(WritePolicy.IF_BLANK), few)
    hidden = changed("industry", "enumeration", options=(("tech", "Software"),), hidden_options=frozenset({"tech"}))
    with pytest.raises(BadInput):
        check("industry", Rule(WritePolicy.IF_BLANK), hidden)
    check("country", Rule(WritePolicy.IF_BLANK), changed("country", "enumeration", options=(("1", "Deutschland"),)))


def test_revenue_is_not_filled_where_the_account_counts_in_another_currency() -> None:
    check("annualrevenue", Rule(WritePolicy.IF_BLANK))
    with pytest.raises(BadInput, match="counts in EUR"):
        check("annualrevenue", Rule(WritePolicy.IF_BLANK), currency="EUR")
    assert problem_of(COMPANIES, "annualrevenue", catalog(), currency="USD") is None


def test_one_call_takes_the_whole_catalog_of_a_type() -> None:
    for object_type in (COMPANIES, CONTACTS, DEALS):
        names = catalog_names(object_type)
        assert len(names) == len(set(names)) <= 100
        assert {*own_names(object_type), *ROUTING_NAMES[object_type]} <= set(names)
    assert catalog_names("tickets") == []
