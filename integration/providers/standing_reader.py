"""What a plan rests on, read for a portal and kept in the process for a minute, so that a batch costs no reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from integration.providers.choice_store import ChoiceStore
from integration.providers.estimates import estimates_from, week_of
from integration.providers.observation_store import ObservationStore
from integration.providers.outlook import Judge
from integration.providers.standing import Standing

KEPT_S: Final = 60.0
LOOKED_BACK: Final = timedelta(weeks=16)
"""After as many weeks an observation weighs less than a fortieth."""


@dataclass(frozen=True)
class Standpoint:
    """A portal's standing and the judge that reads its estimates."""

    standing: Standing
    judge: Judge


class StandingReader:
    """Safe between threads; one per process. Choices made elsewhere hold here after `KEPT_S` seconds at most."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, kept_s: float = KEPT_S) -> None:
        self._monotonic = monotonic
        self._kept_s = kept_s
        self._observations = ObservationStore()
        self._choices = ChoiceStore()
        self._kept: dict[int, tuple[float, Standpoint]] = {}
        self._lock = threading.Lock()

    def read(self, connection: Connection, *, portal_id: int, now: datetime) -> Standpoint:
        """What holds for the portal. Cost: four short statements once a minute, none otherwise."""
        with self._lock:
            kept = self._kept.get(portal_id)
        if kept is not None and self._monotonic() < kept[0]:
            return kept[1]
        week = week_of(now)
        observed = self._observations.find(connection, portal_id=portal_id, since=week - LOOKED_BACK)
        standing = Standing(
            terms=self._choices.find_terms(connection, portal_id=portal_id),
            choices=self._choices.find(connection, portal_id=portal_id),
            estimates=estimates_from(observed, week),
            week=week.isoformat(),
        )
        found = Standpoint(standing, Judge(standing.estimates))
        with self._lock:
            self._kept[portal_id] = (self._monotonic() + self._kept_s, found)
        return found
