"""What would make a record hot: the fewest changes of what a person can change or find out, checked by scoring again. Pure.

Each changeable column is tried with the values that are usual among this account's records; the best change is made, then the next, up to three.
What is returned crosses the line when applied, always; None where three changes do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from integration.scoring.heat_model.base import HOT, Column, Counterfactual, Row, Step, Value
from integration.scoring.heat_model.encode import LevelCode, NumberCode, clean
from integration.scoring.heat_model.model import HeatModel
from integration.scoring.heat_model.words import value_words

MOST_STEPS: Final = 3
_PARTS: Final = (0.25, 0.5, 0.75, 1.0)
_REACH: Final = 2.0
"""How many deviations above the average a number may be wished to be."""


def counterfactual(model: HeatModel, row: Row) -> Counterfactual | None:
    """The changes that make the record hot; None when it is hot, or cannot be made hot by three of them. Cost: some hundred scores."""
    if model.label(float(model.chances([row])[0])) == HOT:
        return None
    options = {column: values for column, values in _options(model, row) if values}
    changed: dict[str, Value] = dict(row)
    steps: list[Step] = []
    while options and len(steps) < MOST_STEPS:
        tries = [(column, value) for column, values in options.items() for value in values]
        chances = model.chances([{**changed, column.name: value} for column, value in tries])
        crossing = [place for place, one in enumerate(chances) if model.label(float(one)) == HOT]
        # Of the changes that cross the line the smallest, else the one that brings most.
        best = crossing[0] if crossing else int(chances.argmax())
        column, value = tries[best]
        if not crossing and chances[best] <= model.chances([changed])[0]:
            return None
        steps.append(_step(column, changed.get(column.name), value))
        changed[column.name] = value
        options.pop(column)
        if crossing:
            return Counterfactual(tuple(steps), float(model.chances([changed])[0]))
    return None


def _options(model: HeatModel, row: Row) -> list[tuple[Column, Sequence[Value]]]:
    """For each column a person can change, other values it could have: of a number higher ones, the smallest change first."""
    found: list[tuple[Column, Sequence[Value]]] = []
    for column, coded in zip(model.columns, model.data.columns, strict=True):
        if column.changeable:
            found.append((column, _values(coded.code, column, clean(row.get(column.name)))))
    return found


def _values(code: NumberCode | LevelCode, column: Column, now: Value) -> Sequence[Value]:
    if isinstance(code, LevelCode):
        return [level for level in code.levels if level != now]
    if column.kind == "flag":
        return [one for one in (1.0, 0.0) if one != now]
    current = float(now) if isinstance(now, int | float) else code.low
    top = min(code.high, _unscaled(code, _REACH))
    wanted = [round(current + (top - current) * part) for part in _PARTS] if top > current else []
    return [float(one) for one in dict.fromkeys(wanted) if one > current]


def _unscaled(code: NumberCode, scaled: float) -> float:
    shaped = code.middle + scaled * code.scale
    return code.low + math.expm1(min(shaped, 700.0)) if code.bent else shaped


def _step(column: Column, before: Value, after: Value) -> Step:
    words = f"{column.words} {value_words(column, after)} instead of {value_words(column, before)}"
    return Step(column.name, words, before, after)


def told(found: Counterfactual | None) -> str:
    """As a rep reads it; "" for none."""
    if found is None:
        return ""
    return (
        "Would be hot if: " + "; ".join(step.words for step in found.steps) + f" (then {found.probability:.0%}).".replace("%", " %")
    )


def applied(row: Row, found: Counterfactual) -> Mapping[str, Value]:
    """The record as it would then be."""
    return {**row, **{step.column: step.after for step in found.steps}}
