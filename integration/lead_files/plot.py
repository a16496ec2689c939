"""The distribution of priorities as columns of a plot: where each stands and how high it is. Pure; the page draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.lead_files.scoring import BIN_WIDTH

WIDTH: Final = 560
HEIGHT: Final = 200
_BASE: Final = 170
_TOP: Final = 22
_GAP: Final = 6


@dataclass(frozen=True)
class PlotColumn:
    """Positions in the units of the drawing. `label` is the range of points."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Plot:
    """`words` says the same in a sentence, for who does not see it."""

    columns: tuple[PlotColumn, ...]
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    base: int = _BASE


def build_plot(steps: Sequence[int]) -> Plot | None:
    """None when no row has a priority."""
    if not any(steps):
        return None
    most, step = max(steps), WIDTH / len(steps)
    columns = []
    for number, count in enumerate(steps):
        height = (_BASE - _TOP) * count / most
        low = number * BIN_WIDTH
        high = low + BIN_WIDTH - (0 if number == len(steps) - 1 else 1)
        columns.append(PlotColumn(number * step + _GAP / 2, _BASE - height, step - _GAP, height, f"{low}-{high}", count))
    said = ", ".join(f"{column.count:,} from {column.label.replace('-', ' to ')}" for column in columns if column.count)
    return Plot(tuple(columns), f"Rows by priority: {said}.")
