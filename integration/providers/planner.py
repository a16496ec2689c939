"""Whom to ask for whom now: the channel that is worth most for its price, until the fields are sure enough or nothing pays. Pure.

For a subject and a channel the gain is the sum over the wanted fields of: worth of the field x chance that the channel finds it and is right
x doubt that remains about it. From it go the expected price and a small charge for time. Free channels go first, several at once; a paid one
is asked for what no free one that is still to answer may tell, and one paid channel at a time for a field, so that its answer can save the
next. Among paid ones that is asked which, with the best that can follow its finding and its missing, leaves most.
No clock, no randomness: the week and the draws come from what is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from integration.providers.adapter import Endpoint
from integration.providers.base import Capability, Field
from integration.providers.budget import ALL_PROVIDERS, Room
from integration.providers.cases import Case, Lookup, is_vouched_for, lookup_of
from integration.providers.certainty import Vote, certainty_of
from integration.providers.order import Channel
from integration.providers.outlook import USD_PER_S, Judge, Outlook, queue_s
from integration.providers.questions import PlanStep
from integration.providers.segments import segment_of
from integration.providers.standing import Purse, Standing, draw

# A channel that finds a field at least this often is waited for before the next is paid for the same field.
WORTH_WAITING_RATIO: Final = 0.05
_ALTERNATIVES: Final = 3
ONE_IS_ENOUGH: Final = frozenset({Capability.WEB_SEARCH})
"""What one provider's answer settles, also where it is only candidates: the next is asked when the one before failed or found nothing."""

Stakes = Mapping[Field, float]
"""For each field that is not sure enough, its worth in USD times the doubt that remains."""


@dataclass(frozen=True, eq=False)
class Option:
    """A channel that could be asked now. `chances` only of fields at stake; `cost_usd` is the expected price and the charge for time."""

    channel: Channel
    endpoint: Endpoint
    outlook: Outlook
    chances: Mapping[Field, float]
    cost_usd: float

    @property
    def is_free(self) -> bool:
        return self.outlook.price_usd <= 0

    def gain(self, stakes: Stakes) -> float:
        total = 0.0
        for name, chance in self.chances.items():
            if name in stakes:
                total += stakes[name] * chance
        return total

    def net(self, stakes: Stakes) -> float:
        return self.gain(stakes) - self.cost_usd

    def left_when_found(self, stakes: Stakes) -> Stakes:
        """What is still at stake after it found something."""
        found = max(self.outlook.found_ratio, 1e-9)
        return {
            name: stake * (1 - min(1.0, self.chances[name] / found)) if name in self.chances else stake
            for name, stake in stakes.items()
        }


@dataclass(frozen=True, eq=False)
class Choice:
    """One lookup to be made now, and why."""

    lookup: Lookup
    step: PlanStep
    net_usd: float


@dataclass(frozen=True)
class Planned:
    """`choices` fit the money that is left, the most valuable first; `unfunded` would be made if there were more.

    `purse` is what is left when every choice is charged.
    """

    choices: tuple[Choice, ...] = ()
    unfunded: tuple[Choice, ...] = ()
    purse: Purse = field(default_factory=dict)

    def take(self) -> list[Lookup]:
        """All lookups, noted in their cases as asked. Those without money too: the budget refuses them with its reason and its date."""
        lookups = []
        for choice in (*self.choices, *self.unfunded):
            case = choice.lookup.case
            case.asked.add(choice.lookup.channel)
            case.steps.append(choice.step)
            lookups.append(choice.lookup)
        return lookups


@dataclass(frozen=True)
class Planner:
    """Plans over the channels of an installation. Keeps no state of its own."""

    channels: tuple[Channel, ...]

    def still_there(self, today: date) -> Planner:
        """The planner without channels whose service has ended by then."""
        ended = [one for one in self.channels if one.provider.ends_on is not None and today >= one.provider.ends_on]
        return Planner(tuple(one for one in self.channels if one not in ended)) if ended else self

    def plan(
        self, cases: Iterable[Case], standing: Standing, judge: Judge, *, keyed: frozenset[str], purse: Purse, round_number: int = 1
    ) -> Planned:
        """Whom to ask now about each case that nobody asked yet. `keyed` are the providers with a key. Changes nothing but `case.segment`."""
        open_cases = [case for case in cases if case.wanted and not case.suppressed]
        allowed = tuple(one for one in self.channels if standing.choices.allows(one.provider.name, one.provider.opt_in))
        choices: list[Choice] = []
        for case in open_cases:
            case.segment = segment_of(case.subject, (*case.known, *case.findings))
            desk = _Desk(case, standing, judge, keyed, len(open_cases), round_number)
            settled = _settled(case)
            choices += desk.choices(
                [one for one in allowed if one not in case.asked and one.capability not in settled and one.accepts(case.subject)]
            )
        return _within(choices, purse)


