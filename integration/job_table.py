"""Every background job: its name and the function that runs it. Filled from the parts; the worker registers it with the engine.

A job marked `swept` is asked for again by the clock as long as there is something to do, so it is never retried by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from crm_cards.request_store import RequestStore
from integration.admin.console.session_store import SessionStore
from integration.admin.install_jobs import PROVISION_JOB, InstallJobs
from integration.admin.install_links import DISCONNECT_LIFE
from integration.admin.purge import ERASE_PORTAL_JOB
from integration.app import Parts
from integration.hubspot.oauth_state_store import OAuthStateStore
from integration.hubspot.objects import BATCH_LIMIT
from integration.hubspot.portal_store import Portal
from integration.jobs.arguments import whole_number
from integration.jobs.batches import SWEEP_WORK, BatchJob, WorkSweep
from integration.jobs.edge import JobFunction
from integration.jobs.lanes import slots_for
from integration.jobs.request import JsonScalar
from integration.jobs.triggers import (
    PRUNE_LEDGER,
    PURGE_CACHE,
    PURGE_INBOX,
    PURGE_PORTALS,
    REFRESH_TOKEN,
    REFRESH_TOKENS,
    UNPACK,
    Schedule,
    TokenRefreshFanOut,
    Trigger,
    clock_triggers,
)
from integration.lead_files.requests import (
    FORGET_JOB,
    LEAD_TRIGGERS,
    PURGE,
    PUSH_JOB,
    READ_JOB,
    RESUME,
    SCORE_JOB,
    forget_request,
)
from integration.lead_table import build_lead_jobs
from integration.pipeline.batch import BatchRunner
from integration.pipeline.budget_keeping import BUDGET_TRIGGERS, PURGE_CALLS, TEND_BUDGETS, BudgetKeeper
from integration.pipeline.crm_fields import INPUT_PROPERTIES
from integration.pipeline.deals.history_jobs import (
    COUNT_DEALS_JOB,
    HISTORY_TRIGGERS,
    SWEEP_DEAL_HISTORY,
    SWEEP_FADING,
)
from integration.pipeline.decisions import decisions_for
from integration.pipeline.drafts.jobs import DraftJobs
from integration.pipeline.drafts.requests import MAKE_TASKS_JOB, RESUME_TASKS, TASK_TRIGGERS
from integration.pipeline.drafts.task_maker import TaskMaker
from integration.pipeline.duplicates.jobs import DUPLICATE_TRIGGERS, FIND_DUPLICATES, SWEEP_DUPLICATES, DuplicateJobs
from integration.pipeline.heat.jobs import HEAT_TRIGGERS, TEND_HEAT, TRAIN_HEAT
from integration.pipeline.jobs import ERASE_JOB, MOVE_HISTORY_JOB, PipelineJobs
from integration.pipeline.lanes import BACKFILL, DRY, LANE_NAMES, LIVE, PROCESS_JOB, process_request
from integration.pipeline.ledger_keeping import LedgerKeeper
from integration.pipeline.ledger_store import LedgerStore, WrittenValue
from integration.pipeline.owners.keeping import OWNER_TRIGGERS, REFRESH_OWNERS_JOB, SWEEP_OWNERS, OwnerJobs, OwnerKeeper
from integration.pipeline.people import Doorkeeper
from integration.pipeline.proposals.accept import Accepter
from integration.pipeline.proposals.jobs import ACCEPT_JOB, AcceptJob
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.timeline.jobs import FORGET_EVENTS, SEND_EVENTS, TIMELINE_TRIGGERS, TimelineJobs
from integration.pipeline.undo.jobs import RESUME_UNDOS, UNDO_JOB, UNDO_TRIGGERS, UndoJobs
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.workflow.completion import (
    FINISH_ACTIONS,
    FINISH_PORTAL,
    PURGE_EXECUTIONS,
    WORKFLOW_TRIGGERS,
    WorkflowJobs,
)
from integration.pipeline.worklist_store import WorkRequest
from integration.score_table import build_heat_jobs, build_history_jobs
from integration.syncs.jobs import RESUME_SYNCS, START_SYNCS_JOB, SYNC_JOB, SyncJobs, sync_triggers
from integration.syncs.registry import all_syncs
from integration.syncs.sync_store import SyncStore
from webhooks.jobs import InboxKeeper, build_unpacker
from webhooks.unpack import RecentWrites

_OWN_WRITE_MEMORY: Final = timedelta(minutes=10)
_NONCE_MEMORY: Final = DISCONNECT_LIFE + timedelta(days=1)
_ANSWER_MEMORY: Final = timedelta(days=7)
"""Nobody repeats a request from inside HubSpot later than that."""


@dataclass(frozen=True)
class JobEntry:
    name: str
    function: JobFunction
    swept: bool = False


def register_jobs(parts: Parts) -> None:
    """Make the engine of `parts` able to run every job."""
    for entry in all_jobs(parts):
        parts.engine.register(entry.name, entry.function, swept=entry.swept)


def all_triggers(schedule: Schedule | None = None) -> tuple[Trigger, ...]:
    """What the clock asks for, and how often."""
    return (
        *clock_triggers(schedule or Schedule()),
        *sync_triggers(all_syncs()),
        *UNDO_TRIGGERS,
        *TASK_TRIGGERS,
        *BUDGET_TRIGGERS,
        *DUPLICATE_TRIGGERS,
        *OWNER_TRIGGERS,
        *HISTORY_TRIGGERS,
        *HEAT_TRIGGERS,
        *TIMELINE_TRIGGERS,
        *WORKFLOW_TRIGGERS,
        *LEAD_TRIGGERS,
    )


def all_jobs(parts: Parts) -> Sequence[JobEntry]:
    worker = parts.settings.worker
    caps = {
        LIVE: worker.live_batches_per_portal,
        BACKFILL: worker.backfill_batches_per_portal,
        DRY: worker.backfill_batches_per_portal,
    }
    pipeline = PipelineJobs(parts.database, _batch_runner(parts), parts.clock)
    syncs = _sync_jobs(parts)
    undos = _undo_jobs(parts)
    duplicates = DuplicateJobs(parts.database, parts.engine, parts.clock)
    batches = BatchJob(
        database=parts.database, deferrer=parts.engine, run_batch=pipeline.run_batch, request_for=process_request, caps=caps
    )
    sweep = WorkSweep(
        database=parts.database,
        deferrer=parts.engine,
        worklist=parts.worklist,
        request_for=process_request,
        caps=caps,
        lane_names=LANE_NAMES,
        batch_limit=BATCH_LIMIT,
        clock=parts.clock,
        metrics=parts.metrics,
    )
    return (
        JobEntry(UNPACK.name, _unpacker(parts), swept=True),
        JobEntry(PROCESS_JOB, batches, swept=True),
        JobEntry(SWEEP_WORK.name, sweep, swept=True),
        JobEntry(ERASE_JOB, lambda args: _erase(parts, pipeline, args)),
        JobEntry(ACCEPT_JOB, _accept_job(parts)),
        JobEntry(MOVE_HISTORY_JOB, pipeline.move_history),
        JobEntry(SYNC_JOB, syncs.walk, swept=True),
        JobEntry(START_SYNCS_JOB, syncs.start, swept=True),
        JobEntry(RESUME_SYNCS.name, syncs.resume, swept=True),
        JobEntry(UNDO_JOB, undos.carry, swept=True),
        JobEntry(RESUME_UNDOS.name, undos.resume, swept=True),
        *_draft_jobs(parts),
        JobEntry(FIND_DUPLICATES, duplicates.find, swept=True),
        JobEntry(SWEEP_DUPLICATES.name, duplicates.sweep, swept=True),
        *_owner_jobs(parts),
        *_history_jobs(parts),
        *_heat_jobs(parts),
        *_budget_jobs(parts),
        *_timeline_entries(parts),
        *_workflow_jobs(parts),
        *_lead_jobs(parts),
        *_account_jobs(parts),
    )


def _account_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    """Accounts that come and go, their tokens, and what is kept no longer than it is needed."""
    installs = InstallJobs(parts.database, parts.provisioner, parts.engine)
    refresh = TokenRefreshFanOut(
        database=parts.database,
        deferrer=parts.engine,
        expiring=lambda connection, before: parts.token_store.portals_ending_before(connection, moment=before),
        clock=parts.clock,
    )
    keeper = InboxKeeper(parts.database, parts.clock, parts.settings.worker.inbox_retention_days)
    return (
        JobEntry(PROVISION_JOB, installs.provision),
        JobEntry(ERASE_PORTAL_JOB, parts.purger.erase_portal),
        JobEntry(PURGE_PORTALS.name, parts.purger.purge_portals, swept=True),
        JobEntry(REFRESH_TOKENS.name, refresh, swept=True),
        JobEntry(REFRESH_TOKEN, lambda args: _refresh(parts, args)),
        JobEntry(PURGE_INBOX.name, keeper.run, swept=True),
        JobEntry(PRUNE_LEDGER.name, LedgerKeeper(parts.database, parts.portals, parts.clock).run, swept=True),
        JobEntry(PURGE_CACHE.name, lambda _args: _purge_caches(parts), swept=True),
    )


def _workflow_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    jobs = WorkflowJobs(
        database=parts.database, portals=parts.portals, clients=parts.clients, deferrer=parts.engine, clock=parts.clock
    )
    return (
        JobEntry(FINISH_ACTIONS.name, jobs.sweep, swept=True),
        JobEntry(FINISH_PORTAL, jobs.finish, swept=True),
        JobEntry(PURGE_EXECUTIONS.name, jobs.purge, swept=True),
    )


def _lead_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    jobs = build_lead_jobs(parts)
    return (
        JobEntry(READ_JOB, jobs.read, swept=True),
        JobEntry(SCORE_JOB, jobs.score, swept=True),
        JobEntry(PUSH_JOB, jobs.push, swept=True),
        JobEntry(FORGET_JOB, jobs.forget),
        JobEntry(RESUME.name, jobs.resume, swept=True),
        JobEntry(PURGE.name, jobs.purge, swept=True),
    )


def _erase(parts: Parts, pipeline: PipelineJobs, args: Mapping[str, JsonScalar]) -> None:
    """A record first; then the portal's files of leads are looked through for the same person."""
    pipeline.erase(args)
    with parts.database.begin() as connection:
        parts.engine.defer(connection, forget_request(whole_number(args, "portal_id")))


