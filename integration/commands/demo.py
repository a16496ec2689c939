"""`leadlight demo`: the whole product on this machine, with real companies and a local HubSpot. Every run starts clean."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from integration.core.settings import Settings
from integration.demo.fresh import fresh_database
from integration.demo.stand import Stand, StandOptions
from integration.demo.story import PORTAL_ID, Outcome, play
from integration.demo.story import Progress as TellProgress

SUMMARY = "watch real companies become enriched, scored, briefed and drafted in a local HubSpot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print the outcome as JSON and end; exit code 0 when every record was written back"
    )
    parser.add_argument("--no-wait", action="store_true", help="end after the table instead of waiting for Ctrl-C")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    console = Console(file=sys.stderr)
    folder = Path(settings.data_dir) / "demo"
    console.print("Starting PostgreSQL, a local HubSpot, the providers' stand-ins, web, worker and scheduler ...")
    url = fresh_database(settings.database_url, folder, "leadlight_demo")
    with Stand(folder, url, StandOptions()) as stand:
        with _progress(console) as tell:
            outcome = play(stand, tell)
        if arguments.json:
            print(json.dumps(outcome.as_json()))
        else:
            _show(console, outcome, stand)
            if not arguments.no_wait:
                _wait(console)
    return 0 if outcome.records_written == outcome.records_loaded else 1


@contextmanager
def _progress(console: Console) -> Iterator[TellProgress]:
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        yield tell


def _show(console: Console, outcome: Outcome, stand: Stand) -> None:
    table = Table(title="The hottest companies", show_lines=True)
    for column in ("company", "ICP fit", "BANT", "why", "brief"):
        table.add_column(column, overflow="fold")
    for one in outcome.hottest:
        table.add_row(
            one.name, f"{one.icp_fit:.0f}", "-" if one.bant is None else f"{one.bant:.0f}", "\n".join(one.reasons), one.headline
        )
    console.print(table)
    facts = outcome.as_json()
    console.print(f"{outcome.records_written} of {outcome.records_loaded} records written back in {outcome.seconds:.0f} s.")
    console.print(
        f"{outcome.hubspot_calls} HubSpot calls ({facts['hubspot_calls_per_record']} for each record), "
        f"{outcome.repeats_dropped} repeated events dropped, {outcome.notes} notes, {outcome.drafts} drafted sequences, "
        f"{outcome.dead_letters} dead letters."
    )
    console.print("Values found: " + ", ".join(f"{name} {found} (USD {cost:.2f})" for name, found, cost in outcome.providers))
    console.print(f"\nLook around: [bold]{stand.addresses.hubspot}/portal/{PORTAL_ID}/[/bold]")
    if outcome.hottest:
        console.print(f"The first record: {outcome.hottest[0].url}")


def _wait(console: Console) -> None:
    console.print("Press Ctrl-C to stop everything.")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    console.print("Stopping ...")
