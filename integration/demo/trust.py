"""The part of the demo about trust: dry run, accept, a person's edit, undo, undo of the undo. Each step returns what really happened.

It does what an admin does on the console, through the same classes; HubSpot is looked at through the stand's second app.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from decimal import Decimal
from typing import Any, Final

from integration.app import Parts, build_parts
from integration.demo.observing import StandStuck, count_written, wait_until, wait_until_settled
from integration.demo.outcome import AcceptedLook, DryLook, LiveLook, UndoLook
from integration.demo.stand import Stand
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.budget_desk import set_cap
from integration.pipeline.proposals.accept_store import AcceptRun, AcceptStore
from integration.pipeline.proposals.desk import Desk
from integration.pipeline.proposals.open_store import Scope
from integration.pipeline.proposals.reading import read_report
from integration.pipeline.proposals.report_store import ReportStore
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.undo.undo_run_store import UndoRun
from integration.providers.budget import Period, RoomKey
from integration.reporting.runs_store import RunsStore

ADMIN: Final = "the demo's admin"
FIELD: Final = "city"
_EDITED_TO: Final = "Sample City"
_UNDO_DONE: Final = ("undone", "archived", "created_again")
_PATIENCE_S: Final = 240.0
_ALL: Final = Scope(None, None)

Progress = Callable[[str, int, int], None]
"""(step, done, total): called as a step advances."""


class TrustDemo:
    """An admin at work in one portal of a running stand. Use as `with TrustDemo(stand, portal_id, progress) as admin`."""

    def __init__(self, stand: Stand, portal_id: int, progress: Progress) -> None:
        self._stand = stand
        self._portal_id = portal_id
        self._progress = progress
        self._held = ExitStack()
        self._parts: Parts = build_parts(stand.settings, stand.database, self._held)
        parts = self._parts
        self._desk = Desk(parts.portals, parts.worklist, parts.engine, parts.clock)

    def __enter__(self) -> TrustDemo:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def set_budgets(self, caps: Mapping[str, int]) -> None:
        """Cap what each provider may cost in a month, in its credits."""
        with self._stand.database.begin() as connection:
            for provider, credits in caps.items():
                key = RoomKey(provider, Period.MONTH)
                set_cap(
                    connection, self._parts.spending, portal_id=self._portal_id, key=key, credits=Decimal(credits), by=ADMIN,
                    now=self._parts.clock(),
                )  # fmt: skip

    def read_dry_run(self) -> DryLook:
        """What would be written, and what the portal holds of it: nothing."""
        with self._stand.database.begin() as connection:
            report = read_report(connection, portal_id=self._portal_id, scope=_ALL, samples_each=1)
        return DryLook(
            records=report.record_count,
            filled=report.filled,
            changed=report.changed,
            left_alone=report.refused,
            notes=report.notes_new,
            cost_usd=round(float(report.cost_usd), 2),
            standing_in_hubspot=self.count_written(),
        )

    def count_proposed(self) -> int:
        """How many records have something proposed."""
        with self._stand.database.begin() as connection:
            return ReportStore().record_count(connection, portal_id=self._portal_id, scope=_ALL)

    def count_written(self) -> int:
        """How many records in HubSpot carry something of ours."""
        return sum(count_written(self._stand, self._portal_id, object_type) for object_type in (COMPANIES, CONTACTS))

    def accept(self, step: str) -> AcceptedLook:
        """Accept everything proposed and wait until it stands in HubSpot."""
        with self._stand.database.begin() as connection:
            begun = self._desk.accept(connection, portal_id=self._portal_id, scope=_ALL, requested_by=ADMIN)
        counts, run_id = begun.counts, begun.run_id or ""

        def is_over() -> bool:
            run = self._accept_run(run_id)
            self._progress(step, run.done_count, run.total_count)
            return run.finished_at is not None

        wait_until(self._stand, self._portal_id, "the end of the accept", is_over, timeout_s=_PATIENCE_S)
        done = self._accept_run(run_id).counts
        return AcceptedLook(
            run_id=run_id,
            fields=counts.field_count,
            notes=counts.note_count,
            fields_written=done.get("written", 0),
            notes_written=done.get("notes", 0),
            declined=done.get("declined", 0),
        )

    def go_live(self) -> None:
        """From now on what is decided is written."""
        with self._stand.database.begin() as connection:
            self._desk.switch(connection, portal_id=self._portal_id, dry=False)

    def edit_and_change(self, contact_ids: list[str]) -> LiveLook:
        """A rep corrects a value that we filled, and job titles change; our passes follow. Waits until they are over."""
        company = self._filled_company()
        self._act(COMPANIES, [company["id"]], {FIELD: _EDITED_TO})
        self._act(CONTACTS, contact_ids, {"jobtitle": "Chief Operating Officer"})
        self._stand.control.drain()
        wait_until(self._stand, self._portal_id, "the live runs", self._has_live_writes, timeout_s=_PATIENCE_S)
        wait_until_settled(self._stand, self._portal_id, timeout_s=_PATIENCE_S)
        after = self._stand.ask(self._portal_id, f"/crm/objects/2026-09/{COMPANIES}/{company['id']}?properties={FIELD}")
        return LiveLook(
            record=company["properties"]["name"],
            field=FIELD,
            ours=company["properties"][FIELD],
            edited_to=_EDITED_TO,
            stands=after["properties"].get(FIELD) or "",
            changed_contacts=len(contact_ids),
        )

    def undo_and_back(self, step: str, step_back: str) -> UndoLook:
        """Undo the newest live run over contacts, then undo that undo."""
        run_id = self._live_runs()[0]
        fields, undone = self._undo(run_id, step)
        _, back = self._undo(undone.run_id, step_back)
        return UndoLook(run_id, fields, _done(undone), _stayed(undone), _done(back))

    def _undo(self, run_id: str, step: str) -> tuple[int, UndoRun]:
        """How many fields were to be put back, and the finished undo."""
        runner, parts = self._runner(), self._parts
        request = UndoRequest(self._portal_id, UndoScope("run", run_id=run_id), ADMIN, False)
        with parts.database.begin() as connection:
            fields = runner.preview(connection, request).fields
            undo_id = runner.start(connection, request)
        until = time.monotonic() + _PATIENCE_S
        while True:
            run = runner.step(self._portal_id, undo_id, wait_for_turn=True)
            if run is not None:
                self._progress(step, run.done_count, run.total_count)
                if run.is_finished or time.monotonic() > until:
                    return fields, run

    def _runner(self) -> UndoRunner:
        parts = self._parts
        return UndoRunner(
            database=parts.database, clients=parts.clients, portals=parts.portals, app_id=parts.settings.hubspot.app_id,
            clock=parts.clock,
        )  # fmt: skip

    def _has_live_writes(self) -> bool:
        return bool(self._live_runs())

    def _live_runs(self) -> list[str]:
        with self._stand.database.begin() as connection:
            runs = RunsStore().runs(connection, portal_id=self._portal_id, kind="live", object_type=CONTACTS, only_with_writes=True)
        return [run.run_id for run in runs if not run.is_dry]

    def _accept_run(self, run_id: str) -> AcceptRun:
        with self._stand.database.begin() as connection:
            run = AcceptStore().find(connection, portal_id=self._portal_id, run_id=run_id)
        if run is None:
            raise StandStuck("nothing was proposed, so there is nothing to accept")
        return run

    def _filled_company(self) -> Any:
        """A company whose field was blank until we filled it."""
        query = {
            "filterGroups": [{"filters": [{"propertyName": FIELD, "operator": "HAS_PROPERTY"}]}],
            "sorts": [{"propertyName": "leadlight_icp_fit", "direction": "DESCENDING"}],
            "properties": ["name", FIELD],
            "limit": 1,
        }
        return self._stand.ask(self._portal_id, f"/crm/objects/2026-09/{COMPANIES}/search", query)["results"][0]

    def _act(self, object_type: str, object_ids: list[str], properties: Mapping[str, str]) -> None:
        records = [{"object_id": object_id, "properties": dict(properties)} for object_id in object_ids]
        self._stand.control.act(self._portal_id, {"action": "update_many", "object_type": object_type, "records": records})


def _done(run: UndoRun) -> int:
    return sum(run.counts.get(reason, 0) for reason in _UNDO_DONE)


def _stayed(run: UndoRun) -> dict[str, int]:
    return {reason: count for reason, count in run.counts.items() if count and reason not in _UNDO_DONE}