def _owner_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    owners = OwnerJobs(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        deferrer=parts.engine,
        keeper=OwnerKeeper(parts.database, parts.clock),
    )
    return JobEntry(REFRESH_OWNERS_JOB, owners.refresh), JobEntry(SWEEP_OWNERS.name, owners.sweep, swept=True)


def _heat_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    jobs = build_heat_jobs(parts)
    return JobEntry(TRAIN_HEAT, jobs.train), JobEntry(TEND_HEAT.name, jobs.tend, swept=True)


def _history_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    jobs = build_history_jobs(parts)
    return (
        JobEntry(COUNT_DEALS_JOB, jobs.count),
        JobEntry(SWEEP_DEAL_HISTORY.name, jobs.sweep, swept=True),
        JobEntry(SWEEP_FADING.name, jobs.sweep_fading, swept=True),
    )


def _budget_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    budgets = BudgetKeeper(database=parts.database, spending=parts.spending, portals=parts.portals, clock=parts.clock)
    return JobEntry(TEND_BUDGETS.name, budgets.tend, swept=True), JobEntry(PURGE_CALLS.name, budgets.purge, swept=True)


def _timeline_entries(parts: Parts) -> tuple[JobEntry, ...]:
    jobs = TimelineJobs(
        database=parts.database, clients=parts.clients, portals=parts.portals, clock=parts.clock, metrics=parts.metrics
    )
    return JobEntry(SEND_EVENTS.name, jobs.send, swept=True), JobEntry(FORGET_EVENTS.name, jobs.forget, swept=True)


