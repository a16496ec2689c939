"""Reads what the app home shows. No call to HubSpot, a fixed number of statements but for the lists that go by who may see what.

Records and drafts go by the visitor's right to see them; runs are shown to people with a role, others see those they asked for. Spend and health
are those of the account and shown to every user of it.
Limit: a visitor who may see none of the five hundred hottest records sees none of those below either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from crm_cards.base import CardParts, Json, Visitor
from crm_cards.home_view import (
    DAYS,
    QUIET_AFTER,
    HealthFacts,
    approval_line,
    health_view,
    hot_line,
    record_url,
    spend_view,
)
from crm_cards.rights import CardDoor
from crm_cards.run_line import StoredRun, run_line
from crm_cards.settings_view import console_url
from integration.access.roles import Role
from integration.hubspot.objects import CONTACTS
from integration.pipeline.portal_profile import is_dry
from integration.providers.budget_store import BudgetStore
from integration.providers.charge_store import ChargeStore
from integration.reporting.home_store import HomeStore
from integration.reporting.overview_store import OverviewStore
from integration.reporting.runs_store import Run, RunsStore
from integration.scoring.priority import NAME as PRIORITY

_FALLBACK: Final = "icp_fit"
_LISTED: Final = 10
_RUNS: Final = 8
_PAGE: Final = 100
_PAGES: Final = 5
_RECENT: Final = timedelta(days=2)


class _Listed(Protocol):
    @property
    def owner_id(self) -> str | None: ...

    @property
    def place(self) -> Any: ...


_T = TypeVar("_T", bound=_Listed)


class HomeReader:
    """Reads for one visit."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._door = CardDoor(parts)
        self._home = HomeStore()
        self._overview = OverviewStore()
        self._titles = {adapter.info.name: adapter.info.title for adapter in parts.adapters}
        self._paid = [adapter.info.name for adapter in parts.adapters if any(one.offer.credits for one in adapter.endpoints)]

    def view(self, connection: Connection, visitor: Visitor) -> Json:
        """The contract's `HomeView` for this visitor."""
        portal_id, settings = visitor.portal_id, self._parts.settings
        role = self._door.role_of(connection, visitor)
        score = PRIORITY if self._home.has_score(connection, portal_id=portal_id, name=PRIORITY) else _FALLBACK
        backlog = self._parts.worklist.backlog(connection, portal_id)
        waiting = sum(entry.due_count for entry in backlog)
        return {
            "hottest": self._hottest(connection, visitor, score),
            "approvals": self._approvals(connection, visitor, score),
            "approvals_total": self._approvals_total(connection, visitor),
            "runs": self._runs(connection, visitor, role),
            "spend": self._spend(connection, portal_id),
            "health": health_view(self._health(connection, visitor, waiting, min((one.oldest for one in backlog), default=None))),
            "dry_run": is_dry(visitor.portal.preferences),
            "waiting": waiting,
            "console_url": console_url(settings.web.public_url, portal_id),
            "viewer": {"may_act": visitor.portal.is_connected, "is_admin": role is Role.ADMIN},
        }

    def _hottest(self, connection: Connection, visitor: Visitor, score: str) -> list[Json]:
        def page(after: Any) -> Any:
            return self._home.hottest(connection, portal_id=visitor.portal_id, score=score, after=after, limit=_PAGE)

        found = self._visible(connection, visitor, page)
        return [hot_line(one, score, self._url(visitor, one.object_type, one.object_id)) for one in found]

    def _approvals(self, connection: Connection, visitor: Visitor, score: str) -> list[Json]:
        def page(after: Any) -> Any:
            return self._home.waiting_drafts(connection, portal_id=visitor.portal_id, score=score, after=after, limit=_PAGE)

        found = self._visible(connection, visitor, page)
        if len(found) < _LISTED:
            rest = self._home.unscored_drafts(connection, portal_id=visitor.portal_id, score=score, limit=_PAGE)
            found += self._seen(connection, visitor, rest)
        return [approval_line(one, self._url(visitor, CONTACTS, one.object_id)) for one in found[:_LISTED]]

    def _approvals_total(self, connection: Connection, visitor: Visitor) -> int:
        by_owner = self._home.waiting_by_owner(connection, portal_id=visitor.portal_id)
        owners = list(by_owner)
        may_see = self._door.may_see(connection, visitor, owners) if owners else ()
        return sum(by_owner[owner] for owner, allowed in zip(owners, may_see, strict=True) if allowed)

    def _visible(self, connection: Connection, visitor: Visitor, page: Callable[[Any], Sequence[_T]]) -> list[_T]:
        """The first entries the visitor may see, among some hundred candidates."""
        found: list[_T] = []
        after = None
        for _ in range(_PAGES):
            candidates = page(after)
            found += self._seen(connection, visitor, candidates)
            if len(found) >= _LISTED or len(candidates) < _PAGE:
                break
            after = candidates[-1].place
        return found[:_LISTED]

    def _seen(self, connection: Connection, visitor: Visitor, candidates: Sequence[_T]) -> list[_T]:
        if not candidates:
            return []
        may_see = self._door.may_see(connection, visitor, [one.owner_id for one in candidates])
        return [one for one, allowed in zip(candidates, may_see, strict=True) if allowed]

    def _runs(self, connection: Connection, visitor: Visitor, role: Role | None) -> list[Json]:
        if role is None and not visitor.email:
            return []
        store, only = RunsStore(), None if role is not None else visitor.email
        since = self._parts.clock() - _RECENT
        under_way = store.under_way(connection, portal_id=visitor.portal_id, since=since, requested_by=only)
        newest = store.runs(connection, portal_id=visitor.portal_id, requested_by=only, limit=_RUNS)
        listed = list({run.run_id: run for run in (*under_way, *newest)}.values())[:_RUNS]
        public_url = self._parts.settings.web.public_url
        return [run_line(_stored(run), portal_id=visitor.portal_id, public_url=public_url) for run in listed]

    def _spend(self, connection: Connection, portal_id: int) -> Json:
        today = self._parts.clock().date()
        since = min(today - timedelta(days=DAYS - 1), today.replace(day=1))
        charges = ChargeStore().days(connection, portal_id=portal_id, since=since)
        rooms = BudgetStore().rooms(connection, portal_id=portal_id, providers=self._paid, on=today)
        return spend_view(charges, rooms.values(), self._titles, today)

    def _health(self, connection: Connection, visitor: Visitor, waiting: int, oldest_at: Any) -> HealthFacts:
        now, portal_id = self._parts.clock(), visitor.portal_id
        return HealthFacts(
            portal=visitor.portal,
            workers=self._overview.workers(connection),
            waiting=waiting,
            oldest_at=oldest_at,
            dead_letters=self._overview.dead_letters(connection, portal_id=portal_id),
            alerts=self._overview.alerts(connection, portal_id=portal_id),
            heard=self._home.heard_since(connection, portal_id=portal_id, moment=now - QUIET_AFTER),
            access_ends_at=self._home.access_ends_at(connection, portal_id=portal_id),
            now=now,
        )

    def _url(self, visitor: Visitor, object_type: str, object_id: str) -> str:
        return record_url(visitor.portal, self._parts.settings.hubspot.app_base_url, object_type, object_id)


def _stored(run: Run) -> StoredRun:
    return StoredRun(
        run_id=run.run_id,
        kind=run.kind,
        object_type=run.object_type,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=run.counts,
        is_dry=run.is_dry,
        requested_by=run.requested_by,
        target=run.target,
        total=run.total_count,
        done=run.done_count,
    )
