"""The policies compared on the made-up market: the fixed waterfall, the planner, and a bound that knows every answer beforehand.

Both policies run the product's own cases and merge; the fixed one is `next_lookups` over `waterfall_order`. Nothing goes over the network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final

from integration.benchmarks.market_world import START_ON, Company, Market, now_in
from integration.providers.base import Field
from integration.providers.cases import NEVER, Case, Lookup, next_lookups, open_cases
from integration.providers.estimates import Observed, estimates_from
from integration.providers.likeness import agree
from integration.providers.merge import merge_findings
from integration.providers.observing import observe
from integration.providers.order import channels_of, waterfall_order
from integration.providers.outlook import Judge
from integration.providers.planner import Planner
from integration.providers.questions import Weighing
from integration.providers.standing import Standing, Terms
from integration.providers.waterfall import MAX_ROUNDS

BATCH: Final = 100


@dataclass
class Score:
    """What a policy reached. `lookups` are paid ones; `trials_usd` is the part of the cost spent to learn."""

    wanted: int = 0
    verified: int = 0
    wrong: int = 0
    cost_usd: Decimal = Decimal(0)
    lookups: int = 0
    trials_usd: Decimal = Decimal(0)
    asked: set[tuple[str, str]] = field(default_factory=set)
    repeats: int = 0

    @property
    def coverage(self) -> float:
        return self.verified / max(1, self.wanted)


def run_fixed(market: Market) -> Score:
    """Today's order: free ones first, then the price for the declared trust, until one answer is sure enough."""
    order = waterfall_order(channels_of(market.adapters))
    score = Score()
    for batch in _batches(market.companies):
        cases, by_key = open_cases(batch, frozenset(order))
        wanted = {key: frozenset(case.wanted) for key, case in by_key.items()}
        for _ in range(MAX_ROUNDS):
            lookups = next_lookups(cases.values(), order)
            if not lookups:
                break
            _answer(market, lookups, {id(by_key[one.key]): one for one in batch}, score)
        _mark(market, batch, by_key, wanted, score)
    return score


def run_planned(market: Market, terms: Terms) -> Score:
    """The planner, learning from batch to batch from nothing but the answers and what the CRM knows."""
    channels = channels_of(market.adapters)
    planner, fields = Planner(channels), frozenset(name for channel in channels for name in channel.trust)
    score, seen = Score(), _Memory()
    for batch in _batches(market.companies):
        week = START_ON + timedelta(weeks=market.week_of(batch[0]))
        standing = Standing(terms=terms, estimates=estimates_from(seen.rows(), week), week=week.isoformat())
        judge = Judge(standing.estimates)
        cases, by_key = open_cases(batch, fields, settles_at=NEVER, holds_out=standing.holds_out)
        wanted = {one.key: frozenset(by_key[one.key].wanted) - {known.field for known in one.known} for one in batch}
        company_of = {id(by_key[one.key]): one for one in batch}
        for number in range(1, MAX_ROUNDS + 1):
            planned = planner.plan(cases.values(), standing, judge, keyed=frozenset(), purse={}, round_number=number)
            lookups = planned.take()
            if not lookups:
                break
            trials = {one.lookup.question for one in planned.choices if one.step.because == "explore"}
            _answer(market, lookups, company_of, score, trials)
        seen.add(observe(cases.values(), week, judge.trusts))
        _mark(market, batch, by_key, wanted, score, Weighing(trust=judge.learned(channels)))
    return score


def bound(market: Market) -> Score:
    """The most that can be verified at all, and the least it costs for whoever knows every answer beforehand."""
    paid = [name for name, trader in market.traders.items() if trader.price]
    score = Score()
    for company in market.companies:
        known = {one.field for one in company.known}
        wanted = {name for trader in market.traders.values() for name in trader.fill} - known
        replies = {name: market.answer(name, company) for name in market.traders}
        right = {
            name: {
                one.field for one in reply.findings if one.field in wanted and agree(one.field, one.value, company.truth[one.field])
            }
            for name, reply in replies.items()
        }
        free = set().union(*(right[name] for name in market.traders if name not in paid))
        best = set().union(*right.values())
        useful = [name for name in paid if right[name] - free]
        score.wanted += len(wanted)
        score.verified += len(best)
        score.cost_usd += _cheapest(best - free, [(right[name], replies[name].cost_usd) for name in useful])
    return score


def _cheapest(needed: set[Field], offers: Sequence[tuple[set[Field], Decimal]]) -> Decimal:
    """The least that offers covering everything needed cost together."""
    return min(
        sum((price for _, price in some), Decimal(0))
        for count in range(len(offers) + 1)
        for some in combinations(offers, count)
        if needed <= set().union(*(fields for fields, _ in some))
    )


class _Memory:
    """Observations summed as the table sums them."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, date], Observed] = {}

    def add(self, observed: Sequence[Observed]) -> None:
        for one in observed:
            key = (one.channel, one.field, one.segment, one.week)
            old = self._rows.get(key)
            self._rows[key] = one if old is None else _sum(old, one)

    def rows(self) -> list[Observed]:
        return list(self._rows.values())


def _sum(old: Observed, new: Observed) -> Observed:
    return Observed(
        old.channel,
        old.field,
        old.segment,
        old.week,
        old.asked + new.asked,
        old.found + new.found,
        old.compared + new.compared,
        old.agreed + new.agreed,
        vouched=old.vouched + new.vouched,
        vouched_right=old.vouched_right + new.vouched_right,
    )


def _batches(companies: Sequence[Company]) -> Iterator[Sequence[Company]]:
    return (companies[start : start + BATCH] for start in range(0, len(companies), BATCH))


def _answer(
    market: Market, lookups: Sequence[Lookup], company_of: dict[int, Company], score: Score, trials: Collection[str] = ()
) -> None:
    for lookup in lookups:
        company, name = company_of[id(lookup.case)], lookup.channel.provider.name
        reply = market.answer(name, company)
        score.repeats += (name, company.key) in score.asked
        score.asked.add((name, company.key))
        score.cost_usd += reply.cost_usd
        score.lookups += bool(market.traders[name].price)
        if lookup.question in trials:
            score.trials_usd += reply.cost_usd
        lookup.case.hear(lookup, reply)


def _mark(
    market: Market,
    batch: Sequence[Company],
    by_key: dict[str, Case],
    wanted: dict[str, frozenset[Field]],
    score: Score,
    weighing: Weighing | None = None,
) -> None:
    for company in batch:
        findings, _ = merge_findings(
            (*company.known, *by_key[company.key].findings), as_of=now_in(market.week_of(company)), weighing=weighing
        )
        names = wanted[company.key]
        score.wanted += len(names)
        filled = [name for name in names if name in findings]
        right = sum(agree(name, findings[name].value, company.truth[name]) for name in filled)
        score.verified += right
        score.wrong += len(filled) - right
