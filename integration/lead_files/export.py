"""Rows as CSV that is safe to open in a spreadsheet, a piece at a time. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which makes it a text: one that begins with = + - @, a tab or
a line break, also behind blanks and quotation marks, also in the full-width forms of East Asian keyboards. What is a number and nothing else
(-5, -1.234,56, +44 20 7946 0018) stays as it is: a number calculates nothing, and a balance must not become a text. Every cell is quoted, so
that no delimiter inside a cell starts another cell under other settings of the reader.
Source: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-12).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

BOM: Final = "\ufeff"
"""Without it Excel reads UTF-8 as the encoding of the country."""
_FORMULA: Final = re.compile(r"""[\s"'\ufeff\u200b\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212|%]|[\t\r\n]""")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[., ]\d+)*(?:[eE][+-]?\d+)?%?")
_PIECE_CHARS: Final = 1 << 16


def neutralised(cell: str) -> str:
    """The cell as it is safe to give out."""
    if not cell or (cell[0].isalnum() and cell[0].isascii()):
        return cell
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


class SafeCsv:
    """Rows written one after the other, their bytes taken away from time to time. UTF-8; what did not decode when it was read comes out as it was."""

    def __init__(self, heading: Sequence[str], *, with_mark: bool = False) -> None:
        self._buffer = io.StringIO(newline="")
        if with_mark:
            self._buffer.write(BOM)
        self._writer = csv.writer(self._buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self.add(heading)

    def add(self, cells: Iterable[str]) -> None:
        self._writer.writerow([neutralised(cell) for cell in cells])

    @property
    def is_due(self) -> bool:
        """Whether enough has come together to be taken away."""
        return self._buffer.tell() >= _PIECE_CHARS

    def take(self) -> bytes:
        """What was written since the last time."""
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text.encode("utf-8", "surrogateescape")


def csv_pieces(heading: Sequence[str], rows: Iterable[Sequence[str]], *, with_mark: bool = False) -> Iterator[bytes]:
    """The file in pieces of about 64 kB."""
    safe = SafeCsv(heading, with_mark=with_mark)
    for row in rows:
        safe.add(row)
        if safe.is_due:
            yield safe.take()
    yield safe.take()
