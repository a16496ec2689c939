"""How much each piece of evidence weighs, and the score that comes of it: a logistic model whose every number is in `weights.json`. Pure.

The score is 1 / (1 + e^-x), where x is the start value plus the contribution of every reason, so that the reasons add up. Evidence for has
weights of at least 0, evidence against of at most 0; therefore what two records have in common never lowers their score.

Where the weights come from: docs/duplicates.md. `fitted` ones are learned by
`python -m integration.benchmarks.matching_fit`, some up to a stated `most`; `set` ones are chosen by hand,
for evidence that no public data has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from integration.matching.comparing import Evidence, compare
from integration.matching.features import PersonProfile, Profile

Kind = Literal["contacts", "companies"]

_AGAINST: Final = ("_differs", "_left_over", "_more", "_apart")


@dataclass(frozen=True)
class Reason:
    """One piece of evidence. `points` is what it adds to the score's x, `words` what a person reads."""

    name: str
    strength: float
    points: float
    words: str


@dataclass(frozen=True)
class Score:
    """How likely two records are one, over 0 to 1, and why, the weightiest reason first."""

    ratio: float
    start: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Model:
    """The weights for one kind of record. From `threshold` on a pair is suggested."""

    start: float
    threshold: float
    weights: Mapping[str, float]
    words: Mapping[str, str]

    def score(self, evidence: Evidence) -> Score:
        """Raises KeyError for evidence without a weight: that is our own mistake."""
        reasons = [Reason(name, strength, self.weights[name] * strength, self.words[name]) for name, strength in evidence.items()]
        said = tuple(sorted((one for one in reasons if one.points), key=lambda one: (-abs(one.points), one.name)))
        return Score(logistic(self.start + math.fsum(one.points for one in said)), self.start, said)


def compare_and_score(left: Profile, right: Profile) -> Score:
    """The score of two records of one kind under the shipped weights."""
    return model_of("contacts" if isinstance(left, PersonProfile) else "companies").score(compare(left, right))


def is_against(name: str) -> bool:
    """Whether this evidence may only lower a score."""
    return name.endswith(_AGAINST)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@cache
def model_of(kind: Kind) -> Model:
    """The shipped model for contacts or companies."""
    table = _table()[kind]
    entries: Mapping[str, Mapping[str, Any]] = table["evidence"]
    return Model(
        start=float(table["start"]),
        threshold=float(table["threshold"]),
        weights={name: float(entry["weight"]) for name, entry in entries.items()},
        words={name: str(entry["words"]) for name, entry in entries.items()},
    )


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    return table
