"""Priority: the scores weighed as an admin chose, whose parts add up; and what moved a score, whose differences add up too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.decisions import decisions_for, declared_properties
from integration.providers.base import Field
from integration.scoring.base import Reason, ScoreResult
from integration.scoring.movement import SaidReason, differences, parse_reasons
from integration.scoring.priority import HEATS, PROPERTIES, property_values, score_priority, shares
from integration.scoring.profile_parts import PriorityProfile, PriorityWeights
from tests.factories import COMPANY_FACTS, company_sheet, contact_sheet

values = st.one_of(st.none(), st.floats(0, 100))


def _score(name: str, value: float | None, label: str = "any") -> ScoreResult:
    return ScoreResult(
        name,
        value,
        "USD" if name == "expected_value" else "points",
        label,
        (Reason(f"All of {name}", value or 0.0, (Field.INDUSTRY,)),),
    )


@given(values, values)
def test_the_parts_of_every_priority_add_up_to_it(icp: float | None, bant: float | None) -> None:
    result = score_priority([_score("icp_fit", icp), _score("bant", bant)])
    assert (result.value is None) == (icp is None)
    assert result.label in dict(HEATS)
    assert result.value is None or 0 <= result.value <= 100 + 1e-9
    assert set(property_values(result)) == {declaration.name for declaration in PROPERTIES}


ALL_PARTS = ("icp_fit", "bant", "heat", "expected_value", "risk", "urgency")
weights = (
    st.lists(st.integers(0, 20), min_size=6, max_size=6)
    .filter(any)
    .map(lambda drawn: [100 * one / sum(drawn) for one in drawn])
    .filter(lambda found: abs(sum(found) - 100) < 1e-9)
    .map(lambda found: PriorityWeights(**dict(zip(ALL_PARTS, found, strict=True))))
)
several = st.dictionaries(st.sampled_from(ALL_PARTS), values, max_size=6)


def _scores(found: dict[str, float | None]) -> list[ScoreResult]:
    return [_score(name, value) for name, value in found.items()]


@given(several, weights)
def test_any_weights_give_reasons_that_add_up_within_the_bounds(found: dict[str, float | None], chosen: PriorityWeights) -> None:
    result = score_priority(_scores(found), PriorityProfile(weights=chosen))
    assert result.value is None or -1e-9 <= result.value <= 100 + 1e-9
    assert result.value is None or sum(one.points for one in result.reasons) == pytest.approx(result.value, abs=1e-6)


@given(several, weights)
def test_the_weight_of_silent_parts_goes_to_the_judged_ones_and_the_total_stays(
    found: dict[str, float | None], chosen: PriorityWeights
) -> None:
    profile = PriorityProfile(weights=chosen)
    speaking = any(
        getattr(chosen, name) > 0 and value is not None for name, value in found.items() if name not in ("bant", "urgency")
    )
    weighed = shares(_scores(found), profile)
    assert not speaking or sum(weighed.values()) == pytest.approx(1.0)
    assert all(share >= 0 for share in weighed.values())


@given(several, weights, st.sampled_from(["bant", "urgency"]), st.floats(0, 100), st.floats(0, 100))
def test_no_signal_however_weak_lowers_a_priority(
    found: dict[str, float | None], chosen: PriorityWeights, name: str, weak: float, more: float
) -> None:
    profile = PriorityProfile(weights=chosen)
    without = score_priority(_scores(found | {name: None}), profile).value
    low, high = sorted((weak, weak + (100 - weak) * more / 100))
    with_weak = score_priority(_scores(found | {name: low}), profile).value
    with_more = score_priority(_scores(found | {name: high}), profile).value
    if without is not None and with_weak is not None and with_more is not None:
        assert without <= with_weak + 1e-9
        assert with_weak <= with_more + 1e-9


def test_the_parts_tell_what_they_count_for_and_who_took_over() -> None:
    found = _scores({"icp_fit": 80.0, "heat": None, "expected_value": 5_000.0, "risk": 20.0, "bant": 40.0, "urgency": None})
    result = score_priority(found)
    assert [(reason.text, round(reason.points, 2)) for reason in result.reasons] == [
        ("ICP fit 80 of 100, counts for 46.7 %", 37.33),
        ("Chance to buy: not known, so the other parts share its weight of 15", 0.0),
        ("Expected value 5,000 USD is 25 of 100, counts for 6.7 %", 1.67),
        ("Risk 20 leaves 80 of 100, counts for 6.7 %", 5.33),
        ("BANT 40 of 100, counts for 25 %", 10.0),
        ("Urgency: no signal yet, which earns nothing of 15 %", 0.0),
    ]
    assert (property_values(result)["leadlight_priority"], result.label) == ("54.3", "warm")


@pytest.mark.parametrize(
    ("scores", "value", "label"),
    [
        ([], None, "not_enough_evidence"),
        ([_score("icp_fit", None), _score("bant", 100.0)], None, "not_enough_evidence"),
        ([_score("risk", 0.0), _score("urgency", 100.0)], None, "not_enough_evidence"),
        ([_score("icp_fit", 100.0), _score("bant", None)], 100 * 35 / 60, "warm"),
        ([_score("icp_fit", 100.0), _score("bant", 10.0)], (3500 + 250) / 60, "hot"),
        ([_score("icp_fit", 30.0), _score("bant", 0.0)], 17.5, "cold"),
        ([_score("heat", 70.0)], 70.0, "hot"),
        ([_score("icp_fit", 0.0, "excluded"), _score("bant", 80.0)], 0.0, "cold"),
        ([_score("icp_fit", 90.0), _score("risk", None, "closed")], 0.0, "cold"),
    ],
)
def test_what_is_missing_or_ruled_out_decides_the_heat(scores: list[ScoreResult], value: float | None, label: str) -> None:
    result = score_priority(scores)
    assert (result.value if value is None else pytest.approx(result.value), result.label) == (value, label)


def test_a_ruled_out_record_keeps_what_the_admin_leaves_it() -> None:
    result = score_priority([_score("icp_fit", 0.0, "excluded"), _score("bant", 80.0)], PriorityProfile(excluded_at_most=10))
    assert result.value == pytest.approx(10.0)
    assert result.label == "cold"


def test_a_ruled_out_company_says_why_its_priority_is_nothing() -> None:
    scores = decisions_for({}).scores(company_sheet({**COMPANY_FACTS, Field.INDUSTRY: "Gambling"}))
    assert scores[-1].name == "priority"
    assert (scores[-1].value, scores[-1].reasons[-1].text) == (0.0, "Ruled out: your profile rules this industry out")


def test_the_priority_is_written_back_and_the_brief_does_not_repeat_it() -> None:
    decisions, sheet = decisions_for({}), contact_sheet(company=company_sheet())
    scores = decisions.scores(sheet)
    brief = decisions.brief(sheet, scores)
    assert decisions.values(scores, brief, None)["leadlight_heat"] == scores[-1].label
    assert "riority" not in str([sentence.text for section in brief.sections for sentence in section.sentences])


def test_a_rep_reads_the_heat_before_anything_else() -> None:
    assert [one.name for one in declared_properties()][:4] == [
        "leadlight_heat", "leadlight_priority", "leadlight_priority_reasons", "leadlight_headline"
    ]  # fmt: skip


reasons = st.lists(
    st.builds(
        SaidReason,
        st.sampled_from(["Industry: Software", "Industry: Retail", "ICP fit 72 of 100", "ICP fit 40 of 100", "Need: forms", ""]),
        st.floats(-100, 100),
        st.lists(st.sampled_from(["industry", "country"]), max_size=2).map(tuple),
    ),
    max_size=8,
)


@given(reasons, reasons)
def test_what_moved_a_score_adds_up_to_the_change(previous: list[SaidReason], current: list[SaidReason]) -> None:
    found = differences(previous, current)
    change = sum(one.points for one in current) - sum(one.points for one in previous)
    assert sum(one.points for one in found) == pytest.approx(change, abs=1e-4)
    assert [abs(one.points) for one in found] == sorted((abs(one.points) for one in found), reverse=True)


@given(reasons)
def test_a_score_that_says_the_same_did_not_move(said: list[SaidReason]) -> None:
    assert differences(said, said) == ()


def test_each_difference_says_what_is_said_now_and_what_was_said_before() -> None:
    previous = parse_reasons(
        [
            {"text": "Headcount: 30 is near your range", "points": 5, "rests_on": ["employee_count"]},
            {"text": "Budget: raised money", "points": 20, "rests_on": ["latest_funding_on"]},
            {"text": "Budget: yearly revenue of about 20 million USD", "points": 5, "rests_on": ["annual_revenue_usd"]},
            {"text": "ICP fit 40 of 100", "points": 24},
        ]
    )
    current = parse_reasons(
        [
            {"text": "Headcount: 120 is in your best range", "points": 25, "rests_on": ["employee_count"]},
            {"text": "Budget: yearly revenue of about 20 million USD", "points": 15, "rests_on": ["annual_revenue_usd"]},
            {"text": "Uses: HubSpot", "points": 12, "rests_on": ["technologies"]},
            {"text": "ICP fit 50 of 100", "points": 30},
        ]
    )
    assert [(one.text, one.points) for one in differences(previous, current)] == [
        ("Headcount: 120 is in your best range (before: 30 is near your range)", 20),
        ("No longer: Budget: raised money", -20),
        ("Uses: HubSpot", 12),
        ("Budget: yearly revenue of about 20 million USD", 10),
        ("ICP fit 50 of 100 (before: ICP fit 40 of 100)", 6),
    ]
