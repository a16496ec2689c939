"""Reads a deal when somebody looks at its card: from HubSpot, or as it was last seen when HubSpot cannot be asked.

Limit: at most fifty contacts of a deal are looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from integration.core.clock import Clock
from integration.core.errors import Conflict, NotAllowed, ReauthRequired, Rejected, Unavailable, UpstreamError
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, AssociatedRecord, CrmRecord
from integration.hubspot.portal_store import Portal
from integration.pipeline.deals.deal_link_store import DealLinkStore
from integration.pipeline.deals.link import DEAL_PROPERTIES, DealLink, build_link

DEALS_SCOPE: Final = "crm.objects.deals.read"
_FRESH_FOR: Final = timedelta(seconds=60)
_STAGES_FRESH_FOR: Final = timedelta(minutes=10)
_MISSING_SCOPE: Final = (
    f"Leadlight lacks the permission to read deals ({DEALS_SCOPE}) in this account. "
    "Ask an admin to connect Leadlight again and to grant it."
)
_NOT_CONNECTED: Final = "Leadlight is not connected to this account any more. Ask an admin to connect it again."


class DealClient(Protocol):
    """The calls this needs."""

    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[CrmRecord]: ...
    def associated_ids(self, from_type: str, to_type: str, ids: Sequence[str]) -> Mapping[str, tuple[AssociatedRecord, ...]]: ...
    def stage_labels(self, object_type: str) -> Mapping[str, str]: ...


class DealClients(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> DealClient: ...


class DealDesk:
    """Reads and keeps deals. One for the process; it owns its transactions, so that none is open while HubSpot is asked."""

    def __init__(self, database: Database, clients: DealClients, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock
        self._store = DealLinkStore()
        self._stages: dict[int, tuple[datetime, Mapping[str, str]]] = {}
        self._lock = threading.Lock()

    def current(self, portal: Portal, deal_id: str) -> DealLink | None:
        """The deal; None when HubSpot has none of this id. Within a minute as it was just seen, else at the price of three calls.

        Raises NotAllowed where deals may not be read; Conflict for an account that is not connected and Unavailable for a HubSpot that
        does not answer, each only about a deal that was never seen.
        """
        with self._database.begin() as connection:
            known = self._store.find(connection, portal_id=portal.portal_id, deal_id=deal_id)
        if DEALS_SCOPE not in portal.scopes:
            raise NotAllowed(_MISSING_SCOPE, reason="missing_permission")
        if known is not None and (self._clock() - known.seen_at < _FRESH_FOR or not portal.is_connected):
            return known
        if not portal.is_connected:
            raise Conflict(_NOT_CONNECTED, reason="disconnected")
        try:
            found = self._fetch(portal.portal_id, deal_id)
        except ReauthRequired as error:
            raise Conflict(_NOT_CONNECTED, reason="disconnected") from error
        except Rejected as error:
            raise NotAllowed(_MISSING_SCOPE, reason="missing_permission") from error
        except UpstreamError as error:
            if known is not None:
                return known
            raise Unavailable(
                "This deal was not looked at before, and HubSpot cannot be asked about it right now. Try again in a minute.",
                system="hubspot",
                reason="hubspot_silent",
            ) from error
        with self._database.begin() as connection:
            if found is None:
                self._store.forget(connection, portal_id=portal.portal_id, deal_id=deal_id)
            else:
                self._store.save(connection, portal_id=portal.portal_id, link=found)
        return found

    def _fetch(self, portal_id: int, deal_id: str) -> DealLink | None:
        client = self._clients.for_portal(portal_id)
        deals = [deal for deal in client.batch_read(DEALS, [deal_id], DEAL_PROPERTIES) if deal.object_id == deal_id]
        if not deals or deals[0].archived:
            return None
        companies = client.associated_ids(DEALS, COMPANIES, [deal_id])[deal_id]
        contacts = client.associated_ids(DEALS, CONTACTS, [deal_id])[deal_id]
        return build_link(deals[0], companies, contacts, stages=self._stage_labels(portal_id, client), seen_at=self._clock())

    def _stage_labels(self, portal_id: int, client: DealClient) -> Mapping[str, str]:
        """Words for the stages, asked every ten minutes; none when HubSpot does not tell, since a deal can be shown without."""
        now = self._clock()
        with self._lock:
            asked_at, labels = self._stages.get(portal_id, (now - _STAGES_FRESH_FOR, {}))
        if now - asked_at < _STAGES_FRESH_FOR:
            return labels
        try:
            labels = client.stage_labels(DEALS)
        except UpstreamError:
            return labels
        with self._lock:
            self._stages[portal_id] = (now, labels)
        return labels
