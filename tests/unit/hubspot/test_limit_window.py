"""The arithmetic of the quota: never more calls in a window than HubSpot allows, however answers come."""

from __future__ import annotations

import heapq

from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.limit_window import Answered, Place, Quota, Wait, Window, book, fitted, settle

QUOTA = Quota(5, 10.0)
EMPTY = fitted(Window(()), QUOTA)


def booked(window: Window, now: float, *, live: bool = True) -> tuple[Window, Place]:
    window, place = book(window, QUOTA, now=now, live=live)
    assert isinstance(place, Place)
    return window, place


def test_a_fresh_window_lets_a_burst_through_and_then_makes_wait() -> None:
    window, starts = EMPTY, []
    for _ in range(6):
        window, place = booked(window, 100.0)
        starts.append(place.starts_at)

    assert starts[:5] == [100.0] * 5
    assert starts[5] > 110.0


def test_a_place_is_free_one_window_after_its_answer() -> None:
    window, place = booked(EMPTY, 100.0)

    window = settle(window, QUOTA, Answered(place, at=103.0))

    assert sorted(window.free_at) == [0.0, 0.0, 0.0, 0.0, 113.0]


def test_an_answer_that_comes_after_its_place_was_taken_again_changes_nothing() -> None:
    window, late = booked(EMPTY, 100.0)
    for _ in range(5):
        window, _ = booked(window, 111.0)

    assert settle(window, QUOTA, Answered(late, at=112.0)) == window


def test_backfill_spreads_its_calls_and_books_only_a_second_ahead() -> None:
    window, first = booked(EMPTY, 100.0, live=False)
    window, outcome = book(window, QUOTA, now=100.0, live=False)

    assert first.starts_at == 100.0
    assert isinstance(outcome, Wait)
    assert 0 < outcome.seconds < 2.0
    assert booked(window, 100.0, live=True)[1].starts_at == 100.0


def test_what_others_spend_closes_places() -> None:
    window, place = booked(EMPTY, 100.0)

    window = settle(window, QUOTA, Answered(place, at=100.1, remaining=1))

    free = [moment for moment in window.free_at if moment <= 100.2]
    assert len(free) == 1


def test_a_refusal_closes_every_free_place_for_one_window() -> None:
    window, place = booked(EMPTY, 100.0)

    window = settle(window, QUOTA, Answered(place, at=100.1, remaining=0))

    assert booked(window, 100.2)[1].starts_at == 110.1


def test_an_old_header_does_not_close_anything_now() -> None:
    window, place = booked(EMPTY, 100.0)

    window = settle(window, QUOTA, Answered(place, at=100.1, remaining=0))

    assert booked(window, 500.0)[1].starts_at == 500.0


def test_silence_that_hubspot_asks_for_is_kept_by_everybody() -> None:
    window, place = booked(EMPTY, 100.0)

    window = settle(window, QUOTA, Answered(place, at=101.0, silence_s=3600.0))

    assert book(window, QUOTA, now=200.0, live=True)[1] == Wait(3501.0, asked_by_vendor=True)


@given(st.integers(1, 8), st.integers(1, 8), st.lists(st.floats(0, 1e6), max_size=8))
def test_a_changed_setting_fits_the_window(before: int, after: int, moments: list[float]) -> None:
    window = fitted(fitted(Window(tuple(moments)), Quota(before, 10.0)), Quota(after, 10.0))

    assert len(window.free_at) == after


@given(
    calls=st.lists(
        st.tuples(st.floats(0, 1.5), st.floats(0, 0.24), st.floats(0, 1), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_hubspot_never_counts_more_than_the_quota(calls: list[tuple[float, float, float, bool]]) -> None:
    """Each call: the gap before it is asked for, how long it is under way, where in that time it arrives, and its lane."""
    window, now = EMPTY, 1000.0
    arrivals: list[float] = []
    answers: list[tuple[float, int, Answered]] = []
    for number, (gap, call_s, arrives_ratio, live) in enumerate(calls):
        now += gap
        while answers and answers[0][0] <= now:
            window = settle(window, QUOTA, heapq.heappop(answers)[2])
        window, outcome = book(window, QUOTA, now=now, live=live)
        if isinstance(outcome, Place):
            assert outcome.starts_at >= now
            arrivals.append(outcome.starts_at + call_s * arrives_ratio)
            answered_at = outcome.starts_at + call_s
            heapq.heappush(answers, (answered_at, number, Answered(outcome, answered_at)))

    arrivals.sort()
    for first, later in zip(arrivals, arrivals[QUOTA.size :], strict=False):
        assert later - first >= QUOTA.window_s - 1e-6
