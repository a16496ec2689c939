"""Answers workflow actions and agent tools. Whoever asks is known to be HubSpot, and the request is read.

A request with a callback id is answered once: its answer is stored in the transaction of its one effect, and a repeat gets it again; one that
was completed meanwhile gets the result. A request never waits for a look at the record: the workflow is told to wait, and `completion.py` tells it
the end. What cannot be done is an answer in words with which the workflow goes on; errors are for requests that make no sense, and for a moment at
which owners cannot be asked for and none are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError, Conflict, NotFound, Unavailable
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.manifest import AUTOMATION_SCOPE
from integration.hubspot.portal_store import UNINSTALLED, Portal, PortalStore
from integration.jobs.request import Deferrer
from integration.pipeline.lanes import DRY, LIVE, process_request
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.pipeline.workflow.base import (
    AGENTS,
    BLOCK,
    FAIL_CONTINUE,
    LONGEST_WAIT,
    SUCCESS,
    Answer,
    Asked,
    refusal,
)
from integration.pipeline.workflow.execution_store import EXPIRED, Execution, ExecutionStore
from integration.pipeline.workflow.known_store import Known, KnownStore
from integration.pipeline.workflow.outputs import STORED, Outcome, build_answer, is_answered, outcome_of
from integration.pipeline.workflow.owners import RoutingOwners
from integration.pipeline.workflow.router import Router
from integration.pipeline.workflow.tools import brief_answer, next_step_answer
from integration.pipeline.worklist_store import WorklistStore, WorkRequest

CAUSE: Final = "workflow"
ASK_AGAIN_AFTER_S: Final = 60
_ROUTE: Final = "route"
_GONE: Final = {
    Status.DELETED: "This record was deleted in HubSpot.",
    Status.MERGED: "This record was merged into another one.",
    Status.ERASED: "This person asked to be forgotten; Leadlight leaves the record alone.",
}
_NO_RECORD: Final = "This HubSpot account has no such record."
_DISCONNECTED: Final = "Leadlight is not connected to this account; an admin must connect it again."
_NOT_SET_UP: Final = "Leadlight is still being set up in this account; try again in a few minutes."
_NO_OWNERS: Final = "The owners of this account could not be read; Leadlight needs the permission crm.objects.owners.read."
_NO_PERMISSION: Final = (
    f"Leadlight lacks the permission {AUTOMATION_SCOPE} to tell a waiting workflow the result; an admin can grant it."
)


@dataclass(frozen=True)
class WorkflowDesk:
    """The way in for both doors. `quick_clients` give up after part of a second."""

    database: Database
    portals: PortalStore
    worklist: WorklistStore
    states: RecordStateStore
    quick_clients: HubSpotClients
    owners: RoutingOwners
    deferrer: Deferrer
    clock: Clock

    def answer(self, asked: Asked) -> Answer:
        """What HubSpot is told. Raises NotFound where the app is not installed, Conflict for a callback id that named another action."""
        with self.database.begin() as connection:
            portal = self._portal(connection, asked.portal_id)
            earlier = self._earlier(connection, asked)
        if earlier is not None:
            return earlier
        act = self._prepared(portal, asked)
        with self.database.begin() as connection:
            if not self._is_remembered(asked):
                return act(connection)
            store = ExecutionStore()
            if not store.claim(connection, asked, portal_id=asked.portal_id, now=self.clock()):
                return self._again(connection, asked)
            given = act(connection)
            now = self.clock()
            expires_at = now + LONGEST_WAIT[given.wait] if given.verdict == BLOCK else now
            store.save_answer(
                connection,
                portal_id=asked.portal_id,
                callback_id=asked.callback_id,
                answer=given,
                now=now,
                expires_at=expires_at,
            )
            return given

    def find_portal(self, portal_id: int) -> Portal:
        """The portal. Raises NotFound where the app is not installed."""
        with self.database.begin() as connection:
            return self._portal(connection, portal_id)

    def _portal(self, connection: Connection, portal_id: int) -> Portal:
        portal = self.portals.find(connection, portal_id=portal_id)
        if portal is None or portal.state == UNINSTALLED or portal.erased_at is not None:
            raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
        return portal

    @staticmethod
    def _is_remembered(asked: Asked) -> bool:
        """Tools that only read are read anew each time; what they say about a person is not kept a second time."""
        return bool(asked.callback_id) and (asked.source != AGENTS or asked.action not in _READING)

    def _earlier(self, connection: Connection, asked: Asked) -> Answer | None:
        if not self._is_remembered(asked):
            return None
        found = ExecutionStore().find(connection, portal_id=asked.portal_id, callback_id=asked.callback_id)
        return None if found is None else _told_again(found, asked)

    def _again(self, connection: Connection, asked: Asked) -> Answer:
        found = self._earlier(connection, asked)
        if found is None:
            raise Unavailable("The record was erased at this very moment; ask again.", system="database", reason="taken_back")
        return found

    def _prepared(self, portal: Portal, asked: Asked) -> Callable[[Connection], Answer]:
        """What is to be done in the transaction; whatever has to be asked of HubSpot has been asked by then."""
        problem = self._problem(portal, asked)
        if problem is not None:
            return lambda _: problem
        if asked.action == _ROUTE:
            router = Router(self.clock)
            return lambda connection: router.answer(connection, asked)
        return lambda connection: self._on_record(connection, portal, asked)

    def _problem(self, portal: Portal, asked: Asked) -> Answer | None:
        """Why nothing can be done; None when it can."""
        if asked.source == AGENTS and asked.action in _READING:
            return None
        if not portal.is_connected:
            return refusal(_DISCONNECTED)
        if asked.action == _ROUTE:
            return self._owners_problem(portal)
        if not portal.is_ready:
            return refusal(_NOT_SET_UP)
        return None if self._exists(asked) else refusal(_NO_RECORD)

    def _owners_problem(self, portal: Portal) -> Answer | None:
        """Owners we may not read are said in words; a HubSpot that is down is an error of ours, after which it asks again."""
        try:
            self.owners.refresh(portal.portal_id)
        except AppError as error:
            if error.retryable:
                raise
            return refusal(_NO_OWNERS)
        return None

    def _exists(self, asked: Asked) -> bool:
        """Whether the account has the record; where HubSpot does not say quickly it is taken to, and the look at it will show."""
        with self.database.begin() as connection:
            if self._known(connection, asked).is_known:
                return True
        try:
            return bool(self.quick_clients.for_portal(asked.portal_id).batch_read(asked.object_type, [asked.object_id], []))
        except AppError:
            return True

    def _known(self, connection: Connection, asked: Asked) -> Known:
        return KnownStore().find_one(connection, asked.portal_id, asked.object_type, asked.object_id)

    def _on_record(self, connection: Connection, portal: Portal, asked: Asked) -> Answer:
        status = self.states.status_of(connection, asked.portal_id, asked.object_type, [asked.object_id])[asked.object_id].status
        if status is not Status.LIVE:
            return refusal(_GONE[status])
        known = self._known(connection, asked)
        if asked.source == AGENTS:
            reading = _READING.get(asked.action)
            return self._queued(connection, portal, asked) if reading is None else reading(known)
        if is_answered(asked.action, known, self.clock()):
            outcome = outcome_of(known, given_up=None, is_dry=is_dry(portal.preferences), values_written=0)
            return build_answer(asked.action, known, outcome)
        self._enqueue(connection, portal, asked)
        if AUTOMATION_SCOPE in portal.scopes:
            return Answer(BLOCK, wait=asked.max_wait)
        if known.brief is None:
            return Answer(FAIL_CONTINUE, {"state": "failed", "message": _NO_PERMISSION})
        return build_answer(asked.action, known, Outcome(STORED, _NO_PERMISSION))

    def _queued(self, connection: Connection, portal: Portal, asked: Asked) -> Answer:
        self._enqueue(connection, portal, asked)
        dry = " The account is in dry run, so nothing is written to HubSpot." if is_dry(portal.preferences) else ""
        message = f"The record is in the queue. Ask for its brief again in {ASK_AGAIN_AFTER_S} seconds.{dry}"
        return Answer(SUCCESS, {"state": "queued", "message": message, "ask_again_after_s": ASK_AGAIN_AFTER_S})

    def _enqueue(self, connection: Connection, portal: Portal, asked: Asked) -> None:
        lane = DRY if is_dry(portal.preferences) else LIVE
        request = WorkRequest(asked.object_type, asked.object_id, lane, (CAUSE,))
        self.worklist.add(connection, asked.portal_id, [request], now=self.clock())
        self.deferrer.defer(connection, process_request(asked.portal_id, asked.object_type, lane))


def _told_again(found: Execution, asked: Asked) -> Answer:
    """The answer of the first request; after the end, the end: then nobody waits any more."""
    if found.action != asked.action:
        raise Conflict("This callback id named another action before.", reason="reused_id")
    if found.state == EXPIRED:
        return refusal("The record was not done in time.", "expired")
    return found.answer


_READING: Final[Mapping[str, Callable[[Known], Answer]]] = {"get_brief": brief_answer, "propose_next_step": next_step_answer}
