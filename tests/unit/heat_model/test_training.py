"""Training: a model where there is signal, a reason in words where there is none, leaks named, recent history preferred when the world moved."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from integration.scoring.heat_model.base import Column, Example, HeatTerms
from integration.scoring.heat_model.leaks import find_leaks
from integration.scoring.heat_model.measure import quality
from integration.scoring.heat_model.thresholds import thresholds_of
from integration.scoring.heat_model.train import Training, train
from tests.unit.heat_model.made import COLUMNS, NOW, account


@pytest.fixture(scope="module")
def trained() -> Training:
    return train(COLUMNS, account(1, 600), now=NOW)


def with_column(examples: list[Example], name: str, values: list[float | str | None]) -> list[Example]:
    return [replace(one, values={**one.values, name: value}) for one, value in zip(examples, values, strict=True)]


def test_signal_is_found_and_its_chances_hold_on_records_never_seen(trained: Training) -> None:
    assert trained.model is not None, trained.abstained
    fresh = account(2, 2000)
    found = quality(trained.model.chances([one.values for one in fresh]), np.array([one.outcome for one in fresh]))
    assert found.auc > 0.67
    assert found.ece < 0.09


def test_the_card_is_json_and_says_what_a_person_should_know(trained: Training) -> None:
    card = json.loads(json.dumps(trained.card))
    assert {
        "trained_at",
        "counts",
        "from",
        "until",
        "refused",
        "candidates",
        "chosen",
        "calibration",
        "test",
        "thresholds",
        "limits",
    } <= card.keys()
    assert card["counts"]["won"] + card["counts"]["lost"] == card["counts"]["examples"] == 600


def test_the_same_examples_in_any_order_give_the_same_model(trained: Training) -> None:
    again = train(COLUMNS, account(1, 600)[::-1], now=NOW)
    assert again.model is not None and trained.model is not None
    assert again.model.to_json() == trained.model.to_json()


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_not_taken_for_signal(seed: int) -> None:
    result = train(COLUMNS, account(seed, 400, signal=0.0), now=NOW)
    assert result.model is None
    assert "coin" in result.abstained


def test_too_few_outcomes_are_said_with_the_counts() -> None:
    result = train(COLUMNS, account(3, 60), now=NOW)
    assert result.model is None
    assert "Not enough evidence" in result.abstained
    assert str(result.card["counts"]["won"]) in result.abstained


def test_an_account_where_every_column_gives_the_outcome_away_gets_no_model() -> None:
    examples = [replace(one, values={"result": "good" if one.outcome else "bad"}) for one in account(4)]
    result = train([Column("result", "category", "Result")], examples, now=NOW)
    assert result.model is None
    assert [leak.column for leak in result.leaks] == ["result"]
    assert "refused" in result.abstained


def test_planted_leaks_are_named_each_with_its_reason() -> None:
    examples = account(5)
    number = list(range(len(examples)))
    examples = with_column(
        examples, "almost", ["yes" if one.outcome != (place % 25 == 0) else "no" for place, one in enumerate(examples)]
    )
    examples = with_column(examples, "closed", ["a reason" if one.outcome else None for one in examples])
    examples = with_column(examples, "running", [float(10_000 + place) for place in number])
    examples = with_column(examples, "gone", ["x" if place < 500 else None for place in number])
    examples = with_column(examples, "late", [str(place % 3) for place in number])
    examples = [replace(one, written_at={"late": (one.decided_at or NOW) + timedelta(days=1)}) for one in examples]
    names = ("almost", "closed", "running", "gone", "late")
    columns = [*COLUMNS, *(Column(name, "number" if name == "running" else "category", name) for name in names)]
    found = {leak.column: leak.reason for leak in find_leaks(columns, examples)}
    assert set(found) == set(names)
    assert "AUC" in found["almost"]
    assert "after the outcome" in found["late"]
    assert "running number" in found["running"]
    assert "newest" in found["gone"]


def test_the_latest_state_is_refused_only_where_no_history_tells_how_it_stood() -> None:
    examples = with_column(account(6), "last_activity", [str(place % 4) for place in range(900)])
    columns = [*COLUMNS, Column("last_activity", "category", "Last activity")]
    assert [leak.column for leak in find_leaks(columns, examples)] == ["last_activity"]
    with_history = [replace(one, written_at={"source": one.as_of}) for one in examples]
    assert find_leaks(columns, with_history) == ()


def test_recent_history_is_preferred_when_the_world_moved() -> None:
    moved = account(7, 1600, base=1.4, shift_from=0.6, shift=-2.6)
    result = train(COLUMNS, moved, now=NOW)
    assert result.model is not None
    assert result.card["window"] < 1.0
    whole = {
        entry["window"]: entry["log_loss"] for entry in result.card["candidates"] if entry["candidate"] == result.card["chosen"]
    }
    assert len(whole) > 1


def test_thresholds_follow_the_teams_capacity_or_what_a_win_is_worth() -> None:
    chances = np.linspace(0.0, 1.0, 101)
    narrow, wide = (thresholds_of(chances, HeatTerms(capacity_ratio=share)) for share in (0.05, 0.4))
    assert narrow.hot == pytest.approx(0.95)
    assert wide.hot == pytest.approx(0.6)
    assert all(one.warm <= one.hot for one in (narrow, wide))
    assert thresholds_of(chances, HeatTerms(contact_cost_usd=50, win_worth_usd=500)).hot == pytest.approx(0.1)
