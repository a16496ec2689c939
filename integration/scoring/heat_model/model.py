"""A trained heat model: data that can be stored as JSON, and what scores records with it. Pure.

The contributions of a record are the learner's shares of the log-odds, summed for each column. Calibration bends the log-odds; the shares are
stretched by the same factor, so that they still add up to the log-odds of the chance that is shown, and none changes its sign.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from integration.core.errors import BadInput
from integration.scoring.heat_model.base import BASE, COLD, HOT, WARM, Column, Contribution, Heat, Row, Value
from integration.scoring.heat_model.calibrate import Calibration, chance
from integration.scoring.heat_model.encode import (
    LevelCode,
    Matrix,
    NumberCode,
    cells,
    features,
    width,
)
from integration.scoring.heat_model.learners import Explainer, LinearArtefact, TreeArtefact, explainer
from integration.scoring.heat_model.words import contribution_words

FORMAT: Final = 1
_LEAST_DISTANCE: Final = 1e-9
_BOUND: Final = 30.0
_CHUNK: Final = 10_000


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnData(_Data):
    name: str
    kind: str
    words: str
    changeable: bool


class CodedColumn(_Data):
    column: ColumnData
    code: Annotated[NumberCode | LevelCode, Field(discriminator="kind")]


class Thresholds(_Data):
    """From which chance on a record is hot, or warm, and how that was found."""

    hot: float
    warm: float
    because: str


class ModelData(_Data):
    """Everything a model is. `is_prior`: not learned from this account."""

    format: int
    columns: tuple[CodedColumn, ...]
    learner: Annotated[LinearArtefact | TreeArtefact, Field(discriminator="kind")]
    calibration: Calibration
    thresholds: Thresholds
    trained_until: datetime | None
    is_prior: bool = False
    reference: tuple[float, ...] = ()
    """Where the chances of records not trained on are cut into ten equal parts: what the watch compares new ones with."""
    reference_count: int = 0
    base_rate: float = 0.5


@dataclass(frozen=True, eq=False)
class HeatModel:
    """Scores records. Build with `read_model` or by training."""

    data: ModelData
    explains: Explainer

    def to_json(self) -> dict[str, Any]:
        """The model as JSON values; `read_model` reads back one that scores the same."""
        return self.data.model_dump(mode="json")

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(Column(one.column.name, one.column.kind, one.column.words, one.column.changeable) for one in self.data.columns)  # type: ignore[arg-type]

    def chances(self, rows: Sequence[Row]) -> Matrix:
        """The chance of each row, without reasons."""
        if not rows:
            return np.zeros(0)
        shares = self.explains.log_odds(self._matrix(rows))
        return chance(np.clip(self.data.calibration.apply(shares), -_BOUND, _BOUND))

    def score(self, rows: Sequence[Row]) -> list[Heat]:
        """The heat of each row with its reasons, the strongest first. Cost: about a tenth of a millisecond a row."""
        found: list[Heat] = []
        for start in range(0, len(rows), _CHUNK):
            found += self._score(rows[start : start + _CHUNK])
        return found

    def label(self, probability: float) -> str:
        """In one word."""
        if probability >= self.data.thresholds.hot:
            return HOT
        return WARM if probability >= self.data.thresholds.warm else COLD

    def _score(self, rows: Sequence[Row]) -> list[Heat]:
        shares = self._by_column(self.explains.shares(self._matrix(rows)))
        calibrated = self._calibrated(shares)
        log_odds = calibrated.sum(axis=1)
        probabilities = chance(log_odds)
        columns = self.columns
        return [
            Heat(
                float(probabilities[number]),
                self.label(float(probabilities[number])),
                self._reasons(columns, row, calibrated[number]),
            )
            for number, row in enumerate(rows)
        ]

    def _calibrated(self, shares: Matrix) -> Matrix:
        """The shares stretched so that base and columns sum to the calibrated log-odds."""
        raw, base = shares.sum(axis=1), shares[:, -1]
        ends = np.clip(self.data.calibration.apply(np.column_stack([raw, base])), -_BOUND, _BOUND)
        distance = raw - base
        safe = np.where(np.abs(distance) < _LEAST_DISTANCE, 1.0, distance)
        factor = np.where(np.abs(distance) < _LEAST_DISTANCE, 0.0, (ends[:, 0] - ends[:, 1]) / safe)
        stretched = shares * factor[:, None]
        stretched[:, -1] = ends[:, 0] - stretched[:, :-1].sum(axis=1)
        return np.asarray(stretched)

    def _reasons(self, columns: Sequence[Column], row: Row, shares: Matrix) -> tuple[Contribution, ...]:
        order = np.argsort(-np.abs(shares[:-1]), kind="stable")
        reasons = [_contribution(columns[place], row, float(shares[place])) for place in order]
        return (*reasons, Contribution(BASE, None, "The usual chance in this account", float(shares[-1])))

    def _matrix(self, rows: Sequence[Row]) -> Matrix:
        columns = self.columns
        parts = [features(one.code, cells(column, rows)) for one, column in zip(self.data.columns, columns, strict=True)]
        return np.hstack(parts) if parts else np.zeros((len(rows), 0))

    def _by_column(self, shares: Matrix) -> Matrix:
        """The shares of features summed for each column; the base stays last."""
        starts = np.cumsum([0, *(width(one.code) for one in self.data.columns)])[:-1]
        summed = np.add.reduceat(shares[:, :-1], starts, axis=1) if len(starts) else np.zeros((len(shares), 0))
        return np.hstack([summed, shares[:, -1:]])


def _contribution(column: Column, row: Row, share: float) -> Contribution:
    value: Value = row.get(column.name)
    return Contribution(column.name, value, contribution_words(column, value), share)


def read_model(document: object) -> HeatModel:
    """The model of stored JSON. Raises BadInput naming the place of what is wrong."""
    if not isinstance(document, Mapping):
        raise BadInput("A heat model must be a JSON object.", reason="bad_heat_model")
    try:
        data = ModelData.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"The heat model cannot be read: {place}: {first['msg']}", reason="bad_heat_model") from error
    if data.format != FORMAT:
        raise BadInput(f"The heat model has format {data.format}; this version reads format {FORMAT}.", reason="bad_heat_model")
    return build_model(data)


def build_model(data: ModelData) -> HeatModel:
    """Ready to score. Raises BadInput where the learner does not fit the columns."""
    try:
        explains = explainer(data.learner)
    except ValueError as error:
        raise BadInput(f"The heat model cannot be read: {error}", reason="bad_heat_model") from error
    wanted = sum(width(one.code) for one in data.columns)
    has = (
        len(data.learner.weights)
        if isinstance(data.learner, LinearArtefact)
        else (explains.booster.num_features() if explains.booster else 0)
    )
    if has != wanted:
        raise BadInput(f"The heat model has {has} weights for {wanted} features.", reason="bad_heat_model")
    return HeatModel(data, explains)


def log_odds_of(probability: float) -> float:
    """What the contributions sum to."""
    return math.log(probability / (1 - probability))
