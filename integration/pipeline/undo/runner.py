"""Carries an undo in batches of a hundred records: each step starts behind the last batch that is noted as done, so it may end at any moment.

Some batches run at once, because the calls of one wait for each other, and HubSpot's quota is shared by all threads anyway. They are noted in
their order: what a batch left alone and how far the undo came are one transaction; what it wrote stands in the ledger before. A batch that was
interrupted is done again and finds its own work.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError, BadInput, Conflict, NotFound
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT, PropertyDefinition
from integration.hubspot.portal_store import PortalStore
from integration.jobs.retry import DeadLetter, decide
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.run_store import RunStore
from integration.pipeline.undo.batch import BatchReport, UndoBatch, UndoClient
from integration.pipeline.undo.field_work import FieldUndo
from integration.pipeline.undo.note_work import NoteUndo
from integration.pipeline.undo.request import UNDO_KIND, UndoRequest, checked_scope, scope_as_json
from integration.pipeline.undo.undo_run_store import UndoRun, UndoRunStore
from integration.pipeline.undo.undo_store import Preview, RecordKey, UndoStore

Tell = Callable[[int], None]
"""Hears how many records a batch is done with."""
_RECORDS_A_STEP: Final = 2_000
"""Some seconds at HubSpot's quota; then the others who wait have their turn."""
_WIDTH: Final = 12
"""Batches of one undo at once: enough for HubSpot's quota (3.7 batches a second) while the calls of one take three seconds together."""
_PAGE: Final = 1_000


