"""The contract of a score: `ScoreDefinition` declares it, a pure function computes `ScoreResult`, reasons sum to the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import PropertyDeclaration
from integration.providers.base import FactSheet, Field, Finding
from integration.scoring.history import PortalHistory

Unit = str
"""`POINTS`, or the code of the currency the value is in."""
POINTS: Final = "points"
SUM_TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Reason:
    """One contribution to a score, in points of its unit, in words a rep reads at a glance; `rests_on` names the fields behind it."""

    text: str
    points: float
    rests_on: tuple[Field, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ScoreResult:
    """`value` is None when there is not enough evidence, and then `label` says so. Otherwise the reasons' points sum to it.

    `unit`: points out of 100, or money of the account's currency ("EUR") without an upper end; the points of the reasons are in it too.
    """

    name: str
    value: float | None
    unit: Unit
    label: str
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if self.value is not None and abs(sum(reason.points for reason in self.reasons) - self.value) > SUM_TOLERANCE:
            raise ValueError(f"score {self.name}: reasons sum to {sum(r.points for r in self.reasons)}, not to {self.value}")


@dataclass(frozen=True)
class ScoreDefinition:
    """One score: its name, the property it fills, which objects it is for, and the function that computes it."""

    name: str
    title: str
    object_types: tuple[str, ...]
    properties: tuple[PropertyDeclaration, ...]
    compute: Callable[[FactSheet], ScoreResult]
    property_values: Callable[[ScoreResult], dict[str, str]]
    """The result as values for `properties`; an empty text clears one."""
    under: Callable[[PortalHistory], Callable[[FactSheet], ScoreResult]] | None = None
    """For a score that rests on the portal's past: `compute` under that past. `compute` itself knows of none."""

    def computing(self, history: PortalHistory) -> Callable[[FactSheet], ScoreResult]:
        """The function that computes the score in a portal with this past."""
        return self.compute if self.under is None else self.under(history)


Scores = Sequence[ScoreResult]
