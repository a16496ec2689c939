"""Values made to fit the portal's properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import PropertyDefinition
from integration.pipeline.definitions.fitting import TEXT_LIMIT, WRITABLE_TYPES, Given, Misfit, Sense, fit
from integration.pipeline.definitions.industries import EVERYDAY_INDUSTRIES, standard_industries
from integration.pipeline.definitions.options import folded, match_option
from integration.providers.base import FieldValue
from tests.unit.pipeline.fake_hubspot import usual_definition


def defined(kind: str, field_type: str = "text", *options: tuple[str, str], hidden: tuple[str, ...] = ()) -> PropertyDefinition:
    return PropertyDefinition("sample", "Sample", kind, field_type, "group", False, options, frozenset(hidden))


SIZES = defined("enumeration", "select", ("small", "1-10"), ("110", "Exactly 110"), ("big", "10,000+"), ("bigger", "10000"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("computer software", "COMPUTER_SOFTWARE"),
        ("Information Technology & Services", "INFORMATION_TECHNOLOGY_AND_SERVICES"),
        ("Hospital & Health Care", "HOSPITAL_HEALTH_CARE"),
        ("Software", "COMPUTER_SOFTWARE"),
        ("e-learning", "E_LEARNING"),
        ("Retail", "RETAIL"),
    ],
)
def test_an_industry_in_everyday_words_finds_the_accounts_option(text: str, value: str) -> None:
    assert fit(usual_definition("industry"), "industry", Given(text, Sense.INDUSTRY)) == value


def test_an_industry_the_account_does_not_offer_is_told_and_not_written() -> None:
    misfit = fit(usual_definition("industry"), "industry", Given("Underwater basket weaving", Sense.INDUSTRY))
    assert misfit == Misfit(
        "option_unknown", '"industry" has no option for "Underwater basket weaving" in this account', "Underwater basket weaving"
    )


def test_every_everyday_word_leads_to_a_standard_industry() -> None:
    assert set(EVERYDAY_INDUSTRIES.values()) <= standard_industries()


def test_an_accounts_own_option_goes_before_the_everyday_word() -> None:
    own = defined("enumeration", "select", ("tech", "Software"), ("COMPUTER_SOFTWARE", "Computer Software"))
    assert match_option(own, "software", EVERYDAY_INDUSTRIES).value == "tech"
    renamed = defined("enumeration", "select", ("branch_7", "Computer Software"))
    assert match_option(renamed, "Software", EVERYDAY_INDUSTRIES).value == "branch_7"


@pytest.mark.parametrize(
    ("text", "state", "value"),
    [
        ("small", "matched", "small"),
        ("1-10", "matched", "small"),
        ("1 – 10", "matched", "small"),
        ("110", "matched", "110"),
        ("10,000 +", "matched", "big"),
        ("10.000", "unknown", ""),
        ("10000", "matched", "bigger"),
        ("***", "unknown", ""),
    ],
)
def test_signs_that_mean_something_are_not_passed_over(text: str, state: str, value: str) -> None:
    found = match_option(SIZES, text)
    assert (found.state, found.value) == (state, value)


def test_two_options_with_one_label_are_not_guessed_and_hidden_ones_not_used() -> None:
    twins = defined("enumeration", "select", ("a", "North"), ("b", "north"), ("c", "South"), hidden=("c",))
    assert match_option(twins, "NORTH").state == "ambiguous"
    assert match_option(twins, "North").value == "a"
    assert match_option(twins, "South").state == "hidden"
    assert isinstance(fit(twins, "sample", Given("south")), Misfit)
    replaced = defined("enumeration", "select", ("old", "Software"), ("new", "Software"), hidden=("old",))
    assert match_option(replaced, "Software").value == "new"


options = st.lists(st.tuples(st.text(min_size=1, max_size=12), st.text(max_size=12)), max_size=6, unique_by=lambda one: one[0])


@given(options, st.text(max_size=12), st.sets(st.integers(0, 5)))
def test_matching_gives_a_live_option_and_matching_that_again_changes_nothing(
    pairs: list[tuple[str, str]], text: str, hidden: set[int]
) -> None:
    hidden_values = tuple(value for place, (value, _) in enumerate(pairs) if place in hidden)
    definition = defined("enumeration", "select", *pairs, hidden=hidden_values)
    found = match_option(definition, text)
    assert found.state == "matched" or found.value == ""
    if found.state == "matched":
        assert found.value in {value for value, _ in pairs} - set(hidden_values)
        if found.value == found.value.strip():
            assert match_option(definition, found.value) == found


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text).replace("_", "-")) == folded(text)


values = st.text(max_size=60) | st.integers() | st.floats() | st.booleans() | st.lists(st.text(max_size=8), max_size=3).map(tuple)


@given(st.sampled_from([*sorted(WRITABLE_TYPES), "json"]), values, st.sampled_from(Sense), st.sampled_from(["text", "checkbox"]))
def test_what_fits_fits_again_unchanged_and_nothing_breaks(kind: str, value: FieldValue, sense: Sense, field_type: str) -> None:
    definition = defined(kind, field_type, ("DE", "Germany"), ("x", "1"), ("RETAIL", "Retail"))
    fitted = fit(definition, "sample", Given(value, sense))
    if isinstance(fitted, str) and sense is not Sense.COUNTRY:
        assert len(fitted) <= TEXT_LIMIT
        assert fit(definition, "sample", Given(fitted, sense)) == fitted.strip()


@pytest.mark.parametrize(
    ("definition", "given_value", "written"),
    [
        (defined("number"), Given(120.0, Sense.NUMBER), "120"),
        (defined("number"), Given(1.5), "1.5"),
        (defined("number"), Given(1e15), "1000000000000000"),
        (defined("string"), Given(1999, Sense.YEAR), "1999"),
        (defined("date", "date"), Given("2026-11-21T23:30:00-05:00"), "2026-11-22"),
        (defined("date", "date"), Given("2026-11-21"), "2026-11-21"),
        (defined("date", "date"), Given("1763726400000"), "2025-11-21"),
        (defined("datetime", "date"), Given("2026-11-21T10:00:00+02:00"), "2026-11-21T08:00:00.000Z"),
        (defined("bool", "booleancheckbox"), Given(True), "true"),
        (defined("bool", "booleancheckbox"), Given("No"), "false"),
        (defined("string"), Given("DE", Sense.COUNTRY), "Germany"),
        (defined("enumeration", "select", ("de", "Deutschland")), Given("DE", Sense.COUNTRY), "de"),
        (defined("enumeration", "select", ("1", "Allemagne"), ("2", "France")), Given("DE", Sense.COUNTRY), "1"),
        (defined("string", "phonenumber"), Given("030 901820", Sense.PHONE, "DE"), "+4930901820"),
        (defined("string", "phonenumber"), Given("030 901820", Sense.PHONE), "030 901820"),
        (defined("phone_number", "phonenumber"), Given("+49 30 901820", Sense.PHONE), "+4930901820"),
        (defined("string"), Given(("a", "b")), "a, b"),
        (defined("enumeration", "checkbox", ("a", "A"), ("b", "B")), Given(("B", "a", "b")), "b;a"),
        (defined("string"), Given("  "), ""),
    ],
)
def test_values_are_normalised_by_the_type_of_the_property(
    definition: PropertyDefinition, given_value: Given, written: str
) -> None:
    assert fit(definition, "sample", given_value) == written


@pytest.mark.parametrize(
    ("definition", "given_value", "reason"),
    [
        (None, Given("x"), "property_missing"),
        (PropertyDefinition("sample", "", "string", "text", "", True), Given("x"), "property_missing"),
        (PropertyDefinition("sample", "", "string", "text", "", False, is_read_only=True), Given("x"), "property_read_only"),
        (PropertyDefinition("sample", "", "number", "number", "", False, is_calculated=True), Given("1"), "property_read_only"),
        (defined("number"), Given("many"), "value_unfit"),
        (defined("number"), Given("NaN"), "value_unfit"),
        (defined("date", "date"), Given("soon"), "value_unfit"),
        (defined("bool", "booleancheckbox"), Given("perhaps"), "value_unfit"),
        (defined("phone_number", "phonenumber"), Given("030 901820", Sense.PHONE), "value_unfit"),
        (defined("json"), Given("{}"), "value_unfit"),
        (defined("enumeration", "select", ("a", "A")), Given(("a", "b")), "value_unfit"),
        (defined("enumeration", "select", ("a", "Germany"), ("b", "Deutschland")), Given("DE", Sense.COUNTRY), "option_ambiguous"),
        (defined("enumeration", "select", ("b", "France")), Given("DE", Sense.COUNTRY), "option_unknown"),
    ],
)
def test_what_does_not_go_in_is_told_with_the_reason(
    definition: PropertyDefinition | None, given_value: Given, reason: str
) -> None:
    misfit = fit(definition, "sample", given_value)
    assert isinstance(misfit, Misfit)
    assert misfit.reason == reason
    assert "sample" in misfit.words


def test_options_that_live_elsewhere_are_not_checked() -> None:
    owners = PropertyDefinition("sample", "", "enumeration", "select", "", False, has_external_options=True)
    assert fit(owners, "sample", Given("7001")) == "7001"


def test_a_label_that_holds_a_semicolon_is_one_option_and_several_options_stay_several() -> None:
    many = defined("enumeration", "checkbox", ("sm", "Sales; Marketing"), ("it", "IT"), ("hr", "HR"))
    assert fit(many, "sample", Given("Sales; Marketing")) == "sm"
    assert fit(many, "sample", Given(("sales; marketing", "it;hr"))) == "sm;it;hr"
    assert isinstance(fit(many, "sample", Given("IT; Legal")), Misfit)


@pytest.mark.parametrize(("text", "written"), [("1_000", "1000"), ("1.5e3", "1500"), ("12.50", "12.50"), ("-0.5", "-0.5")])
def test_a_number_is_written_in_plain_digits(text: str, written: str) -> None:
    assert fit(defined("number"), "sample", Given(text)) == written


@pytest.mark.parametrize("text", ["1e999999", "NaN", "Infinity", "12 %", "1,200"])
def test_what_is_no_plain_number_is_told_and_not_written(text: str) -> None:
    assert isinstance(fit(defined("number"), "sample", Given(text)), Misfit)
