"""The names of the columns: from the first row, made up where it has none, told apart where two are alike. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.errors import BadInput
from integration.lead_files.reading.limits import LIMITS, Limits

_LOOKS_LIKE_DATA: Final = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}"), "an e-mail address"),
    (re.compile(r"https?://\S+", re.IGNORECASE), "a web address"),
    (re.compile(r"[+(]?\d[\d\s()./-]{6,}"), "a number"),
    (re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"), "a date"),
    (re.compile(r"-?\d+([.,]\d+)?"), "a number"),
)


@dataclass(frozen=True)
class Heading:
    """`is_there` False: the first row is a lead itself, and the names are made up. `because` says how that was told."""

    names: tuple[str, ...]
    is_there: bool
    because: str


def tell_heading(first: Sequence[str], *, is_there: bool | None = None, limits: Limits = LIMITS) -> Heading:
    """The heading of a file whose first row is this. `is_there` says so by hand. Raises BadInput for too many columns."""
    cells = [cell.strip() for cell in first]
    if len(cells) > limits.columns:
        raise BadInput(
            f"The first row has {len(cells):,} cells; {limits.columns} is the most. Another delimiter may part the cells.",
            reason="too_many_columns",
        )
    if is_there is not None:
        because = "chosen by hand"
    else:
        datum = next(
            (f"it holds {what} ({cell[:40]!r})" for cell in cells for form, what in _LOOKS_LIKE_DATA if form.fullmatch(cell)), ""
        )
        is_there, because = not datum, datum or "no cell of the first row looks like a lead's data"
    names = cells if is_there else [""] * len(cells)
    return Heading(distinct_names(names, limits), is_there, because)


def distinct_names(names: Sequence[str], limits: Limits = LIMITS) -> tuple[str, ...]:
    """The names, none blank, no two alike: "Column 3" for a blank, "E-mail (2)" for the second E-mail."""
    given: list[str] = []
    taken = {_key(name) for name in names if name}
    seen: Counter[str] = Counter()
    for position, raw in enumerate(names, start=1):
        name = raw[: limits.heading_chars] or f"Column {position}"
        seen[_key(name)] += 1
        if seen[_key(name)] > 1 or (not raw and _key(name) in taken):
            number = 2
            while _key(f"{name} ({number})") in taken:
                number += 1
            name = f"{name} ({number})"
        taken.add(_key(name))
        given.append(name)
    return tuple(given)


def fit_to_heading(cells: tuple[str, ...], width: int) -> tuple[tuple[str, ...], str]:
    """The cells of a row under a heading of this width, and why they do not fit, "" when they do.

    Blank cells beyond the heading are dropped. A row that is too short is not filled up: the value that is missing may not be the last.
    """
    if len(cells) == width:
        return cells, ""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width], ""
    return cells, f"the row has {len(cells)} cells and the heading {width}"


def _key(name: str) -> str:
    return name.strip().casefold()
