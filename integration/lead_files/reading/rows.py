"""Every row of a file with the line it begins in, read as a stream by Python's csv module; what cannot be read is a row with a problem.

A line that csv refuses (a quotation mark that is never closed, a value longer than csv takes) becomes a bad row by itself, and reading goes on
with the line after it: one stray quotation mark does not swallow the rest of the file. Bytes that do not fit the encoding are kept, so that
a bad row can be given back as it was. Memory is bounded by the longest row.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from integration.core.errors import BadInput
from integration.lead_files.reading.dialect import Dialect
from integration.lead_files.reading.limits import LIMITS, Limits

_BUFFER_BYTES: Final = 1 << 18
_SURROGATES: Final = ("\udc80", "\udcff")


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is the first line of the row, counted from 1. `problem` "" for a row that was read; else `cells` is the line as it stands."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


ByteSource = io.RawIOBase | io.BytesIO | io.BufferedReader


class ByteStream(io.RawIOBase):
    """Pieces of bytes as a file that can be read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def open_text(stream: ByteSource, encoding: str) -> io.TextIOWrapper:
    """The stream as text with its line ends as they are; what does not decode stands as lone surrogates, in UTF-16 as U+FFFD."""
    buffered = io.BufferedReader(stream, _BUFFER_BYTES) if isinstance(stream, io.RawIOBase) else stream
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")


def read_rows(text: io.TextIOBase, dialect: Dialect, limits: Limits = LIMITS) -> Iterator[Row]:
    """The rows in their order, the heading among them; blank ones are left out. Raises BadInput for a line too long to be one."""
    lines = _Lines(text, limits)
    for _ in range(dialect.skip_lines):
        next(lines, None)
        lines.begin_row()
    while not lines.is_at_end:
        yield from _read_on(lines, dialect, limits)


def _read_on(lines: _Lines, dialect: Dialect, limits: Limits) -> Iterator[Row]:
    """Rows up to the first that csv refuses, which becomes a bad row of one line."""
    reader = csv.reader(lines, **_as_arguments(dialect))
    try:
        for cells in reader:
            line = lines.begin_row()
            if any(cell and not cell.isspace() for cell in cells):
                yield Row(line, tuple(cells), cell_problem(cells, limits))
    except csv.Error as error:
        line, first = lines.give_back_all_but_first()
        yield Row(line, (first.rstrip("\r\n"),), _in_words(str(error)))


def cell_problem(cells: list[str] | tuple[str, ...], limits: Limits = LIMITS) -> str:
    """Why the cells of a row cannot be used, "" when they can."""
    for position, cell in enumerate(cells, start=1):
        if len(cell) > limits.cell_chars:
            return f"cell {position} has {len(cell):,} characters; {limits.cell_chars:,} is the most"
        if not cell.isascii() and _is_undecoded(cell):
            return f"cell {position} holds bytes that do not fit the encoding of the file"
        if "\x00" in cell:
            return f"cell {position} holds a zero byte; the file may be damaged"
    return ""


class _Lines:
    """The lines of a text, those of the row under way kept so that they can be read once more."""

    def __init__(self, text: io.TextIOBase, limits: Limits) -> None:
        self._text = text
        self._limit = limits.line_chars
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self._next_line = 1
        self.is_at_end = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(self._limit)
        if not line:
            self.is_at_end = True
            raise StopIteration
        if len(line) >= self._limit and line[-1] not in "\r\n":
            number = self._next_line + len(self._row)
            raise BadInput(
                f"Line {number:,} is longer than {self._limit:,} characters. This is no CSV file, or its line ends are missing.",
                reason="line_too_long",
            )
        self._row.append(line)
        return line

    def begin_row(self) -> int:
        """The number of the first line of the row that was just read; what comes next is another row."""
        line = self._next_line
        self._next_line += len(self._row)
        self._row.clear()
        return line

    def give_back_all_but_first(self) -> tuple[int, str]:
        """Number and text of the first line of the row under way; the others will be read again."""
        line, first = self._next_line, self._row[0] if self._row else ""
        self._waiting.extendleft(reversed(self._row[1:]))
        self._row.clear()
        self._next_line += 1
        self.is_at_end = not first
        return line, first


def _as_arguments(dialect: Dialect) -> dict[str, Any]:
    quoting = {"quoting": csv.QUOTE_MINIMAL, "quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    return {"delimiter": dialect.delimiter, "escapechar": dialect.escape or None, "doublequote": True, "strict": True, **quoting}


def _is_undecoded(cell: str) -> bool:
    return any(_SURROGATES[0] <= char <= _SURROGATES[1] or char == "\ufffd" for char in cell)


def _in_words(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quotation mark is opened here and never closed"
    if "field larger" in error:
        return "a quotation mark is opened here and not closed for more than 131,072 characters"
    if "expected after" in error:
        return "a quotation mark stands inside a quoted cell without being doubled"
    return f"the line cannot be read as CSV ({error})"
