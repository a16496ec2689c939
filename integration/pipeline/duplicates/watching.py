"""Remembers every record the pipeline reads for the search for duplicates, in the reader's transaction and without a call of its own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.hubspot.objects import CrmRecord
from integration.matching.blocking import block_keys
from integration.pipeline.duplicates.match_store import MatchRow, MatchStore
from integration.pipeline.duplicates.profiles import COMPARED_TYPES, profile_of


class DuplicateWatch:
    """Sees the records go by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._store = MatchStore()

    def seen(self, connection: Connection, portal_id: int, object_type: str, records: Iterable[CrmRecord]) -> int:
        """How many records are new or changed in what they are compared by. One statement; none for types that are not compared."""
        if object_type not in COMPARED_TYPES:
            return 0
        rows = []
        for record in records:
            profile = profile_of(record)
            rows.append(MatchRow(record.object_id, profile.as_json(), block_keys(profile)))
        return self._store.remember(connection, portal_id=portal_id, object_type=object_type, rows=rows, now=self._clock())