def _batch_runner(parts: Parts) -> BatchRunner:
    return BatchRunner(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        worklist=parts.worklist,
        states=RecordStateStore(),
        enricher=parts.enricher,
        decide_for=decisions_for,
        people=Doorkeeper(parts.database, parts.digest_keys, parts.clock),
        app_id=parts.settings.hubspot.app_id,
        clock=parts.clock,
        metrics=parts.metrics,
        lease_s=parts.settings.worker.lease_s,
    )


def _unpacker(parts: Parts) -> JobFunction:
    return build_unpacker(
        database=parts.database,
        deferrer=parts.engine,
        inputs=INPUT_PROPERTIES,
        app_id=parts.settings.hubspot.app_id,
        recent_writes=_own_writes(parts),
        clock=parts.clock,
        metrics=parts.metrics,
    ).run


def _accept_job(parts: Parts) -> AcceptJob:
    accepter = Accepter(parts.database, parts.clients, parts.portals, parts.settings.hubspot.app_id, parts.clock)
    return AcceptJob(parts.database, accepter, parts.engine, parts.clock)


def _own_writes(parts: Parts) -> RecentWrites:
    ledger = LedgerStore()

    def own_writes(connection: Connection, portal_id: int, asked: frozenset[WrittenValue]) -> frozenset[WrittenValue]:
        return ledger.written_among(connection, portal_id=portal_id, asked=asked, since=parts.clock() - _OWN_WRITE_MEMORY)

    return own_writes