class UndoClients(Protocol):
    """Gives the client of a portal; `live` False stands back behind live work when the quota is short."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> UndoClient: ...


@dataclass(frozen=True)
class StepLimits:
    """How much one step takes."""

    records: int = _RECORDS_A_STEP
    width: int = _WIDTH


class UndoRunner:
    """Starts undos and carries them. One for the process, used by many threads; it owns its transactions."""

    def __init__(
        self,
        *,
        database: Database,
        clients: UndoClients,
        portals: PortalStore,
        app_id: str,
        clock: Clock,
        limits: StepLimits | None = None,
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._clock = clock
        self._limits = limits or StepLimits()
        self._store = UndoStore()
        self._undos = UndoRunStore()
        self._runs = RunStore()
        self._ledger = LedgerStore()
        self._fields = FieldUndo(database, self._store, clock, app_id=app_id)
        self._notes = NoteUndo(database, self._store, clock, app_id=app_id)

    def preview(self, connection: Connection, request: UndoRequest) -> Preview:
        """What the undo would look at. Raises BadInput or NotFound when it cannot be started at all."""
        self._refuse_unknown_run(connection, request)
        scope = checked_scope(request.scope, now=self._clock())
        return self._store.preview(connection, portal_id=request.portal_id, scope=scope)

    def start(self, connection: Connection, request: UndoRequest) -> str:
        """The id of the new run; somebody must carry it then. Raises BadInput, NotFound, or Conflict for an account that is not connected."""
        preview = self.preview(connection, request)
        if preview.is_empty:
            raise NotFound(_nothing(preview, request))
        self._require_connected(connection, request.portal_id)
        now, run_id, scope = self._clock(), uuid.uuid4().hex, request.scope
        self._runs.open(
            connection,
            portal_id=request.portal_id,
            run_id=run_id,
            kind=UNDO_KIND,
            object_type=scope.object_type,
            started_at=now,
            is_dry=request.dry_run,
            requested_by=request.requested_by,
            parent_run_id=scope.run_id or None,
            target=scope_as_json(checked_scope(scope, now=now)),
            total_count=preview.records,
        )
        return run_id

    def step(self, portal_id: int, run_id: str, *, wait_for_turn: bool = False, tell: Tell = lambda _count: None) -> UndoRun | None:
        """The undo after one step more; None when another undo of the portal is in hand, unless told to wait for it.

        Raises the client's AppError after the step's other batches have ended; the step is then to be done again.
        """
        with self._database.begin() as turn:
            if not self._undos.hold(turn, portal_id=portal_id, wait=wait_for_turn):
                return None
            with self._database.begin() as connection:
                run = self._find(connection, portal_id, run_id)
                if run.is_finished:
                    return run
                self._require_connected(connection, portal_id)
            self._carry(run, tell)
            with self._database.begin() as connection:
                run = self._find(connection, portal_id, run_id)
                if not self._next(connection, run, run.position, 1):
                    self._close(connection, run)
                return self._find(connection, portal_id, run_id)

    def give_up(self, portal_id: int, run_id: str, error: AppError) -> None:
        """End an undo that waiting cannot cure; what it did stands, and it says why it ended."""
        with self._database.begin() as connection:
            run = self._find(connection, portal_id, run_id)
            self._undos.note_failure(connection, portal_id=portal_id, run_id=run_id, failure=error.message)
            self._close(connection, run)

    def _carry(self, run: UndoRun, tell: Tell) -> None:
        """One step. Batches behind one that failed may have done their work too; they find it when they are done again."""
        client = self._clients.for_portal(run.portal_id, live=False)
        definitions: dict[str, Mapping[str, PropertyDefinition]] = {}
        pool = ThreadPoolExecutor(self._limits.width, thread_name_prefix="undo")
        under_way: deque[Future[BatchReport]] = deque()
        try:
            for object_type, ids in self._batches(run):
                if object_type not in definitions:
                    definitions[object_type] = client.property_definitions(object_type)
                under_way.append(pool.submit(self._do, UndoBatch(run, client, object_type, ids), definitions[object_type]))
                if len(under_way) > self._limits.width:
                    self._note(run, under_way.popleft().result(), tell)
            while under_way:
                self._note(run, under_way.popleft().result(), tell)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _batches(self, run: UndoRun) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The batches of one step, in order; those of a page are asked for when the page before is under way."""
        position, left = run.position, self._limits.records
        while left > 0:
            limit = min(_PAGE, left)
            with self._database.begin() as connection:
                keys = self._next(connection, run, position, limit)
            for object_type, group in groupby(keys, key=lambda key: key[0]):
                ids = [object_id for _, object_id in group]
                yield from ((object_type, tuple(ids[start : start + BATCH_LIMIT])) for start in range(0, len(ids), BATCH_LIMIT))
            if len(keys) < limit:
                return
            position, left = keys[-1], left - len(keys)

    def _next(self, connection: Connection, run: UndoRun, after: RecordKey | None, limit: int) -> list[RecordKey]:
        return self._store.next_records(connection, portal_id=run.portal_id, scope=run.scope, after=after, limit=limit)

    def _do(self, batch: UndoBatch, definitions: Mapping[str, PropertyDefinition]) -> BatchReport:
        report = BatchReport(batch)
        with self._database.begin() as connection:
            found = self._store.field_writes(
                connection,
                portal_id=batch.portal_id,
                scope=batch.run.scope,
                run_id=batch.run_id,
                object_type=batch.object_type,
                object_ids=batch.object_ids,
            )
        self._fields.undo(report, [one for one in found if not one.is_note], definitions)
        self._notes.undo(report, [one for one in found if one.is_note])
        return report

    def _note(self, run: UndoRun, report: BatchReport, tell: Tell) -> None:
        batch, now = report.batch, self._clock()
        with self._database.begin() as connection:
            self._ledger.add_rows(
                connection,
                portal_id=run.portal_id,
                run_id=run.run_id,
                object_type=batch.object_type,
                rows=report.rows(now),
                now=now,
            )
            position = (batch.object_type, batch.object_ids[-1])
            self._undos.advance(connection, portal_id=run.portal_id, run_id=run.run_id, position=position, by=len(batch.object_ids))
        tell(len(batch.object_ids))

    def _close(self, connection: Connection, run: UndoRun) -> None:
        counts = self._undos.tally(connection, portal_id=run.portal_id, run_id=run.run_id)
        self._runs.close(connection, portal_id=run.portal_id, run_id=run.run_id, counts=counts, finished_at=self._clock())

    def _find(self, connection: Connection, portal_id: int, run_id: str) -> UndoRun:
        run = self._undos.find(connection, portal_id=portal_id, run_id=run_id)
        if run is None:
            raise NotFound(f"Account {portal_id} has no undo with the id {run_id}.")
        return run

    def _require_connected(self, connection: Connection, portal_id: int) -> None:
        portal = self._portals.find(connection, portal_id=portal_id)
        if portal is None:
            raise NotFound(f"Account {portal_id} is not known here; `leadlight doctor` lists those that are.")
        if not portal.is_connected:
            raise Conflict(
                f"Account {portal_id} is not connected, so nothing can be written there. Its admin connects it again at /install."
            )

    def _refuse_unknown_run(self, connection: Connection, request: UndoRequest) -> None:
        if request.scope.kind != "run":
            return
        known = self._undos.known_run(connection, portal_id=request.portal_id, run_id=request.scope.run_id)
        if known is None:
            raise NotFound(f"Account {request.portal_id} has no run with the id {request.scope.run_id}.")
        if known.is_dry:
            raise BadInput("That was a dry run: it wrote nothing, so there is nothing to undo.")


def gives_up(error: AppError) -> bool:
    """Whether trying the step again cannot help."""
    return isinstance(decide(error, 0), DeadLetter)


def _nothing(preview: Preview, request: UndoRequest) -> str:
    words = f"Leadlight wrote nothing that can be undone for {request.scope.in_words}."
    if preview.too_old:
        return f"{words} {preview.too_old} writes are longer ago than 90 days; what stood there before is no longer kept."
    return f"{words} Check the id, the account and the time."
