"""The planner as a decision: whom it asks, whom it leaves alone, and that nothing but what it is told sways it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.providers.adapter import Adapter, Offer, Rate
from integration.providers.base import Capability, Field, Finding, ProviderInfo, ProviderReply, Subject
from integration.providers.cases import NEVER, Case
from integration.providers.certainty import Vote, certainty_of, chances_of
from integration.providers.estimates import Estimates, Observed, estimates_from, week_of
from integration.providers.observing import observe
from integration.providers.order import Channel, channels_of
from integration.providers.outlook import Judge
from integration.providers.planner import Planned, Planner
from integration.providers.segments import segment_of, segments_around
from integration.providers.standing import Choices, Standing, Terms, draw

NOW = datetime(2026, 11, 30, tzinfo=UTC)
WEEK = date(2026, 11, 30)
FIELDS = (Field.INDUSTRY, Field.EMPLOYEE_COUNT, Field.CITY)
STILL = Terms(explore_ratio=0.0, holdout_ratio=0.0)


@dataclass(frozen=True, eq=False)
class Paper:
    """An endpoint that is only looked at."""

    offer: Offer

    def ask(self, subjects: object, *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002
        raise AssertionError("nobody asks here")


def trader(
    name: str, price: str = "0", *fields: Field, trust: float = 0.8, misses: bool = False, needs_key: bool = False, opt_in: str = ""
) -> Adapter:
    info = ProviderInfo(name, name, frozenset(), {}, needs_key, Decimal(price), timedelta(1), timedelta(1), "", opt_in=opt_in)
    offer = Offer(
        info,
        "q",
        Capability.COMPANY,
        dict.fromkeys(fields or FIELDS, trust),
        lambda _: True,
        Decimal(1) if Decimal(price) else Decimal(0),
        charges_misses=misses,
    )
    return Adapter(info, (Paper(offer),))


def case(name: str = "acme", *wanted: Field) -> Case:
    return Case(Subject("company", domain=f"{name}-sample.com"), set(wanted or FIELDS), settles_at=NEVER)


_PLANNERS: dict[tuple[int, ...], tuple[list[Adapter], Planner]] = {}
"""A channel is itself and no other, so one set of traders has one planner."""


def planner_of(traders: list[Adapter]) -> Planner:
    key = tuple(map(id, traders))
    return _PLANNERS.setdefault(key, (list(traders), Planner(channels_of(traders))))[1]


def plan(
    traders: list[Adapter],
    cases: list[Case],
    standing: Standing | None = None,
    *,
    keyed: frozenset[str] = frozenset(),
    **purse: int,
) -> Planned:
    standing = standing or Standing(terms=STILL, week=WEEK.isoformat())
    left = {name.removeprefix("all_"): Decimal(credits) for name, credits in purse.items()}
    return planner_of(traders).plan(cases, standing, Judge(standing.estimates), keyed=keyed, purse=left)


def names(planned: Planned) -> list[str]:
    return [one.lookup.endpoint.offer.provider.name for one in planned.choices]


def answer(one: Case, channel: Channel, planned: Planned, *values: tuple[Field, object], ratio: float = 0.8) -> None:
    lookup = next(choice.lookup for choice in planned.choices if choice.lookup.channel.name == channel.name)
    provider = channel.provider.name
    found = tuple(Finding(name, value, provider, NOW, ratio) for name, value in values)  # type: ignore[arg-type]
    one.hear(lookup, ProviderReply(provider, "found" if found else "not_found", found))


def seen(
    provider: str, *, asked: int = 100, found: int = 50, compared: int = 0, agreed: int = 0, week: date = WEEK
) -> list[Observed]:
    return [
        Observed(f"{provider}.company", name, "", week, asked, found, compared, agreed)
        for name in ("", *(one.value for one in FIELDS))
    ]


def knowing(*observed: list[Observed], terms: Terms = STILL) -> Standing:
    return Standing(terms=terms, estimates=estimates_from([one for some in observed for one in some], WEEK), week=WEEK.isoformat())


def test_nobody_is_paid_while_a_free_one_may_tell() -> None:
    assert names(plan([trader("free"), trader("dear", "0.02")], [case()])) == ["free"]


def test_a_paid_one_is_asked_at_once_for_what_no_free_one_can_tell() -> None:
    traders = [trader("free", "0", Field.CITY), trader("dear", "0.02")]
    assert names(plan(traders, [case()])) == ["free", "dear"]


def test_the_next_is_asked_when_the_free_one_did_not_know_and_nobody_twice() -> None:
    traders, one = [trader("free"), trader("dear", "0.02")], case()
    first = plan(traders, [one])
    assert [lookup.channel.name for lookup in first.take()] == ["free.company"]
    second = plan(traders, [one])
    assert names(second) == ["dear"]
    second.take()
    assert names(plan(traders, [one])) == []
    assert [step.channel for step in one.steps] == ["free.company", "dear.company"]


def test_it_stops_when_everything_is_sure_enough() -> None:
    traders, one = [trader("free"), trader("dear", "0.002")], case("acme", Field.CITY)
    first = plan(traders, [one])
    first.take()
    answer(one, first.choices[0].lookup.channel, first, (Field.CITY, "Berlin"))
    assert names(plan(traders, [one])) == []
    assert names(plan(traders, [one], Standing(terms=replace(STILL, wanted_ratio=0.9)))) == ["dear"]


def test_two_that_contradict_each_other_are_less_sure_than_one_alone_and_two_that_agree_more() -> None:
    one, same, other = Vote("Berlin", "a", 0.8), Vote("berlin", "b", 0.7), Vote("Bonn", "b", 0.7)
    assert certainty_of(Field.CITY, [one, other]) < certainty_of(Field.CITY, [one]) < certainty_of(Field.CITY, [one, same])
    assert certainty_of(Field.CITY, [one, Vote("Berlin", "a", 0.8)]) == pytest.approx(0.8), (
        "a source that repeats itself counts once"
    )
    assert certainty_of(Field.CITY, []) == 0


def test_nobody_is_asked_for_less_than_the_price() -> None:
    hopeless = seen("dear", asked=1000, found=1)
    assert names(plan([trader("dear", "0.05", misses=True)], [case()], knowing(hopeless))) == []
    assert names(plan([trader("dear", "0.05", misses=True)], [case()], knowing(seen("dear", asked=1000, found=700)))) == ["dear"]


def test_a_segment_of_its_own_is_judged_by_what_was_seen_there() -> None:
    abroad = [replace(row, segment="BR") for row in seen("dear", asked=300, found=0)]
    standing = knowing(seen("dear", asked=1000, found=700), abroad)
    home, there = case("home"), Case(Subject("company", domain="acme-sample.com.br"), set(FIELDS), settles_at=NEVER)
    planned = plan([trader("dear", "0.05", misses=True)], [home, there], standing)
    assert [choice.lookup.case for choice in planned.choices] == [home]


def test_what_was_seen_long_ago_counts_less_than_what_was_seen_now() -> None:
    old = seen("dear", asked=200, found=180, week=WEEK - timedelta(weeks=12))
    ratio = estimates_from([*old, *seen("dear", asked=40, found=2)], WEEK).found("dear.company", "city", "").ratio
    assert ratio < 0.35
    assert estimates_from(old, WEEK).found("dear.company", "city", "").ratio > 0.7
    assert estimates_from(old, WEEK - timedelta(weeks=13)).found("dear.company", "city", "").ratio == 0.5, "the future is not known"


def test_pinned_providers_are_asked_in_their_order_and_nobody_else_for_the_field() -> None:
    traders = [trader("free"), trader("a", "0.02"), trader("b", "0.09")]
    standing = Standing(terms=STILL, choices=Choices(pins={Field.CITY: ("b", "a")}))
    one = case("acme", Field.CITY)
    order = []
    for _ in range(4):
        planned = plan(traders, [one], standing)
        planned.take()
        order.append(names(planned))
    assert order == [["b"], ["a"], [], []]
    assert {step.because for step in one.steps} == {"pin"}


def test_a_provider_turned_off_or_without_leave_is_not_asked() -> None:
    traders = [trader("free"), trader("shy", "0", opt_in="its terms forbid it")]
    assert names(plan(traders, [case()])) == ["free"]
    assert names(plan(traders, [case()], Standing(terms=STILL, choices=Choices({"free": False, "shy": True})))) == ["shy"]


def test_one_without_a_key_is_named_only_when_nobody_else_is_left() -> None:
    traders, one = [trader("free"), trader("keyed", "0.02", needs_key=True)], case()
    first, second = plan(traders, [one]), None
    first.take()
    second = plan(traders, [one])
    assert (names(first), [choice.step.because for choice in second.choices]) == (["free"], ["no key"])
    assert [choice.step.because for choice in plan(traders, [case("b")], keyed=frozenset({"keyed"})).choices] == ["gain"]


def test_money_goes_to_the_most_valuable_and_the_rest_is_told_apart() -> None:
    rich, poor = case("rich"), case("poor", Field.CITY)
    planned = plan([trader("dear", "0.02")], [poor, rich], dear=1)
    assert [choice.lookup.case for choice in planned.choices] == [rich]
    assert [choice.lookup.case for choice in planned.unfunded] == [poor]
    assert planned.purse == {"dear": 0}
    assert len(planned.take()) == 2, "the budget itself refuses the other, with its reason"


def test_a_slow_free_source_goes_last_and_its_time_is_counted() -> None:
    slow = trader("slow")
    offer = replace(slow.endpoints[0].offer, rates=(Rate(1, 60.0),))
    slow = Adapter(slow.info, (Paper(offer),))
    cases = [case(str(number)) for number in range(50)]
    planned = plan([slow, trader("quick")], cases)
    assert names(planned)[:50] == ["quick"] * 50


def test_learning_costs_about_the_declared_share_and_only_of_what_is_spent() -> None:
    terms = Terms(explore_ratio=0.05, holdout_ratio=0)
    traders = [trader("good", "0.05"), trader("other", "0.05", trust=0.7)]
    standing = knowing(seen("good", asked=500, found=450, compared=300, agreed=280), seen("other", asked=20, found=8), terms=terms)
    planned = plan(traders, [case(str(number)) for number in range(2000)], standing)
    trials = [choice for choice in planned.choices if choice.step.because == "explore"]
    spent = sum(0.05 * 0.9 for choice in planned.choices if choice.step.because == "gain")
    assert 0.03 < len(trials) * 0.05 / spent < 0.07
    assert {choice.lookup.channel.name for choice in trials} == {"other.company"}
    free_only = plan([trader("free"), *traders], [case(str(number)) for number in range(200)], standing)
    assert set(names(free_only)) == {"free"}


def test_a_step_says_why_and_what_the_others_promised() -> None:
    planned = plan([trader("cheap", "0.01"), trader("dear", "0.09")], [case()])
    (choice,) = planned.choices
    assert (choice.step.channel, choice.step.because, choice.step.price_usd) == ("cheap.company", "gain", Decimal("0.01"))
    assert choice.step.gain_usd > 0.01
    assert [name for name, _ in choice.step.alternatives] == ["dear.company"]


PRICES = st.sampled_from(["0", "0.01", "0.03", "0.08", "0.2"])
TRADERS = st.lists(
    st.builds(
        lambda price, fields, trust, misses: (price, tuple(sorted(fields)), trust, misses),
        PRICES,
        st.sets(st.sampled_from(FIELDS), min_size=1),
        st.sampled_from([0.5, 0.65, 0.8, 0.95]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
).map(lambda made: [trader(f"p{place}", one[0], *one[1], trust=one[2], misses=one[3]) for place, one in enumerate(made)])
OUTCOMES = st.integers(0, 2)


@settings(max_examples=40, deadline=None)
@given(TRADERS, st.integers(0, 6), st.integers(0, 6), st.data())
def test_nobody_is_asked_twice_no_money_is_passed_and_every_plan_ends(
    traders: list[Adapter], all_left: int, first_left: int, data: st.DataObject
) -> None:
    cases = [case(str(number)) for number in range(3)]
    standing = Standing(terms=Terms(explore_ratio=0.5), week=WEEK.isoformat())
    planner, judge = Planner(channels_of(traders)), Judge(standing.estimates)
    purse: dict[str, Decimal] = {"": Decimal(all_left), "p0": Decimal(first_left)}
    asked: list[tuple[int, str]] = []
    for _ in range(len(traders) + 1):
        planned = planner.plan(cases, standing, judge, keyed=frozenset(), purse=purse)
        for choice in planned.choices:
            price = choice.lookup.endpoint.offer.credits
            for name in ("", choice.lookup.channel.provider.name):
                if name in purse:
                    purse[name] -= price
        assert all(left >= 0 for left in purse.values())
        assert dict(planned.purse) == purse
        planned.take()
        for choice in (*planned.choices, *planned.unfunded):
            asked.append((id(choice.lookup.case), choice.lookup.channel.name))
            values = {0: (), 1: ((FIELDS[0], "x"),), 2: tuple((name, "y") for name in FIELDS)}[data.draw(OUTCOMES)]
            provider = choice.lookup.channel.provider.name
            found = tuple(Finding(name, value, provider, NOW, 0.8) for name, value in values)
            choice.lookup.case.hear(choice.lookup, ProviderReply(provider, "found" if found else "not_found", found))
    assert len(set(asked)) == len(asked)
    assert planner.plan(cases, standing, judge, keyed=frozenset(), purse=purse).take() == []


@settings(max_examples=30, deadline=None)
@given(TRADERS, st.permutations(range(4)), st.randoms(use_true_random=False))
def test_order_of_cases_and_channels_changes_nothing(traders: list[Adapter], order: list[int], random: object) -> None:
    standing = Standing(terms=Terms(explore_ratio=0.5), week=WEEK.isoformat())

    def planned(some: list[Adapter], numbers: list[int]) -> list[tuple[str, str]]:
        found = plan(some, [case(str(number)) for number in numbers], standing, all_=3)
        return [(str(one.lookup.case.subject.domain), one.lookup.channel.name) for one in (*found.choices, *found.unfunded)]

    shuffled = list(traders)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(planned(traders, [0, 1, 2, 3])) == sorted(planned(shuffled, order))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.data(), st.sampled_from(["0", "0.001"]))
def test_more_agreement_never_lowers_what_a_channel_is_worth(compared: int, data: st.DataObject, price: str) -> None:
    agreed = data.draw(st.integers(0, compared - 1))

    def worth(agreements: int) -> float:
        planned = plan([trader("one", price)], [case()], knowing(seen("one", compared=compared, agreed=agreements)))
        return sum(choice.step.gain_usd for choice in planned.choices)

    assert worth(agreed) <= worth(agreed + 1)


@given(st.integers(0, 50), st.integers(0, 50))
def test_estimates_stay_between_guess_and_what_was_seen(found: int, missed: int) -> None:
    belief = estimates_from(seen("a", asked=found + missed, found=found), WEEK).found("a.company", "city", "BR|m")
    assert 0 <= belief.ratio <= 1
    if found + missed:
        seen_ratio = found / (found + missed)
        assert min(0.5, seen_ratio) <= belief.ratio <= max(0.5, seen_ratio)


def test_segments_are_told_by_what_is_known_and_lie_in_each_other() -> None:
    facts = [Finding(Field.COUNTRY, "BR", "a", NOW, 0.9), Finding(Field.EMPLOYEE_COUNT, 120, "a", NOW, 0.9)]
    assert segment_of(Subject("company", domain="acme-sample.com"), []) == ""
    assert segment_of(Subject("company", domain="acme-sample.co.uk"), []) == "GB"
    assert segment_of(Subject("company"), facts) == "BR|m"
    assert segment_of(Subject("company"), [Finding(Field.INDUSTRY, "Computer software", "a", NOW, 0.9)]) == "-|-|software"
    assert segments_around("BR|m|software") == ("", "BR", "BR|m", "BR|m|software")


def observed_of(*known: Finding, ratios: dict[str, float]) -> dict[str, Observed]:
    one = case("acme", Field.CITY)
    one.known += known
    one.held_out = True
    planned = plan([trader(name, trust=ratio) for name, ratio in ratios.items()], [one])
    planned.take()
    for choice in planned.choices:
        name = choice.lookup.channel.provider.name
        value = "Bonn" if name == "a" else "Berlin"
        answer(one, choice.lookup.channel, planned, (Field.CITY, value), ratio=ratios[name])
    rows = observe([one], WEEK, lambda _, finding: finding.confidence_ratio)
    return {row.channel: row for row in rows if row.field == "city" and row.segment == ""}


def test_a_persons_value_judges_every_answer() -> None:
    rows = observed_of(Finding(Field.CITY, "berlin", "hubspot", NOW, 1.0), ratios={"a": 0.9, "b": 0.6})
    assert [(row.asked, row.found, row.compared, row.agreed) for row in rows.values()] == [(1, 1, 1, 0), (1, 1, 1, 1)]


def test_without_one_a_lonely_answer_is_not_judged_and_a_majority_usually_is_right() -> None:
    assert observed_of(ratios={"a": 0.9})["a.company"].compared == 0
    rows = observed_of(ratios={"a": 0.6, "b": 0.97, "c": 0.97, "d": 0.97})
    assert [rows[f"{name}.company"].agreed for name in "abcd"] == [0, 1, 1, 1]
    chances = chances_of(Field.CITY, [Vote("x", "a", 0.9), Vote("y", "b", 0.6)])
    assert chances[0] > chances[1]


def test_what_the_cache_answered_is_not_counted_again() -> None:
    one = case("acme", Field.CITY)
    planned = plan([trader("a")], [one])
    (lookup,) = planned.take()
    one.hear(lookup, ProviderReply("a", "not_found", cached=True))
    one.hear(lookup, ProviderReply("a", "failed"))
    assert observe([one], WEEK, lambda _, finding: finding.confidence_ratio) == ()


def test_draws_are_even_and_always_alike() -> None:
    draws = [draw("x", str(number)) for number in range(4000)]
    assert draws == [draw("x", str(number)) for number in range(4000)]
    assert 0.47 < sum(draws) / len(draws) < 0.53
    assert sum(Standing(terms=Terms(holdout_ratio=0.02)).holds_out(str(number)) for number in range(4000)) in range(50, 115)
    assert week_of(NOW) == WEEK
    assert Estimates().latency_s("nobody") > 0


def test_terms_outside_their_limits_are_named() -> None:
    assert Terms().problems() == ()
    assert len(Terms(wanted_ratio=2, worth_ratio=0).problems()) == 2


def test_a_service_that_has_ended_is_not_asked_any_more() -> None:
    ending = trader("ending", "0", Field.INDUSTRY)
    gone = Adapter(
        replace(ending.info, ends_on=date(2027, 1, 1)),
        (Paper(replace(ending.endpoints[0].offer, provider=replace(ending.info, ends_on=date(2027, 1, 1)))),),
    )
    planner = planner_of([gone, trader("staying", "0", Field.INDUSTRY)])
    assert [one.provider.name for one in planner.still_there(date(2026, 12, 31)).channels] == ["ending", "staying"]
    assert [one.provider.name for one in planner.still_there(date(2027, 1, 1)).channels] == ["staying"]
