"""From a model's log-odds to chances that hold: of records given 30 %, three in ten are won. Fitted on predictions for records not trained on. Pure.

Platt's line through the log-odds, or a beta curve (Kull, Silva Filho and Flach, "Beta calibration", AISTATS 2017), which can bend at either end;
steps (isotonic) only with tens of thousands of labels. All rise: a record's rank never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Array = NDArray[np.float64]
Method = Literal["none", "platt", "beta", "isotonic"]
ISOTONIC_FROM: Final = 20_000
_LEAST_PART: Final = 1e-4
_ORIGINS: Final = (0.4, 0.6, 0.8)
_AHEAD: Final = 0.2
_LEAST_FITTED: Final = 60
_HALVES_IN: Final = 0.15


class Calibration(BaseModel):
    """`parameters`: Platt's slope and offset, or the beta curve's a, b and c. `steps`: the corners of isotonic steps, log-odds and chance."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    method: Method
    parameters: tuple[float, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()

    def apply(self, log_odds: Array) -> Array:
        """Calibrated log-odds."""
        if self.method == "platt":
            slope, offset = self.parameters
            return np.asarray(slope * log_odds + offset)
        if self.method == "beta":
            a, b, c = self.parameters
            return np.asarray(-a * np.logaddexp(0, -log_odds) + b * np.logaddexp(0, log_odds) + c)
        if self.method == "isotonic":
            xs, ys = np.array(self.steps).T
            return logit(np.interp(log_odds, xs, ys))
        return log_odds


def logit(chances: Array) -> Array:
    kept = np.clip(chances, _LEAST_PART, 1 - _LEAST_PART)
    return np.asarray(np.log(kept / (1 - kept)))


def chance(log_odds: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))


def log_loss(log_odds: Array, won: NDArray[np.bool_], weights: Array | None = None) -> float:
    """Mean negative log-likelihood."""
    losses = np.logaddexp(0, np.where(won, -log_odds, log_odds))
    return float(np.average(losses, weights=weights))


def fit_calibration(log_odds: Array, won: NDArray[np.bool_], method: Method, weights: Array | None = None) -> Calibration:
    """The best of this method on these predictions."""
    if method == "none":
        return Calibration(method="none")
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(out_of_bounds="clip").fit(log_odds, won, sample_weight=weights)
        steps = tuple((float(x), float(y)) for x, y in zip(model.X_thresholds_, model.y_thresholds_, strict=True))
        return Calibration(method="isotonic", steps=steps)

    from scipy.optimize import minimize

    def loss(parameters: Sequence[float]) -> float:
        return log_loss(Calibration(method=method, parameters=tuple(map(float, parameters))).apply(log_odds), won, weights)

    start, bounds = ((1.0, 0.0), [(0.05, 10.0), (-10.0, 10.0)]) if method == "platt" else (
        (1.0, 1.0, 0.0), [(0.05, 10.0), (0.05, 10.0), (-10.0, 10.0)]
    )  # fmt: skip
    best = minimize(loss, start, bounds=bounds, method="L-BFGS-B")
    return Calibration(method=method, parameters=tuple(float(one) for one in best.x))


def choose_calibration(log_odds: Array, won: NDArray[np.bool_]) -> Calibration:
    """The method, and how much more the newest predictions count, that lose least on the future; fitted on all predictions.

    `log_odds` in the order of time: fitted up to three moments and judged on what comes after each. A simpler way wins a tie.
    Steps compete only where there are tens of thousands of labels.
    """
    ways: list[tuple[Method, bool]] = [("platt", False), ("platt", True), ("beta", False), ("beta", True)]
    ways += [("isotonic", False)] if len(won) >= ISOTONIC_FROM else []
    losses = {way: _future_loss(log_odds, won, *way) for way in ways}
    method, is_recent = min(ways, key=lambda way: (round(losses[way], 5), ways.index(way)))
    return fit_calibration(log_odds, won, method, _recent_first(len(won)) if is_recent else None)


def _future_loss(log_odds: Array, won: NDArray[np.bool_], method: Method, is_recent: bool) -> float:
    total, seen = 0.0, 0
    for share in _ORIGINS:
        start, end = round(len(won) * share), round(len(won) * (share + _AHEAD))
        if start < _LEAST_FITTED or len(set(won[:start].tolist())) < 2 or end <= start:
            continue
        fitted = fit_calibration(log_odds[:start], won[:start], method, _recent_first(start) if is_recent else None)
        total += log_loss(fitted.apply(log_odds[start:end]), won[start:end]) * (end - start)
        seen += end - start
    return total / seen if seen else 0.0


def _recent_first(count: int) -> Array:
    """Weights that halve with every seventh of the way back."""
    return np.asarray(0.5 ** ((count - 1 - np.arange(count)) / max(1.0, count * _HALVES_IN)))
