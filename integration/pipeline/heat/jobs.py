"""The jobs `train_heat` and `tend_heat`: training on a clock and when the watch raised an alarm, and the alert that tells an admin.

`tend_heat` looks every hour where a training is due: never trained, a month old (the monthly report comes with it), or alarmed. A lost job loses
nothing: it is due again the next hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import NotAllowed
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.alert_store import Alert, AlertStore
from integration.pipeline.deals.reading import DEALS_SCOPE
from integration.pipeline.heat.model_store import HeatModelStore
from integration.pipeline.heat.trainer import EVERY, TYPES, Trainer

TRAIN_HEAT: Final = "train_heat"
TEND_HEAT: Final = JobRequest("tend_heat", queueing_lock="tend_heat", priority=HOUSEKEEPING_PRIORITY)
HEAT_TRIGGERS: Final = (Trigger(TEND_HEAT, 3600.0, first_after_s=60.0),)
_AFTER_ALARM: Final = timedelta(days=1)
"""A training after an alarm waits so long since the last one, so that an account in turmoil is not trained all day."""
_log = structlog.get_logger(__name__)


def train_request(portal_id: int, object_type: str, cause: str) -> JobRequest:
    """Train the model of this portal and type."""
    lock = f"{TRAIN_HEAT}:{portal_id}:{object_type}"
    args: dict[str, JsonScalar] = {"portal_id": portal_id, "object_type": object_type, "cause": cause}
    return JobRequest(TRAIN_HEAT, args, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY)


class HeatJobs:
    """`train` and `tend` for the jobs of those names."""

    def __init__(self, database: Database, deferrer: Deferrer, trainer: Trainer, clock: Clock) -> None:
        self._database = database
        self._deferrer = deferrer
        self._trainer = trainer
        self._clock = clock
        self._models = HeatModelStore()
        self._portals = PortalStore()
        self._alerts = AlertStore()

    def train(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type, cause. An account that may not be read is left until somebody grants it."""
        portal_id, object_type = whole_number(args, "portal_id"), text(args, "object_type")
        try:
            self._trainer.train(portal_id, object_type, cause=text(args, "cause"))
        except NotAllowed as error:
            _log.info("heat_not_trained", object_type=object_type, reason=error.reason)

    def tend(self, _args: Mapping[str, JsonScalar]) -> None:
        """Asks for trainings that are due, and tells of alarms."""
        now = self._clock()
        with self._database.begin() as connection:
            for portal in self._portals.find_all(connection):
                for object_type in TYPES if portal.is_connected and DEALS_SCOPE in portal.scopes else ():
                    cause = self._due(connection, portal.portal_id, object_type, now)
                    if cause:
                        self._deferrer.defer(connection, train_request(portal.portal_id, object_type, cause))

    def _due(self, connection: Connection, portal_id: int, object_type: str, now: datetime) -> str:
        """Why the portal's model should be trained now, "" when it need not be."""
        trained_at = self._models.trained_at(connection, portal_id=portal_id, object_type=object_type)
        if trained_at is None:
            return "first"
        if now - trained_at >= EVERY:
            return "month"
        watched = self._models.watched(connection, portal_id=portal_id, object_type=object_type)
        if watched is None or not watched.alarm or now - trained_at < _AFTER_ALARM:
            return ""
        alert = Alert(
            "heat_drift", f"heat model of {object_type}", f"{watched.alarm} It is trained again now; look at the page Heat model."
        )
        self._alerts.raise_alerts(connection, portal_id=portal_id, alerts=[alert], now=now)
        return "drift"
