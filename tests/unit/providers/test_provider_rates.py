"""Rates of providers: what counts as right, when there is too little to say, and that a person's value is told from mere agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.intervals import wilson
from integration.providers.base import Field
from integration.providers.estimates import Observed, estimates_from
from integration.providers.order import channels_of
from integration.providers.outlook import LEAST_COMPARED, Judge
from integration.reporting.provider_rates import LEAST, Share, rates_of
from tests.unit.providers.test_planner import trader

WEEK = date(2026, 11, 30)


def seen(field: str, **counts: int) -> Observed:
    return replace(Observed("sample.company", field, "", WEEK), **counts)  # type: ignore[arg-type]


def test_right_is_what_agrees_with_a_person_and_agreement_is_told_apart() -> None:
    whole = Observed("sample.company", "", "", WEEK, asked=40, found=30, latency_ms=8_000, cost_usd=Decimal("3.00"))
    [rate] = rates_of([whole, seen("industry", asked=40, found=25, compared=20, agreed=15, vouched=12, vouched_right=9)])
    assert (rate.found.good, rate.found.count, rate.latency_ms) == (30, 40, 200.0)
    [industry] = rate.fields
    assert (industry.verified.good, industry.verified.count) == (9, 12)
    assert (industry.agreed.good, industry.agreed.count) == (6, 8)
    assert rate.usd_per_right == pytest.approx(3.00 / (25 * 9 / 12))


def test_too_few_comparisons_give_no_rate_and_no_price() -> None:
    [rate] = rates_of(
        [seen("", asked=20, found=20), seen("city", asked=20, found=20, compared=3, agreed=3, vouched=3, vouched_right=3)]
    )
    assert rate.verified.ratio is None
    assert rate.usd_per_right is None


def test_segments_are_not_counted_twice_and_weeks_add_up() -> None:
    one = seen("", asked=5, found=4)
    part = Observed("sample.company", "", "BR", WEEK, asked=5, found=4)
    later = Observed("sample.company", "", "", date(2026, 12, 7), asked=5, found=1)
    [rate] = rates_of([one, part, later])
    assert (rate.found.good, rate.found.count) == (5, 10)


def test_known_intervals_after_wilson() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-4)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_ratio_and_a_ratio_needs_enough(good: int, bad: int) -> None:
    share = Share(good, good + bad)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    assert (share.ratio is None) == (share.count < LEAST)
    if share.ratio is not None:
        assert low <= share.ratio <= high
    assert share.interval == wilson(good, good + bad)


@given(st.integers(0, 300), st.integers(0, 300))
def test_learned_trust_moves_from_what_is_declared_to_what_was_seen_and_stays_within(right: int, wrong: int) -> None:
    [sample] = channels_of([trader("sample", "0", Field.INDUSTRY, trust=0.8)])
    observed = Observed(
        sample.name, Field.INDUSTRY.value, "", WEEK, asked=right + wrong, found=right + wrong, compared=right + wrong, agreed=right
    )
    learned = Judge(estimates_from([observed], WEEK)).learned([sample])
    if right + wrong < LEAST_COMPARED:
        assert learned == {}
        return
    trust = learned["sample", Field.INDUSTRY]
    ratio = right / (right + wrong)
    assert min(ratio, 0.8) <= trust <= max(ratio, 0.8)
