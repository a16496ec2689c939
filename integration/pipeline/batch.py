"""One batch from claim to settled: takes up to 100 due records of a portal, has them carried through the stages, and settles what came of it.

Owns the claim and nothing in between. An error of the outside world gives the records back with the time the retry table names; an outage is never
held against a record. A portal that is not connected is not worked for; a lost authorisation is passed on to the job, which pauses the portal.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError, BadInput, ReauthRequired
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.jobs.retry import RetryLater, decide
from integration.pipeline.ask_again_store import AskAgainStore
from integration.pipeline.carrier import LEASE_S, Carrier
from integration.pipeline.crm_fields import READ_PROPERTIES
from integration.pipeline.deals.history_store import PortalHistoryStore
from integration.pipeline.definitions.catalog import Catalogs
from integration.pipeline.definitions.names import catalog_names
from integration.pipeline.heartbeat import renewing
from integration.pipeline.lanes import BACKFILL, DRY, LANE_NAMES, LIVE
from integration.pipeline.lease_store import LeaseStore
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.lifecycle import Lifecycle
from integration.pipeline.note_store import NoteStore
from integration.pipeline.notes import NoteKeeper
from integration.pipeline.owners.keeping import OwnerKeeper
from integration.pipeline.people import Doorkeeper
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policies.rules import RuleBook, build_rules
from integration.pipeline.portal_profile import PortalProfile, build_profile
from integration.pipeline.ports import CrmClients, DecisionSource, Enricher
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.pipeline.run_store import RunStore
from integration.pipeline.stages import BatchContext
from integration.pipeline.taken import Taken
from integration.pipeline.tally import BatchReport, Tally
from integration.pipeline.worklist_store import Claim, WorklistStore
from integration.scoring.history import PortalHistory

_PATIENT_ATTEMPT: Final = 5
"""Retries after an outage wait as after this many attempts at most, and never end."""
_PAUSED_S: Final = 60.0

_log = structlog.get_logger(__name__)


def new_run_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class _Claimed:
    """A claim of a connected portal; `live_ids` are the records that are still there to be worked on. `is_dry`: nothing is written."""

    claim: Claim
    portal: PortalProfile
    run_id: str
    live_ids: tuple[str, ...]
    is_dry: bool
    rules: RuleBook
    history: PortalHistory


class BatchRunner:
    """Runs batches. One for the process, used by many threads."""

    def __init__(
        self,
        *,
        database: Database,
        clients: CrmClients,
        portals: PortalStore,
        worklist: WorklistStore,
        states: RecordStateStore,
        enricher: Enricher,
        decide_for: DecisionSource,
        people: Doorkeeper,
        app_id: str,
        clock: Clock,
        metrics: Metrics,
        run_id: Callable[[], str] = new_run_id,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._worklist = worklist
        self._states = states
        self._decide_for = decide_for
        self._clock = clock
        self._metrics = metrics
        self._run_id = run_id
        self._lease_s = lease_s
        self._owners = OwnerKeeper(database, clock)
        self._runs = RunStore()
        self._dead_letters = DeadLetterStore()
        self._lifecycle = Lifecycle(states, clock)
        self._leases = LeaseStore()
        self._ask_again = AskAgainStore()
        self._policies = PolicyStore()
        self._histories = PortalHistoryStore()
        self._catalogs = Catalogs(database, clock, catalog_names)
        self._carrier = Carrier(
            database=database,
            enricher=enricher,
            ledger=LedgerStore(),
            notes=NoteKeeper(database, NoteStore(), clock),
            people=people,
            catalogs=self._catalogs,
            app_id=app_id,
            clock=clock,
            lease_s=lease_s,
        )

    def run(self, portal_id: int, object_type: str, lane: int) -> BatchReport:
        """Carries one batch. Raises ReauthRequired when the portal's authorisation is gone, and the driver's error without a database."""
        started_at = self._clock()
        claimed = self._claim(portal_id, object_type, lane)
        if claimed is None:
            return BatchReport(0, more=False)
        tally, error = Tally(), None
        try:
            with renewing(partial(self._renew, claimed), self._lease_s):
                tally.absorb(self._carry(claimed, object_type, lane))
        except AppError as problem:
            error = problem
            self._postpone(claimed, object_type, problem, tally)
        tally.outcomes |= dict.fromkeys(
            (item.object_id for item in claimed.claim.items if item.object_id not in tally.outcomes), "skipped"
        )
        self._settle(claimed, object_type, tally)
        self._measure(object_type, lane, tally, error, (self._clock() - started_at).total_seconds())
        if isinstance(error, ReauthRequired):
            raise error
        count = len(claimed.claim.items)
        return BatchReport(count, count >= BATCH_LIMIT and error is None, tally.counts(), "" if error is None else error.reason)

    def _claim(self, portal_id: int, object_type: str, lane: int) -> _Claimed | None:
        now, run_id = self._clock(), self._run_id()
        with self._database.begin() as connection:
            portal = build_profile(portal_id, self._portals.find(connection, portal_id=portal_id))
            if not portal.ready:
                return None
            claim = self._worklist.claim(
                connection,
                portal_id=portal_id,
                object_type=object_type,
                lane=lane,
                limit=BATCH_LIMIT,
                lease_s=self._lease_s,
                now=now,
            )
            ids = [item.object_id for item in claim.items]
            if not ids:
                return None
            status = self._states.status_of(connection, portal_id, object_type, ids)
            stored = self._policies.rules_of(connection, portal_id=portal_id, object_type=object_type)
            is_dry = portal.is_dry or lane == DRY
            self._runs.open(
                connection,
                portal_id=portal_id,
                run_id=run_id,
                kind=LANE_NAMES[min(lane, BACKFILL)],
                object_type=object_type,
                started_at=now,
                is_dry=is_dry,
            )
            history = replace(self._histories.find(connection, portal_id=portal_id), currency=portal.currency)
        supported = object_type in READ_PROPERTIES and portal.works_on(object_type)
        live = tuple(one for one in ids if supported and status[one].status is Status.LIVE)
        rules = build_rules(object_type, portal.standard_properties, stored)
        return _Claimed(claim, portal, run_id, live, is_dry, rules, history)

    def _carry(self, claimed: _Claimed, object_type: str, lane: int) -> Tally:
        if not claimed.live_ids:
            return Tally()
        client = self._clients.for_portal(claimed.portal.portal_id, live=lane == LIVE)
        context = BatchContext(
            portal=claimed.portal,
            object_type=object_type,
            run_id=claimed.run_id,
            as_of=self._clock(),
            decisions=self._decide_for(claimed.portal.preferences, claimed.history),
            owner_names=self._owners.names(client, claimed.portal) if object_type == CONTACTS else {},
            rules=claimed.rules,
            catalog=self._catalogs.current(client, portal_id=claimed.portal.portal_id, object_type=object_type),
            is_dry=claimed.is_dry,
        )
        return self._carrier.carry(Taken(claimed.claim, context, client), claimed.live_ids)

    def _postpone(self, claimed: _Claimed, object_type: str, error: AppError, tally: Tally) -> None:
        """Give every record back, or to dead letter, as the retry table says for this error."""
        live, now = set(claimed.live_ids), self._clock()
        for item in claimed.claim.items:
            if item.object_id not in live:
                continue
            decision = decide(error, min(item.attempts, _PATIENT_ATTEMPT) if error.retryable else item.attempts)
            if isinstance(decision, RetryLater):
                tally.postpone(item.object_id, now + timedelta(seconds=decision.delay_s))
            elif isinstance(error, ReauthRequired):
                tally.postpone(item.object_id, now + timedelta(seconds=_PAUSED_S), blameless=True)
            else:
                letter = DeadLetterEntry(
                    portal_id=claimed.portal.portal_id,
                    kind="record",
                    reason=decision.reason,
                    detail=error.message,
                    object_type=object_type,
                    object_id=item.object_id,
                )
                tally.bury(item.object_id, "failed" if isinstance(error, BadInput) else "refused", letter)

    def _settle(self, claimed: _Claimed, object_type: str, tally: Tally) -> None:
        portal_id = claimed.portal.portal_id
        with self._database.begin() as connection:
            self._dead_letters.save(connection, tally.letters)
            for blameless in (False, True):
                self._release(connection, claimed, tally, blameless=blameless)
            self._ask_again.put_back(
                connection,
                portal_id=portal_id,
                claim=claimed.claim,
                unanswered=tally.unanswered,
                unfunded=tally.unfunded,
                paced=tally.paced,
                now=self._clock(),
            )
            self._worklist.complete(connection, portal_id=portal_id, claim=claimed.claim, done_ids=tally.finished())
            self._runs.close(
                connection, portal_id=portal_id, run_id=claimed.run_id, counts=tally.run_counts(), finished_at=self._clock()
            )
            self._catch_up(connection, claimed, object_type)

    def _catch_up(self, connection: Connection, claimed: _Claimed, object_type: str) -> None:
        """A record may have been erased, merged or deleted while we wrote: what this batch wrote down about it goes the same way."""
        self._lifecycle.follow(connection, portal_id=claimed.portal.portal_id, object_type=object_type, object_ids=claimed.live_ids)

    def _release(self, connection: Connection, claimed: _Claimed, tally: Tally, *, blameless: bool) -> None:
        by_moment: dict[datetime, list[str]] = {}
        for object_id, moment in tally.retry_at.items():
            if (object_id in tally.blameless) is blameless:
                by_moment.setdefault(moment, []).append(object_id)
        for moment, object_ids in by_moment.items():
            self._worklist.release(
                connection,
                portal_id=claimed.portal.portal_id,
                claim=claimed.claim,
                object_ids=object_ids,
                retry_at=moment,
                counts_as_attempt=not blameless,
            )

    def _renew(self, claimed: _Claimed) -> None:
        with self._database.begin() as connection:
            self._leases.hold(
                connection,
                portal_id=claimed.portal.portal_id,
                claim=claimed.claim,
                until=self._clock() + timedelta(seconds=self._lease_s),
            )

    def _measure(self, object_type: str, lane: int, tally: Tally, error: AppError | None, seconds: float) -> None:
        outcome = "done" if error is None else error.reason
        self._metrics.batch(object_type, LANE_NAMES[lane], outcome, seconds)
        for name, count in tally.counts().items():
            self._metrics.records(object_type, name, count)
        if error is not None:
            self._metrics.error(error.reason)
            _log.warning("batch_postponed", object_type=object_type, lane=LANE_NAMES[lane], reason=error.reason)
