"""Counts a portal's decided deals once a day, and has the open ones scored anew when the count says something else.

Cost for 2,000 decided deals: 10 searches, 40 reads of their past, 2 of associations, up to 20 of companies, 1 of pipelines. A portal that did not
grant reading deals is passed over.
Limit: the 2,000 deals closed last are counted, those of the present pipelines and of others alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.manifest import may_work_on
from integration.hubspot.objects import (
    BATCH_LIMIT,
    DEALS,
    SEARCH_PAGE_LIMIT,
    CrmRecord,
    Page,
    PropertyVersion,
    SearchFilter,
    SearchSort,
)
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.arguments import whole_number
from integration.jobs.lanes import slots_for
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.crm_fields import READ_PROPERTIES, parse_choice, parse_count, parse_moment
from integration.pipeline.deals.facts import WON, Versions, amount_of, outcome_of
from integration.pipeline.deals.history_store import PortalHistoryStore
from integration.pipeline.deals.learning import DecidedDeal, Passage, learn
from integration.pipeline.deals.reading import DEALS_SCOPE
from integration.pipeline.deals.rescore_store import RescoreStore
from integration.pipeline.lanes import BACKFILL, process_request
from integration.pipeline.portal_profile import build_profile
from integration.pipeline.ports import RecordReader
from integration.pipeline.stages import companies_of
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.scoring.history import PortalHistory

COUNT_DEALS_JOB: Final = "count_deals"
SWEEP_DEAL_HISTORY: Final = JobRequest("sweep_deal_history", queueing_lock="sweep_deal_history", priority=HOUSEKEEPING_PRIORITY)
SWEEP_FADING: Final = JobRequest("sweep_fading", queueing_lock="sweep_fading", priority=HOUSEKEEPING_PRIORITY)
HISTORY_TRIGGERS: Final = (
    Trigger(SWEEP_DEAL_HISTORY, 600.0, first_after_s=10.0),
    Trigger(SWEEP_FADING, 86_400.0, first_after_s=6 * 3600.0),
)
_OLD_AFTER: Final = timedelta(days=1)
_MOST_DEALS: Final = 2_000
_MOST_FADING: Final = 20_000
_AT_ONCE: Final = 2
_CLOSED: Final = (SearchFilter("hs_is_closed", "EQ", "true"),)
_NEWEST: Final = (SearchSort("closedate", "DESCENDING"),)
_PROPERTIES: Final = (*READ_PROPERTIES[DEALS], "createdate")

_log = structlog.get_logger(__name__)


class HistoryClient(RecordReader, Protocol):
    """The calls this needs."""

    def search_page(
        self,
        object_type: str,
        *,
        filters: Sequence[SearchFilter],
        sorts: Sequence[SearchSort] = (),
        properties: Sequence[str] = (),
        after: str | None = None,
        limit: int = 100,
    ) -> Page: ...
    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]: ...
    def stage_names(self, object_type: str) -> Mapping[tuple[str, str], str]: ...


class HistoryClients(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, /, *, live: bool = True) -> HistoryClient: ...


def count_deals_request(portal_id: int) -> JobRequest:
    """Count the decided deals of one portal. While one waits, asking again changes nothing."""
    lock = f"{COUNT_DEALS_JOB}:{portal_id}"
    return JobRequest(COUNT_DEALS_JOB, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY)


class HistoryJobs:
    """The jobs `count_deals` of one portal, `sweep_deal_history`, which asks for it daily, and `sweep_fading`."""

    def __init__(
        self,
        *,
        database: Database,
        clients: HistoryClients,
        portals: PortalStore,
        worklist: WorklistStore,
        deferrer: Deferrer,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._worklist = worklist
        self._deferrer = deferrer
        self._clock = clock
        self._store = PortalHistoryStore()
        self._rescores = RescoreStore()

    def sweep(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `sweep_deal_history`."""
        with self._database.begin() as connection:
            counted = self._store.computed_by_portal(connection)
            for portal in self._portals.find_all(connection):
                last = counted.get(portal.portal_id)
                if _may_count(portal) and (last is None or self._clock() - last >= _OLD_AFTER):
                    self._deferrer.defer(connection, count_deals_request(portal.portal_id))

    def count(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `count_deals`. Nothing for a portal that left; what was counted goes where deals may not be read any more."""
        portal_id = whole_number(args, "portal_id")
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
            if portal is not None and DEALS_SCOPE not in portal.scopes:
                self._store.forget(connection, portal_id=portal_id)
        if portal is None or not _may_count(portal):
            return
        history = fetch_history(self._clients.for_portal(portal_id, live=False), portal, now=self._clock())
        with self._database.begin() as connection:
            before = self._store.find(connection, portal_id=portal_id)
            self._store.save(connection, portal_id=portal_id, history=history)
        if (before.stages, before.amounts) != (history.stages, history.amounts) and may_work_on(DEALS, portal.scopes):
            self._look_again(portal_id, open_deals_only=True, cause="deals_counted")
        _log.info("deals_counted", portal_id=portal_id, decided=history.decided_count, won=history.won_count)

    def sweep_fading(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `sweep_fading`: records whose urgency or risk moves with the days are looked at again, once a day.

        Limit: the 20,000 most urgent of each portal.
        """
        with self._database.begin() as connection:
            ready = [portal.portal_id for portal in self._portals.find_all(connection) if portal.is_ready]
        for portal_id in ready:
            self._look_again(portal_id, open_deals_only=False, cause="fading")

    def _look_again(self, portal_id: int, *, open_deals_only: bool, cause: str) -> None:
        with self._database.begin() as connection:
            if open_deals_only:
                found = self._rescores.open_deals(connection, portal_id=portal_id, limit=_MOST_FADING)
            else:
                found = self._rescores.fading(connection, portal_id=portal_id, now=self._clock(), limit=_MOST_FADING)
            requests = [WorkRequest(object_type, object_id, BACKFILL, (cause,)) for object_type, object_id in found]
            if not requests:
                return
            self._worklist.add(connection, portal_id, requests, now=self._clock())
            for object_type in sorted({request.object_type for request in requests}):
                count = sum(request.object_type == object_type for request in requests)
                for slot in slots_for(count, batch_limit=BATCH_LIMIT, cap=_AT_ONCE):
                    self._deferrer.defer(connection, process_request(portal_id, object_type, BACKFILL, slot))


def fetch_history(client: HistoryClient, portal: Portal, *, now: datetime) -> PortalHistory:
    """The portal's past out of its decided deals, the newest 2,000."""
    currency = build_profile(portal.portal_id, portal).currency
    deals = _decided(client)
    ids = [deal.object_id for deal in deals]
    past = client.batch_read_history(DEALS, ids, ("dealstage",)) if ids else {}
    companies = companies_of(client, DEALS, ids) if ids else {}
    decided = [_as_decided(deal, past.get(deal.object_id, {}), companies.get(deal.object_id), currency=currency) for deal in deals]
    return learn(decided, client.stage_names(DEALS), now=now, currency=currency)


def _may_count(portal: Portal) -> bool:
    return portal.is_ready and DEALS_SCOPE in portal.scopes


def _decided(client: HistoryClient) -> list[CrmRecord]:
    found: list[CrmRecord] = []
    after: str | None = None
    while len(found) < _MOST_DEALS:
        page = client.search_page(
            DEALS, filters=_CLOSED, sorts=_NEWEST, properties=_PROPERTIES, after=after, limit=SEARCH_PAGE_LIMIT
        )
        found += [record for record in page.records if outcome_of(record) is not None]
        after = page.next_after
        if after is None:
            break
    return found[:_MOST_DEALS]


def _as_decided(deal: CrmRecord, versions: Versions, company: CrmRecord | None, *, currency: str) -> DecidedDeal:
    passages = tuple(Passage(version.value, version.at) for version in reversed(versions.get("dealstage", ())) if version.value)
    return DecidedDeal(
        pipeline=deal.text("pipeline") or "",
        is_won=outcome_of(deal) == WON,
        passages=passages,
        opened_at=_moment(deal.text("createdate")),
        closed_at=_moment(deal.text("closedate")),
        amount=amount_of(deal, currency=currency),
        industry=None if company is None else parse_choice(company.text("industry") or ""),
        people=None if company is None else parse_count(company.text("numberofemployees") or ""),
    )


def _moment(text: str | None) -> datetime | None:
    parsed = parse_moment(text) if text else None
    return None if parsed is None else datetime.fromisoformat(parsed)
