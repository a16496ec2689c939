"""The interval in which a share lies, after Wilson (Journal of the American Statistical Association 22, 1927). Pure."""

from __future__ import annotations

import math
from typing import Final

Z_95: Final = 1.959964


def wilson(good: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, inside 0 to 1; (0, 1) when nothing was seen."""
    if not count:
        return 0.0, 1.0
    ratio, square = good / count, Z_95 * Z_95
    middle = (ratio + square / (2 * count)) / (1 + square / count)
    half = Z_95 * math.sqrt(ratio * (1 - ratio) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, min(ratio, middle - half)), min(1.0, max(ratio, middle + half))
