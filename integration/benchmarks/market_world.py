"""A made-up market of providers for the benchmark of the planner: companies, and providers that know some of them. Pure, from a seed.

Six paid providers or more, each at home in some countries and strong for some sizes and industries; two free ones. What a provider declares of
its trust is its accuracy give or take a tenth. Well-known companies are known to all, obscure ones to few, so that misses go together. In the
middle of the time two providers get worse and one better; two are out for a week each. Every answer follows from seed, company, provider and
week, so that two policies that ask the same are told, and charged, the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from integration.providers.adapter import Adapter, Offer
from integration.providers.base import (
    CRM_PROVIDER,
    Capability,
    ErrorClass,
    Field,
    FieldValue,
    Finding,
    ProviderInfo,
    ProviderReply,
    Subject,
)
from integration.providers.standing import draw

WEEKS: Final = 12
START_ON: Final = date(2026, 8, 31)
PAID_COUNT: Final = 7
COUNTRIES: Final = ("US", "BR", "DE", "GB", "MX", "IN")
INDUSTRIES: Final = ("Software", "Banking", "Retail", "Construction", "Logistics", "Restaurants")
SIZES: Final = ((1, 10), (11, 50), (51, 200), (201, 1000), (1001, 9000))
FIELDS: Final = (
    Field.INDUSTRY,
    Field.EMPLOYEE_COUNT,
    Field.ANNUAL_REVENUE_USD,
    Field.COMPANY_PHONE,
    Field.COMPANY_LINKEDIN_URL,
    Field.CITY,
    Field.FOUNDED_YEAR,
    Field.LEGAL_NAME,
)
_KNOWN_SHARES: Final = {Field.COUNTRY: 0.8, Field.EMPLOYEE_COUNT: 0.4, Field.INDUSTRY: 0.4}
_OBSCURITY: Final = 0.8
_SAME_ERROR_RATIO: Final = 0.2
"""How often a wrong answer is the outdated value that others give too."""


@dataclass(frozen=True)
class Company:
    """`truth` of every field, what the CRM knows of it already, and how little known it is (0 is usual, 1 a standard deviation)."""

    number: int
    country: str
    size: int
    industry: int
    obscurity: float
    truth: Mapping[Field, FieldValue]
    known: tuple[Finding, ...]
    subject: Subject

    @property
    def key(self) -> str:
        return str(self.number)


@dataclass(frozen=True)
class Trader:
    """One provider as it really is. `coverage` by country, with factors for sizes and industries; `fill` of each field of a company found."""

    name: str
    price: Decimal
    charges_misses: bool
    coverage: Mapping[str, float]
    by_size: Sequence[float]
    by_industry: Sequence[float]
    fill: Mapping[Field, float]
    accuracy: float
    declared: float
    drift: tuple[float, float] = (1.0, 0.0)
    """From the middle of the time on: factor of its coverage, change of its accuracy."""
    out_in_week: int = -1

    def found_chance(self, company: Company, week: int) -> float:
        covered = self.coverage[company.country] * self.by_size[company.size] * self.by_industry[company.industry]
        covered = min(max(covered * (self.drift[0] if week >= WEEKS // 2 else 1.0), 0.01), 0.98)
        return 1 / (1 + math.exp(-(math.log(covered / (1 - covered)) - _OBSCURITY * company.obscurity)))

    def right_chance(self, week: int) -> float:
        return self.accuracy + (self.drift[1] if week >= WEEKS // 2 else 0.0)


@dataclass(frozen=True, eq=False)
class Stall:
    """An endpoint of the market, looked at and not asked over the network."""

    offer: Offer

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002 - it refuses
        raise AssertionError("the market answers for whole companies; see `Market.answer`")


@dataclass(frozen=True)
class Market:
    """Everything a policy can ask. `answer` costs nothing to call and always says the same."""

    seed: int
    traders: Mapping[str, Trader]
    companies: tuple[Company, ...]
    adapters: tuple[Adapter, ...] = field(default=())

    def week_of(self, company: Company) -> int:
        return company.number * WEEKS // len(self.companies)

    def answer(self, name: str, company: Company) -> ProviderReply:
        """What the provider says about the company in the company's week, and what it charges."""
        trader, week = self.traders[name], self.week_of(company)
        if trader.out_in_week == week:
            return ProviderReply(name, "failed", error=ErrorClass.SERVER, detail="out")
        about = (str(self.seed), name, company.key)
        price = trader.price
        if draw("found", *about) >= trader.found_chance(company, week):
            return ProviderReply(name, "not_found", cost_usd=price if trader.charges_misses else Decimal(0))
        findings = tuple(
            Finding(one, self._value(trader, one, company, week), name, now_in(week), trader.declared)
            for one, fill in trader.fill.items()
            if draw("fill", *about, one) < fill
        )
        if not findings:
            return ProviderReply(name, "not_found", cost_usd=price if trader.charges_misses else Decimal(0))
        return ProviderReply(name, "found", findings, cost_usd=price, credits=Decimal(1))

    def _value(self, trader: Trader, name: Field, company: Company, week: int) -> FieldValue:
        about = (str(self.seed), trader.name, company.key, name)
        truth = company.truth[name]
        if draw("right", *about) < trader.right_chance(week):
            return truth
        shared = draw("outdated", *about) < _SAME_ERROR_RATIO
        if isinstance(truth, int):
            return truth * 3 if shared else truth * (5 + int(draw("wrong", *about) * 1000))
        return f"old{company.key}" if shared else f"wrong{company.key}{trader.name}"


