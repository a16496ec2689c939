"""What holds for a portal when a plan is made: its terms, what its admins chose, and what is believed of each channel. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from integration.providers.base import Field
from integration.providers.estimates import Estimates

WORTH_USD: Final = 0.20
"""What a right value of a field is worth to a portal, unless `FIELD_WORTH_USD` says more."""
FIELD_WORTH_USD: Final[Mapping[Field, float]] = {
    Field.EMAIL: 1.00,
    Field.PHONE: 0.80,
    Field.MOBILE_PHONE: 1.60,
    Field.EMAIL_STATUS: 0.40,
    Field.JOB_TITLE: 0.40,
    Field.EMPLOYEE_COUNT: 0.40,
    Field.INDUSTRY: 0.40,
    Field.ANNUAL_REVENUE_USD: 0.40,
    Field.BUYING_SIGNALS: 0.40,
    Field.PAGE_TITLE: 0.02,
    Field.KEYWORDS: 0.05,
    Field.DOMAIN_REGISTRAR: 0.02,
}

TERM_LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "wanted_ratio": (0.5, 0.99),
    "explore_ratio": (0.0, 0.5),
    "holdout_ratio": (0.0, 0.5),
    "worth_ratio": (0.01, 100.0),
}


@dataclass(frozen=True)
class Terms:
    """How a portal wants to be enriched.

    `wanted_ratio`: how sure a field must be for nobody else to be asked. `explore_ratio`: the share of spending that may go into learning
    how good providers are. `holdout_ratio`: the share of records for which known values are asked for too. `worth_ratio`: what values are
    worth compared with `WORTH_USD` and `FIELD_WORTH_USD`.
    """

    wanted_ratio: float = 0.7
    explore_ratio: float = 0.05
    holdout_ratio: float = 0.02
    worth_ratio: float = 1.0
    field_worth_usd: Mapping[Field, float] = field(default_factory=lambda: FIELD_WORTH_USD, repr=False)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the figures, in sentences; nothing when they can be used."""
        return tuple(
            f"{name} must lie between {least:g} and {most:g}, not {getattr(self, name):g}."
            for name, (least, most) in TERM_LIMITS.items()
            if not least <= getattr(self, name) <= most
        )

    def worth_usd(self, name: Field) -> float:
        return self.field_worth_usd.get(name, WORTH_USD) * self.worth_ratio


@dataclass(frozen=True)
class Choices:
    """What admins chose: providers turned on and off by name, and for a field the providers to ask, in this order and no others."""

    switches: Mapping[str, bool] = field(default_factory=dict)
    pins: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)

    def allows(self, provider: str, opt_in: str) -> bool:
        """Whether the provider may be asked; one that needs leave (`opt_in`) only after somebody turned it on."""
        return self.switches.get(provider, not opt_in)


@dataclass(frozen=True)
class Standing:
    """Everything about a portal that a plan rests on. `week` names the week in hashed draws."""

    terms: Terms = field(default_factory=Terms)
    choices: Choices = field(default_factory=Choices)
    estimates: Estimates = field(default_factory=Estimates)
    week: str = ""

    def holds_out(self, identity: str) -> bool:
        """Whether the record belongs to the share whose known values are asked for all the same."""
        return draw("holdout", identity) < self.terms.holdout_ratio


Purse = Mapping[str, Decimal]
"""Credits left by provider, "" for all together; who is not named has no cap."""


def draw(*about: str) -> float:
    """A number from 0 up to 1 that is as good as random and always the same for the same texts."""
    return int.from_bytes(hashlib.sha256("\x1f".join(about).encode("utf-8", "replace")).digest()[:6], "big") / 2**48
