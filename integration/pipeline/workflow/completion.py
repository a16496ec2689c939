"""Tells waiting workflows the end: a sweep finds portals with executions whose record is done with, a job for each portal completes them.

An execution is completed within seconds after its record has left the worklist. One whose time is over is expired and never completed, for HubSpot has
gone on; so are those of a portal that stays disconnected. What HubSpot refuses for good is kept as failed, with its words.

Limit: when a worker dies between HubSpot's answer and our writing it down, HubSpot is told again, refuses, and the execution is kept as failed although
the workflow has its outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import ReauthRequired, UpstreamError
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.workflow_calls import COMPLETION_LIMIT, Completion
from integration.jobs.arguments import whole_number
from integration.jobs.request import HOUSEKEEPING_PRIORITY, LIVE_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.workflow.base import Answer
from integration.pipeline.workflow.execution_store import Execution, ExecutionStore
from integration.pipeline.workflow.known_store import KnownStore
from integration.pipeline.workflow.outputs import build_answer, outcome_of
from integration.pipeline.workflow.router import KEPT
from integration.pipeline.workflow.routing_store import RoutingStore

FINISH_ACTIONS: Final = JobRequest("finish_workflow_actions", queueing_lock="finish_workflow_actions", priority=LIVE_PRIORITY)
FINISH_PORTAL: Final = "finish_portal_actions"
PURGE_EXECUTIONS: Final = JobRequest("purge_executions", queueing_lock="purge_executions", priority=HOUSEKEEPING_PRIORITY)
WORKFLOW_TRIGGERS: Final = (
    Trigger(FINISH_ACTIONS, 3.0),
    Trigger(PURGE_EXECUTIONS, 24 * 3600.0, first_after_s=150.0),
)
_KEPT_EXECUTIONS: Final = timedelta(days=30)
"""HubSpot repeats a request for three days."""

_log = structlog.get_logger(__name__)


class Completer(Protocol):
    """One portal's HubSpot, as far as completing goes."""

    def complete_actions(self, completions: Sequence[Completion]) -> Mapping[str, str]: ...


class Completers(Protocol):
    def for_portal(self, portal_id: int) -> Completer: ...


class WorkflowJobs:
    """The job functions; all are registered as swept."""

    def __init__(self, *, database: Database, portals: PortalStore, clients: Completers, deferrer: Deferrer, clock: Clock) -> None:
        self._database = database
        self._portals = portals
        self._clients = clients
        self._deferrer = deferrer
        self._clock = clock
        self._executions = ExecutionStore()
        self._known = KnownStore()

    def sweep(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `finish_workflow_actions`: expires what is over, and asks for a job in each portal with something to complete."""
        with self._database.begin() as connection:
            self._executions.expire(connection, now=self._clock())
            for portal_id in self._executions.portals_with_ready(connection):
                self._deferrer.defer(connection, finish_request(portal_id))

    def finish(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `finish_portal_actions`: argument portal_id. Up to 100 executions; the sweep comes again for more."""
        portal_id = whole_number(args, "portal_id")
        ready = self._ready(portal_id)
        if not ready:
            return
        completions = [Completion(one.callback_id, answer.output_fields()) for one, answer in ready]
        try:
            refused = self._clients.for_portal(portal_id).complete_actions(completions)
        except UpstreamError as error:
            self._count(portal_id, ready, error.reason)
            if isinstance(error, ReauthRequired):
                raise
            _log.warning("completion_postponed", portal_id=portal_id, reason=error.reason, executions=len(ready))
            return
        self._settle(portal_id, ready, refused)

    def purge(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `purge_executions`: forgets finished executions after 30 days and routing decisions after 180."""
        with self._database.begin() as connection:
            self._executions.forget_before(connection, moment=self._clock() - _KEPT_EXECUTIONS)
            RoutingStore().forget_before(connection, moment=self._clock() - KEPT)

    def _ready(self, portal_id: int) -> Sequence[tuple[Execution, Answer]]:
        """Executions whose record is done with, with what to tell; none of a portal that is not connected."""
        now = self._clock()
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            if portal is None or not portal.is_connected:
                return ()
            waiting = self._executions.ready(connection, portal_id=portal_id, now=now, limit=COMPLETION_LIMIT)
            return [(one, self._answer_for(connection, portal_id, one, is_dry(portal.preferences))) for one in waiting]

    def _answer_for(self, connection: Connection, portal_id: int, one: Execution, dry: bool) -> Answer:
        record = (portal_id, one.object_type, one.object_id)
        known = self._known.find_one(connection, *record)
        given_up = self._known.given_up(connection, *record, since=one.requested_at)
        written = self._known.written_count(connection, *record, since=one.requested_at)
        return build_answer(one.action, known, outcome_of(known, given_up=given_up, is_dry=dry, values_written=written))

    def _settle(self, portal_id: int, ready: Sequence[tuple[Execution, Answer]], refused: Mapping[str, str]) -> None:
        now = self._clock()
        with self._database.begin() as connection:
            for one, answer in ready:
                name = one.callback_id
                if name in refused:
                    self._executions.fail(
                        connection, portal_id=portal_id, callback_id=name, reason=refused[name], answer=answer, now=now
                    )
                else:
                    self._executions.complete(connection, portal_id=portal_id, callback_id=name, answer=answer, now=now)

    def _count(self, portal_id: int, ready: Sequence[tuple[Execution, Answer]], reason: str) -> None:
        with self._database.begin() as connection:
            names = [one.callback_id for one, _ in ready]
            self._executions.count_attempt(connection, portal_id=portal_id, callback_ids=names, reason=reason)


def finish_request(portal_id: int) -> JobRequest:
    """Complete what is ready in one portal; never twice at the same time."""
    lock = f"{FINISH_PORTAL}:{portal_id}"
    return JobRequest(FINISH_PORTAL, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=LIVE_PRIORITY)
