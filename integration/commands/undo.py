"""`leadlight undo`: put back what stood there before, for a run, a time range, a provider or one record.

The command does the work itself, step by step, so it needs no worker; where workers run, they go on with what it was interrupted in, and
`--resume` takes it up again by hand. Two never work on one account at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from integration.app import Parts, open_parts
from integration.core.errors import AppError, BadInput
from integration.core.settings import Settings
from integration.pipeline.undo.reasons import reason_in_words
from integration.pipeline.undo.request import UndoRequest, UndoScope, read_moment, read_record
from integration.pipeline.undo.runner import UndoRunner, gives_up
from integration.pipeline.undo.undo_run_store import Sample, UndoRun, UndoRunStore
from integration.pipeline.undo.undo_store import Preview

SUMMARY = "put back what stood there before: for a run, a time range, a provider or one record"
_REQUESTED_BY = "command line"
_SAMPLES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the account's id")
    parser.add_argument("--run", dest="run_id", metavar="RUN", help="undo this run; an undo is a run too")
    parser.add_argument("--since", help="undo what was written from this moment on (ISO 8601); narrows --provider and --record")
    parser.add_argument("--until", help="... and before this moment")
    parser.add_argument("--provider", help="undo the values this provider gave, such as apollo")
    parser.add_argument("--record", help="undo one record, such as contacts/123")
    parser.add_argument("--field", help="... only this property of it")
    parser.add_argument("--resume", metavar="RUN", help="go on with an undo that was interrupted")
    parser.add_argument("--dry-run", action="store_true", help="check everything, also HubSpot's history, and write nothing")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    console = Console(file=sys.stderr)
    with open_parts(settings, process="cli") as parts:
        runner = UndoRunner(
            database=parts.database,
            clients=parts.clients,
            portals=parts.portals,
            app_id=settings.hubspot.app_id,
            clock=parts.clock,
        )
        run_id = arguments.resume or _start(arguments, parts, runner, console)
        finished = _carry(runner, arguments.portal, run_id, console)
        with parts.database.begin() as connection:
            samples = UndoRunStore().samples(connection, portal_id=arguments.portal, run_id=run_id, limit=_SAMPLES)
    if arguments.json:
        print(json.dumps(_as_json(finished, samples)))
    else:
        _show(console, finished, samples)
    return 0


def _start(arguments: argparse.Namespace, parts: Parts, runner: UndoRunner, console: Console) -> str:
    request = UndoRequest(arguments.portal, _scope(arguments), _REQUESTED_BY, arguments.dry_run)
    with parts.database.begin() as connection:
        _tell(console, runner.preview(connection, request), request)
        return runner.start(connection, request)


def _scope(arguments: argparse.Namespace) -> UndoScope:
    """Raises BadInput unless exactly one thing is named."""
    named = [name for name in ("run_id", "provider", "record") if getattr(arguments, name)]
    if len(named) > 1 or not (named or arguments.since):
        raise BadInput("Say one of --run, --since, --provider or --record.")
    since = read_moment(arguments.since, "--since") if arguments.since else None
    until = read_moment(arguments.until, "--until") if arguments.until else None
    if arguments.field and not arguments.record:
        raise BadInput("--field belongs to --record: say which record.")
    if arguments.run_id:
        if since or until:
            raise BadInput("A run is undone whole: leave --since and --until out.")
        return UndoScope("run", run_id=arguments.run_id)
    if arguments.provider:
        return UndoScope("provider", provider=arguments.provider, since=since, until=until)
    if arguments.record:
        object_type, object_id = read_record(arguments.record)
        return UndoScope(
            "record", object_type=object_type, object_id=object_id, property_name=arguments.field or "", since=since, until=until
        )
    return UndoScope("time", since=since, until=until)


def _carry(runner: UndoRunner, portal_id: int, run_id: str, console: Console) -> UndoRun:
    """The finished undo. Raises the error that stopped it; what may pass leaves it to be resumed."""
    with _progress(console) as tell:
        while True:
            try:
                run = runner.step(portal_id, run_id, wait_for_turn=True, tell=tell.add)
            except AppError as error:
                if gives_up(error):
                    runner.give_up(portal_id, run_id, error)
                else:
                    console.print(f"Interrupted. Go on with: leadlight undo --portal {portal_id} --resume {run_id}")
                raise
            if run is not None:
                tell.at(run.done_count, run.total_count)
                if run.is_finished:
                    return run


class _Teller:
    """Moves the bar: by batches as they end, and to the count of the database after each step."""

    def __init__(self, update: Callable[[int, int], None]) -> None:
        self._update = update
        self._done = 0
        self._total = 0

    def add(self, count: int) -> None:
        self._done += count
        self._update(self._done, max(self._total, self._done))

    def at(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._update(done, total)


@contextmanager
def _progress(console: Console) -> Iterator[_Teller]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("records"), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        task = bars.add_task("Undoing", total=None)
        yield _Teller(lambda done, total: bars.update(task, completed=done, total=total))


def _tell(console: Console, preview: Preview, request: UndoRequest) -> None:
    what = f"{preview.fields} values of {preview.records} records"
    notes = f", {preview.notes} notes and tasks" if preview.notes else ""
    back = f", {preview.notes_back} notes to come back" if preview.notes_back else ""
    console.print(f"{'Checking' if request.dry_run else 'Undoing'} {request.scope.in_words}: {what}{notes}{back}.")
    if preview.records_stay:
        console.print(
            f"{preview.records_stay} records that Leadlight created stay; delete them in HubSpot if you do not want them."
        )
    if preview.too_old:
        console.print(f"{preview.too_old} writes are longer ago than 90 days and stay.")


def _show(console: Console, run: UndoRun, samples: list[Sample]) -> None:
    table = Table("values", "what became of them")
    for reason, count in sorted(run.counts.items(), key=lambda entry: -entry[1]):
        table.add_row(str(count), reason_in_words(reason))
    console.print(table)
    if run.is_dry:
        console.print("This was a dry run: nothing was written. Some of the values:")
        shown = Table("record", "property", "now", "would become", "")
        for one in samples:
            shown.add_row(
                f"{one.object_type}/{one.object_id}",
                one.property_name,
                one.value_before or "",
                one.value_after or "",
                reason_in_words(one.result),
            )
        console.print(shown)
    else:
        console.print(f"To take this back: leadlight undo --portal {run.portal_id} --run {run.run_id}")


def _as_json(run: UndoRun, samples: list[Sample]) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "dry_run": run.is_dry,
        "records": run.done_count,
        "counts": dict(run.counts),
        "failure": run.failure,
        "samples": [
            {
                "record": f"{one.object_type}/{one.object_id}",
                "property": one.property_name,
                "standing": one.value_before,
                "before": one.value_after,
                "result": one.result,
                "error": one.error,
            }
            for one in samples
        ],
    }
