"""The two kinds of model that compete: logistic regression and a small forest of boosted trees. Each is data, and explains itself exactly.

What a feature does to the log-odds is, for the regression, its weight times its distance from the average record; for trees, its share by
TreeSHAP (Lundberg and others, "From local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence 2020,
as XGBoost computes it). In both the shares and a base sum to the log-odds, which are defined as that sum.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from integration.scoring.heat_model.encode import Matrix

Labels = NDArray[np.bool_]


class LinearArtefact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["logistic_regression"] = "logistic_regression"
    weights: tuple[float, ...]
    intercept: float
    means: tuple[float, ...]


class TreeArtefact(BaseModel):
    """`booster` is XGBoost's own JSON, which later versions of it read too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xgboost"] = "xgboost"
    booster: Mapping[str, Any]


Artefact = LinearArtefact | TreeArtefact


@dataclass(frozen=True)
class Candidate:
    """A way to fit."""

    name: str
    kind: Literal["logistic_regression", "xgboost"]
    settings: Mapping[str, float]


FAMILIES: Final = (
    tuple(
        Candidate(f"logistic regression, C = {strength:g}", "logistic_regression", {"C": strength}) for strength in (0.03, 0.1, 0.3)
    ),
    (Candidate("boosted trees", "xgboost", {"max_depth": 3, "eta": 0.06, "rounds": 160, "min_child_weight": 8}),),
)
"""The candidates, the simplest family first; within a family the one with the least loss stands for it."""


def fit(candidate: Candidate, matrix: Matrix, won: Labels, seed: int) -> Artefact:
    """The fitted model. The same data and seed give the same model."""
    if candidate.kind == "logistic_regression":
        from sklearn.linear_model import LogisticRegression

        learner = LogisticRegression(C=candidate.settings["C"], max_iter=2000)
        learner.fit(matrix, won)
        return LinearArtefact(
            weights=tuple(float(one) for one in learner.coef_[0]),
            intercept=float(learner.intercept_[0]),
            means=tuple(float(one) for one in matrix.mean(axis=0)),
        )
    import xgboost

    settings = dict(candidate.settings)
    rounds = int(settings.pop("rounds"))
    parameters = {
        "objective": "binary:logistic", "subsample": 0.8, "colsample_bytree": 0.7, "lambda": 4.0, "nthread": 1, "seed": seed,
        "tree_method": "hist", "max_depth": int(settings.pop("max_depth")), **settings,
    }  # fmt: skip
    booster = xgboost.train(parameters, xgboost.DMatrix(matrix, label=won.astype(np.float64)), num_boost_round=rounds)
    return TreeArtefact(booster=json.loads(booster.save_raw("json").decode()))


@dataclass(frozen=True, eq=False)
class Explainer:
    """A model ready to score. Build with `explainer`."""

    artefact: Artefact
    booster: Any
    """XGBoost's own, None for a regression."""

    def shares(self, matrix: Matrix) -> Matrix:
        """What each feature does to the log-odds, and in the last column the base: each row sums to the log-odds."""
        if isinstance(self.artefact, LinearArtefact):
            weights, means = np.array(self.artefact.weights), np.array(self.artefact.means)
            base = np.full((matrix.shape[0], 1), self.artefact.intercept + float(weights @ means))
            return np.hstack([(matrix - means) * weights, base])
        return np.asarray(self.booster.predict(_matrix(matrix), pred_contribs=True), dtype=np.float64)

    def log_odds(self, matrix: Matrix) -> NDArray[np.float64]:
        """The log-odds alone; much quicker than their shares, and equal to their sum but for rounding in a forest."""
        if isinstance(self.artefact, LinearArtefact):
            return np.asarray(matrix @ np.array(self.artefact.weights) + self.artefact.intercept, dtype=np.float64)
        return np.asarray(self.booster.predict(_matrix(matrix), output_margin=True), dtype=np.float64)


def _matrix(matrix: Matrix) -> Any:
    import xgboost

    return xgboost.DMatrix(matrix)


def explainer(artefact: Artefact) -> Explainer:
    """Ready to score. Raises ValueError where a forest's data cannot be read."""
    if isinstance(artefact, LinearArtefact):
        return Explainer(artefact, None)
    import xgboost

    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(json.dumps(artefact.booster).encode()))
    except xgboost.core.XGBoostError as error:
        raise ValueError(f"the forest cannot be read: {str(error)[:200]}") from error
    return Explainer(artefact, booster)
