"""Reads what the settings page shows. Whatever asks HubSpot gets a deadline together: the page says that HubSpot was silent rather than waiting.

Changes nothing but what is kept of HubSpot's definitions of properties.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import Final, TypeVar

from crm_cards.base import CardParts, Json, Visitor
from crm_cards.settings_view import SILENT, SettingsFacts, closed_view, settings_view
from integration.access.role_store import RoleStore
from integration.access.roles import Role
from integration.core.errors import AppError, NotFound
from integration.hubspot.doctor import Check
from integration.pipeline.owners.owner_store import OwnerStore
from integration.pipeline.policies.desk import POLICED_TYPES, PolicyDesk, PolicySheet
from integration.pipeline.proposals.open_store import OpenProposalStore, Scope
from integration.providers.budget_store import BudgetStore

_HUBSPOT_S: Final = 2.0
"""For the doctor and the definitions together; the page is to be there within three seconds."""
_THREADS: Final = 6
_T = TypeVar("_T")


class SettingsReader:
    """Reads for one visit. Its threads belong to the process; each call in them ends by the time-outs of its client."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="settings")
        self._policies = PolicyDesk(parts.database, parts.quick_clients, parts.portals, parts.clock)
        self._paid = [adapter.info.name for adapter in parts.adapters if any(one.offer.credits for one in adapter.endpoints)]
        self._roles = RoleStore()

    @property
    def paid(self) -> Sequence[str]:
        """The providers that can cost anything: those there may be budgets for."""
        return self._paid

    def view(self, visitor: Visitor) -> Json:
        """The page for this visitor, as everything stands now."""
        portal_id = visitor.portal_id
        with self._parts.database.begin() as connection:
            role = self._roles.role_of(connection, portal_id=portal_id, email=visitor.email)
            if role is None:
                members = self._roles.members(connection, portal_id=portal_id)
                return closed_view([one.email for one in members if one.role is Role.ADMIN])
        checks, sheets = self._asked(portal_id)
        with self._parts.database.begin() as connection:
            portal = self._parts.portals.find(connection, portal_id=portal_id)
            if portal is None:
                raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
            rooms = BudgetStore().rooms(connection, portal_id=portal_id, providers=self._paid, on=self._parts.clock().date())
            owners = OwnerStore().all_of(connection, portal_id=portal_id).entries.values()
            facts = SettingsFacts(
                portal=portal,
                role=role,
                checks=checks,
                manifest=self._parts.manifest,
                open_counts=OpenProposalStore().count(connection, portal_id=portal_id, scope=Scope()),
                adapters=self._parts.adapters,
                owned=self._parts.keys.names_of(connection, portal_id=portal_id),
                rooms=tuple(rooms.values()),
                sheets=sheets,
                owners_known=sum(not owner.archived for owner in owners),
                public_url=self._parts.settings.web.public_url,
            )
        return settings_view(facts)

    def _asked(self, portal_id: int) -> tuple[Sequence[Check], Sequence[PolicySheet]]:
        """The doctor's checks and the policies. What HubSpot does not answer in time is said, and shown as it was known last."""
        until = time.monotonic() + _HUBSPOT_S
        diagnosing = self._pool.submit(self._parts.diagnose, portal_id)
        reading = [self._pool.submit(self._policies.sheet, portal_id, object_type) for object_type in POLICED_TYPES]
        sheets = [
            _in_time(one, until) or self._policies.sheet(portal_id, object_type, may_ask=False)
            for one, object_type in zip(reading, POLICED_TYPES, strict=True)
        ]
        try:
            checks = _in_time(diagnosing, until)
        except AppError as error:
            checks = [Check("doctor", False, f"The doctor could not look: {error.message}", "Look into the log of the server.")]
        return (SILENT,) if checks is None else checks, sheets


def _in_time(asked: Future[_T], until: float) -> _T | None:
    """What came of it; None when it is not there by the monotonic moment `until`. Raises what it raised."""
    try:
        return asked.result(timeout=max(0.0, until - time.monotonic()))
    except NotInTime:
        asked.cancel()
        return None
