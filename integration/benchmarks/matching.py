"""How well duplicates are told apart, on public records with known answers: F1 and B-cubed beside the figures published for the same sets.

The weights of contacts and companies are the shipped ones; the threshold of each set is chosen where the weights were fitted (or on the valid
split) and the figure is of what nobody looked at. Sets of text (publications, products) are no CRM records: for them the same word evidence and
the same learner are fitted on the set's own train split, which measures the method, not the shipped weights.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz

from integration.benchmarks import matching_data as data
from integration.benchmarks.matching_fit import Labelled, candidates, fit
from integration.core.errors import BadInput
from integration.matching.comparing import Evidence
from integration.matching.weights import compare_and_score, logistic
from integration.matching.word_evidence import Rarity, word_evidence

FOLDER_VARIABLE: Final = "LEADLIGHT_MATCHING_DATA"
_SURE_FILE: Final = "fodors_zagats_test.jsonl.gz"
Scored = Sequence[tuple[float, bool]]
"""(score, truth) of each pair."""


def is_available() -> bool:
    """The data is not part of the project: without a folder that has it there is nothing to measure."""
    return (Path(os.environ.get(FOLDER_VARIABLE, "")) / _SURE_FILE).is_file()


def run() -> Mapping[str, float | int | str]:
    """Every figure, by set. Raises BadInput when the folder is not named or has no such sets."""
    folder = Path(os.environ.get(FOLDER_VARIABLE, ""))
    if not (folder / _SURE_FILE).is_file():
        raise BadInput(f"There are no matching sets in {str(folder)!r}. Name their folder with --data or {FOLDER_VARIABLE}.")
    started = time.perf_counter()
    figures: dict[str, float | int | str] = {}
    for measure in (_restaurants, _fortune, _sites, _splink, _febrl, _publications, _products):
        figures |= {name: round(value, 4) for name, value in measure(folder).items()}
    return figures | {"seconds": round(time.perf_counter() - started, 1)}


def _restaurants(folder: Path) -> dict[str, float]:
    valid, test = (
        [(compare_and_score(pair.left, pair.right).ratio, pair.same) for pair in data.restaurants(folder, split)]
        for split in ("valid", "test")
    )
    return {"fodors_zagats_test_f1": f1_from(test, best_threshold(valid, sum(same for _, same in valid)))}


def _fortune(folder: Path) -> dict[str, float]:
    return _linked("fortune_names", data.fortune(folder))


def _febrl(folder: Path) -> dict[str, float]:
    return _linked("febrl4", data.febrl_people(folder))


def _sites(folder: Path) -> dict[str, float]:
    return _clustered("chicago", data.sites(folder))


def _splink(folder: Path) -> dict[str, float]:
    return _clustered("splink_1000", data.splink_people(folder))


def _linked(name: str, records: Sequence[data.Known]) -> dict[str, float]:
    """F1 over all pairs of two lists: on the half of the entities that was held out, and on everything."""
    halves = ([one for one in records if not one.held_out], [one for one in records if one.held_out])
    threshold = best_threshold(_scored(halves[0]), _true_pairs(halves[0]))
    return {
        f"{name}_held_out_f1": f1_from(_scored(halves[1]), threshold, _true_pairs(halves[1])),
        f"{name}_all_f1": f1_from(_scored(records), threshold, _true_pairs(records)),
    }


def _clustered(name: str, records: Sequence[data.Known]) -> dict[str, float]:
    """Pairwise F1 and B-cubed F1 of the groups that suggested pairs tie together: on the held-out half, and on everything."""
    halves = ([one for one in records if not one.held_out], [one for one in records if one.held_out])
    steps = [logistic(step / 4) for step in range(-6, 21)]
    pairs = _tied(halves[0])
    threshold = max(steps, key=lambda step: cluster_f1(halves[0], groups(len(halves[0]), pairs, step))[0])
    figures: dict[str, float] = {}
    for part, known in (("held_out", halves[1]), ("all", records)):
        found = cluster_f1(known, groups(len(known), _tied(known), threshold))
        figures |= {f"{name}_{part}_pairwise_f1": found[0], f"{name}_{part}_b_cubed_f1": found[1]}
    return figures


def _tied(records: Sequence[data.Known]) -> list[tuple[float, int, int]]:
    return [
        (compare_and_score(records[one].profile, records[other].profile).ratio, one, other) for one, other in candidates(records)
    ]


def _scored(records: Sequence[data.Known]) -> list[tuple[float, bool]]:
    return [(score, records[one].entity == records[other].entity) for score, one, other in _tied(records)]


def _true_pairs(records: Sequence[data.Known]) -> int:
    left, right = (Counter(one.entity for one in records if one.side == side) for side in sorted({one.side for one in records}))
    return sum(count * right[entity] for entity, count in left.items())


def _publications(folder: Path) -> dict[str, float]:
    return {"dirty_dblp_acm_test_f1": _text_f1(folder, "dirty_dblp_acm")}


def _products(folder: Path) -> dict[str, float]:
    return {"abt_buy_test_f1": _text_f1(folder, "abt_buy")}


def _text_f1(folder: Path, name: str) -> float:
    """F1 on test of whole records compared word by word; weights from train, threshold from valid."""
    splits = {split: data.text_pairs(folder, name, split) for split in ("train", "valid", "test")}
    rarity = _rarity_in(splits["train"])
    found = {
        split: [Labelled(text_evidence(pair.left, pair.right, rarity), pair.same) for pair in pairs]
        for split, pairs in splits.items()
    }
    start, weights = fit(found["train"], {})
    valid, test = (
        [
            (start + sum(weights.get(name, 0.0) * strength for name, strength in one.evidence.items()), one.same)
            for one in found[split]
        ]
        for split in ("valid", "test")
    )
    return f1_from(test, best_threshold(valid, sum(same for _, same in valid)))


def text_evidence(left: tuple[str, ...], right: tuple[str, ...], rarity: Rarity) -> Evidence:
    """The product's word evidence over whole records, with the letters and numbers in them."""
    said = word_evidence(left, right, rarity)
    numbers, others = ({word for word in side if word.isdigit()} for side in (left, right))
    codes, other_codes = ({word for word in side if _is_code(word)} for side in (left, right))
    found = {
        "words": said.shared_of_all,
        "mostly": max(0.0, said.shared_of_all - 0.5) * 2,
        "within": said.shared_of_shorter,
        "start": said.start,
        "same_start": float(left[:2] == right[:2]),
        "same_long_start": float(left[:4] == right[:4]),
        "letters": fuzz.token_set_ratio(" ".join(left), " ".join(right)) / 100,
        "part": fuzz.partial_ratio(" ".join(left), " ".join(right)) / 100,
        "number_same": len(numbers & others) / len(numbers | others) if numbers and others else 0.0,
        "number_differs": float(bool(numbers and others and not numbers & others)),
        "code_same": float(bool(codes & other_codes)),
        "code_differs": float(bool(codes and other_codes and not codes & other_codes)),
        "word_left_over": said.left_over,
        "word_more": said.left_over_any,
    }
    return {name: strength for name, strength in found.items() if strength}


