"""Saves what a batch decided, in one transaction: only for records that are still its own, that may be kept, and that no accept is at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.manifest import TIMELINE_EVENT_UIDS
from integration.pipeline.lease_store import LeaseStore
from integration.pipeline.people import Doorkeeper
from integration.pipeline.proposals.open_store import OpenProposalStore
from integration.pipeline.result_store import ResultStore
from integration.pipeline.results import Decided
from integration.pipeline.taken import Taken


@dataclass(frozen=True)
class Saved:
    """Whose results were saved, which records are of erased people, and which an accept of older proposals is at."""

    held: frozenset[str]
    barred: frozenset[str]
    accepted: frozenset[str]


class ResultKeeper:
    """Saves results. Owns its transactions."""

    def __init__(self, database: Database, people: Doorkeeper, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._people = people
        self._clock = clock
        self._lease_s = lease_s
        self._leases = LeaseStore()
        self._proposals = OpenProposalStore()
        self._results = ResultStore()

    def being_accepted(self, taken: Taken, object_ids: Sequence[str]) -> frozenset[str]:
        """Records a dry pass leaves alone for now: what an accept has still to apply must not be replaced by newer proposals."""
        if not taken.context.is_dry:
            return frozenset()
        with self._database.begin() as connection:
            return self._being_accepted(connection, taken, object_ids)

    def save(self, taken: Taken, decided: Sequence[Decided]) -> Saved:
        """Save the results of the records that are still ours and may be kept."""
        context = taken.context
        with self._database.begin() as connection:
            held = self._leases.hold(
                connection,
                portal_id=taken.portal_id,
                claim=taken.claim,
                until=self._clock() + timedelta(seconds=self._lease_s),
            )
            ready = {entry.object_id: entry.sheet for entry in decided if entry.object_id in held}
            barred = self._people.barred_after_asking(connection, taken.portal_id, ready)
            held -= barred
            accepted = self._being_accepted(connection, taken, sorted(held))
            held -= accepted
            self._proposals.make_way(
                connection,
                portal_id=taken.portal_id,
                object_type=context.object_type,
                object_ids=sorted(held),
                is_dry=context.is_dry,
                now=self._clock(),
            )
            self._results.save(
                connection,
                portal_id=taken.portal_id,
                object_type=context.object_type,
                run_id=context.run_id,
                decided=[entry for entry in decided if entry.object_id in held],
                tells_timeline=context.object_type in TIMELINE_EVENT_UIDS
                and context.portal.timeline_writable
                and not context.is_dry,
            )
        return Saved(held, barred, accepted)

    def _being_accepted(self, connection: Connection, taken: Taken, object_ids: Sequence[str]) -> frozenset[str]:
        """Those of a dry pass whose older proposals an accept has still to apply; until the transaction ends no accept begins."""
        if not taken.context.is_dry or not object_ids:
            return frozenset()
        self._proposals.hold_still(connection, portal_id=taken.portal_id)
        return self._proposals.being_accepted(
            connection, portal_id=taken.portal_id, object_type=taken.context.object_type, object_ids=object_ids
        )
