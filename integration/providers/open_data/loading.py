"""Loads a folder of the register's files: file by file, each in one transaction, then all at once in place of what was there.

A run that broke off is taken up where it stopped; a month that is loaded already is left alone. Bad rows are told and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from integration.core.errors import BadInput, Conflict
from integration.db.session import Database
from integration.providers.open_data.files import DataFile, opened, records
from integration.providers.open_data.load_store import TABLES, LoadStore
from integration.providers.open_data.rows import LOOKUPS, PARSERS, BadRow

_TABLE: Final = {
    "Empresas": "cnpj_company",
    "Estabelecimentos": "cnpj_establishment",
    "Simples": "cnpj_tax",
    **dict.fromkeys(LOOKUPS, "cnpj_lookup"),
}
COUNTED_ONLY: Final = "Socios"
_EVERY: Final = 5_000


@dataclass(frozen=True)
class Bad:
    """One row that was left out."""

    file: str
    line: int
    why: str


@dataclass
class Report:
    """What a run did. `partners`: rows of the files about people, which are counted and not kept. `skipped`: files loaded before."""

    month: str
    rows: dict[str, int] = field(default_factory=dict)
    bad_rows: int = 0
    repeats: int = 0
    partners: int = 0
    skipped: list[str] = field(default_factory=list)
    was_current: bool = False

    @property
    def total(self) -> int:
        return sum(self.rows.values())


Progress = Callable[[DataFile, int], None]


def load(database: Database, files: list[DataFile], month: str, *, tell_bad: Callable[[Bad], None], tell: Progress) -> Report:
    """What was loaded. `tell` is given the bytes read of a file, now and then. Raises Conflict while another load is under way, and
    BadInput for files that cannot be read or lack companies or establishments; what is asked is then as it was."""
    missing = {"Empresas", "Estabelecimentos"} - {file.kind for file in files}
    if missing:
        raise BadInput(f"the folder has no {' and no '.join(sorted(missing))}", reason="missing_files")
    store, report = LoadStore(), Report(month)
    with database.begin() as guard:
        if not store.lock(guard):
            raise Conflict("another load is under way", reason="load_under_way")
        names = {file.path.name for file in files if file.kind != COUNTED_ONLY}
        with database.begin() as connection:
            if names <= store.current_files(connection, month=month):
                report.was_current = True
                return report
            done = store.begin(connection, month=month)
        for file in files:
            if file.path.name in done:
                report.skipped.append(file.path.name)
            else:
                _load_file(database, store, file, report, tell_bad, tell)
        with database.begin() as connection:
            report.repeats = sum(store.drop_repeats(connection, table=table) for table in TABLES)
            store.swap(connection, month=month)
    return report


def _load_file(
    database: Database, store: LoadStore, file: DataFile, report: Report, tell_bad: Callable[[Bad], None], tell: Progress
) -> None:
    counts = [0, 0]

    def rows() -> Iterator[tuple[object, ...]]:
        parse = PARSERS.get(file.kind)
        with opened(file) as (text, raw):
            for place, (line, fields) in enumerate(records(text)):
                if place % _EVERY == 0:
                    tell(file, raw.tell())
                try:
                    row = parse(fields or ()) if parse else ()
                except BadRow as error:
                    counts[1] += 1
                    tell_bad(Bad(file.path.name, line, str(error)))
                    continue
                counts[0] += 1
                yield row
        tell(file, file.size)

    if file.kind == COUNTED_ONLY:
        report.partners += sum(1 for _ in rows())
        return
    with database.begin() as connection:
        store.copy(connection, table=_TABLE[file.kind], rows=rows())
        store.note(connection, month=report.month, file=file.path.name, rows=counts[0], bad_rows=counts[1])
    report.rows[file.kind] = report.rows.get(file.kind, 0) + counts[0]
    report.bad_rows += counts[1]
