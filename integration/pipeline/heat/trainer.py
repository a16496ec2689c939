"""Trains the heat model of an account and keeps what came of it, also when that is a reason why there is none.

Owns its transactions: none is open while HubSpot is asked or the model is trained. The model before is tested on what was decided since it
was trained, so that every training also says how the last one held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from integration.core.clock import Clock
from integration.core.errors import BadInput, NotAllowed, Rejected
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.deals.reading import DEALS_SCOPE
from integration.pipeline.heat.collecting import Collected, HistoryClient, collect
from integration.pipeline.heat.model_store import HeatModelStore, StoredTraining
from integration.scoring.heat_model.backtest import BackTest, backtest
from integration.scoring.heat_model.model import read_model
from integration.scoring.heat_model.train import Training, train

TYPES: Final = (CONTACTS, COMPANIES)
EVERY: Final = timedelta(days=30)
_log = structlog.get_logger(__name__)
Progress = Callable[[str, int, int], None]


class HistoryClients(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, *, live: bool = True) -> HistoryClient: ...


class Trainer:
    """Trains. One for the process."""

    def __init__(self, database: Database, clients: HistoryClients, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock
        self._models = HeatModelStore()
        self._portals = PortalStore()

    def train(self, portal_id: int, object_type: str, *, cause: str, progress: Progress = lambda *_: None) -> StoredTraining:
        """The training, stored as the newest version. Cost: some hundred HubSpot calls of the backfill lane, and seconds of one core.

        Raises BadInput for a type that has no heat, NotAllowed where deals may not be read, and the client's errors.
        """
        if object_type not in TYPES:
            raise BadInput(f"There is no heat model of {object_type}; there are models of {' and '.join(TYPES)}.")
        collected = self._collect(portal_id, object_type, progress)
        now = self._clock()
        result = train([one.as_column() for one in collected.columns], collected.examples, now=now)
        held = self._held(portal_id, object_type, collected)
        stored = _stored(result, collected, held, cause, now)
        with self._database.begin() as connection:
            version = self._models.save(connection, portal_id=portal_id, object_type=object_type, training=stored)
        _log.info(
            "heat_trained",
            object_type=object_type,
            version=version,
            examples=len(collected.examples),
            abstained=bool(result.abstained),
        )
        return replace(stored, version=version)

    def backtest(self, portal_id: int, object_type: str, *, progress: Progress = lambda *_: None) -> BackTest:
        """How the model in use does on the records decided since it was trained. Raises as `train` does."""
        return self._held(portal_id, object_type, self._collect(portal_id, object_type, progress)) or BackTest(
            "There is no model of this account yet: nothing to test."
        )

    def _collect(self, portal_id: int, object_type: str, progress: Progress) -> Collected:
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
        if portal is not None and DEALS_SCOPE not in portal.scopes:
            raise NotAllowed(
                f"Leadlight lacks the permission to read deals ({DEALS_SCOPE}), so it cannot learn what was won."
                " Ask an admin to connect it again and to grant it.",
                reason="missing_permission",
            )
        try:
            return collect(self._clients.for_portal(portal_id, live=False), object_type, now=self._clock(), progress=progress)
        except Rejected as error:
            raise NotAllowed(
                f"HubSpot does not let Leadlight read the history: {error.message}", reason="missing_permission"
            ) from error

    def _held(self, portal_id: int, object_type: str, collected: Collected) -> BackTest | None:
        """The back-test of the model in use, None without one."""
        with self._database.begin() as connection:
            newest = self._models.newest(connection, portal_id=portal_id, object_type=object_type)
        if newest is None or newest.artefact is None:
            return None
        since = [one for one in collected.examples if (one.decided_at or one.as_of) > newest.trained_at]
        return backtest(read_model(newest.artefact), since)


def _stored(result: Training, collected: Collected, held: BackTest | None, cause: str, now: datetime) -> StoredTraining:
    used = {one.name for one in result.model.columns} if result.model else set()
    card = result.card | {"records_looked_at": collected.records}
    return StoredTraining(
        version=0,
        artefact=result.model.to_json() if result.model else None,
        columns=tuple(one for one in collected.columns if one.name in used),
        abstained=result.abstained,
        card=card,
        backtest=None if held is None else held.to_json(),
        cause=cause,
        trained_at=now,
    )