def stakes_of(case: Case, standing: Standing, judge: Judge) -> dict[Field, float]:
    """What is at stake for each wanted field that is not yet as sure as the portal wants it."""
    votes: dict[Field, list[Vote]] = {}
    for one in case.known:
        if one.field in case.wanted and not (case.held_out and is_vouched_for(one)):
            votes.setdefault(one.field, []).append(Vote(one.value, one.provider, one.confidence_ratio))
    for heard in case.heard:
        for one in heard.reply.findings:
            if one.field in case.wanted:
                votes.setdefault(one.field, []).append(Vote(one.value, one.provider, judge.trusts(heard, one)))
    stakes: dict[Field, float] = {}
    for name in sorted(case.wanted):
        certainty = certainty_of(name, votes.get(name, ()))
        if certainty < standing.terms.wanted_ratio:
            stakes[name] = standing.terms.worth_usd(name) * (1 - certainty)
    return stakes


class _Desk:
    """One case on the planner's desk."""

    def __init__(self, case: Case, standing: Standing, judge: Judge, keyed: frozenset[str], batch: int, round_number: int) -> None:
        self._case = case
        self._standing = standing
        self._judge = judge
        self._keyed = keyed
        self._batch = batch
        self._round = round_number
        self._trail = case.trail
        self._all_stakes = stakes_of(case, standing, judge)
        self._wanted = frozenset(self._all_stakes)

    def choices(self, channels: Sequence[Channel]) -> list[Choice]:
        able = [one for one in channels if not self._wanted.isdisjoint(one.trust)]
        pinned = self._pinned(able)
        pins = self._standing.choices.pins
        stakes = {name: stake for name, stake in self._all_stakes.items() if name not in pins}
        options = [self._option(one, stakes) for one in able if self._has_key(one) and one not in pinned]
        options = _one_of_each([one for one in options if one.chances], stakes)
        free = _free_ones([one for one in options if one.is_free], stakes)
        told = {name for one in free for name, chance in one.chances.items() if chance >= WORTH_WAITING_RATIO}
        told |= {name for channel in pinned for name in channel.trust}
        paid_options = [one for one in options if not one.is_free]
        paid = _paid_ones(paid_options, {name: stake for name, stake in stakes.items() if name not in told})
        chosen = [self._choice(one, "gain", stakes, options) for one in (*free, *paid)]
        chosen += [self._bare(channel, "pin" if self._has_key(channel) else "no key") for channel in pinned]
        chosen += self._trial(paid, [one for one in paid_options if one not in paid], stakes, options)
        if chosen:
            return chosen
        unnamed = self._wanted - pins.keys()
        return [self._bare(one, "no key") for one in able if not self._has_key(one) and not unnamed.isdisjoint(one.trust)]

    def _pinned(self, able: Sequence[Channel]) -> dict[Channel, None]:
        """For each pinned field the next channel in the admin's order."""
        found: dict[Channel, None] = {}
        for name in sorted(self._wanted & self._standing.choices.pins.keys()):
            order = self._standing.choices.pins[name]
            mine = [one for one in able if name in one.trust and one.provider.name in order]
            if mine:
                found[min(mine, key=lambda one: (order.index(one.provider.name), one.name))] = None
        return found

    def _has_key(self, channel: Channel) -> bool:
        return not channel.provider.needs_key or channel.provider.name in self._keyed

    def _option(self, channel: Channel, stakes: Stakes) -> Option:
        endpoint = channel.endpoint_for(self._wanted)
        outlook = self._judge.outlook(channel, endpoint, self._case.segment or "", self._trail)
        chances = {name: outlook.chances[name] for name in stakes if name in outlook.chances}
        waiting = outlook.latency_s + queue_s(endpoint.offer, self._batch)
        return Option(channel, endpoint, outlook, chances, outlook.expected_price_usd + waiting * USD_PER_S)

    def _trial(
        self, paid: Sequence[Option], others: Sequence[Option], stakes: Stakes, options: Sequence[Option]
    ) -> Iterable[Choice]:
        """At most one more paid channel, to learn how good it is: drawn so that over many cases it is the declared share of spending."""
        spend = sum(one.outlook.expected_price_usd for one in paid)
        if not spend or not others:
            return []

        def hope(one: Option) -> float:
            return sum(stake * one.outlook.hopeful.get(name, 0.0) for name, stake in stakes.items()) - one.cost_usd

        best = max(others, key=lambda one: (hope(one), one.channel.name))
        lookup = self._lookup(best.channel)
        share = self._standing.terms.explore_ratio * spend / best.outlook.price_usd
        if hope(best) <= 0 or draw("trial", lookup.question, self._standing.week) >= share:
            return []
        return [self._choice(best, "explore", stakes, options)]

    def _lookup(self, channel: Channel) -> Lookup:
        return lookup_of(self._case, channel, self._wanted)

    def _choice(self, option: Option, because: str, stakes: Stakes, options: Sequence[Option]) -> Choice:
        others = sorted(
            ((one.channel.name, one.net(stakes)) for one in options if one is not option), key=lambda one: (-one[1], one[0])
        )
        step = PlanStep(
            option.channel.name,
            self._round,
            because,
            tuple(sorted(option.chances)),
            round(option.gain(stakes), 6),
            option.endpoint.offer.price_usd,
            tuple((name, round(net, 6)) for name, net in others[:_ALTERNATIVES]),
        )
        return Choice(self._lookup(option.channel), step, option.net(stakes))

    def _bare(self, channel: Channel, because: str) -> Choice:
        lookup = self._lookup(channel)
        fields = tuple(sorted(self._wanted & channel.trust.keys()))
        price = lookup.endpoint.offer.price_usd if because == "pin" else Decimal(0)
        return Choice(lookup, PlanStep(channel.name, self._round, because, fields, price_usd=price), 0.0)


