"""What goes into the heat model and what comes out of it. No arithmetic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Kind = Literal["number", "category", "flag"]
Value = float | str | None
Row = Mapping[str, Value]
"""A record as the model sees it, by column; a missing column is None."""

HOT: Final = "hot"
WARM: Final = "warm"
COLD: Final = "cold"
BASE: Final = ""
"""In place of a column's name: the part of every record's log-odds that no column explains."""


@dataclass(frozen=True)
class Column:
    """One thing known about records. `words` as a rep would say it; `changeable`: a person can change it, or find it out."""

    name: str
    kind: Kind
    words: str
    changeable: bool = False


@dataclass(frozen=True)
class Example:
    """A decided record with its values as they stood at `as_of`, before the outcome.

    `decided_at`: when it was won or lost, None where nobody knows. `written_at`: when a column's value was first written, where that is known.
    """

    object_id: str
    values: Row
    outcome: bool
    as_of: datetime
    decided_at: datetime | None = None
    written_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Leak:
    """A column that gives the outcome away, or cannot be relied on for new records: the reason in words, with its figure."""

    column: str
    reason: str
    figure: float


@dataclass(frozen=True)
class Contribution:
    """What one column does to the log-odds of a record. `words` says it to a rep."""

    column: str
    value: Value
    words: str
    log_odds: float


@dataclass(frozen=True)
class Heat:
    """A record's chance to be won. The contributions, the base among them, sum to the log-odds of `probability` within 1e-6."""

    probability: float
    label: str
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class Step:
    """One change of a counterfactual."""

    column: str
    words: str
    before: Value
    after: Value


@dataclass(frozen=True)
class Counterfactual:
    """What would make a record hot, and what its chance would then be."""

    steps: tuple[Step, ...]
    probability: float


@dataclass(frozen=True)
class HeatTerms:
    """How an account wants its model. `capacity_ratio`: the share of records that the team can work at once, which is what "hot" means.

    `warm_ratio`: the share that is hot or warm. With `contact_cost_usd` and `win_worth_usd` hot begins where a contact pays, instead.
    """

    capacity_ratio: float = 0.2
    warm_ratio: float = 0.5
    contact_cost_usd: float | None = None
    win_worth_usd: float | None = None
    least_each: int = 40
    seed: int = 7
