"""How one file is read: encoding, dialect and heading, told from its beginning, each with its reason and each to be set right by hand. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from integration.core.errors import BadInput
from integration.lead_files.reading.dialect import DELIMITERS, Dialect, tell_dialect
from integration.lead_files.reading.encoding import CHOICES, Encoding, refuse_foreign, tell_encoding
from integration.lead_files.reading.heading import Heading, tell_heading
from integration.lead_files.reading.limits import LIMITS, Limits
from integration.lead_files.reading.rows import ByteSource, Row, open_text, read_rows

SAMPLE_ROWS: Final = 500
"""How many of the first rows the guess of the columns may look at."""


@dataclass(frozen=True)
class ReadingPlan:
    encoding: Encoding
    dialect: Dialect
    heading: Heading

    @property
    def names(self) -> tuple[str, ...]:
        return self.heading.names


@dataclass(frozen=True)
class Chosen:
    """What a person chose instead of what was told; "" and None leave it to us."""

    encoding: str = ""
    delimiter: str = ""
    has_heading: bool | None = None


@dataclass(frozen=True)
class Beginning:
    """How the file is read, and its first rows under the heading."""

    plan: ReadingPlan
    rows: tuple[Row, ...]


def plan_reading(head: bytes, chosen: Chosen | None = None, limits: Limits = LIMITS) -> Beginning:
    """The plan for a file that begins like this (64 kB are enough). Raises BadInput for what is no CSV, saying what it is instead."""
    chosen = chosen or Chosen()
    encoding = _encoding(head, chosen)
    text = _text(head, encoding.name)
    dialect = tell_dialect(text)
    if chosen.delimiter:
        if chosen.delimiter not in DELIMITERS:
            raise BadInput(f"The delimiter must be one of {', '.join(DELIMITERS.values())}.")
        dialect = Dialect(chosen.delimiter, dialect.quote, dialect.escape, dialect.skip_lines, "chosen by hand")
    rows = tuple(islice(read_rows(io.StringIO(text, newline=""), dialect, limits), SAMPLE_ROWS))
    if not rows:
        raise BadInput("The file has no row with anything in it.", reason="empty_file")
    if rows[0].problem:
        raise BadInput(f"Line {rows[0].line}, the heading, cannot be read: {rows[0].problem}.", reason="bad_heading")
    heading = tell_heading(rows[0].cells, is_there=chosen.has_heading, limits=limits)
    return Beginning(ReadingPlan(encoding, dialect, heading), rows[1:] if heading.is_there else rows)


def first_rows(head: bytes, plan: ReadingPlan, limits: Limits = LIMITS) -> tuple[Row, ...]:
    """The first rows under the heading, read as planned."""
    text = io.StringIO(_text(head, plan.encoding.name), newline="")
    rows = tuple(islice(read_rows(text, plan.dialect, limits), SAMPLE_ROWS))
    return rows[1:] if plan.heading.is_there else rows


def read_leads(stream: ByteSource, plan: ReadingPlan, limits: Limits = LIMITS) -> Iterator[Row]:
    """Every row under the heading, as a stream. Raises BadInput for more rows than allowed, after those that are."""
    text = open_text(stream, plan.encoding.name)
    try:
        rows = read_rows(text, plan.dialect, limits)
        if plan.heading.is_there:
            next(rows, None)
        for number, row in enumerate(rows, start=1):
            if number > limits.rows:
                raise BadInput(f"The file has more than {limits.rows:,} rows. Split it into several.", reason="too_many_rows")
            yield row
    finally:
        text.detach()  # the stream is its owner's to close


def plan_as_json(plan: ReadingPlan) -> dict[str, Any]:
    return {
        "encoding": [plan.encoding.name, plan.encoding.because],
        "dialect": [plan.dialect.delimiter, plan.dialect.quote, plan.dialect.escape, plan.dialect.skip_lines, plan.dialect.because],
        "heading": [list(plan.heading.names), plan.heading.is_there, plan.heading.because],
    }


def plan_from_json(document: Mapping[str, Any]) -> ReadingPlan:
    names, is_there, because = document["heading"]
    return ReadingPlan(Encoding(*document["encoding"]), Dialect(*document["dialect"]), Heading(tuple(names), is_there, because))


def _encoding(head: bytes, chosen: Chosen) -> Encoding:
    if not chosen.encoding:
        return tell_encoding(head)
    if chosen.encoding not in CHOICES:
        raise BadInput(f"{chosen.encoding!r} is no encoding that is read. There are: {', '.join(CHOICES)}.")
    refuse_foreign(head)
    return Encoding(chosen.encoding, "chosen by hand")


def _text(head: bytes, encoding: str) -> str:
    """The beginning as text, up to its last whole line when it was cut off."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    text = head.decode(encoding, errors)
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if len(head) >= _CUT_FROM and end > 0 else text


_CUT_FROM: Final = 60_000
"""A beginning as long as this was cut off from a longer file."""
