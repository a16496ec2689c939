"""Trains a heat model on decided records, or says why there is none. Pure: the same examples give the same model.

Candidates are compared on the future: each is fitted on the records up to a day and judged on those after it, four times. The simplest whose
loss is within one standard error of the best is taken. Calibration rests on those same predictions for records not trained on. How far back to
train is chosen likewise, since old records may have been won under other circumstances. The last fifth is then predicted once by a model
trained on what was before it: those figures stand in the card, and decide whether there is any signal at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from integration.scoring.heat_model.base import Column, Example, HeatTerms, Leak
from integration.scoring.heat_model.calibrate import Calibration, chance, choose_calibration, log_loss
from integration.scoring.heat_model.encode import Code, Matrix, cells, features, learn_code
from integration.scoring.heat_model.leaks import find_leaks
from integration.scoring.heat_model.learners import FAMILIES, Artefact, Candidate, explainer, fit
from integration.scoring.heat_model.measure import Quality, bins_of, gains, quality
from integration.scoring.heat_model.model import FORMAT, CodedColumn, ColumnData, HeatModel, ModelData, build_model
from integration.scoring.heat_model.thresholds import thresholds_of

BLOCKS: Final = 5
TOO_FEW: Final = "Not enough evidence"
_WINDOWS: Final = (1.0, 0.5, 0.25)
_LEAST_IN_WINDOW: Final = 300
_TEST_SHARE: Final = 0.2
_PARTS: Final = 10

Labels = NDArray[np.bool_]
Families = Sequence[Sequence[Candidate]]


@dataclass(frozen=True)
class Training:
    """What came of it: a model, or the reason in words why there is none. `card` is JSON."""

    model: HeatModel | None
    abstained: str
    leaks: tuple[Leak, ...]
    card: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Fit:
    """One fit: codes by place of the column, and the learner."""

    codes: tuple[tuple[Column, Code], ...]
    artefact: Artefact

    def log_odds(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        rows = [one.values for one in examples]
        parts = [features(code, cells(column, rows)) for column, code in self.codes]
        return explainer(self.artefact).log_odds(np.hstack(parts))


def train(
    columns: Sequence[Column],
    examples: Sequence[Example],
    *,
    now: datetime,
    terms: HeatTerms | None = None,
    families: Families = FAMILIES,
) -> Training:
    """The model, or an abstention. Cost: some seconds for 5,000 examples of 30 columns on one core."""
    terms = terms or HeatTerms()
    ordered = sorted(examples, key=lambda one: (one.as_of, one.object_id))
    won = _labels(ordered)
    counts = {"examples": len(ordered), "won": int(won.sum()), "lost": int((~won).sum())}
    if min(counts["won"], counts["lost"]) < terms.least_each:
        return Training(None, _too_few(counts, terms.least_each), (), {"counts": counts, "trained_at": now.isoformat()})
    leaks = find_leaks(columns, ordered)
    refused = {one.column for one in leaks}
    kept = [one for one in columns if one.name not in refused]
    card: dict[str, Any] = {
        "trained_at": now.isoformat(),
        "counts": counts,
        "from": ordered[0].as_of.isoformat(),
        "until": ordered[-1].as_of.isoformat(),
        "refused": [{"column": one.column, "reason": one.reason, "figure": one.figure} for one in leaks],
    }
    if not any(learn_code(one, cells(one, [each.values for each in ordered])) for one in kept):
        reason = "Every column that says anything was refused: it gives the outcome away, or new records do not have it."
        return Training(None, reason if leaks else "No column says anything: all are empty, or always the same.", leaks, card)
    return _trained(kept, ordered, leaks, card, terms, families)


def _trained(
    columns: Sequence[Column],
    ordered: Sequence[Example],
    leaks: tuple[Leak, ...],
    card: dict[str, Any],
    terms: HeatTerms,
    families: Families,
) -> Training:
    split = int(len(ordered) * (1 - _TEST_SHARE))
    past, last = ordered[:split], ordered[split:]
    tested = _choose(columns, past, terms, families)
    chances = _judge(columns, past, last, tested, terms)
    test = quality(chances, _labels(last))
    card |= {
        "candidates": tested.table,
        "chosen": tested.candidate.name,
        "window": tested.window,
        "test": _plain(test),
        **_pictured(chances, _labels(last)),
    }
    if test.auc_interval[0] <= 0.5 or tested.signal <= 0.5:
        low, high = test.auc_interval
        reason = (
            f"No signal in this account's data: on the last {test.count} decided records the model ranks like a coin"
            f" (AUC {test.auc:.2f}, 95 % interval {low:.2f} to {high:.2f}). What would help: columns that are filled before the outcome is known."
        )
        return Training(None, reason, leaks, card)
    final = _choose(columns, ordered, terms, families)
    window = _window(ordered, final.window)
    fitted = _fit(columns, window, final.candidate, terms.seed)
    data = ModelData(
        format=FORMAT,
        columns=tuple(
            CodedColumn(column=ColumnData(name=one.name, kind=one.kind, words=one.words, changeable=one.changeable), code=code)
            for one, code in fitted.codes
        ),
        learner=fitted.artefact,
        calibration=final.calibration,
        thresholds=thresholds_of(final.unseen, terms),
        trained_until=ordered[-1].as_of,
        reference=tuple(float(one) for one in np.quantile(final.unseen, np.linspace(0, 1, _PARTS + 1)[1:-1])),
        reference_count=len(final.unseen),
        base_rate=float(_labels(window).mean()),
    )
    card |= {
        "chosen": final.candidate.name,
        "window": final.window,
        "columns": [one.name for one, _ in fitted.codes],
        "calibration": final.calibration.method,
        "window_examples": len(window),
        "thresholds": data.thresholds.model_dump(),
        "limits": "Learned from this account's decided records alone; it repeats how the team has sold, not how it could sell.",
    }
    return Training(build_model(data), "", leaks, card)


@dataclass(frozen=True)
class _Chosen:
    candidate: Candidate
    window: float
    calibration: Calibration
    table: list[dict[str, Any]]
    signal: float
    unseen: NDArray[np.float64]
    """Chances of records by models that had not seen them, in the order of time."""


def _choose(columns: Sequence[Column], examples: Sequence[Example], terms: HeatTerms, families: Families) -> _Chosen:
    """Candidate, window and calibration, by predictions of the future of each block."""
    runs = {(one.name, 1.0): _run(columns, examples, one, 1.0, terms.seed) for family in families for one in family}
    best = _simplest(families, {name: run for (name, _), run in runs.items()})
    windows = [share for share in _WINDOWS if share == 1.0 or len(examples) * share >= _LEAST_IN_WINDOW]
    for share in windows[1:]:
        runs[best.name, share] = _run(columns, examples, best, share, terms.seed)
    window = _best_window([(share, runs[best.name, share]) for share in windows])
    chosen = runs[best.name, window]
    table = [
        {"candidate": name, "window": share, "log_loss": run.loss, "standard_error": run.error, "auc": run.auc}
        for (name, share), run in runs.items()
    ]
    calibration = choose_calibration(chosen.log_odds, chosen.won)
    return _Chosen(best, window, calibration, table, chosen.auc, chance(calibration.apply(chosen.log_odds)))


@dataclass(frozen=True)
class _Run:
    """Predictions of records not trained on, in the order of time, and the mean loss of the blocks with its standard error."""

    log_odds: NDArray[np.float64]
    won: Labels
    loss: float
    error: float
    auc: float


def _run(columns: Sequence[Column], examples: Sequence[Example], candidate: Candidate, window: float, seed: int) -> _Run:
    bounds = [round(len(examples) * part / BLOCKS) for part in range(BLOCKS + 1)]
    log_odds, won, losses = [], [], []
    for start, end in pairwise(bounds[1:]):
        before = _window(examples[:start], window)
        labels = _labels(before)
        if labels.all() or not labels.any() or end <= start:
            continue
        block = examples[start:end]
        predicted = _fit(columns, before, candidate, seed).log_odds(block)
        log_odds.append(predicted)
        won.append(_labels(block))
        losses.append(log_loss(predicted, won[-1]))
    if not losses:
        return _Run(np.zeros(0), np.zeros(0, dtype=np.bool_), float("inf"), 0.0, 0.5)
    every, all_won = np.concatenate(log_odds), np.concatenate(won)
    error = float(np.std(losses, ddof=1) / np.sqrt(len(losses))) if len(losses) > 1 else 0.0
    return _Run(every, all_won, float(np.mean(losses)), error, quality(chance(every), all_won).auc)


def _simplest(families: Sequence[Sequence[Candidate]], runs: Mapping[str, _Run]) -> Candidate:
    """The best of the simplest family whose loss exceeds the least by no more than one standard error of their difference, record by record."""
    heads = [min(family, key=lambda one: runs[one.name].loss) for family in families]
    best = min(heads, key=lambda one: runs[one.name].loss)
    return next(one for one in heads if _excess(runs[one.name], runs[best.name]) <= 0)


def _excess(run: _Run, best: _Run) -> float:
    """By how much the mean loss exceeds the best one's beyond one standard error of their difference."""
    if run is best or len(run.won) != len(best.won) or not len(run.won):
        return 0.0 if run is best else run.loss - best.loss
    difference = _losses(run) - _losses(best)
    return float(difference.mean() - difference.std() / np.sqrt(len(difference)))