def _is_code(word: str) -> bool:
    """A model number and the like, not a year."""
    return len(word) > 3 and any(map(str.isdigit, word)) and not (len(word) == 4 and word.isdigit())


def _rarity_in(pairs: Sequence[data.TextPair]) -> Rarity:
    counts = Counter(word for pair in pairs for side in (pair.left, pair.right) for word in set(side))
    most = math.log(2 * len(pairs) + 1)
    return lambda word: 1 - math.log(counts[word] + 1) / most


def best_threshold(scored: Scored, true_count: int) -> float:
    """The score from which F1 is best."""
    best, threshold, hits = 0.0, 0.5, 0
    ordered = sorted(scored, reverse=True)
    for taken, (score, same) in enumerate(ordered, start=1):
        hits += same
        found = 2 * hits / (taken + true_count)
        if found > best:
            following = ordered[taken][0] if taken < len(ordered) else score
            best, threshold = found, (score + following) / 2
    return threshold


def f1_from(scored: Scored, threshold: float, true_count: int | None = None) -> float:
    """F1 of the pairs at and above the threshold. `true_count` counts pairs that were never looked at too."""
    hits = sum(same for score, same in scored if score >= threshold)
    taken = sum(score >= threshold for score, _ in scored)
    wanted = sum(same for _, same in scored) if true_count is None else true_count
    return 2 * hits / (taken + wanted) if taken + wanted else 0.0


def groups(count: int, pairs: Iterable[tuple[float, int, int]], threshold: float) -> list[int]:
    """The group of each position, when all pairs at and above the threshold are tied together."""
    leader = list(range(count))

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for score, one, other in pairs:
        if score >= threshold:
            leader[find(one)] = find(other)
    return [find(one) for one in range(count)]


def cluster_f1(records: Sequence[data.Known], found: Sequence[int]) -> tuple[float, float]:
    """(pairwise F1, B-cubed F1) of the groups against the true entities."""
    entities = [one.entity for one in records]
    together = Counter(zip(entities, found, strict=True))
    true_sizes, found_sizes = Counter(entities), Counter(found)
    hits, wanted, taken = (sum(size * (size - 1) // 2 for size in sizes.values()) for sizes in (together, true_sizes, found_sizes))
    precision = sum(together[pair] / found_sizes[pair[1]] for pair in zip(entities, found, strict=True)) / len(records)
    recall = sum(together[pair] / true_sizes[pair[0]] for pair in zip(entities, found, strict=True)) / len(records)
    return (2 * hits / (wanted + taken) if wanted + taken else 0.0), 2 * precision * recall / (precision + recall)
