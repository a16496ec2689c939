"""The contract of a score: `ScoreDefinition` declares it, a pure function computes `ScoreResult`, reasons sum to the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from integration.hubspot.objects import PropertyDeclaration
from integration.providers.base import FactSheet, Field, Finding

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
    """`value` is None when there is not enough evidence, and then `label` says so. Otherwise the reasons' points sum to it."""

    name: str
    value: float | None
    unit: Literal["points"]
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


Scores = Sequence[ScoreResult]
