"""What a file of leads may be at most, with the sentence that refuses more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """`cell_chars` is what a cell of Excel holds. `line_chars` bounds the memory that one line may take."""

    rows: int = 2_000_000
    columns: int = 500
    cell_chars: int = 32_767
    line_chars: int = 1_000_000
    heading_chars: int = 200


LIMITS: Final = Limits()
HEAD_BYTES: Final = 65_536
"""How much of the beginning is looked at to tell encoding and dialect."""