def _settled(case: Case) -> frozenset[Capability]:
    """The capabilities that need nobody else for this case."""
    found = (one.lookup.channel.capability for one in case.heard if one.reply.outcome == "found")
    return ONE_IS_ENOUGH.intersection(found)


def _one_of_each(options: Sequence[Option], stakes: Stakes) -> list[Option]:
    """The options, of those that are asked one after the other only the next: free ones first, then the one that leaves most."""
    ranked = sorted(options, key=lambda one: (not one.is_free, -one.net(stakes), one.channel.name))
    first = {one.channel.capability: one for one in reversed(ranked)}
    return [one for one in options if one.channel.capability not in ONE_IS_ENOUGH or first[one.channel.capability] is one]


def _free_ones(options: Sequence[Option], stakes: Stakes) -> list[Option]:
    """The free channels to ask at once: each for what the ones before it are not expected to tell, as long as that is worth its time."""
    chosen: list[Option] = []
    left, waiting = stakes, list(options)
    while waiting:
        best = max(waiting, key=lambda one: (one.net(left), one.channel.name))
        if best.net(left) <= 0:
            break
        chosen.append(best)
        waiting.remove(best)
        left = {name: stake * (1 - best.chances.get(name, 0.0)) for name, stake in left.items()}
    return chosen


def _paid_ones(options: Sequence[Option], stakes: Stakes) -> list[Option]:
    """The paid channels to ask at once: no two for the same field."""
    chosen: list[Option] = []
    left, waiting = stakes, list(options)
    while left:
        best = best_first(waiting, left)
        if best is None:
            break
        chosen.append(best)
        waiting.remove(best)
        left = {name: stake for name, stake in left.items() if best.chances.get(name, 0.0) < WORTH_WAITING_RATIO}
    return chosen


def best_first(options: Sequence[Option], stakes: Stakes) -> Option | None:
    """The option to begin with, None when none is worth its cost: it counts what it leaves for the best that can follow."""
    paying = sorted((one for one in options if one.net(stakes) > 0), key=lambda one: one.channel.name)
    if len(paying) < 2:
        return paying[0] if paying else None

    nets = {one: one.net(stakes) for one in paying}
    ranked = sorted(paying, key=lambda one: -nets[one])

    def value(one: Option) -> float:
        # Who is not worth its price now is not worth it for less either, so only those that pay can follow.
        rest, found = one.left_when_found(stakes), one.outlook.found_ratio
        when_found = max(0.0, *(other.net(rest) for other in paying if other is not one))
        when_missed = nets[ranked[1] if one is ranked[0] else ranked[0]]
        return nets[one] + found * when_found + (1 - found) * when_missed

    # Where both would be asked in the end the order makes no difference to the sum; then the one that leaves more by itself goes first.
    return max(paying, key=lambda one: (round(value(one), 9), nets[one], one.channel.name))


def _within(choices: Sequence[Choice], purse: Purse) -> Planned:
    """The choices in order of worth, those that money is left for apart from the rest. Free ones come first, whoever must wait in line last."""
    left = dict(purse)
    funded: list[Choice] = []
    unfunded: list[Choice] = []
    for choice in sorted(choices, key=_rank):
        offer = choice.lookup.endpoint.offer
        credits = Decimal(0) if choice.step.because == "no key" else offer.credits
        caps = [name for name in (offer.provider.name, ALL_PROVIDERS) if name in left]
        if credits and any(left[name] < credits for name in caps):
            if choice.step.because != "explore":
                unfunded.append(choice)
            continue
        for name in caps:
            left[name] -= credits
        funded.append(choice)
    return Planned(tuple(funded), tuple(unfunded), left)


def purse_of(rooms: Iterable[Room]) -> Purse:
    """The credits left by provider, the tightest of its caps."""
    left: dict[str, Decimal] = {}
    for room in rooms:
        if room.left is not None:
            left[room.key.provider] = min(room.left, left.get(room.key.provider, room.left))
    return left


def _rank(choice: Choice) -> tuple[bool, int, float, str]:
    offer = choice.lookup.endpoint.offer
    return offer.credits > 0, len(offer.rates) if not offer.credits else 0, -choice.net_usd, choice.lookup.question
