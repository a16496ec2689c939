"""How the cells of a file are parted: delimiter, quotation mark, escape character, told by CleverCSV from its beginning. Pure.

CleverCSV weighs how regular the table becomes under each dialect and how many cells then look like something; see G.J.J. van den Burg,
A. Nazabal, C. Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), https://github.com/alan-turing-institute/CleverCSV
(read 2026-12). Only the beginning is given to it, since its cost grows faster than the text. It is slow to import, so that waits for its use.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SAMPLE_CHARS: Final = 65_536
_DECLARED: Final = re.compile(r"^sep=([,;|\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """`quote` and `escape` may be "", for a file without. `skip_lines` stand before the table ("sep=;", which Excel writes)."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    skip_lines: int = 0
    because: str = ""


def tell_dialect(sample: str) -> Dialect:
    """The dialect of a text that begins like this; a text without any delimiter is one column."""
    declared = _DECLARED.match(sample)
    if declared:
        return Dialect(declared[1], skip_lines=1, because="its first line says so")
    whole = _whole_lines(sample[:_SAMPLE_CHARS])
    if not any(mark in whole for mark in DELIMITERS):
        return Dialect(because="no delimiter occurs, so it is one column")
    import clevercsv

    try:
        found = clevercsv.Detector().detect(whole, delimiters=list(DELIMITERS))
    except (clevercsv.Error, csv.Error, ValueError, IndexError, re.error):
        found = None
    if found is None or found.delimiter not in DELIMITERS:
        return _by_counting(whole)
    quote = found.quotechar if found.quotechar in ('"', "'") else ""
    if quote != "'" or '"' in whole:
        quote = '"'  # harmless where none occurs, and needed where one occurs only later
    escape = found.escapechar if found.escapechar == "\\" else ""
    words = f"the table is most regular with the {DELIMITERS[found.delimiter]} between cells"
    return Dialect(found.delimiter, quote, escape, because=words)


def _by_counting(text: str) -> Dialect:
    """The delimiter that occurs in most lines of the beginning."""
    lines = text.splitlines()[:200]
    best = max(DELIMITERS, key=lambda mark: sum(mark in line for line in lines))
    return Dialect(best, because=f"the {DELIMITERS[best]} occurs in most lines")


def _whole_lines(text: str) -> str:
    """The text up to its last line break: half a line would mislead."""
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text
