"""Rows as CSV that is safe to open in a spreadsheet, a piece at a time. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which makes it a text: one that begins with = + - @, a tab or a line break, also behind blanks and
quotation marks, also in the full-width forms of East Asian keyboards. What is a number and nothing else (-5, -1.234,56, +44 20 7946 0018) stays as it is:
a number calculates nothing, and a balance must not become a text. Every cell is quoted, so that no delimiter inside a cell starts another cell under other settings of
the reader.
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


def csv_pieces(heading: Sequence[str], rows: Iterable[Sequence[str]], *, with_mark: bool = False) -> Iterator[bytes]:
    """The file in pieces of about 64 kB, in UTF-8. Bytes that did not decode when the file was read come out as they were."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if with_mark:
        buffer.write(BOM)
    writer.writerow([neutralised(name) for name in heading])
    for row in rows:
        writer.writerow([neutralised(cell) for cell in row])
        if buffer.tell() >= _PIECE_CHARS:
            yield _bytes_of(buffer)
    yield _bytes_of(buffer)


def _bytes_of(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "surrogateescape")
