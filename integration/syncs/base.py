"""What a sync is: a way to walk over the records of one type in pages, and a checkpoint that says how far it came. Pure but for `fetch_page`.

A sync finds ids and puts them on the worklist; reading, deciding and writing belong to the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from integration.hubspot.objects import Page, SearchFilter, SearchSort

SyncState = Literal["idle", "running", "failed"]


class CrmReader(Protocol):
    """The two HubSpot calls a sync makes, for one portal. Both raise the errors of `integration/core/errors.py`."""

    def search_page(
        self,
        object_type: str,
        *,
        filters: Sequence[SearchFilter],
        sorts: Sequence[SearchSort],
        properties: Sequence[str],
        after: str | None,
        limit: int,
    ) -> Page: ...

    def list_page(self, object_type: str, *, properties: Sequence[str], after: str | None, limit: int) -> Page: ...


@dataclass(frozen=True)
class Checkpoint:
    """Where a sync of one portal and object type stands.

    `watermark`: everything that changed before it is on the worklist or done; None before the first complete pass. While a pass runs (or after it
    failed), `started_at` is when it began, `since` its lower bound (None: all records) and `position` where it goes on (None: the beginning).
    """

    watermark: datetime | None = None
    state: SyncState = "idle"
    started_at: datetime | None = None
    since: datetime | None = None
    position: str | None = None
    passes: int = 0
    pages: int = 0
    records: int = 0


@dataclass(frozen=True)
class SyncPage:
    """The ids of one page, and where the next one begins; None when this was the last."""

    object_ids: tuple[str, ...]
    next_position: str | None


class Sync(Protocol):
    """One kind of pass. `every_s` None: it runs only when asked for. `cause` is kept with each record on the worklist."""

    @property
    def name(self) -> str: ...

    @property
    def cause(self) -> str: ...

    @property
    def every_s(self) -> float | None: ...

    @property
    def object_types(self) -> tuple[str, ...]: ...

    def since(self, checkpoint: Checkpoint, *, installed_at: datetime) -> datetime | None:
        """The lower bound of a new pass, None for all records. Pure."""
        ...

    def fetch_page(self, crm: CrmReader, object_type: str, checkpoint: Checkpoint) -> SyncPage:
        """The next page of the running pass. One HubSpot call."""
        ...


def begin(sync: Sync, checkpoint: Checkpoint, *, now: datetime, installed_at: datetime) -> Checkpoint:
    """The checkpoint of a pass that starts now, or goes on where an interrupted or failed one stopped."""
    if checkpoint.started_at is not None:
        return replace(checkpoint, state="running")
    since = sync.since(checkpoint, installed_at=installed_at)
    return replace(checkpoint, state="running", started_at=now, since=since, position=None)


def advance(checkpoint: Checkpoint, page: SyncPage) -> Checkpoint:
    """The checkpoint once the page is on the worklist. The last page ends the pass and moves the watermark to the pass's start, never beyond."""
    counted = replace(checkpoint, pages=checkpoint.pages + 1, records=checkpoint.records + len(page.object_ids))
    if page.next_position is not None:
        return replace(counted, position=page.next_position)
    return replace(
        counted,
        watermark=checkpoint.started_at,
        state="idle",
        started_at=None,
        since=None,
        position=None,
        passes=checkpoint.passes + 1,
    )
