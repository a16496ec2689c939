"""From a stream of bytes to checked and scored rows, one at a time: what the command and the jobs share. Pure but for the stream.

Nothing is kept of a row once it was given on, so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.lead_files.checking import Checked, Checker
from integration.lead_files.columns.mapping import ColumnMapping
from integration.lead_files.plan import ReadingPlan, read_leads
from integration.lead_files.reading.heading import distinct_names
from integration.lead_files.reading.limits import LIMITS, Limits
from integration.lead_files.reading.rows import ByteSource, Row
from integration.lead_files.scoring import ScoreSheet, Tally, build_sheet, score_cells, score_columns
from integration.providers.base import FactSheet
from integration.scoring.base import Scores


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """`added` are the cells of `score_columns`, empty for a refused row."""

    checked: Checked
    added: tuple[str, ...]
    scores: Scores = ()


class RowScorer:
    """Checks and scores the rows of one file."""

    def __init__(self, mapping: ColumnMapping, names: Sequence[str], score: ScoreSheet, as_of: datetime) -> None:
        self._checker = Checker(mapping, names)
        self._object_type = mapping.object_type
        self._score = score
        self._as_of = as_of
        self.columns = score_columns(score(FactSheet(mapping.object_type, "", as_of, {})))
        self.tally = Tally()

    def take(self, row: Row) -> ScoredRow:
        """The row with its scores, or refused; counted either way."""
        checked = self._checker.check(row)
        if checked.problem:
            self.tally.take_bad(checked.kind)
            return ScoredRow(checked, ())
        scores = self._score(build_sheet(checked, self._object_type, self._as_of))
        self.tally.take_scored(scores, checked.notes)
        return ScoredRow(checked, score_cells(scores, checked.notes), scores)

    def take_all(self, rows: Iterable[Row]) -> Iterator[ScoredRow]:
        return (self.take(row) for row in rows)


def score_stream(stream: ByteSource, plan: ReadingPlan, scorer: RowScorer, limits: Limits = LIMITS) -> Iterator[ScoredRow]:
    """Every row of the file, checked and scored."""
    return scorer.take_all(read_leads(stream, plan, limits))


def result_heading(names: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The headings of the result; one of ours that the file has already is numbered."""
    return distinct_names((*names, *columns))


def bad_heading(names: Sequence[str]) -> tuple[str, ...]:
    """The headings of the file of refused rows: line and reason first, since a row may have more cells than the heading."""
    return ("leadlight_line", "leadlight_reason", *names)


def bad_row(checked: Checked) -> tuple[str, ...]:
    return (str(checked.line), checked.problem, *checked.cells)
