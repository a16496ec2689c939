"""A file on this machine scored into two others, the result and the refused rows, in one pass and in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from integration.core.errors import BadInput
from integration.lead_files.columns.evidence import WholeColumns
from integration.lead_files.columns.guess import Guess, guess_columns, with_target
from integration.lead_files.columns.mapping import ColumnMapping, check_mapping, mapping_of
from integration.lead_files.columns.targets import targets_for
from integration.lead_files.export import SafeCsv
from integration.lead_files.plan import Beginning, Chosen, ReadingPlan, plan_reading, read_leads
from integration.lead_files.reading.limits import HEAD_BYTES
from integration.lead_files.scoring import ScoreSheet, Tally
from integration.lead_files.streaming import RowScorer, bad_heading, bad_row, result_heading, score_stream

Progress = Callable[[int], None]
_TELL_EVERY: int = 50_000


@dataclass(frozen=True)
class Prepared:
    """How a file will be read and what its columns stand for."""

    plan: ReadingPlan
    guesses: tuple[Guess, ...]
    mapping: ColumnMapping


def prepare(
    path: Path, object_type: str, *, by_hand: Mapping[str, str], region: str = "", chosen: Chosen | None = None
) -> Prepared:
    """Looks at the beginning of the file, and through all of it where it has dates or numbers, to tell how they are written.

    `by_hand` gives targets by heading, "" leaves one out. Raises BadInput saying what is wrong.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    beginning = plan_reading(head, chosen)
    guesses = tuple(_by_hand(beginning, object_type, by_hand))
    mapping = mapping_of(guesses, object_type, region)
    check_mapping(mapping, beginning.plan.names)
    return Prepared(beginning.plan, guesses, _told_by_all(path, beginning.plan, mapping))


def _told_by_all(path: Path, plan: ReadingPlan, mapping: ColumnMapping) -> ColumnMapping:
    told = WholeColumns(mapping)
    if told.has_any:
        with path.open("rb") as file:
            for row in read_leads(file, plan):
                told.take(row.cells)
    return told.corrected()


def score_file(
    path: Path, prepared: Prepared, score: ScoreSheet, *, as_of: datetime, out: Path, bad: Path, tell: Progress = lambda _: None
) -> Tally:
    """Counts over all rows; `tell` hears the number of rows from time to time. The file of refused rows is written also when it is empty."""
    names = prepared.plan.names
    scorer = RowScorer(prepared.mapping, names, score, as_of)
    with ExitStack() as held:
        source = held.enter_context(path.open("rb"))
        good_file, bad_file = held.enter_context(_opened(out)), held.enter_context(_opened(bad))
        results, refused = SafeCsv(result_heading(names, scorer.columns)), SafeCsv(bad_heading(names))
        for number, row in enumerate(score_stream(source, prepared.plan, scorer), start=1):
            if row.checked.problem:
                refused.add(bad_row(row.checked))
                _pour(refused, bad_file)
            else:
                results.add((*row.checked.cells, *row.added))
                _pour(results, good_file)
            if number % _TELL_EVERY == 0:
                tell(number)
        good_file.write(results.take())
        bad_file.write(refused.take())
    return scorer.tally


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def _pour(safe: SafeCsv, file: BinaryIO) -> None:
    if safe.is_due:
        file.write(safe.take())


def _by_hand(beginning: Beginning, object_type: str, wanted: Mapping[str, str]) -> list[Guess]:
    names = beginning.plan.names
    rows = [row.cells for row in beginning.rows if not row.problem]
    known = {target.key for target in targets_for(object_type)}
    for name, target in wanted.items():
        if name not in names:
            raise BadInput(f"The file has no column {name!r}. It has: {', '.join(names)}.")
        if target and target not in known:
            raise BadInput(f"A column cannot stand for {target!r}. It can for: {', '.join(sorted(known))}.")
    guesses = []
    for number, guess in enumerate(guess_columns(names, rows, object_type)):
        taken = guess.target in wanted.values() and names[number] not in wanted
        target = "" if taken else wanted.get(names[number], guess.target)
        guesses.append(with_target(guess, target, [row[number] for row in rows if number < len(row)]))
    return guesses