def _losses(run: _Run) -> NDArray[np.float64]:
    return np.asarray(np.logaddexp(0, np.where(run.won, -run.log_odds, run.log_odds)))


def _best_window(runs: Sequence[tuple[float, _Run]]) -> float:
    """The whole history, unless a shorter one is clearly better on the newest blocks."""
    whole = runs[0][1]
    newest = slice(len(whole.won) // 2, None)

    def loss(run: _Run) -> float:
        return log_loss(run.log_odds[newest], run.won[newest]) if len(run.won) == len(whole.won) else float("inf")

    best, run = min(runs, key=lambda one: loss(one[1]))
    if best == 1.0:
        return best
    difference = (_losses(whole) - _losses(run))[newest]
    clearly = float(difference.std() / np.sqrt(max(1, len(difference))))
    return best if loss(whole) - loss(run) > clearly else 1.0


def _fit(columns: Sequence[Column], examples: Sequence[Example], candidate: Candidate, seed: int) -> _Fit:
    won, rows = _labels(examples), [one.values for one in examples]
    codes: list[tuple[Column, Code]] = []
    parts: list[Matrix] = []
    for column in columns:
        found = cells(column, rows)
        code = learn_code(column, found)
        if code is not None:
            codes.append((column, code))
            parts.append(features(code, found))
    matrix = np.hstack(parts) if parts else np.zeros((len(rows), 0))
    return _Fit(tuple(codes), fit(candidate, matrix, won, seed))


def _judge(
    columns: Sequence[Column], past: Sequence[Example], last: Sequence[Example], chosen: _Chosen, terms: HeatTerms
) -> NDArray[np.float64]:
    """Chances of the newest records: the one look at them."""
    fitted = _fit(columns, _window(past, chosen.window), chosen.candidate, terms.seed)
    return chance(chosen.calibration.apply(fitted.log_odds(last)))


def _pictured(chances: NDArray[np.float64], won: Labels) -> dict[str, Any]:
    """What the plots of the card are drawn from."""
    return {
        "test_bins": [asdict(one) for one in bins_of(chances, won)],
        "test_lift": gains(chances, won),
        "test_scores": [int(one) for one in np.histogram(chances, bins=10, range=(0.0, 1.0))[0]],
    }


def _window(examples: Sequence[Example], share: float) -> Sequence[Example]:
    count = max(min(len(examples), _LEAST_IN_WINDOW), round(len(examples) * share))
    return examples[-count:]


def _labels(examples: Sequence[Example]) -> Labels:
    return np.array([one.outcome for one in examples], dtype=np.bool_)


def _too_few(counts: dict[str, int], least: int) -> str:
    return (
        f"{TOO_FEW}: {counts['won']} won and {counts['lost']} lost records with a known outcome, and at least {least} of each are needed."
        " Until then the general model is used, and says so."
    )


def _plain(found: Quality) -> dict[str, Any]:
    return {
        "records": found.count, "won": found.won, "auc": found.auc, "auc_low": found.auc_interval[0], "auc_high": found.auc_interval[1],
        "average_precision": found.average_precision, "brier": found.brier, "ece": found.ece, "log_loss": found.log_loss,
        "lift_at_10": found.lift_at_10,
    }  # fmt: skip
