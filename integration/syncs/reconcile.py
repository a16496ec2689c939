"""Finds every record that changed since the last pass, in case its webhook never came. The watermark moves only after a complete pass.

Each page asks for "changed since the bound, id greater than the last one seen, in order of id". Ids never change, so records that are modified
while the pass runs cannot push others across a page border, as they do with pages by offset or by time; and the 10,000 results a search
reaches are no limit, since each page is a search of its own. A record changed during the pass behind the current id has a time after the
pass's start, so the next pass finds it.

The search index lags behind: the bound reaches `overlap` further back than the watermark. It must exceed the lag and the difference of clocks.

Limit: deletions are not found by search; they rely on webhooks and on the pipeline, which treats a record that cannot be read as deleted.
Limit: our own writes change a record's modification time, so each written record is read once more by the next pass; it causes no write.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (limits, paging beyond 10,000), read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import to_epoch_ms
from integration.hubspot.objects import (
    COMPANIES,
    CONTACTS,
    DEALS,
    LAST_MODIFIED_PROPERTY,
    SEARCH_PAGE_LIMIT,
    SearchFilter,
    SearchSort,
)
from integration.syncs.base import Checkpoint, CrmReader, SyncPage

_ID: Final = "hs_object_id"
_BY_ID: Final = (SearchSort(_ID, "ASCENDING"),)


@dataclass(frozen=True)
class Reconcile:
    """The sync `reconcile`."""

    name: str = "reconcile"
    cause: str = "reconcile"
    every_s: float | None = 15 * 60.0
    object_types: tuple[str, ...] = (CONTACTS, COMPANIES, DEALS)
    overlap: timedelta = timedelta(minutes=2)
    page_limit: int = SEARCH_PAGE_LIMIT

    def since(self, checkpoint: Checkpoint, *, installed_at: datetime) -> datetime | None:
        """The watermark less the overlap. The first pass begins at the install: the backfill reads what is older."""
        return (checkpoint.watermark or installed_at) - self.overlap

    def fetch_page(self, crm: CrmReader, object_type: str, checkpoint: Checkpoint) -> SyncPage:
        filters = []
        if checkpoint.since is not None:
            changed = LAST_MODIFIED_PROPERTY[object_type]
            filters.append(SearchFilter(changed, "GTE", str(to_epoch_ms(checkpoint.since))))
        if checkpoint.position is not None:
            filters.append(SearchFilter(_ID, "GT", checkpoint.position))
        page = crm.search_page(object_type, filters=filters, sorts=_BY_ID, properties=(_ID,), after=None, limit=self.page_limit)
        ids = tuple(record.object_id for record in page.records)
        return SyncPage(ids, ids[-1] if ids and page.next_after is not None else None)


SYNC: Final = Reconcile()
