"""Expected value, risk and urgency: sums, bounds, and the directions in which each may move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import DEALS
from integration.pipeline.decisions import PortalDecisions
from integration.providers.base import FactSheet, Field, FieldValue
from integration.scoring.base import Reason, ScoreResult
from integration.scoring.history import (
    NO_HISTORY,
    AmountRecord,
    PortalHistory,
    StageRecord,
    history_data,
    read_history,
    segments,
)
from integration.scoring.profile import build_profile, default_profile, parse_profile, profile_data, render_profile
from integration.scoring.profile_parts import ExpectedValueProfile, FadingSignal, RiskProfile, UrgencyProfile
from integration.scoring.scores.expected_value import property_values, score_expected_value, with_chance
from integration.scoring.scores.risk import score_risk
from integration.scoring.scores.urgency import score_urgency
from tests.factories import COMPANY_FACTS, NOW, company_sheet, contact_sheet, finding

HISTORY = PortalHistory(
    decided_count=60,
    won_count=24,
    stages=(
        StageRecord("default", "proposal", "Proposal", 38, 18, usual_days=10.0, timed_count=30),
        StageRecord("default", "rare", "Rare stage", 4, 4, usual_days=5.0, timed_count=4),
    ),
    amounts=(
        AmountRecord("software, 51 to 200 people", 4, 90_000.0),
        AmountRecord("software", 12, 30_000.0),
        AmountRecord("", 24, 18_000.0),
    ),
    usual_cycle_days=42.0,
    computed_at=NOW,
)
MOMENTS = (
    Field.LAST_ACTIVITY_AT,
    Field.EMAIL_REPLIED_AT,
    Field.EMAIL_CLICKED_AT,
    Field.EMAIL_OPENED_AT,
    Field.LAST_FORM_AT,
    Field.LAST_VISIT_AT,
)
ages = st.floats(0, 1_000)
_HEADLINES = ("Sample Works grows", "A quiet year in Berlin", "Forty people change desks", "Customers tell what they like")


def deal_sheet(facts: dict[Field, FieldValue], *, company: FactSheet | None = None) -> FactSheet:
    known = {name: finding(name, value, provider="hubspot") for name, value in facts.items()}
    return FactSheet(DEALS, "501", NOW, known, company=company)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


OPEN_DEAL: dict[Field, FieldValue] = {Field.DEAL_PIPELINE: "default", Field.DEAL_STAGE: "proposal", Field.DEAL_AMOUNT: 20_000.0}


def test_the_expected_value_of_a_deal_is_its_amount_times_the_chance_of_its_stage() -> None:
    result = score_expected_value(deal_sheet(OPEN_DEAL), ExpectedValueProfile(), HISTORY)
    assert result.value == pytest.approx(20_000 * 19 / 40)
    assert [reason.text for reason in result.reasons] == [
        "Amount: 20,000 USD on the deal",
        "Chance: 48 %; 18 of 38 decided deals that reached Proposal were won",
    ]
    assert property_values(result)["leadlight_expected_value"] == "9500.00"
    assert property_values(result)["leadlight_expected_value_reasons"].splitlines()[1].startswith("-10,500 USD  Chance")


def test_a_deal_without_an_amount_takes_the_usual_one_of_the_narrowest_segment_with_enough_deals() -> None:
    facts: dict[Field, FieldValue] = {name: value for name, value in OPEN_DEAL.items() if name is not Field.DEAL_AMOUNT}
    result = score_expected_value(deal_sheet(facts, company=company_sheet()), ExpectedValueProfile(), HISTORY)
    assert result.reasons[0].text == "Amount: 30,000 USD, the middle of 12 won deals with companies like this (software)"
    assert result.value == pytest.approx(30_000 * 19 / 40)


@pytest.mark.parametrize(
    ("facts", "history", "words"),
    [
        (OPEN_DEAL, NO_HISTORY, "Chance: 0 decided deals reached this stage, fewer than the 10 it takes"),
        (OPEN_DEAL | {Field.DEAL_STAGE: "rare"}, HISTORY, "Chance: 4 decided deals reached this stage, fewer than the 10 it takes"),
        ({Field.DEAL_STAGE: "proposal"}, NO_HISTORY, "Amount: fewer than 10 won deals to tell a usual amount from"),
        (OPEN_DEAL | {Field.DEAL_OUTCOME: "won"}, HISTORY, "The deal is closed as won"),
    ],
)
def test_without_enough_past_there_is_no_expected_value_and_it_says_why(
    facts: dict[Field, FieldValue], history: PortalHistory, words: str
) -> None:
    result = score_expected_value(deal_sheet(facts), ExpectedValueProfile(), history)
    assert (result.value, [reason.text for reason in result.reasons]) == (None, [words])


def test_a_contact_has_an_expected_value_only_where_a_model_knows_its_chance() -> None:
    sheet = contact_sheet(company=company_sheet())
    assert score_expected_value(sheet, ExpectedValueProfile(), HISTORY).value is None
    result = score_expected_value(sheet, ExpectedValueProfile(), HISTORY, chance_ratio=0.2)
    assert result.value == pytest.approx(6_000.0)
    assert result.reasons[1].text == "Chance: 20 % by the heat model"


@given(st.floats(1, 1e12), st.integers(0, 500), st.integers(0, 500))
def test_an_expected_value_lies_between_nothing_and_the_amount(amount: float, won: int, lost: int) -> None:
    history = PortalHistory(stages=(StageRecord("default", "proposal", "Proposal", won + lost, won),))
    sheet = deal_sheet(OPEN_DEAL | {Field.DEAL_AMOUNT: amount})
    result = score_expected_value(sheet, ExpectedValueProfile(least_deals=1), history)
    assert (result.value is None) == (won + lost < 1)
    assert result.value is None or 0 < result.value < amount


@given(st.dictionaries(st.sampled_from(MOMENTS), ages, min_size=1), st.floats(0, 500))
def test_more_silence_never_lowers_a_risk(known: dict[Field, float], longer: float) -> None:
    for make in (contact_sheet, deal_sheet):
        before = score_risk(make({name: ago(age) for name, age in known.items()}), RiskProfile())
        after = score_risk(make({name: ago(age + longer) for name, age in known.items()}), RiskProfile())
        assert before.value is not None
        assert after.value is not None
        assert 0 <= before.value <= after.value + 1e-9 <= 100 + 1e-9


@given(st.floats(0, 300), st.floats(0, 300), st.integers(0, 9), st.integers(0, 4), st.floats(-40, 200))
def test_every_driver_of_a_deal_moves_its_risk_one_way(
    in_stage: float, silent: float, pushes: int, people: int, overdue: float
) -> None:
    facts: dict[Field, FieldValue] = OPEN_DEAL | {
        Field.DEAL_STAGE_SINCE: ago(in_stage),
        Field.LAST_ACTIVITY_AT: ago(silent),
        Field.DEAL_CLOSE_PUSHES: pushes,
        Field.DEAL_CONTACT_COUNT: people,
        Field.DEAL_CLOSES_ON: ago(overdue)[:10],
        Field.DEAL_AMOUNT_BEFORE: 30_000.0,
    }
    worse: dict[Field, FieldValue] = {
        Field.DEAL_STAGE_SINCE: ago(in_stage + 20),
        Field.LAST_ACTIVITY_AT: ago(silent + 20),
        Field.DEAL_CLOSE_PUSHES: pushes + 1,
        Field.DEAL_CONTACT_COUNT: max(0, people - 1),
        Field.DEAL_CLOSES_ON: ago(overdue + 20)[:10],
        Field.DEAL_AMOUNT_BEFORE: 60_000.0,
    }
    before = score_risk(deal_sheet(facts), RiskProfile(), HISTORY).value
    assert before is not None
    for name, value in worse.items():
        after = score_risk(deal_sheet(facts | {name: value}), RiskProfile(), HISTORY).value
        assert after is not None
        assert 0 <= before <= after + 1e-9 <= 100 + 1e-9


def test_a_risky_deal_tells_its_drivers_in_words() -> None:
    sheet = deal_sheet(
        OPEN_DEAL
        | {
            Field.DEAL_STAGE_SINCE: ago(30),
            Field.LAST_ACTIVITY_AT: ago(60),
            Field.DEAL_CLOSES_ON: ago(30)[:10],
            Field.DEAL_CLOSE_PUSHES: 3,
            Field.DEAL_CONTACT_COUNT: 1,
        }
    )
    result = score_risk(sheet, RiskProfile(), HISTORY)
    assert (result.value, result.label) == (90.0, "high")
    assert [(reason.text, reason.points) for reason in result.reasons] == [
        ("Stage: 30 days in Proposal, where 30 deals usually stayed 10", 25.0),
        ("Close date: passed 30 days ago, put off 3 times", 20.0),
        ("Silence: 60 days since the last sign of life", 25.0),
        ("Next step: none is written on the deal", 10.0),
        ("People: only one contact on the deal", 10.0),
    ]


def test_the_age_of_a_stage_is_not_held_against_a_deal_where_too_few_tell_what_is_usual() -> None:
    sheet = deal_sheet(OPEN_DEAL | {Field.DEAL_STAGE: "rare", Field.DEAL_STAGE_SINCE: ago(300), Field.DEAL_NEXT_STEP: "Call"})
    result = score_risk(sheet, RiskProfile(), HISTORY)
    assert [(reason.text, reason.points) for reason in result.reasons] == [("Next step: Call", 0.0)]


def test_bad_news_about_the_company_is_a_risk_that_fades() -> None:
    told = company_sheet(
        COMPANY_FACTS | {Field.BUYING_SIGNALS: (f"{ago(60)[:10]} | layoffs | news.example | - | Sample Works lays off 40 people",)}
    )
    result = score_risk(contact_sheet({}, company=told), RiskProfile())
    assert result.value == pytest.approx(10.0)
    assert "Sample Works lays off 40 people" in result.reasons[0].text


def test_nothing_known_is_no_risk_and_no_urgency() -> None:
    assert score_risk(contact_sheet({}), RiskProfile()).label == "not_enough_evidence"
    assert score_urgency(contact_sheet({}), UrgencyProfile()).label == "not_enough_evidence"


lines = st.lists(
    st.tuples(st.sampled_from(["funding", "hiring", "leadership_change", "product", "layoffs", "legal", "sample"]), ages),
    max_size=4,
)


@given(st.dictionaries(st.sampled_from(MOMENTS), ages), lines, st.floats(0, 400))
def test_an_older_signal_never_raises_the_urgency(known: dict[Field, float], news: list[tuple[str, float]], longer: float) -> None:
    def urgency(more: float) -> float:
        told: dict[Field, FieldValue] = {
            Field.BUYING_SIGNALS: tuple(
                f"{ago(age + more)[:10]} | {kind} | news.example | - | {_HEADLINES[place]}"
                for place, (kind, age) in enumerate(news)
            )
        }
        sheet = contact_sheet({name: ago(age + more) for name, age in known.items()}, company=company_sheet(told if news else {}))
        return score_urgency(sheet, UrgencyProfile()).value or 0.0

    assert 0 <= urgency(longer) <= urgency(0.0) + 1e-9 <= 100 + 1e-9


@given(st.integers(-60, 400), st.integers(0, 200))
def test_a_close_date_presses_more_the_nearer_it_is(ahead: int, farther: int) -> None:
    near = score_urgency(deal_sheet({Field.DEAL_CLOSES_ON: ago(-ahead)[:10]}), UrgencyProfile()).value
    far = score_urgency(deal_sheet({Field.DEAL_CLOSES_ON: ago(-ahead - farther)[:10]}), UrgencyProfile()).value
    assert near is not None
    assert far is not None
    assert far <= near <= 100


def test_half_of_a_signal_is_left_after_its_half_life() -> None:
    profile = UrgencyProfile(form=FadingSignal(points=40, half_life_days=10))
    result = score_urgency(contact_sheet({Field.LAST_FORM_AT: ago(10)}), profile)
    assert (result.value, result.reasons[0].text) == (20.0, "Sent a form 10 days ago")


def test_a_record_looked_at_twice_within_the_hour_says_the_same_twice() -> None:
    sheet = contact_sheet({Field.LAST_FORM_AT: ago(10.2), Field.LAST_ACTIVITY_AT: ago(30.2)}, company=company_sheet())
    later = FactSheet(sheet.object_type, sheet.object_id, NOW + timedelta(minutes=50), sheet.findings, company=sheet.company)
    decisions = PortalDecisions(default_profile(), HISTORY)
    assert decisions.values(decisions.scores(sheet), None, None) == decisions.values(decisions.scores(later), None, None)


def test_the_heat_of_a_contact_gives_its_expected_value_a_chance_and_a_deal_keeps_that_of_its_stage() -> None:
    heat = (ScoreResult("heat", 20.0, "points", "warm", (Reason("Sample", 20.0),)),)
    found = with_chance(contact_sheet(company=company_sheet()), ExpectedValueProfile(), HISTORY, heat)
    assert found is not None
    assert found.value == pytest.approx(6_000.0)
    assert with_chance(contact_sheet(), ExpectedValueProfile(), HISTORY, ()) is None
    assert with_chance(deal_sheet(OPEN_DEAL), ExpectedValueProfile(), HISTORY, heat) is None


def test_a_profile_stored_before_there_were_weights_reads_with_the_defaults() -> None:
    old = {name: part for name, part in profile_data(default_profile()).items() if name in ("icp", "bant")}
    assert build_profile(old) == default_profile()


def test_the_default_file_says_what_the_code_has_as_defaults() -> None:
    profile = default_profile()
    assert (profile.expected_value, profile.risk) == (ExpectedValueProfile(), RiskProfile())
    assert profile.urgency == UrgencyProfile()
    assert parse_profile(render_profile(profile)) == profile


def test_a_history_survives_being_stored() -> None:
    assert read_history(history_data(HISTORY)) == HISTORY
    assert read_history(history_data(NO_HISTORY)) == NO_HISTORY


def test_segments_go_from_the_narrowest_to_everything() -> None:
    assert segments("Software", 120) == ("software, 51 to 200 people", "software", "51 to 200 people", "")
    assert segments(None, None) == ("",)
