"""A model's answers: contributions that add up, an artefact that is data, counterfactuals that cross the line, a watch that wakes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.core.intervals import wilson
from integration.scoring.heat_model.backtest import backtest
from integration.scoring.heat_model.base import HOT, Row
from integration.scoring.heat_model.calibrate import Calibration
from integration.scoring.heat_model.counterfactual import applied, counterfactual, told
from integration.scoring.heat_model.drift import Watch, watch
from integration.scoring.heat_model.learners import FAMILIES
from integration.scoring.heat_model.measure import auc
from integration.scoring.heat_model.model import HeatModel, read_model
from integration.scoring.heat_model.prior import prior_model
from integration.scoring.heat_model.train import train
from tests.unit.heat_model.made import COLUMNS, NOW, account

numbers = st.one_of(st.none(), st.floats(-1e9, 1e9), st.text(max_size=8))
rows = st.fixed_dictionaries(
    {},
    optional={
        "visits": numbers,
        "size": numbers,
        "source": st.one_of(st.none(), st.sampled_from(["referral", "search", "paid", "event", "Select", "never seen"])),
        "opted_in": st.sampled_from([None, 0.0, 1.0]),
        "noise": st.text(max_size=5),
    },
)


def _models() -> list[HeatModel]:
    """One of each kind of learner, and the general one."""
    results = [train(COLUMNS, account(1, 500), now=NOW, families=(family,)) for family in FAMILIES]
    assert all(result.model for result in results)
    return [*(result.model for result in results if result.model), prior_model()]


MODELS = _models()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.data.learner.kind)
@given(row=rows)
@settings(max_examples=60, deadline=None)
def test_contributions_sum_to_the_log_odds_of_the_chance_shown(model: HeatModel, row: Row) -> None:
    [heat] = model.score([row])
    assert sum(one.log_odds for one in heat.contributions) == pytest.approx(
        math.log(heat.probability / (1 - heat.probability)), abs=1e-6
    )
    assert heat.probability == pytest.approx(float(model.chances([row])[0]), abs=1e-5)
    assert heat.label == model.label(heat.probability)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.data.learner.kind)
@given(row=rows)
@settings(max_examples=25, deadline=None)
def test_a_counterfactual_crosses_the_line_and_changes_only_what_people_can_change(model: HeatModel, row: Row) -> None:
    found = counterfactual(model, row)
    if found is None:
        return
    changeable = {one.name for one in model.columns if one.changeable}
    assert {step.column for step in found.steps} <= changeable
    assert model.score([applied(row, found)])[0].label == HOT
    assert told(found).startswith("Would be hot if: ")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.data.learner.kind)
def test_an_artefact_is_json_and_scores_the_same_when_read_back(model: HeatModel) -> None:
    again = read_model(json.loads(json.dumps(model.to_json())))
    some = [one.values for one in account(9, 50)]
    assert np.array_equal(again.chances(some), model.chances(some))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "JSON object"),
        ({}, "format"),
        ({**MODELS[0].to_json(), "format": 99}, "format 99"),
        ({**MODELS[0].to_json(), "columns": []}, "weights for 0"),
        ({**MODELS[0].to_json(), "learner": {"kind": "pickle"}}, "learner"),
        ({**MODELS[1].to_json(), "learner": {"kind": "xgboost", "booster": {"learner": 3}}}, "cannot be read"),
    ],
)
def test_a_broken_artefact_is_refused_with_the_place(document: object, place: str) -> None:
    with pytest.raises(BadInput, match=place):
        read_model(document)


@given(st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=1, max_size=20), st.sampled_from(["platt", "beta"]))
def test_calibration_never_changes_a_rank(pairs: list[tuple[float, float]], method: str) -> None:
    parameters = (0.7, -0.3) if method == "platt" else (0.6, 1.3, 0.2)
    calibration = Calibration(method=method, parameters=parameters)  # type: ignore[arg-type]
    for one, other in pairs:
        low, high = sorted((one, other))
        before, after = calibration.apply(np.array([low, high]))
        assert before <= after


def test_the_prior_says_that_it_is_one_and_calls_nothing_known_cold() -> None:
    prior = prior_model()
    assert prior.data.is_prior
    assert "not" in prior.data.thresholds.because or "nothing" in prior.data.thresholds.because
    assert prior.score([{}])[0].label == "cold"


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_of_a_share_holds_it_and_lies_between_nothing_and_all(good: int, more: int) -> None:
    count = good + more
    low, high = wilson(good, count)
    assert 0 <= low <= good / count <= high <= 1


def test_known_values_of_the_measures() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])) == 0.75


def test_a_planted_shift_wakes_the_watch_within_five_hundred_records_and_quiet_does_not() -> None:
    model = MODELS[0]
    quiet, shifted = account(21, 3000), account(22, 900)
    state, alarms = Watch(), []
    for start in range(0, 3000, 100):
        state, alarm = watch(model, state, model.chances([one.values for one in quiet[start : start + 100]]).tolist())
        alarms.append(alarm)
    assert not any(alarms)
    seen = 0
    for start in range(0, 900, 100):
        moved = [{**one.values, "visits": 9.0, "source": "referral"} for one in shifted[start : start + 100]]
        state, alarm = watch(model, state, model.chances(moved).tolist())
        seen += 100
        if alarm is not None:
            break
    assert alarm is not None
    assert seen <= 500
    assert "higher" in alarm.words


def test_a_back_test_tells_a_model_that_holds_from_one_that_does_not() -> None:
    model = MODELS[0]
    assert backtest(model, account(31, 800)).verdict.startswith("It holds")
    assert "too high" in backtest(model, account(32, 800, base=-2.6)).verdict
    assert "coin" in backtest(model, account(33, 800, signal=0.0)).verdict
    assert backtest(model, account(34, 10)).verdict.startswith("Too little")
    found = backtest(model, account(31, 800))
    assert sum(found.scores) == 800
    assert found.lift[-1].found == 1.0
    assert json.dumps(found.to_json())
