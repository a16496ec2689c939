"""The list of runs and one run with every field it decided about, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask import Response, request

from integration.admin.console.base import ConsoleParts, Page, Routes, Visit, cursor, moment_from, render
from integration.core.errors import BadInput, NotFound
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.reporting.runs_store import PAGE, RunsStore

KINDS: Final = ("live", "backfill", "dry", "accept", "approve", "undo", "merge", "leads")
OBJECT_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
OUTCOMES: Final[Mapping[str, str]] = {
    "written": "good",
    "refused": "bad",
    "unknown": "warn",
    "lost": "warn",
    "pending": "note",
    "kept": "",
    "proposed": "note",
    "accepted": "good",
    "declined": "",
    "merged": "",
}
"""What became of a field, and the kind of badge it is shown with."""


def routes(parts: ConsoleParts) -> Routes:
    store = RunsStore()

    def show_runs(visit: Visit) -> Response:
        with parts.database.begin() as connection:
            runs = store.runs(
                connection,
                portal_id=visit.portal_id,
                kind=request.args.get("kind", ""),
                object_type=request.args.get("object_type", ""),
                only_with_writes=bool(request.args.get("writes")),
                before=_run_key(request.args.get("after", "")),
                limit=PAGE + 1,
            )
        return render(
            visit,
            "runs.html",
            title="Runs",
            runs=runs[:PAGE],
            next=runs[PAGE - 1].key if len(runs) > PAGE else None,
            kinds=KINDS,
            object_types=OBJECT_TYPES,
        )

    def show_run(visit: Visit, run_id: str) -> Response:
        outcome, object_id = request.args.get("outcome", ""), request.args.get("record", "").strip()
        with parts.database.begin() as connection:
            run = store.find(connection, portal_id=visit.portal_id, run_id=run_id)
            if run is None:
                raise NotFound("There is no such run.")
            counts = store.outcomes(connection, portal_id=visit.portal_id, run_id=run_id)
            changes = store.changes(
                connection,
                portal_id=visit.portal_id,
                run_id=run_id,
                outcome=outcome,
                object_id=object_id,
                after_id=cursor(request.args),
                limit=PAGE + 1,
            )
        outcomes: Counter[str] = Counter()
        for (ended, _), count in counts.items():
            outcomes[ended] += count
        return render(
            visit,
            "run.html",
            title=f"Run of {run.started_at:%Y-%m-%d %H:%M} UTC",
            run=run,
            outcomes=outcomes,
            reasons=sorted(((reason, ended, count) for (ended, reason), count in counts.items()), key=lambda one: -one[2]),
            changes=changes[:PAGE],
            next=changes[PAGE - 1].row_id if len(changes) > PAGE else None,
            kinds_of_outcome=OUTCOMES,
        )

    return (
        Page("runs", "runs", show_runs, menu="Runs", position=10),
        Page("runs/<run_id>", "run", show_run),
    )


def _run_key(text: str) -> tuple[datetime, str] | None:
    if not text:
        return None
    moment, bar, run_id = text.partition("|")
    started_at = moment_from(moment)
    if not bar or started_at is None:
        raise BadInput("The address of this list is damaged. Open the list from the menu again.")
    return started_at, run_id
