"""The jobs of undos: `undo` carries one step and asks again behind the others, `resume_undos` repairs.

`undo` is a swept job: whatever waiting may cure, `resume_undos` asks for again within half a minute, also after an account was connected anew. A
refusal for good ends the undo with its reason; what it had put back by then stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError, Conflict
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.undo.request import UndoRequest
from integration.pipeline.undo.runner import UndoRunner, gives_up
from integration.pipeline.undo.undo_run_store import UndoRunStore

UNDO_JOB: Final = "undo"
RESUME_UNDOS: Final = JobRequest("resume_undos", queueing_lock="resume_undos", priority=HOUSEKEEPING_PRIORITY)
UNDO_TRIGGERS: Final = (Trigger(RESUME_UNDOS, 30.0, first_after_s=5.0),)
_LOOK_AGAIN: Final = timedelta(seconds=2)
"""When another undo of the account is in hand."""


def undo_request(portal_id: int, run_id: str) -> JobRequest:
    """Carry an undo one step further."""
    lock = f"{UNDO_JOB}:{run_id}"
    return JobRequest(
        UNDO_JOB, {"portal_id": portal_id, "run_id": run_id}, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY
    )


def start_undo(connection: Connection, runner: UndoRunner, deferrer: Deferrer, request: UndoRequest) -> str:
    """The id of the undo's run, which the workers carry once the transaction commits. Raises what `UndoRunner.start` raises."""
    run_id = runner.start(connection, request)
    deferrer.defer(connection, undo_request(request.portal_id, run_id))
    return run_id


class UndoJobs:
    """The two job functions; both are registered as swept."""

    def __init__(self, *, database: Database, deferrer: Deferrer, runner: UndoRunner, portals: PortalStore, clock: Clock) -> None:
        self._database = database
        self._deferrer = deferrer
        self._runner = runner
        self._portals = portals
        self._clock = clock
        self._undos = UndoRunStore()

    def carry(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `undo`: one step of one undo."""
        portal_id, run_id = whole_number(args, "portal_id"), text(args, "run_id")
        try:
            run = self._runner.step(portal_id, run_id)
        except Conflict:
            return  # the account is not connected; `resume_undos` asks again once it is
        except AppError as error:
            if gives_up(error):
                self._runner.give_up(portal_id, run_id, error)
            raise
        if run is not None and run.is_finished:
            return
        request = undo_request(portal_id, run_id)
        if run is None:
            request = replace(request, run_at=self._clock() + _LOOK_AGAIN)
        with self._database.begin() as connection:
            self._deferrer.defer(connection, request)

    def resume(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `resume_undos`: ask again for every undo under way; where its job still waits, nothing changes."""
        with self._database.begin() as connection:
            connected = {portal.portal_id for portal in self._portals.find_all(connection) if portal.is_connected}
            for portal_id, run_id in self._undos.unfinished(connection):
                if portal_id in connected:
                    self._deferrer.defer(connection, undo_request(portal_id, run_id))
