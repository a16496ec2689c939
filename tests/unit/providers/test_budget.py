"""Budgets as decisions: what fits, when a period ends, which step is told, what a run can cost at most."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.providers.adapter import Adapter, AdapterKit
from integration.providers.base import Subject
from integration.providers.budget import (
    ALL_PROVIDERS,
    STEPS_PCT,
    BudgetStep,
    Period,
    Room,
    RoomKey,
    Want,
    grant,
    keys_of,
    new_steps,
    plain,
    refusal_words,
    step_reached,
    step_words,
)
from integration.providers.cases import next_lookups, open_cases
from integration.providers.estimate import bound_cost, within_budgets
from integration.providers.order import channels_of, waterfall_order
from integration.providers.registry import build_adapters
from integration.providers.usage import day_from, month_before
from tests.unit.providers.test_registry import kit

DAY = date(2026, 11, 21)
CREDITS = st.decimals(0, 1000, places=1, allow_nan=False)
PROVIDERS = st.sampled_from(["apollo", "hunter"])
WANTS = st.lists(
    st.builds(Want, PROVIDERS, st.just("people"), st.integers(0, 12), st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(8)])),
    max_size=8,
)


@st.composite
def rooms(draw: st.DrawFn) -> dict[RoomKey, Room]:
    keys = sorted({*keys_of("apollo"), *keys_of("hunter")})
    caps = {key: draw(st.none() | CREDITS) for key in keys}
    return {key: Room(key, key.period.start(DAY), draw(CREDITS), draw(CREDITS), caps[key]) for key in keys}


@given(WANTS, rooms())
def test_what_is_granted_never_passes_a_cap_and_refusals_name_what_is_in_the_way(
    wants: list[Want], before: dict[RoomKey, Room]
) -> None:
    grants = grant(wants, before)
    taken = dict.fromkeys(before, Decimal(0))
    for want, given_ in zip(wants, grants, strict=True):
        assert 0 <= given_.lookups <= want.lookups
        for key in keys_of(want.provider):
            taken[key] += given_.lookups * want.credits_each
        assert bool(given_.blocked) is (given_.lookups < want.lookups)
        for room in given_.blocked:
            assert room.left is not None
            assert room.left - taken[room.key] < want.credits_each * (want.lookups - given_.lookups)
    for key, room in before.items():
        assert room.left is None or taken[key] <= room.left


@given(WANTS)
def test_without_caps_everything_is_granted(wants: list[Want]) -> None:
    free = {key: Room(key, DAY, Decimal(9), Decimal(9), None) for key in keys_of("apollo")}
    assert [one.lookups for one in grant(wants, free)] == [want.lookups for want in wants]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(Period))
def test_periods_follow_each_other_without_a_gap(day: date, period: Period) -> None:
    start, end = period.start(day), period.next_start(day)
    assert start <= day < end
    assert period.start(end) == end
    assert period.start(end - timedelta(days=1)) == start


@given(CREDITS, st.none() | CREDITS, st.sampled_from([0, *STEPS_PCT]))
def test_a_step_is_told_only_when_reached_and_not_told_before(spent: Decimal, cap: Decimal | None, told: int) -> None:
    room = Room(RoomKey("apollo", Period.DAY), DAY, spent, Decimal(0), cap, told)
    steps = new_steps(room)
    reached = step_reached(spent, cap)
    assert [step.pct for step in steps] == ([reached] if reached > told else [])
    assert cap is not None or not steps
    assert all(spent * 100 >= step.cap * step.pct for step in steps)


@given(st.lists(CREDITS, min_size=1, max_size=12), st.decimals(1, 500, places=0))
def test_however_money_is_spent_no_step_is_told_twice(amounts: list[Decimal], cap: Decimal) -> None:
    spent, told, heard = Decimal(0), 0, []
    for amount in amounts:
        spent += amount
        for step in new_steps(Room(RoomKey("apollo", Period.MONTH), DAY, spent, Decimal(0), cap, told)):
            heard.append(step.pct)
            told = step.pct
    assert heard == sorted(set(heard))
    assert told == step_reached(spent, cap)


def test_the_words_say_what_where_and_what_to_do() -> None:
    titles = {"apollo": "Apollo.io"}
    half = BudgetStep(RoomKey("apollo", Period.MONTH), date(2026, 11, 1), 50, Decimal(250), Decimal(500))
    assert (half.subject, step_words(half, titles)) == (
        "apollo/month/50",
        "50 % of the budget for Apollo.io, November 2026, is used: 250 of 500 credits. At 100 % Leadlight stops asking until the next month.",
    )
    full = BudgetStep(RoomKey(ALL_PROVIDERS, Period.DAY), DAY, 100, Decimal("10.5"), Decimal(10))
    assert full.subject == "all/day/100"
    assert "all providers, 21 November 2026, is used up: 10.5 of 10 credits" in step_words(full, titles)
    assert "22 November 2026 (UTC)" in step_words(full, titles)
    room = Room(half.key, half.starts_on, Decimal(500), Decimal(0), Decimal(500))
    assert refusal_words([room], titles) == "not asked: the budget is used up for Apollo.io (November 2026, cap 500 credits)"
    assert room.frees_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(("number", "text"), [("0", "0"), ("1200.500", "1,200.5"), ("0.125", "0.125"), ("100", "100")])
def test_credits_are_written_without_needless_zeros(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def adapters() -> tuple[Adapter, ...]:
    made: AdapterKit = kit()
    return build_adapters(made)


def test_a_run_without_keys_costs_nothing_and_says_who_is_not_asked() -> None:
    bound = bound_cost({CONTACTS: 10, COMPANIES: 5}, channels_of(adapters()), ())
    assert (bound.records, bound.credits, bound.cost_usd) == (15, Decimal(0), Decimal(0))
    assert {"Apollo.io", "Hunter.io"} <= set(bound.without_key)


SUBJECTS = st.builds(
    Subject,
    st.just("person"),
    domain=st.none() | st.just("sample.example"),
    company_name=st.none() | st.just("Sample"),
    email=st.none() | st.just("sample.contact.1@sample.example"),
    first_name=st.none() | st.just("Sample"),
    last_name=st.none() | st.just("Contact 1"),
    linkedin_url=st.none() | st.just("https://www.linkedin.com/in/sample"),
) | st.builds(Subject, st.just("company"), domain=st.none() | st.just("sample.example"), company_name=st.none() | st.just("Sample"))


class _Question:
    key = "one"
    known = ()

    def __init__(self, subject: Subject) -> None:
        self.subject = subject


@given(SUBJECTS, st.booleans())
def test_no_way_down_the_waterfall_costs_more_than_the_bound(subject: Subject, learns: bool) -> None:
    """Every provider answers nothing useful, so that all are asked; what a finder would add is added when `learns`."""
    channels = channels_of(adapters())
    order = waterfall_order(channels)
    cases, by_key = open_cases([_Question(subject)], frozenset(order))
    case, spent = by_key["one"], Decimal(0)
    for _ in range(10):
        lookups = next_lookups(cases.values(), order)
        spent += sum((lookup.endpoint.offer.credits for lookup in lookups), Decimal(0))
        if learns and subject.kind == "person":
            case.subject = Subject(
                "person", subject.domain, subject.company_name, "sample.contact.1@sample.example", "Sample", "Contact 1",
                "https://www.linkedin.com/in/sample",
            )  # fmt: skip
    object_type = CONTACTS if subject.kind == "person" else COMPANIES
    bound = bound_cost({object_type: 1}, channels, [adapter.info.name for adapter in adapters()])
    assert spent <= bound.credits


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sets(PROVIDERS), rooms())
def test_budgets_only_ever_lower_the_bound(contacts: int, companies: int, keys: set[str], caps: dict[RoomKey, Room]) -> None:
    bound = bound_cost({CONTACTS: contacts, COMPANIES: companies}, channels_of(adapters()), keys)
    more = bound_cost({CONTACTS: contacts + 1, COMPANIES: companies}, channels_of(adapters()), keys)
    assert more.credits >= bound.credits
    assert bound.cost_usd >= 0
    assert {one.provider for one in bound.providers} <= keys
    for period in Period:
        limited = within_budgets(bound, caps, period)
        if limited is not None:
            assert 0 <= limited < bound.credits
            for one in keys_of("apollo"):
                room = caps[one]
                if one.period is period and one.provider == ALL_PROVIDERS and room.left is not None:
                    assert limited <= room.left


def test_a_providers_period_is_told_from_its_reset() -> None:
    assert day_from("2026-12-01T00:00:00.000Z") == date(2026, 12, 1)
    assert [day_from(raw) for raw in (None, 5, "", "soon", "2026-13-01")] == [None] * 5
    assert (month_before(date(2026, 12, 1)), month_before(date(2026, 3, 31))) == (date(2026, 11, 1), date(2026, 2, 28))
