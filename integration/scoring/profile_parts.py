"""The parts of the scoring profile beside ICP and BANT: expected value, risk, urgency, and what the priority is made of.

Every field has a default, so a profile that was stored before a part existed keeps its meaning and gets the default of the rest.
"""

from __future__ import annotations

from typing import Annotated, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

TOTAL_POINTS: Final = 100.0

Points = Annotated[float, Field(ge=0, le=TOTAL_POINTS)]
Days = Annotated[float, Field(gt=0, le=3650)]
Count = Annotated[int, Field(ge=1, le=1000)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


_Part = TypeVar("_Part", bound=Strict)


def _weights(part: Strict) -> list[float]:
    return [float(value) for value in part.model_dump().values()]


def _at_most_all(part: _Part) -> _Part:
    total = sum(_weights(part))
    if total > TOTAL_POINTS + 1e-9:
        raise ValueError(f"the points of the drivers must add up to {TOTAL_POINTS:g} at most, they add up to {total:g}")
    return part


class ExpectedValueProfile(Strict):
    """`least_deals`: so many decided deals must stand behind a stage's chance, and so many won ones behind a usual amount."""

    least_deals: Count = 10


class DealRisk(Strict):
    """Points of each driver of a deal's risk; together at most 100."""

    stage_age: Points = 25
    close_date: Points = 20
    silence: Points = 25
    next_step: Points = 10
    single_contact: Points = 10
    amount_cut: Points = 10

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        return _at_most_all(self)


class PersonRisk(Strict):
    """Points of each driver of the risk of a contact or company; together at most 100."""

    silence: Points = 40
    unsubscribed: Points = 25
    bounced: Points = 15
    company_news: Points = 20

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        return _at_most_all(self)


class RiskProfile(Strict):
    """Silence counts from `silence_from_days` on and in full at `silence_full_days`; a warning in the news fades by its half-life."""

    deal: DealRisk = DealRisk()
    person: PersonRisk = PersonRisk()
    silence_from_days: Days = 14
    silence_full_days: Days = 60
    news_half_life_days: Days = 60
    least_deals: Count = 10
    high_from: Points = 60
    medium_from: Points = 30

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.silence_from_days >= self.silence_full_days:
            raise ValueError("silence_from_days must be less than silence_full_days")
        if self.medium_from > self.high_from:
            raise ValueError("medium_from must not be more than high_from")
        return self


class FadingSignal(Strict):
    """So many points on the day itself, half of them after each half-life."""

    points: Points
    half_life_days: Days


class UrgencyProfile(Strict):
    """How much each kind of signal presses, and how fast it fades. `close_date` and `renewal` grow as the day comes near."""

    reply: FadingSignal = FadingSignal(points=40, half_life_days=7)
    form: FadingSignal = FadingSignal(points=40, half_life_days=10)
    visit: FadingSignal = FadingSignal(points=25, half_life_days=7)
    click: FadingSignal = FadingSignal(points=20, half_life_days=7)
    open: FadingSignal = FadingSignal(points=10, half_life_days=4)
    funding: FadingSignal = FadingSignal(points=30, half_life_days=90)
    leadership: FadingSignal = FadingSignal(points=20, half_life_days=60)
    hiring: FadingSignal = FadingSignal(points=15, half_life_days=45)
    other_news: FadingSignal = FadingSignal(points=10, half_life_days=30)
    close_date: FadingSignal = FadingSignal(points=45, half_life_days=14)
    renewal: FadingSignal = FadingSignal(points=60, half_life_days=30)
    high_from: Points = 60
    medium_from: Points = 25

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.medium_from > self.high_from:
            raise ValueError("medium_from must not be more than high_from")
        return self


class PriorityWeights(Strict):
    """What each part counts for. They add up to 100."""

    icp_fit: Points = 35
    bant: Points = 25
    heat: Points = 15
    expected_value: Points = 5
    risk: Points = 5
    urgency: Points = 15

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        total = sum(_weights(self))
        if abs(total - TOTAL_POINTS) > 1e-9:
            raise ValueError(f"the six weights must add up to {TOTAL_POINTS:g}, they add up to {total:g}")
        return self


class PriorityProfile(Strict):
    """A ruled out record keeps `excluded_at_most` points.

    `expected_value_full` is the expected value, in the account's currency, that earns the whole weight of its part.
    """

    weights: PriorityWeights = PriorityWeights()
    hot_from: Points = 60
    warm_from: Points = 35
    excluded_at_most: Points = 0
    expected_value_full: Annotated[float, Field(gt=0, le=1e12)] = 20_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.excluded_at_most <= self.warm_from <= self.hot_from:
            raise ValueError("the thresholds must rise: excluded_at_most <= warm_from <= hot_from")
        return self
