"""Public sets of leads with known outcomes, for measuring the heat model. Reads a folder that is not part of the project.

Where each set comes from, and its licence, stands in the folder's own README. Rows are in the order of time.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from integration.core.errors import BadInput
from integration.scoring.heat_model.base import Column, Example

FOLDER_VARIABLE: Final = "LEADLIGHT_BENCH_LEADS"
_START: Final = datetime(2024, 1, 1, tzinfo=UTC)
_FEW: Final = 2


def is_named() -> bool:
    """Whether somebody said where the leads are."""
    return bool(os.environ.get(FOLDER_VARIABLE))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a set. Raises BadInput when the folder has none of this name."""
    folder = Path(os.environ.get(FOLDER_VARIABLE, ""))
    path = folder / f"{name}.csv.gz"
    if not path.is_file():
        raise BadInput(f"There is no {path.name} in {str(folder)!r}. Name the folder of leads with --leads or {FOLDER_VARIABLE}.")
    with gzip.open(path) as packed:
        return list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))


def as_columns(found: Sequence[Mapping[str, str]], leave_out: Sequence[str]) -> list[Column]:
    """Each column, a number where all its values are and more than two differ."""
    names = [name for name in found[0] if name not in leave_out]
    return [Column(name, "number" if _is_number([row[name] for row in found]) else "category", name) for name in names]


def as_examples(found: Sequence[Mapping[str, str]], columns: Sequence[Column], outcomes: Sequence[bool]) -> list[Example]:
    """The rows as decided records, an hour apart, since only their order is known."""
    return [
        Example(str(number), {one.name: row[one.name] or None for one in columns}, won, _START + timedelta(hours=number))
        for number, (row, won) in enumerate(zip(found, outcomes, strict=True))
    ]


def _is_number(values: Sequence[str]) -> bool:
    known = {one for one in values if one}
    try:
        return len({float(one) for one in known}) > _FEW
    except ValueError:
        return False
