"""Scores: reasons add up for any facts, silence earns nothing, too little evidence abstains, profiles are checked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.providers.base import Field, FieldValue
from integration.scoring.base import Reason, ScoreResult
from integration.scoring.profile import ScoringProfile, build_profile, default_profile, parse_profile
from integration.scoring.registry import all_scores, score_properties
from integration.scoring.render import reasons_text, score_text
from integration.scoring.scores.bant import score_bant
from integration.scoring.scores.icp_fit import score_icp_fit
from integration.scoring.words import matching_words
from tests.factories import COMPANY_FACTS, company_sheet, contact_sheet

PROFILE = default_profile()

facts = st.dictionaries(
    st.sampled_from(list(Field)),
    st.one_of(
        st.integers(-5, 10**12),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=60),
        st.sampled_from(["Software", "DE", "VP Sales", "2026-10-01", "HubSpot", "opportunity"]),
        st.lists(st.text(max_size=20), max_size=4).map(tuple),
    ),
    max_size=20,
)


@given(facts)
def test_the_reasons_of_every_score_add_up_for_any_facts(known: dict[Field, FieldValue]) -> None:
    for sheet in (company_sheet(known), contact_sheet(known, company=company_sheet())):
        for definition in all_scores(PROFILE):
            result = definition.compute(sheet)  # ScoreResult itself refuses reasons that do not add up
            assert result.value is None or 0 <= result.value <= 100 + 1e-9
            assert definition.compute(sheet) == result
            assert set(definition.property_values(result)) == {declaration.name for declaration in definition.properties}


def test_a_company_that_meets_the_whole_profile_scores_a_hundred() -> None:
    result = score_icp_fit(company_sheet(), PROFILE.icp)
    assert (result.value, result.label) == (100.0, "strong")


def test_a_contact_is_judged_by_its_company() -> None:
    assert score_icp_fit(contact_sheet(company=company_sheet()), PROFILE.icp).value == 100.0


def test_an_unknown_company_is_not_scored_at_all() -> None:
    result = score_icp_fit(company_sheet({Field.COMPANY_NAME: "Sample Works"}), PROFILE.icp)
    assert (result.value, result.label) == (None, "not_enough_evidence")


def test_headcount_outside_the_best_range_earns_part_of_the_points() -> None:
    near = score_icp_fit(company_sheet({**COMPANY_FACTS, Field.EMPLOYEE_COUNT: 11_000}), PROFILE.icp)
    assert near.value is not None
    assert near.value == pytest.approx(75 + 25 * 0.5)


def test_an_exclusion_takes_every_point_away_and_says_why() -> None:
    result = score_icp_fit(company_sheet({**COMPANY_FACTS, Field.INDUSTRY: "Gambling"}), PROFILE.icp)
    assert (result.value, result.label) == (0.0, "excluded")
    assert result.reasons[-1].text == "Ruled out: your profile rules this industry out"


def test_bant_needs_three_dimensions_to_call_someone_qualified() -> None:
    person: dict[Field, FieldValue] = {Field.JOB_TITLE: "Chief Executive Officer", Field.FORM_CONVERSION_COUNT: 2}
    assert score_bant(contact_sheet(person), PROFILE.bant).label == "developing"
    person[Field.LIFECYCLE_STAGE] = "opportunity"
    assert score_bant(contact_sheet(person), PROFILE.bant).label == "qualified"


def test_bant_without_any_signal_abstains() -> None:
    assert score_bant(company_sheet({}), PROFILE.bant).value is None


def test_old_funding_is_no_budget_signal() -> None:
    fresh = score_bant(company_sheet({Field.LATEST_FUNDING_ON: "2026-06-01"}), PROFILE.bant)
    assert fresh.value == 30.0
    assert score_bant(company_sheet({Field.LATEST_FUNDING_ON: "2019-06-01"}), PROFILE.bant).value is None


def test_a_result_whose_reasons_do_not_add_up_cannot_exist() -> None:
    with pytest.raises(ValueError, match="reasons sum to"):
        ScoreResult("any", 10.0, "points", "any", (Reason("half of it", 5.0),))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("icp: [", "not valid YAML"),
        ("just words", "must be a mapping"),
        ("icp: {}\nbant: {}", "icp.industry"),
    ],
)
def test_a_bad_profile_is_refused_with_the_place_that_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        parse_profile(text)


def test_weights_that_do_not_add_up_are_refused_with_their_sum() -> None:
    document = PROFILE.model_dump(mode="json")
    document["icp"]["industry"]["weight"] = 50
    with pytest.raises(BadInput, match="they add up to 120"):
        build_profile(document)


def test_the_default_profile_survives_being_written_and_read() -> None:
    assert build_profile(PROFILE.model_dump(mode="json")) == PROFILE
    assert isinstance(PROFILE, ScoringProfile)


def test_every_property_a_score_fills_is_ours_and_declared_once() -> None:
    names = [declaration.name for declaration in score_properties()]
    assert len(names) == len(set(names))
    assert all(name.startswith("leadlight_") for name in names)


@pytest.mark.parametrize(("text", "found"), [("Chief Officer", ("chief",)), ("mischief", ()), ("VP, Sales", ("vp",)), ("", ())])
def test_words_match_whole_words_only(text: str, found: tuple[str, ...]) -> None:
    assert matching_words([text], ["chief", "vp"]) == found


def test_scores_are_shown_without_needless_decimals() -> None:
    assert [score_text(value) for value in (None, 70.0, 62.54)] == ["", "70", "62.5"]
    assert reasons_text([Reason("small", 1.0), Reason("large", -20.0), Reason("none", 0.0)]) == "-20  large\n+1  small\n±0  none"
