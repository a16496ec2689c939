"""A HubSpot portal as a sync sees it, in memory: list and search with an index that lags, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from integration.hubspot.objects import CrmRecord, Page, SearchFilter, SearchSort
from integration.hubspot.portal_store import Portal, PortalStore

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class MovingClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Modification:
    """A record changed at `at`; search knows it `lag` later."""

    object_id: int
    at: datetime
    lag: timedelta = timedelta()


@dataclass
class LaggingPortal:
    """Answers list and search from the modifications so far. `calls` keeps the operations."""

    clock: MovingClock
    modifications: list[Modification] = field(default_factory=list)
    page_size: int = 200
    calls: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def search_page(
        self,
        object_type: str,
        *,
        filters: Sequence[SearchFilter],
        sorts: Sequence[SearchSort],
        properties: Sequence[str],
        after: str | None,
        limit: int,
    ) -> Page:
        self._answer("search", properties)
        assert after is None
        assert list(sorts) == [SearchSort("hs_object_id", "ASCENDING")]
        bounds = {given.operator: int(given.value or 0) for given in filters}
        indexed: dict[int, datetime] = {}
        for change in self.modifications:
            if change.at + change.lag <= self.clock.now:
                indexed[change.object_id] = max(change.at, indexed.get(change.object_id, change.at))
        found = sorted(
            object_id
            for object_id, at in indexed.items()
            if at.timestamp() * 1000 >= bounds.get("GTE", 0) and object_id > bounds.get("GT", 0)
        )
        return self._page(object_type, found, min(limit, self.page_size))

    def list_page(self, object_type: str, *, properties: Sequence[str], after: str | None, limit: int) -> Page:
        self._answer("list", properties)
        existing = sorted({change.object_id for change in self.modifications if change.at <= self.clock.now})
        return self._page(
            object_type, [each for each in existing if each >= int(after or 0)], min(limit, self.page_size), ahead=True
        )

    def _answer(self, operation: str, properties: Sequence[str]) -> None:
        assert list(properties) == ["hs_object_id"], "a sync asks for ids, nothing personal"
        self.calls.append(operation)
        if self.failure is not None:
            raise self.failure

    def _page(self, object_type: str, ids: list[int], limit: int, *, ahead: bool = False) -> Page:
        shown, rest = ids[:limit], ids[limit:]
        records = tuple(CrmRecord(object_type, str(object_id), {}) for object_id in shown)
        return Page(records, None if not rest else str(rest[0] if ahead else limit))


@dataclass(frozen=True)
class ConnectedPortals:
    """The connected portals of the real table."""

    store: PortalStore

    def connected(self, connection: Connection) -> list[Portal]:
        return [portal for portal in self.store.find_all(connection) if portal.is_connected]

    def find_connected(self, connection: Connection, portal_id: int) -> Portal | None:
        found = self.store.find(connection, portal_id=portal_id)
        return found if found is not None and found.is_connected else None


@dataclass
class Backlog:
    """The worklist: what was added, and how much waits."""

    added: list[tuple[int, str, str, str]] = field(default_factory=list)
    waiting: int = 0
    failure: Exception | None = None

    def add(self, _connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], cause: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.added += [(portal_id, object_type, object_id, cause) for object_id in object_ids]

    def waiting_count(self, _connection: Connection, *, portal_id: int) -> int:
        return self.waiting if portal_id else 0

    def ids(self, object_type: str) -> list[str]:
        return [object_id for _, added_type, object_id, _ in self.added if added_type == object_type]
