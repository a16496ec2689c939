"""Names of a portal's owners, asked once an hour and process: a list call, not a call for each record."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import Clock
from integration.core.errors import NotAllowed, Rejected
from integration.hubspot.objects import Owner
from integration.pipeline.portal_profile import PortalProfile
from integration.pipeline.ports import CrmReader

_LIFETIME: Final = timedelta(hours=1)


class OwnerNames:
    """The owners of each portal by id. Thread-safe; two threads that ask at once may both call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[int, tuple[datetime, Mapping[str, str]]] = {}

    def of(self, client: CrmReader, portal: PortalProfile) -> Mapping[str, str]:
        """Owner id to name; empty when the portal did not grant reading owners, or takes the permission back."""
        if not portal.owners_readable:
            return {}
        now = self._clock()
        with self._lock:
            fetched_at, names = self._known.get(portal.portal_id, (now - _LIFETIME, {}))
        if now - fetched_at < _LIFETIME:
            return names
        try:
            owners: Sequence[Owner] = client.owners()
        except (NotAllowed, Rejected):
            owners = ()
        # An archived owner has left; nobody writes in that name.
        called = {owner.owner_id: f"{owner.first_name} {owner.last_name}".strip() for owner in owners if not owner.archived}
        names = {owner_id: name for owner_id, name in called.items() if name}
        with self._lock:
            self._known[portal.portal_id] = (now, names)
        return names
