"""The overview: is everything running, what waits, what was done, what does it cost, what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Response

from integration.admin.console.base import ConsoleParts, Page, Routes, Visit, render
from integration.hubspot.portal_store import Portal
from integration.pipeline.status_store import PortalStatus, StatusStore
from integration.reporting.overview_store import OverviewStore, ToDo
from integration.reporting.runs_store import RunsStore

_RECENT: Final = timedelta(days=2)
_LATE_S: Final = 900
_LATELY: Final = 5


def routes(parts: ConsoleParts) -> Routes:
    def show(visit: Visit) -> Response:
        store, now = OverviewStore(), parts.clock()
        with parts.database.begin() as connection:
            status = StatusStore().find(connection, portal_id=visit.portal_id, now=now)
            workers = store.workers(connection)
            spend = store.spend(connection, portal_id=visit.portal_id, now=now)
            alerts = store.alerts(connection, portal_id=visit.portal_id)
            to_do = store.to_do(connection, portal_id=visit.portal_id, now=now)
            under_way = RunsStore().under_way(connection, portal_id=visit.portal_id, since=now - _RECENT)
            lately = RunsStore().runs(connection, portal_id=visit.portal_id, only_with_writes=True, limit=_LATELY)
        age_s = (now - status.oldest_at).total_seconds() if status.oldest_at else 0.0
        return render(
            visit,
            "overview.html",
            title="Overview",
            status=status,
            workers=workers,
            spend=spend,
            alerts=alerts,
            to_do=to_do,
            under_way=under_way,
            lately=lately,
            age_s=age_s,
            is_late=age_s > _LATE_S,
            steps=_first_steps(visit.portal, status, to_do),
        )

    return (Page("", "overview", show, menu="Overview", position=0),)


@dataclass(frozen=True)
class Step:
    """One of the first steps of a new portal. `endpoint` is where it is done."""

    text: str
    endpoint: str
    is_done: bool


def _first_steps(portal: Portal, status: PortalStatus, to_do: ToDo) -> Sequence[Step]:
    """Empty once all are done."""
    steps = (
        Step("Connect HubSpot and let the properties be made", "doctor", portal.is_ready),
        Step("Let the first records be looked at", "runs", status.scored > 0),
        Step("Read what the dry run would write, and say go", "dry_run", portal.preferences.get("dry_run") is False),
        Step("Let a colleague in", "members", to_do.members > 1),
    )
    return () if all(step.is_done for step in steps) else steps
