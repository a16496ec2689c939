"""`leadlight load-cnpj`: loads the Receita's open-data files, so that Brazilian companies are known without asking anybody."""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from integration.app import open_database
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.providers.open_data.files import DataFile, find_files
from integration.providers.open_data.loading import Bad, Report, load

SUMMARY = "load Brazil's public company register (the Receita's open-data files) for look-ups without a network"
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the folder with the month's files, zipped or not")
    parser.add_argument("--month", help="the month they are of, YYYY-MM (default: the folder's name)")
    parser.add_argument("--json", action="store_true", help="print what was loaded as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    month = arguments.month or arguments.folder.resolve().name
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise BadInput(f"{month!r} is no month: give --month YYYY-MM", reason="no_month")
    files = find_files(arguments.folder)
    console, started = Console(file=sys.stderr), time.monotonic()
    shown: list[Bad] = []

    def tell_bad(bad: Bad) -> None:
        if len(shown) < _SHOWN:
            shown.append(bad)
            console.print(f"{bad.file}, line {bad.line}: {bad.why}", highlight=False)

    columns = (TextColumn("{task.description}"), BarColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars, open_database(settings) as database:
        tasks = {file.path: bars.add_task(file.path.name, total=file.size) for file in files}

        def tell(file: DataFile, read: int) -> None:
            bars.update(tasks[file.path], completed=read)

        report = load(database, files, month, tell_bad=tell_bad, tell=tell)
    _show(report, time.monotonic() - started, console, as_json=arguments.json)
    return 0


def _show(report: Report, took_s: float, console: Console, *, as_json: bool) -> None:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pace = round(report.total / took_s) if took_s > 0 else 0
    if as_json:
        print(json.dumps(asdict(report) | {"seconds": round(took_s, 1), "rows_per_s": pace, "peak_mb": peak_mb}))
    elif report.was_current:
        console.print(f"{report.month} is loaded already.")
    else:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.rows.items())
        console.print(f"Loaded {kinds} of {report.month} in {took_s:.1f} s: {pace:,} rows/s, at most {peak_mb} MB of memory.")
        console.print(
            f"Left out: {report.bad_rows:,} bad rows, {report.repeats:,} repeated ones. Partners counted only: {report.partners:,}."
        )
        if report.skipped:
            console.print(f"Loaded by an earlier run: {', '.join(report.skipped)}.")
