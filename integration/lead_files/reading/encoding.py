"""Which characters the bytes of a file stand for, told from its beginning; what is no text at all is refused by its name. Pure.

The order: a byte order mark; UTF-16 without one, by the zero bytes of Western text; UTF-8 when every byte fits; else Windows-1252, in which
spreadsheets of Western Europe save. Another encoding can be chosen by hand.
Limit: Cyrillic, Greek, Turkish and Asian encodings other than Unicode are not told by themselves; they must be chosen.
Signatures: https://en.wikipedia.org/wiki/List_of_file_signatures (read 2026-12).
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from integration.core.errors import BadInput

CHOICES: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark (Excel)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, little end first",
    "utf-16-be": "UTF-16, big end first",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1254": "Windows-1254 (Turkish)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
"""The encodings that can be chosen, by Python's name for them."""

_EXPORT: Final = "Open it in the program it comes from and save it as CSV (UTF-8), then upload that."
_FOREIGN: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", f"This is a ZIP archive or an Excel workbook (.xlsx), not CSV. {_EXPORT}"),
    (b"PK\x05\x06", "This is an empty ZIP archive, not CSV."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"This is an old Excel workbook (.xls), not CSV. {_EXPORT}"),
    (b"%PDF-", "This is a PDF document, not CSV. Export the table behind it as CSV."),
    (b"\x1f\x8b", "This file is packed with gzip. Unpack it and upload the CSV inside."),
    (b"7z\xbc\xaf\x27\x1c", "This is a 7z archive. Unpack it and upload the CSV inside."),
    (b"Rar!", "This is a RAR archive. Unpack it and upload the CSV inside."),
    (b"\x89PNG", "This is a picture, not CSV."),
    (b"\xff\xd8\xff", "This is a picture, not CSV."),
    (b"GIF8", "This is a picture, not CSV."),
    (b"PAR1", "This is a Parquet file, not CSV. Export it as CSV."),
    (b"SQLite format 3\x00", "This is a SQLite database, not CSV. Export the table as CSV."),
    (b"{\\rtf", "This is a text document (RTF), not CSV."),
)
_HTML: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<div", b"<meta", b"<script")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "it begins with the mark of UTF-8"),
    (codecs.BOM_UTF32_LE, "", ""),
    (codecs.BOM_UTF32_BE, "", ""),
    (codecs.BOM_UTF16_LE, "utf-16", "it begins with the mark of UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "it begins with the mark of UTF-16"),
)
_ZERO_SHARE: Final = 0.3


@dataclass(frozen=True)
class Encoding:
    """`name` is Python's; `because` says in words how it was told."""

    name: str
    because: str


def tell_encoding(head: bytes) -> Encoding:
    """The encoding of a file that begins like this. Raises BadInput for an empty file and for what is no text."""
    if not head.strip(b"\x00 \t\r\n"):
        raise BadInput(
            "The file is empty. It needs a line with the names of the columns and one line for each lead.", reason="empty_file"
        )
    refuse_foreign(head)
    for mark, name, because in _MARKS:
        if head.startswith(mark):
            if not name:
                raise BadInput("The file is in UTF-32, which is not read. Save it as UTF-8.", reason="bad_encoding")
            return Encoding(name, because)
    return _by_zeros(head) or _by_bytes(head)


def refuse_foreign(head: bytes) -> None:
    """Raises BadInput when the beginning is that of another kind of file."""
    for signature, sentence in _FOREIGN:
        if head.startswith(signature):
            raise BadInput(sentence, reason="not_csv")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200]
    if start.lower().startswith(_HTML):
        raise BadInput(
            "This is a web page or XML, not CSV; perhaps the export needed a sign-in. Download the CSV again.", reason="not_csv"
        )
    if start[:1] in (b"{", b"[") and start[1:].lstrip()[:1] in (b'"', b"{", b"[", b"}", b"]"):
        raise BadInput("This looks like JSON, not CSV. Export the leads as CSV.", reason="not_csv")


def _by_zeros(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: in Western text every other byte is zero."""
    if b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0) / max(1, len(head[0::2])), head[1::2].count(0) / max(1, len(head[1::2]))
    if odd >= _ZERO_SHARE and even < odd / 4:
        return Encoding("utf-16-le", "every other byte is zero, as in UTF-16")
    if even >= _ZERO_SHARE and odd < even / 4:
        return Encoding("utf-16-be", "every other byte is zero, as in UTF-16")
    if (even + odd) / 2 > _ZERO_SHARE:
        raise BadInput("The file holds mostly zero bytes: this is no text, so no CSV.", reason="not_csv")
    return None


def _by_bytes(head: bytes) -> Encoding:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return Encoding("cp1252", "some bytes do not fit UTF-8, so it is read as Windows-1252")
    because = "it holds plain ASCII" if head.isascii() else "every byte at its beginning fits UTF-8"
    return Encoding("utf-8", because)
