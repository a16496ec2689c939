"""Gates: how many calls a vendor's windows let through and when, what their own count teaches, and when refusals close them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integration.providers.adapter import Rate
from integration.providers.base import ErrorClass, RateNews
from integration.providers.gate_window import FAILURES_TO_OPEN, OPEN_S, STOP_S, Gate, after_answer, book, is_scarce, learn
from integration.providers.gates import gate_name
from tests.unit.providers.test_decisions import DATA

NOW = 1_800_000_000.0
rates = st.lists(
    st.builds(Rate, st.integers(1, 200), st.sampled_from([1.0, 5.0, 60.0, 300.0])),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.seconds,
).map(tuple)


@given(rates, st.lists(st.tuples(st.floats(0, 20), st.integers(1, 60)), min_size=1, max_size=12), st.integers(1, 3))
def test_no_window_of_any_rate_ever_holds_more_calls_than_the_vendor_allows(
    windows: tuple[Rate, ...], visits: list[tuple[float, int]], requests: int
) -> None:
    gate, now, starts = Gate(), NOW, []
    for pause, calls in visits:
        now += pause
        gate, places = book(gate, windows, factor=1.0, calls=calls, requests=requests, now=now, horizon_s=3.0)
        assert len(places.starts_s) + len(places.promised_s) == calls
        assert all(0 <= start <= 3.0 for start in places.starts_s)
        starts += [now + start for start in places.starts_s]
    starts.sort()
    for rate in windows:
        allowed = max(rate.calls, requests)  # a single call of several requests may always start
        for first in starts:
            inside = sum(1 for one in starts if first <= one < first + rate.seconds - 1e-6)
            assert (inside - 1) * requests < allowed


@given(rates, st.integers(1, 50))
def test_calls_told_to_come_again_are_spread_and_the_next_to_come_stand_behind_them(windows: tuple[Rate, ...], calls: int) -> None:
    gate, first = book(Gate(), windows, factor=1.0, calls=calls + 300, requests=1, now=NOW, horizon_s=1.0)
    gate, second = book(gate, windows, factor=1.0, calls=5, requests=1, now=NOW, horizon_s=1.0)
    moments = [*first.promised_s, *second.promised_s]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)


def test_doubled_factor_lets_twice_as_many_through() -> None:
    count = [
        len(book(Gate(), (Rate(100, 60.0),), factor=factor, calls=500, requests=1, now=NOW, horizon_s=30.0)[1].starts_s)
        for factor in (1.0, 2.0)
    ]
    assert 1.9 < count[1] / count[0] < 2.1


@given(rates, st.integers(0, 300), st.floats(0.1, 400))
def test_news_of_the_vendor_never_make_more_room_and_a_used_up_window_closes_the_gate(
    windows: tuple[Rate, ...], remaining: int, resets_in_s: float
) -> None:
    gate, _ = book(Gate(), windows, factor=1.0, calls=3, requests=1, now=NOW, horizon_s=0.0)
    taught = learn(gate, windows, RateNews(remaining, resets_in_s), factor=1.0, now=NOW)
    assert all(after >= before for after, before in zip(taught.full_at, gate.full_at, strict=True))
    assert (taught.refusal(NOW) is ErrorClass.THROTTLED) == (remaining == 0)
    assert taught.refusal(NOW + resets_in_s + 0.001) is None


def test_only_scarce_room_is_news() -> None:
    windows = (Rate(100, 60.0),)
    assert is_scarce(windows, RateNews(20, 30.0))
    assert not is_scarce(windows, RateNews(21, 30.0))


def test_gate_closes_at_once_for_a_bad_key_and_after_a_row_of_failures_for_an_outage() -> None:
    closed = after_answer(Gate(), ErrorClass.AUTH, now=NOW)
    assert closed.refusal(NOW + STOP_S[ErrorClass.AUTH] - 1) is ErrorClass.AUTH
    assert closed.refusal(NOW + STOP_S[ErrorClass.AUTH] + 1) is None
    gate = Gate()
    for _ in range(FAILURES_TO_OPEN - 1):
        gate = after_answer(gate, ErrorClass.SERVER, now=NOW)
    gate = after_answer(gate, None, now=NOW)
    for _ in range(FAILURES_TO_OPEN - 1):
        gate = after_answer(gate, ErrorClass.SERVER, now=NOW)
    assert gate.refusal(NOW) is None
    gate = after_answer(gate, ErrorClass.SERVER, now=NOW)
    assert gate.refusal(NOW) is ErrorClass.SERVER
    assert gate.refusal(NOW + OPEN_S + 1) is None


@given(st.lists(st.sampled_from([None, *ErrorClass]), max_size=30))
def test_a_gate_opens_again_by_itself_whatever_was_answered(answers: list[ErrorClass | None]) -> None:
    gate = Gate()
    for answer in answers:
        gate = after_answer(gate, answer, now=NOW)
    assert gate.refusal(NOW + max(STOP_S.values()) + 1) is None


def test_gate_name_separates_keys_and_hides_them() -> None:
    offer = DATA.endpoints[0].offer
    names = {gate_name(offer, key) for key in ("sekret-1", "sekret-2")}
    assert len(names) == 2
    assert not any("sekret" in name for name in names)
