"""What a person may do about dry runs: look again, accept, decline, go live, go back to dry. The caller owns the transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, NotFound
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.lanes import slots_for
from integration.jobs.request import Deferrer
from integration.pipeline.lanes import DRY, process_request
from integration.pipeline.portal_profile import DRY_RUN_PREFERENCE
from integration.pipeline.proposals.accept_store import ACCEPT_KIND, AcceptStore
from integration.pipeline.proposals.jobs import accept_request
from integration.pipeline.proposals.open_store import OpenCounts, OpenProposalStore, Scope
from integration.pipeline.run_store import RunStore
from integration.pipeline.worklist_store import WorklistStore, WorkRequest

OBJECT_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
DECLINED_BY_PERSON: Final = "declined_by_person"
_CAUSE: Final = "dry_run"
_AT_ONCE: Final = 4
"""Jobs asked for at once; a lane widens by itself while there is more."""


@dataclass(frozen=True)
class Accepted:
    """An accept that was begun, or was under way already. `run_id` None: nothing was open, so nothing was begun."""

    run_id: str | None
    counts: OpenCounts
    resumed: bool = False


def checked_scope(*, run_id: str | None, object_type: str | None) -> Scope:
    """The scope somebody asked for. Raises BadInput for an object type we do not write to."""
    if object_type and object_type not in OBJECT_TYPES:
        raise BadInput(
            f"There are no proposals about {object_type!r}; choose {' or '.join(OBJECT_TYPES)}, or leave it out for all."
        )
    return Scope(run_id or None, object_type or None)


class Desk:
    """Acts on one portal's dry runs."""

    def __init__(
        self,
        portals: PortalStore,
        worklist: WorklistStore,
        deferrer: Deferrer,
        clock: Clock,
        new_run_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._portals = portals
        self._worklist = worklist
        self._deferrer = deferrer
        self._clock = clock
        self._new_run_id = new_run_id
        self._open = OpenProposalStore()
        self._accepts = AcceptStore()
        self._runs = RunStore()

    def look_again(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> int:
        """How many records were queued to be worked on without writing, also where the portal is live. One that waits for live work is not."""
        requests = [WorkRequest(object_type, object_id, DRY, (_CAUSE,)) for object_id in object_ids]
        count = self._worklist.add(connection, portal_id, requests, now=self._clock())
        for slot in slots_for(count, batch_limit=100, cap=_AT_ONCE):
            self._deferrer.defer(connection, process_request(portal_id, object_type, DRY, slot))
        return count

    def accept(self, connection: Connection, *, portal_id: int, scope: Scope, requested_by: str) -> Accepted:
        """Begin to apply what is open now in the scope; what is proposed later is not part of it. One that is under way is resumed first."""
        self._open.hold_still(connection, portal_id=portal_id, for_accept=True)
        running = self._accepts.find_unfinished(connection, portal_id=portal_id)
        if running is not None:
            counts = self._open.count(connection, portal_id=portal_id, scope=running.scope)
            self._deferrer.defer(connection, accept_request(portal_id, running.run_id))
            return Accepted(running.run_id, counts, resumed=True)
        counts = self._open.count(connection, portal_id=portal_id, scope=scope)
        if not counts.record_count:
            self._open.settle_refusals(connection, portal_id=portal_id, scope=scope, now=self._clock())
            return Accepted(None, counts)
        run_id, exact = self._new_run_id(), replace(scope, up_to_id=scope.up_to_id or counts.last_id)
        self._runs.open(
            connection,
            portal_id=portal_id,
            run_id=run_id,
            kind=ACCEPT_KIND,
            object_type=scope.object_type or "",
            started_at=self._clock(),
            requested_by=requested_by,
            parent_run_id=scope.run_id,
            target={name: value for name, value in asdict(exact).items() if value is not None},
            total_count=counts.record_count,
        )
        self._deferrer.defer(connection, accept_request(portal_id, run_id))
        return Accepted(run_id, counts)

    def decline(self, connection: Connection, *, portal_id: int, scope: Scope) -> int:
        """How many proposals were discarded."""
        return self._open.discard(connection, portal_id=portal_id, scope=scope, reason=DECLINED_BY_PERSON, now=self._clock())

    def switch(self, connection: Connection, *, portal_id: int, dry: bool) -> Portal:
        """The portal as it was before the switch: off means that from now on what is decided is written. Raises NotFound."""
        portal = self._portals.find(connection, portal_id=portal_id)
        if portal is None:
            raise NotFound(f"Leadlight is not installed in portal {portal_id}.")
        self._portals.change_preferences(connection, portal_id=portal_id, changes={DRY_RUN_PREFERENCE: dry})
        return portal
