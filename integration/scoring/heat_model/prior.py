"""The general model for accounts without a history: a few plain rules of thumb as a logistic regression, and labelled as nothing more. Pure.

Nobody's data is in it. Each weight says how a salesperson would bet, kept small, so that no record is called hot or cold on little. An account
with forty won and forty lost records gets a model of its own.
"""

from __future__ import annotations

from typing import Final

from integration.scoring.heat_model.calibrate import Calibration
from integration.scoring.heat_model.encode import LevelCode, NumberCode
from integration.scoring.heat_model.learners import LinearArtefact
from integration.scoring.heat_model.model import FORMAT, CodedColumn, ColumnData, HeatModel, ModelData, Thresholds, build_model

BECAUSE: Final = "a general rule of thumb: nothing was learned from this account yet"
_BASE: Final = -1.7
_NUMBERS: Final = (
    ("contact.num_conversion_events", "Forms sent", 5.0, 0.5),
    ("contact.hs_analytics_num_visits", "Visits to your site", 20.0, 0.3),
    ("contact.hs_email_click", "Links in mails clicked", 10.0, 0.25),
)
_LEVELS: Final = (
    ("contact.jobtitle", "Seniority", {"top": 0.4, "head": 0.3, "manager": 0.1}),
    ("contact.hs_analytics_source", "Came by", {"referrals": 0.4, "organic_search": 0.2, "offline": -0.3, "paid_social": -0.2}),
)


def prior_model() -> HeatModel:
    """The same for everybody; `data.is_prior` tells it from a learned one."""
    columns: list[CodedColumn] = []
    weights: list[float] = []
    for name, words, most, weight in _NUMBERS:
        code = NumberCode(low=0.0, high=most, bent=True, middle=0.0, scale=1.0, knots=(), tells_missing=False)
        columns.append(CodedColumn(column=ColumnData(name=name, kind="number", words=words, changeable=True), code=code))
        weights.append(weight)
    for name, words, levels in _LEVELS:
        columns.append(
            CodedColumn(
                column=ColumnData(name=name, kind="category", words=words, changeable=False),
                code=LevelCode(levels=tuple(sorted(levels)), tells_missing=False),
            )
        )
        weights += [levels[level] for level in sorted(levels)]
    return build_model(
        ModelData(
            format=FORMAT,
            columns=tuple(columns),
            learner=LinearArtefact(weights=tuple(weights), intercept=_BASE, means=(0.0,) * len(weights)),
            calibration=Calibration(method="none"),
            thresholds=Thresholds(hot=0.45, warm=0.25, because=BECAUSE),
            trained_until=None,
            is_prior=True,
            base_rate=0.15,
        )
    )