def now_in(week: int) -> datetime:
    """The moment of everything that happens in a week of the market."""
    return datetime(START_ON.year, START_ON.month, START_ON.day, 12, tzinfo=UTC) + timedelta(weeks=week)


def build_market(seed: int, companies: int) -> Market:
    """The market of a seed."""
    rng = random.Random(seed)  # noqa: S311  a made-up market, no secret
    traders = {one.name: one for one in (*_free_traders(rng), *_paid_traders(rng))}
    made = tuple(_company(rng, number) for number in range(companies))
    return Market(seed, traders, made, tuple(_adapter(one) for one in traders.values()))


def _free_traders(rng: random.Random) -> list[Trader]:
    even = [1.0] * 6
    site = {Field.COMPANY_PHONE: 0.5, Field.COMPANY_LINKEDIN_URL: 0.5, Field.CITY: 0.4}
    register = {Field.LEGAL_NAME: 0.95, Field.CITY: 0.9, Field.FOUNDED_YEAR: 0.8}
    at_home = {country: 0.7 if country in ("BR", "GB") else 0.02 for country in COUNTRIES}
    return [
        Trader("site", Decimal(0), False, dict.fromkeys(COUNTRIES, 0.75), even, even, site, rng.uniform(0.8, 0.9), 0.65),
        Trader("register", Decimal(0), False, at_home, even, even, register, 0.95, 0.95),
    ]


def _paid_traders(rng: random.Random) -> list[Trader]:
    traders = []
    for number in range(PAID_COUNT):
        home = set(rng.sample(COUNTRIES, rng.randint(1, 3)))
        accuracy = rng.uniform(0.72, 0.95)
        fields = rng.sample(FIELDS, rng.randint(4, 8))
        traders.append(
            Trader(
                f"paid{number}",
                Decimal(str(round(math.exp(rng.uniform(math.log(0.02), math.log(0.15))), 3))),
                rng.random() < 0.5,
                {country: rng.uniform(0.6, 0.9) if country in home else rng.uniform(0.05, 0.4) for country in COUNTRIES},
                sorted((rng.uniform(0.4, 1.1) for _ in SIZES), reverse=rng.random() < 0.3),
                [rng.uniform(0.6, 1.1) for _ in INDUSTRIES],
                {name: rng.uniform(0.5, 0.95) for name in sorted(fields)},
                accuracy,
                round(min(max(accuracy + rng.uniform(-0.1, 0.1), 0.6), 0.95), 2),
            )
        )
    changes = ((0.5, 0.0), (1.0, -0.25), (1.5, 0.05))
    for place, change in zip(rng.sample(range(PAID_COUNT), len(changes)), changes, strict=True):
        traders[place] = replace(traders[place], drift=change)
    for place, week in zip(rng.sample(range(PAID_COUNT), 2), (WEEKS // 4, 3 * WEEKS // 4), strict=True):
        traders[place] = replace(traders[place], out_in_week=week)
    return traders


def _company(rng: random.Random, number: int) -> Company:
    country = rng.choices(COUNTRIES, (30, 25, 15, 12, 10, 8))[0]
    size = rng.choices(range(len(SIZES)), (25, 30, 25, 14, 6))[0]
    industry = rng.randrange(len(INDUSTRIES))
    truth: dict[Field, FieldValue] = {name: f"{name.value} of {number}" for name in FIELDS}
    truth[Field.COUNTRY] = country
    truth[Field.INDUSTRY] = INDUSTRIES[industry]
    truth[Field.EMPLOYEE_COUNT] = rng.randint(*SIZES[size])
    known = tuple(
        Finding(name, truth[name], CRM_PROVIDER, now_in(0), 1.0) for name, share in _KNOWN_SHARES.items() if rng.random() < share
    )
    subject = Subject("company", domain=f"company-{number}-made.example")
    return Company(number, country, size, industry, rng.gauss(0, 1), truth, known, subject)


def _adapter(trader: Trader) -> Adapter:
    info = ProviderInfo(
        trader.name,
        trader.name,
        frozenset({Capability.COMPANY}),
        {},
        needs_key=False,
        usd_per_credit=trader.price,
        found_lifetime=timedelta(30),
        not_found_lifetime=timedelta(30),
        documentation_url="",
    )
    offer = Offer(
        info,
        "company",
        Capability.COMPANY,
        dict.fromkeys(sorted(trader.fill), trader.declared),
        lambda _: True,
        credits=Decimal(1) if trader.price else Decimal(0),
        charges_misses=trader.charges_misses,
    )
    return Adapter(info, (Stall(offer),))
