"""What keeps budgets true while nobody looks: alerts when a step of a cap is passed, and the clock's look at calls that were never settled.

Limit: an alert of a period that has ended stays until the clock's next look, a minute at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.request import HOUSEKEEPING_PRIORITY, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.alert_store import Alert, AlertStore
from integration.providers.budget import STEPS_PCT, BudgetStep, alert_subject, step_words
from integration.providers.budget_store import BudgetStore
from integration.providers.credit_call_store import CreditCallStore
from integration.providers.registry import provider_infos
from integration.providers.spending import STALE_AFTER, Spending

BUDGET_ALERT: Final = "budget"
TEND_BUDGETS: Final = JobRequest("tend_budgets", queueing_lock="tend_budgets", priority=HOUSEKEEPING_PRIORITY)
PURGE_CALLS: Final = JobRequest("purge_credit_calls", queueing_lock="purge_credit_calls", priority=HOUSEKEEPING_PRIORITY)
BUDGET_TRIGGERS: Final = (
    Trigger(TEND_BUDGETS, 60.0, first_after_s=15.0),
    Trigger(PURGE_CALLS, 24 * 3600.0, first_after_s=180.0),
)
CALLS_KEPT: Final = timedelta(days=400)
"""Long enough to compare a whole year's invoices call by call."""


def raise_budget_alerts(connection: Connection, portal_id: int, steps: Sequence[BudgetStep], now: datetime) -> None:
    """One alert for each step, in the transaction that passed it."""
    titles = {info.name: info.title for info in provider_infos()}
    alerts = [Alert(BUDGET_ALERT, step.subject, step_words(step, titles)) for step in steps]
    AlertStore().raise_alerts(connection, portal_id=portal_id, alerts=alerts, now=now)


class BudgetKeeper:
    """The jobs `tend_budgets` and `purge_credit_calls`."""

    def __init__(self, *, database: Database, spending: Spending, portals: PortalStore, clock: Clock) -> None:
        self._database = database
        self._spending = spending
        self._portals = portals
        self._clock = clock
        self._calls = CreditCallStore()
        self._budgets = BudgetStore()
        self._alerts = AlertStore()

    def tend(self, _args: Mapping[str, JsonScalar]) -> None:
        """Counts calls that a crash left open as charged, and closes alerts that no longer hold. A short transaction for each portal."""
        now = self._clock()
        with self._database.begin() as connection:
            stale = self._calls.portals_with_stale(connection, before=now - STALE_AFTER)
            portal_ids = [portal.portal_id for portal in self._portals.find_all(connection)]
        for portal_id in stale:
            with self._database.begin() as connection:
                self._spending.expire(connection, portal_id=portal_id, now=now)
        for portal_id in portal_ids:
            with self._database.begin() as connection:
                self.close_outdated_alerts(connection, portal_id, now)

    def close_outdated_alerts(self, connection: Connection, portal_id: int, now: datetime) -> int:
        """How many budget alerts were closed because their period is over or the cap was raised."""
        found = [alert for alert in self._alerts.open_alerts(connection, portal_id=portal_id) if alert.kind == BUDGET_ALERT]
        if not found:
            return 0
        rooms = self._budgets.rooms(connection, portal_id=portal_id, providers=(), on=now.date())
        holding = {
            alert_subject(key, step)
            for key, room in rooms.items()
            for step in STEPS_PCT
            if room.cap is not None and step <= room.alerted_pct
        }
        outdated = [alert.alert_id for alert in found if alert.subject not in holding]
        for alert_id in outdated:
            self._alerts.resolve(connection, portal_id=portal_id, alert_id=alert_id, by="leadlight", now=now)
        return len(outdated)

    def purge(self, _args: Mapping[str, JsonScalar]) -> None:
        """Forgets single calls and periods older than `CALLS_KEPT`; the sums of days stay."""
        before = self._clock() - CALLS_KEPT
        with self._database.begin() as connection:
            portal_ids = [portal.portal_id for portal in self._portals.find_all(connection)]
        for portal_id in portal_ids:
            with self._database.begin() as connection:
                self._calls.purge(connection, portal_id=portal_id, before=before)
                self._budgets.purge(connection, portal_id=portal_id, before=before.date())
