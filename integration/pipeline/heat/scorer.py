"""Scores a batch of records by the account's heat model: one pass for the whole batch, the model read once.

Without a model of its own an account's records are scored by the general rule of thumb, and every answer says so. What was seen goes to the watch.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CrmRecord
from integration.pipeline.heat.columns import CrmColumn, properties_of, row_of, standard_columns
from integration.pipeline.heat.model_store import HeatModelStore, Watched
from integration.scoring.base import ScoreResult
from integration.scoring.heat import heat_result, silent_result
from integration.scoring.heat_model.base import Heat
from integration.scoring.heat_model.counterfactual import counterfactual, told
from integration.scoring.heat_model.drift import Watch, watch
from integration.scoring.heat_model.model import HeatModel, read_model
from integration.scoring.heat_model.prior import prior_model
from integration.scoring.heat_model.train import TOO_FEW


@dataclass(frozen=True)
class Loaded:
    """The model in use. `version` 0: the general rule of thumb. `trained`: the last training it was read after, also one that abstained."""

    trained: int
    version: int
    model: HeatModel
    columns: tuple[CrmColumn, ...]
    abstained: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether the account's own records were looked at and hold no signal: then a general rule would be a guess against the evidence."""
        return not self.version and bool(self.abstained) and not self.abstained.startswith(TOO_FEW)


class HeatScorer:
    """One for the process; safe between threads. Owns its transactions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._models = HeatModelStore()
        self._loaded: dict[tuple[int, str], Loaded] = {}
        self._lock = threading.Lock()

    def properties(self, portal_id: int, object_type: str, of_type: str) -> tuple[str, ...]:
        """The properties of records of `of_type` that scoring records of `object_type` reads."""
        return properties_of(self._model(portal_id, object_type).columns, of_type)

    def score(
        self,
        portal_id: int,
        object_type: str,
        records: Mapping[str, CrmRecord],
        companies: Mapping[str, CrmRecord],
        *,
        as_of: datetime,
    ) -> dict[str, ScoreResult]:
        """The heat of each record, by id. `companies`: of each contact. Costs a small read and a write for a batch."""
        loaded = self._model(portal_id, object_type)
        if loaded.says_nothing:
            return dict.fromkeys(records, silent_result(loaded.abstained))
        rows = {
            object_id: row_of(loaded.columns, record, record if object_type == COMPANIES else companies.get(object_id), as_of)
            for object_id, record in records.items()
        }
        heats = loaded.model.score(list(rows.values()))
        self._watch(portal_id, object_type, loaded, heats)
        return {
            object_id: heat_result(heat, told(counterfactual(loaded.model, row)), is_prior=loaded.model.data.is_prior)
            for (object_id, row), heat in zip(rows.items(), heats, strict=True)
        }

    def _model(self, portal_id: int, object_type: str) -> Loaded:
        """The newest model; read again only when there is a newer one."""
        with self._lock:
            found = self._loaded.get((portal_id, object_type))
        with self._database.begin() as connection:
            trained = self._models.version(connection, portal_id=portal_id, object_type=object_type)
            if found is not None and found.trained == trained:
                return found
            newest = self._models.newest(connection, portal_id=portal_id, object_type=object_type) if trained else None
        if newest is None or newest.artefact is None:
            loaded = Loaded(trained, 0, prior_model(), _prior_columns(object_type), "" if newest is None else newest.abstained)
        else:
            loaded = Loaded(trained, newest.version, read_model(newest.artefact), newest.columns)
        with self._lock:
            self._loaded[portal_id, object_type] = loaded
        return loaded

    def _watch(self, portal_id: int, object_type: str, loaded: Loaded, heats: list[Heat]) -> None:
        """Shows the chances to the watch over the model; an alarm stands until the next training."""
        if not loaded.version or not heats:
            return
        with self._database.begin() as connection:
            kept = self._models.watched(connection, portal_id=portal_id, object_type=object_type, for_update=True)
            before = Watched(loaded.version, {}, 0) if kept is None or kept.version != loaded.version else kept
            places = tuple(int(one) for one in before.state.get("places", ()))
            state = Watch(places, before.seen, int(before.state.get("checked", 0)))
            after, alarm = watch(loaded.model, state, [heat.probability for heat in heats])
            watched = Watched(
                loaded.version,
                {"places": list(after.places), "checked": after.checked},
                after.seen,
                before.alarm or ("" if alarm is None else alarm.words),
                before.alarmed_at or (None if alarm is None else self._clock()),
            )
            self._models.save_watched(connection, portal_id=portal_id, object_type=object_type, watched=watched)


def _prior_columns(object_type: str) -> tuple[CrmColumn, ...]:
    known = {one.name for one in prior_model().columns}
    return tuple(one for one in standard_columns(object_type) if one.name in known)
