"""Runs over many records at an admin's word: what they can cost at most, and the start. The same for the console and the command line.

All records of a type go the way of the first load, a page at a time; named records go straight to the worklist. Both wait in the backfill
lane, behind everything a person waits for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, UpstreamError
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.jobs.request import Deferrer
from integration.pipeline.answered_store import AnsweredStore
from integration.pipeline.lanes import BACKFILL, process_request
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.providers.adapter import Adapter
from integration.providers.budget import Period, plain
from integration.providers.budget_store import BudgetStore
from integration.providers.estimate import CostBound, ProviderBound, bound_cost, within_budgets
from integration.providers.keys_store import KeysStore
from integration.providers.order import channels_of
from integration.syncs.backfill import SYNC as FIRST_LOAD
from integration.syncs.jobs import sync_request
from integration.syncs.sync_store import SyncStore

OBJECT_TYPES: Final = (CONTACTS, COMPANIES)
IDS_LIMIT: Final = 5_000
_CAUSE: Final = "enrich_again"


@dataclass(frozen=True)
class Preview:
    """The most a run can cost. `today` and `this_month` are credits at which a budget stops it, None when none does; the rest waits.

    `answered` tells for how many of the records each provider's answer is kept already, by title: those cost nothing again.
    """

    object_type: str
    bound: CostBound
    today: Decimal | None
    this_month: Decimal | None
    answered: Mapping[str, int]

    def lines(self) -> list[str]:
        """The preview in words, one sentence each."""
        bound = self.bound
        said = [f"{bound.records:,} {self.object_type}: at most {plain(bound.credits)} credits, about ${bound.cost_usd:,.2f}."]
        said += [f"{one.title}: at most {plain(one.credits)} credits, about ${one.cost_usd:,.2f}." for one in bound.providers]
        if self.today is not None:
            said.append(f"By budget at most {plain(self.today)} credits today (UTC); the rest waits for the next day.")
        if self.this_month is not None:
            said.append(f"By budget at most {plain(self.this_month)} credits this month (UTC); the rest waits for the next month.")
        said += [
            f"{title} answered for {count:,} of the {self.object_type} lately; those cost nothing again."
            for title, count in self.answered.items()
        ]
        if bound.without_key:
            said.append(f"Not asked, since this account has no key: {', '.join(bound.without_key)}.")
        return said


class BulkRuns:
    """Previews and starts. Keeps no state."""

    def __init__(
        self,
        *,
        database: Database,
        clients: HubSpotClients,
        deferrer: Deferrer,
        worklist: WorklistStore,
        keys: KeysStore,
        adapters: Sequence[Adapter],
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._deferrer = deferrer
        self._worklist = worklist
        self._keys = keys
        self._adapters = adapters
        self._channels = channels_of(adapters)
        self._clock = clock
        self._budgets = BudgetStore()
        self._answered = AnsweredStore()
        self._checkpoints = SyncStore()

    def preview(self, portal_id: int, object_type: str, object_ids: Sequence[str] | None) -> Preview:
        """What enriching these records, or with None all of the type, can cost. All: one search in HubSpot, which counts them."""
        count = len(object_ids) if object_ids is not None else self.count_records(portal_id, object_type)
        return self.preview_of(portal_id, object_type, count)

    def preview_of(self, portal_id: int, object_type: str, count: int) -> Preview:
        """What enriching so many records can cost. Asks nobody."""
        now = self._clock()
        with self._database.begin() as connection:
            owned = self._keys.names_of(connection, portal_id=portal_id)
            bound = bound_cost({object_type: count}, self._channels, owned)
            rooms = self._budgets.rooms(
                connection, portal_id=portal_id, providers=[one.provider for one in bound.providers], on=now.date()
            )
            answered = self._fresh(connection, portal_id, object_type, bound, now)
        return Preview(
            object_type, bound, within_budgets(bound, rooms, Period.DAY), within_budgets(bound, rooms, Period.MONTH), answered
        )

    def count_records(self, portal_id: int, object_type: str) -> int:
        """How many records of the type HubSpot has. One search."""
        known_type(object_type)
        page = self._clients.for_portal(portal_id).search_page(object_type, filters=(), limit=1)
        return page.total if page.total is not None else len(page.records)

    def still_to_come(self, portal_id: int) -> dict[str, int]:
        """Records by type that no change in HubSpot put on the way: of a first load that is not over, and of runs that were asked for.

        One search for each type whose first load is not over; where HubSpot cannot be reached, what is listed already.
        """
        with self._database.begin() as connection:
            waiting = {
                one.object_type: one.due_count for one in self._worklist.backlog(connection, portal_id) if one.lane == BACKFILL
            }
            loads = {
                kind: self._checkpoints.find(connection, portal_id=portal_id, sync=FIRST_LOAD.name, object_type=kind)
                for kind in OBJECT_TYPES
            }
        for kind, load in loads.items():
            if load.state == "running" or not load.passes:
                with suppress(UpstreamError):
                    waiting[kind] = max(waiting.get(kind, 0), self.count_records(portal_id, kind))
        return {kind: count for kind, count in waiting.items() if count}

    def bound_with(self, portal_id: int, records: Mapping[str, int], provider: str) -> ProviderBound | None:
        """The most that a provider can charge for these records once the portal has a key for it; None when it charges nothing."""
        with self._database.begin() as connection:
            owned = self._keys.names_of(connection, portal_id=portal_id)
        bound = bound_cost(records, self._channels, {*owned, provider})
        return next((one for one in bound.providers if one.provider == provider), None)

    def start(self, connection: Connection, portal_id: int, object_type: str, object_ids: Sequence[str] | None) -> None:
        """Queue the records; with None all of the type. A first load that is still under way goes on instead of beginning anew."""
        known_type(object_type)
        if object_ids is None:
            self._deferrer.defer(connection, sync_request(portal_id, FIRST_LOAD.name, object_type))
            return
        requests = [WorkRequest(object_type, object_id, BACKFILL, (_CAUSE,)) for object_id in object_ids]
        self._worklist.add(connection, portal_id, requests, now=self._clock())
        self._deferrer.defer(connection, process_request(portal_id, object_type, BACKFILL))

    def _fresh(self, connection: Connection, portal_id: int, object_type: str, bound: CostBound, now: datetime) -> dict[str, int]:
        asked = {one.provider for one in bound.providers}
        infos = {adapter.info.name: adapter.info for adapter in self._adapters if adapter.info.name in asked}
        counts = self._answered.fresh_counts(
            connection,
            portal_id=portal_id,
            object_type=object_type,
            lifetimes={name: info.found_lifetime for name, info in infos.items()},
            now=now,
        )
        return {infos[name].title: min(count, bound.records) for name, count in counts.items() if count}


def known_type(object_type: str) -> str:
    """The object type. Raises BadInput for one that is not enriched."""
    if object_type not in OBJECT_TYPES:
        raise BadInput(f"Leadlight enriches {' and '.join(OBJECT_TYPES)}, not {object_type!r}.")
    return object_type


def read_ids(text: str) -> tuple[str, ...]:
    """Record ids separated by commas, blanks or lines, each once. Raises BadInput for anything that is no id, and for too many."""
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    wrong = [one for one in found if not (one.isascii() and one.isdigit() and len(one) <= 20)]
    if wrong:
        raise BadInput(f"{wrong[0][:40]!r} is no record id. HubSpot's ids are numbers; they stand in the address of a record.")
    if not found:
        raise BadInput("Name at least one record id, or choose all records.")
    if len(found) > IDS_LIMIT:
        raise BadInput(f"At most {IDS_LIMIT:,} records can be named at once; choose all records instead.")
    return found