def _sync_jobs(parts: Parts) -> SyncJobs:
    return SyncJobs(
        database=parts.database,
        deferrer=parts.engine,
        syncs=all_syncs(),
        store=SyncStore(),
        backlog=_SyncBacklog(parts),
        portals=_ReadyPortals(parts),
        crm_for=lambda portal_id: parts.clients.for_portal(portal_id, live=False),
        clock=parts.clock,
    )


def _undo_jobs(parts: Parts) -> UndoJobs:
    runner = UndoRunner(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        app_id=parts.settings.hubspot.app_id,
        clock=parts.clock,
    )
    return UndoJobs(database=parts.database, deferrer=parts.engine, runner=runner, portals=parts.portals, clock=parts.clock)


def _draft_jobs(parts: Parts) -> tuple[JobEntry, ...]:
    maker = TaskMaker(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        worklist=parts.worklist,
        deferrer=parts.engine,
        clock=parts.clock,
    )
    drafts = DraftJobs(database=parts.database, deferrer=parts.engine, maker=maker)
    return JobEntry(MAKE_TASKS_JOB, drafts.make, swept=True), JobEntry(RESUME_TASKS.name, drafts.resume, swept=True)


@dataclass(frozen=True)
class _SyncBacklog:
    """The backfill lane of the worklist, as syncs see it."""

    parts: Parts

    def add(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], cause: str) -> None:
        requests = [WorkRequest(object_type, object_id, BACKFILL, (cause,)) for object_id in object_ids]
        self.parts.worklist.add(connection, portal_id, requests, now=self.parts.clock())
        cap = self.parts.settings.worker.backfill_batches_per_portal
        for slot in slots_for(len(requests), batch_limit=BATCH_LIMIT, cap=cap):
            self.parts.engine.defer(connection, process_request(portal_id, object_type, BACKFILL, slot))

    def waiting_count(self, connection: Connection, *, portal_id: int) -> int:
        return sum(entry.due_count for entry in self.parts.worklist.backlog(connection, portal_id) if entry.lane == BACKFILL)


@dataclass(frozen=True)
class _ReadyPortals:
    """Portals that may be synced: connected, and with our properties in place."""

    parts: Parts

    def connected(self, connection: Connection) -> Sequence[Portal]:
        return [portal for portal in self.parts.portals.find_all(connection) if portal.is_ready]

    def find_connected(self, connection: Connection, portal_id: int) -> Portal | None:
        portal = self.parts.portals.find(connection, portal_id=portal_id)
        return portal if portal is not None and portal.is_ready else None


def _refresh(parts: Parts, args: Mapping[str, JsonScalar]) -> None:
    parts.tokens.access_token(whole_number(args, "portal_id"))


def _purge_caches(parts: Parts) -> None:
    """Expired provider answers, sessions that ended, the nonces of links that have long ended, and old answers to pages inside HubSpot."""
    now: datetime = parts.clock()
    with parts.database.begin() as connection:
        OAuthStateStore().forget_before(connection, moment=now - _NONCE_MEMORY)
        RequestStore().forget_before(connection, moment=now - _ANSWER_MEMORY)
        SessionStore().forget_ended(connection, now=now, idle=timedelta(minutes=parts.settings.web.session_idle_min))
        portal_ids = [portal.portal_id for portal in parts.portals.find_all(connection)]
    for portal_id in portal_ids:
        with parts.database.begin() as connection:
            parts.cache.purge_expired(connection, portal_id=portal_id, now=now)
