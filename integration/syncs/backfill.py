"""The first load after an install: every record of the portal, a page of a hundred at a time, in order of creation. Runs when asked for.

Interrupted at any page it goes on from there; on a portal that connects again it starts anew once the earlier one is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integration.hubspot.objects import BATCH_LIMIT, COMPANIES, CONTACTS, DEALS
from integration.syncs.base import Checkpoint, CrmReader, SyncPage


@dataclass(frozen=True)
class Backfill:
    """The sync `backfill`."""

    name: str = "backfill"
    cause: str = "backfill"
    every_s: float | None = None
    object_types: tuple[str, ...] = (COMPANIES, CONTACTS, DEALS)
    page_limit: int = BATCH_LIMIT

    def since(self, checkpoint: Checkpoint, *, installed_at: datetime) -> datetime | None:  # noqa: ARG002  all records, whatever was before
        """None: all records."""
        return None

    def fetch_page(self, crm: CrmReader, object_type: str, checkpoint: Checkpoint) -> SyncPage:
        page = crm.list_page(object_type, properties=("hs_object_id",), after=checkpoint.position, limit=self.page_limit)
        return SyncPage(tuple(record.object_id for record in page.records), page.next_after)


SYNC: Final = Backfill()
