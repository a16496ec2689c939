"""When we may touch a property."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from integration.pipeline.policies.words import REASONS, reason_in_words, rule_in_words
from integration.pipeline.policy import (
    PROTECTED,
    ROUTING_FIELDS,
    Decision,
    Origin,
    Rule,
    Standing,
    Wanted,
    WritePolicy,
    decide,
    same_value,
)
from tests.factories import NOW

texts = st.text(max_size=40)
ratios = st.floats(0, 1)
moments = st.integers(-1000, 1000).map(lambda days: NOW + timedelta(days=days))
names = st.sampled_from(["leadlight_headline", "industry", "city", *sorted(ROUTING_FIELDS)])
rules = st.builds(Rule, st.sampled_from(WritePolicy), st.none() | st.floats(0, 0.3), st.booleans(), st.booleans())
standings = st.builds(
    Standing, texts, st.none() | st.sampled_from(Origin), st.none() | moments, st.none() | ratios, st.none() | texts
)
wishes = st.builds(
    Wanted, names, texts, st.sampled_from(["string", "number", "datetime", "enumeration"]), st.none() | moments, st.none() | ratios
)


@given(rules, standings, wishes)
def test_every_decision_has_words_and_an_equal_value_is_never_written(rule: Rule, standing: Standing, wanted: Wanted) -> None:
    assert decide(rule, standing, wanted).reason in REASONS
    assert decide(rule, replace(standing, value=wanted.value), wanted).action == "keep"


@given(rules, standings, wishes, st.sampled_from(sorted(PROTECTED)))
def test_what_a_person_or_an_import_set_or_cleared_stays_unless_lifted(
    rule: Rule, standing: Standing, wanted: Wanted, origin: Origin
) -> None:
    protecting = replace(rule, people_may_be_overwritten=False)
    assert decide(protecting, replace(standing, origin=origin), wanted).action == "keep"


@given(rules, standings, wishes)
def test_a_switched_off_property_is_never_written(rule: Rule, standing: Standing, wanted: Wanted) -> None:
    assert decide(replace(rule, policy=WritePolicy.NEVER), standing, wanted).action == "keep"


@given(rules, standings, wishes, st.sampled_from(sorted(ROUTING_FIELDS)))
def test_a_closed_routing_field_is_never_written_whatever_its_row_says(
    rule: Rule, standing: Standing, wanted: Wanted, name: str
) -> None:
    decision = decide(replace(rule, is_open=False), standing, replace(wanted, property_name=name))
    assert decision == Decision("keep", "routing_closed")


@given(rules, standings, wishes)
def test_an_undone_value_is_not_written_again(rule: Rule, standing: Standing, wanted: Wanted) -> None:
    assert decide(rule, replace(standing, undone_value=wanted.value), wanted).action == "keep"


@given(rules, standings, wishes)
def test_only_always_empties_a_property(rule: Rule, standing: Standing, wanted: Wanted) -> None:
    assume(rule.policy is not WritePolicy.ALWAYS)
    assert decide(rule, standing, replace(wanted, value="")).action == "keep"


@given(rules, standings, wishes)
def test_a_value_of_somebody_else_survives_if_blank(rule: Rule, standing: Standing, wanted: Wanted) -> None:
    assume(not standing.is_blank and standing.origin is not Origin.OURS)
    assert decide(replace(rule, policy=WritePolicy.IF_BLANK), standing, wanted).action == "keep"


@given(rules, standings, wishes, ratios)
def test_more_certainty_never_turns_a_write_into_a_keep(rule: Rule, standing: Standing, wanted: Wanted, more: float) -> None:
    certain = replace(rule, policy=WritePolicy.IF_MORE_CERTAIN)
    assume(wanted.confidence_ratio is not None and more >= wanted.confidence_ratio)
    if decide(certain, standing, wanted).action == "write":
        assert decide(certain, standing, replace(wanted, confidence_ratio=more)).action == "write"


OURS = Standing("Retail", Origin.OURS, NOW, 0.6)
APP = Standing("Retail", Origin.OTHER_APP, NOW)
PERSON = Standing("Retail", Origin.PERSON, NOW)
BLANK = Standing("  ")
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "standing", "wanted", "action", "reason"),
    [
        (Rule(WritePolicy.IF_BLANK), BLANK, Wanted("industry", "Software"), "write", "was_blank"),
        (Rule(WritePolicy.IF_BLANK), APP, Wanted("industry", "Software"), "keep", "filled_by_others"),
        (Rule(WritePolicy.IF_BLANK), PERSON, Wanted("industry", "Software"), "keep", "set_by_person"),
        (Rule(WritePolicy.IF_BLANK), OURS, Wanted("industry", "Software"), "write", "own_value_renewed"),
        (Rule(WritePolicy.IF_BLANK), OURS, Wanted("industry", ""), "keep", "nothing_to_write"),
        (Rule(WritePolicy.IF_BLANK), Standing("", Origin.PERSON), Wanted("industry", "x"), "keep", "cleared_by_person"),
        (Rule(WritePolicy.IF_BLANK), Standing("", Origin.OTHER_APP), Wanted("industry", "x"), "write", "was_blank"),
        (
            Rule(WritePolicy.IF_BLANK, people_may_be_overwritten=True),
            Standing("", Origin.PERSON),
            Wanted("industry", "x"),
            "write",
            "was_blank",
        ),
        (Rule(WritePolicy.IF_BLANK, people_may_be_overwritten=True), PERSON, Wanted("industry", "x"), "keep", "filled_by_others"),
        (Rule(WritePolicy.IF_NEWER), APP, Wanted("industry", "Software", seen_at=LATER), "write", "newer"),
        (Rule(WritePolicy.IF_NEWER), APP, Wanted("industry", "Software", seen_at=NOW), "keep", "not_newer"),
        (Rule(WritePolicy.IF_NEWER), replace(APP, set_at=None), Wanted("industry", "x", seen_at=NOW), "keep", "age_unknown"),
        (Rule(WritePolicy.IF_NEWER), PERSON, Wanted("industry", "Software", seen_at=LATER), "keep", "set_by_person"),
        (Rule(WritePolicy.IF_MORE_CERTAIN), OURS, Wanted("industry", "x", confidence_ratio=0.61), "write", "more_certain"),
        (Rule(WritePolicy.IF_MORE_CERTAIN), OURS, Wanted("industry", "x", confidence_ratio=0.6), "keep", "not_more_certain"),
        (Rule(WritePolicy.IF_MORE_CERTAIN), APP, Wanted("industry", "x", confidence_ratio=1.0), "keep", "margin_not_stated"),
        (Rule(WritePolicy.IF_MORE_CERTAIN, 0.1), APP, Wanted("industry", "x", confidence_ratio=0.8), "write", "more_certain"),
        (Rule(WritePolicy.IF_MORE_CERTAIN, 0.1), APP, Wanted("industry", "x", confidence_ratio=0.79), "keep", "not_more_certain"),
        (Rule(WritePolicy.IF_MORE_CERTAIN, 0.1), APP, Wanted("industry", "x"), "keep", "certainty_unknown"),
        (Rule(WritePolicy.ALWAYS), APP, Wanted("industry", "x"), "write", "always"),
        (Rule(WritePolicy.ALWAYS), Standing("70", Origin.OURS), Wanted("leadlight_score", ""), "write", "own_property"),
        (Rule(WritePolicy.ALWAYS), Standing("x", Origin.UNKNOWN), Wanted("leadlight_score", "7"), "keep", "set_by_unknown"),
        (Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True), PERSON, Wanted("industry", "x"), "write", "always"),
        (Rule(WritePolicy.ALWAYS, is_open=True), BLANK, Wanted("lifecyclestage", "lead"), "write", "always"),
        (Rule(WritePolicy.ALWAYS), Standing("70", Origin.OURS), Wanted("industry", ""), "keep", "nothing_to_write"),
        (Rule(WritePolicy.NEVER), BLANK, Wanted("industry", "x"), "keep", "switched_off"),
    ],
)
def test_each_policy_says_why(rule: Rule, standing: Standing, wanted: Wanted, action: str, reason: str) -> None:
    decision = decide(rule, standing, wanted)
    assert (decision.action, decision.reason) == (action, reason)


def test_rules_and_reasons_are_told_in_words() -> None:
    assert rule_in_words(Rule(WritePolicy.IF_BLANK)) == "filled where it is blank"
    assert rule_in_words(Rule(WritePolicy.IF_MORE_CERTAIN, 0.1)).endswith("another app's values only by 10 points")
    assert "even over what people" in rule_in_words(Rule(WritePolicy.ALWAYS, people_may_be_overwritten=True))
    assert reason_in_words("something_new") == "something new"


@pytest.mark.parametrize(
    ("standing", "wanted", "kind", "same"),
    [
        ("7", "7.0", "number", True),
        ("7", "7.5", "number", False),
        ("7", "7.0", "string", False),
        ("", "0", "number", False),
        ("NaN", "nan", "number", False),
        ("1763726400000", "2025-11-21T12:00:00.000Z", "datetime", True),
        ("2025-11-21T12:00:00Z", "2025-11-21T12:00:00.000Z", "datetime", True),
        ("2025-11-21T12:00:01Z", "2025-11-21T12:00:00Z", "datetime", False),
        ("one\r\ntwo ", "one\ntwo", "string", True),
        ("Strong", "strong", "enumeration", False),
        ("tech;retail", "retail; tech", "enumeration", True),
        ("tech;retail", "tech", "enumeration", False),
        ("tech;retail", "retail;tech", "string", False),
    ],
)
def test_hubspots_spelling_of_the_same_value_counts_as_the_same(standing: str, wanted: str, kind: str, same: bool) -> None:
    assert same_value(standing, wanted, kind=kind) is same
