"""Learns the weights of evidence from labelled pairs: logistic regression whose weights keep the sign their evidence must have.

`python -m integration.benchmarks.matching_fit FOLDER` prints the new `integration/matching/weights.json`. Only the fitting half of the people,
sites and names and the train split of the restaurants are looked at; thresholds are not chosen here. Every set counts the same, whatever its size.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, Final, NamedTuple

from integration.benchmarks import matching_data as data
from integration.matching.blocking import block_keys
from integration.matching.comparing import Evidence, compare
from integration.matching.weights import is_against, logistic

BLOCK_LIMIT: Final = 100
_ROUNDS: Final = 60
_STEP: Final = 0.3
_DECAY: Final = 2e-4
_SEED: Final = 20


class Labelled(NamedTuple):
    """Evidence, whether it is of one entity, and how much the example counts."""

    evidence: Evidence
    same: bool
    weight: float = 1.0


def fit(
    examples: Sequence[Labelled], fixed: Mapping[str, float], start: float | None = None, most: Mapping[str, float] | None = None
) -> tuple[float, dict[str, float]]:
    """(start, weights). Evidence in `fixed` keeps its weight, and so does `start` when given; none passes its `most`.

    Equal examples give equal weights.
    """
    bounds = most or {}
    learns_start, start = start is None, start or 0.0
    weights = {name: 0.0 for example in examples for name in example.evidence} | dict(fixed)
    learned = sorted(set(weights) - set(fixed))
    start_seen, seen = 1e-8, dict.fromkeys(weights, 1e-8)
    total = sum(example.weight for example in examples)
    for _ in range(_ROUNDS):
        for part in _parts(examples, 64):
            error_sum, slope = 0.0, defaultdict[str, float](float)
            scale = len(examples) / total / len(part)
            for evidence, same, weight in part:
                error = (logistic(start + sum(weights[name] * value for name, value in evidence.items())) - same) * weight * scale
                error_sum += error
                for name, value in evidence.items():
                    slope[name] += error * value
            start_seen += error_sum**2
            start -= learns_start * _STEP * error_sum / math.sqrt(start_seen)
            for name in learned:
                gradient = slope[name] + _DECAY * weights[name]
                seen[name] += gradient**2
                moved = weights[name] - _STEP * gradient / math.sqrt(seen[name])
                weights[name] = min(moved, 0.0) if is_against(name) else min(max(moved, 0.0), bounds.get(name, math.inf))
    return start, weights


def candidates(records: Sequence[data.Known]) -> list[tuple[int, int]]:
    """The pairs of positions that share a block of bearable size; of two lists only pairs across them."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        for key in block_keys(record.profile):
            blocks[key].append(position)
    pairs = {pair for members in blocks.values() if len(members) <= BLOCK_LIMIT for pair in combinations(members, 2)}
    return sorted((one, other) for one, other in pairs if not records[one].side or records[one].side != records[other].side)


def labelled(records: Sequence[data.Known]) -> list[Labelled]:
    """Every candidate pair with its answer."""
    return [
        Labelled(compare(records[one].profile, records[other].profile), records[one].entity == records[other].entity)
        for one, other in candidates(records)
    ]


def _parts(examples: Sequence[Labelled], size: int) -> list[Sequence[Labelled]]:
    return [examples[start :: -(-len(examples) // size)] for start in range(-(-len(examples) // size))]


def _fitting(records: Sequence[data.Known]) -> list[Labelled]:
    """Candidate pairs of the fitting half, and as many pairs taken blindly: else what all candidates share would seem to say nothing."""
    seen = [record for record in records if not record.held_out]
    found = labelled(seen)
    chosen, blind = random.Random(_SEED), list[Labelled]()  # noqa: S311  a sample, not a secret
    while len(blind) < len(found):
        one, other = chosen.sample(seen, 2)
        if one.entity != other.entity and (not one.side or one.side != other.side):
            blind.append(Labelled(compare(one.profile, other.profile), same=False))
    return found + blind


def _balanced(*sets: Sequence[Labelled]) -> list[Labelled]:
    return [Labelled(one.evidence, one.same, 1000 / len(examples)) for examples in sets for one in examples]


def fitted_table(folder: Path) -> dict[str, Any]:
    """`weights.json` with its fitted weights learned anew; what is set by hand stays."""
    table: dict[str, Any] = json.loads(resources.files("integration.matching").joinpath("weights.json").read_text(encoding="utf-8"))
    restaurants = [Labelled(compare(pair.left, pair.right), pair.same) for pair in data.restaurants(folder, "train")]
    examples = {
        "contacts": _balanced(_fitting(data.splink_people(folder)), _fitting(data.febrl_people(folder))),
        "companies": _balanced(_fitting(data.fortune(folder)), _fitting(data.sites(folder)), restaurants),
    }
    for kind, known in examples.items():
        entries = table[kind]["evidence"]
        fixed = {name: float(entry["weight"]) for name, entry in entries.items() if entry["from"] == "set"}
        most = {name: float(entry["most"]) for name, entry in entries.items() if "most" in entry}
        _, weights = fit(known, fixed, float(table[kind]["start"]), most)
        for name, entry in entries.items():
            entry["weight"] = round(weights.get(name, 0.0), 3)
    return table


if __name__ == "__main__":
    print(json.dumps(fitted_table(Path(sys.argv[1])), indent=1, ensure_ascii=False))  # noqa: T201  its result
