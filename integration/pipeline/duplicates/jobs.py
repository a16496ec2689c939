"""The job `find_duplicates`: compares the records of one portal and type that changed, a bounded chunk at a time, then goes behind the others.

A sweep on the clock asks for it wherever something waits, so a lost job loses nothing. HubSpot is not called.
Limit: a name, number or domain that more than fifty records of a portal share leads nobody to anybody; another key of the records has to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.matching.features import Profile
from integration.matching.weights import Kind, Score, compare_and_score, model_of
from integration.pipeline.duplicates.judging import judge_pairs
from integration.pipeline.duplicates.match_store import FreshRecord, MatchStore
from integration.pipeline.duplicates.pair_store import Ids, PairStore, ordered
from integration.pipeline.duplicates.profiles import profile_type
from integration.pipeline.record_state_store import RecordStateStore, Status

FIND_DUPLICATES: Final = "find_duplicates"
SWEEP_DUPLICATES: Final = JobRequest("sweep_duplicates", queueing_lock="sweep_duplicates", priority=HOUSEKEEPING_PRIORITY)
DUPLICATE_TRIGGERS: Final = (Trigger(SWEEP_DUPLICATES, 5.0),)
BLOCK_LIMIT: Final = 50
"""Records that may share a key for it to lead from one to the other."""
_CHUNK: Final = 200
_KIND: Final[Mapping[str, Kind]] = {CONTACTS: "contacts", COMPANIES: "companies"}


def find_request(portal_id: int, object_type: str) -> JobRequest:
    """Compare the next records of this portal and type."""
    lock = f"{FIND_DUPLICATES}:{portal_id}:{object_type}"
    args: dict[str, JsonScalar] = {"portal_id": portal_id, "object_type": object_type}
    return JobRequest(FIND_DUPLICATES, args, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY)


class DuplicateJobs:
    """`find` and `sweep` for the jobs of those names."""

    def __init__(self, database: Database, deferrer: Deferrer, clock: Clock, *, chunk: int = _CHUNK) -> None:
        self._database = database
        self._deferrer = deferrer
        self._clock = clock
        self._chunk = chunk
        self._records = MatchStore()
        self._pairs = PairStore()
        self._states = RecordStateStore()

    def sweep(self, _args: Mapping[str, JsonScalar]) -> None:
        """Asks for `find` wherever records wait to be compared."""
        with self._database.begin() as connection:
            for portal_id, object_type in self._records.waiting(connection):
                self._deferrer.defer(connection, find_request(portal_id, object_type))

    def find(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type. One chunk; asks for the next one when it was full."""
        portal_id, object_type = whole_number(args, "portal_id"), text(args, "object_type")
        if self.compare_chunk(portal_id, object_type) >= self._chunk:
            with self._database.begin() as connection:
                self._deferrer.defer(connection, find_request(portal_id, object_type))

    def compare_chunk(self, portal_id: int, object_type: str) -> int:
        """How many records were compared. Reads, compares outside of any transaction, then saves."""
        with self._database.begin() as connection:
            fresh = self._records.fresh(connection, portal_id=portal_id, object_type=object_type, limit=self._chunk)
            if not fresh:
                return 0
            pairs = self._candidates(connection, portal_id, object_type, fresh)
            profiles = self._profiles(connection, portal_id, object_type, pairs)
        scores = {ids: compare_and_score(profiles[ids[0]], profiles[ids[1]]) for ids in pairs if profiles.keys() >= set(ids)}
        with self._database.begin() as connection:
            self._save(connection, portal_id, object_type, fresh, scores)
        return len(fresh)

    def _candidates(self, connection: Connection, portal_id: int, object_type: str, fresh: Sequence[FreshRecord]) -> set[Ids]:
        """Pairs worth comparing, and open ones whose records changed. Of records that are no longer there none."""
        ids = [one.object_id for one in fresh]
        found = self._records.candidates(
            connection, portal_id=portal_id, object_type=object_type, object_ids=ids, block_limit=BLOCK_LIMIT
        )
        pairs = {ordered(*pair) for pair in found}
        pairs |= self._pairs.open_pairs_of(connection, portal_id=portal_id, object_type=object_type, object_ids=ids)
        named = sorted({object_id for pair in pairs for object_id in pair} | set(ids))
        states = self._states.status_of(connection, portal_id, object_type, named)
        away = [object_id for object_id, state in states.items() if state.status is not Status.LIVE]
        self._records.forget(connection, portal_id=portal_id, object_type=object_type, object_ids=away)
        self._pairs.drop(connection, portal_id=portal_id, object_type=object_type, object_ids=away)
        return {pair for pair in pairs if not set(pair) & set(away)}

    def _profiles(self, connection: Connection, portal_id: int, object_type: str, pairs: set[Ids]) -> dict[str, Profile]:
        named, kind = sorted({object_id for pair in pairs for object_id in pair}), profile_type(object_type)
        stored = self._records.features(connection, portal_id=portal_id, object_type=object_type, object_ids=named)
        return {object_id: kind.from_json(features) for object_id, features in stored.items()}

    def _save(
        self,
        connection: Connection,
        portal_id: int,
        object_type: str,
        fresh: Sequence[FreshRecord],
        scores: Mapping[Ids, Score],
    ) -> None:
        threshold = model_of(_KIND[object_type]).threshold
        known = self._pairs.known(connection, portal_id=portal_id, object_type=object_type, pairs=scores.keys())
        judgement = judge_pairs(scores, known, threshold)
        now, named = (
            self._clock(),
            sorted({object_id for pair in judgement.suggested for object_id in (pair.left_id, pair.right_id)}),
        )
        # A record that was erased or merged while it was compared is not brought back by a suggestion.
        still = self._records.features(connection, portal_id=portal_id, object_type=object_type, object_ids=named)
        found = [pair for pair in judgement.suggested if pair.left_id in still and pair.right_id in still]
        self._pairs.suggest(connection, portal_id=portal_id, object_type=object_type, found=found, now=now)
        self._pairs.take_back(connection, portal_id=portal_id, object_type=object_type, pairs=judgement.taken_back)
        self._records.note_compared(connection, portal_id=portal_id, object_type=object_type, compared=fresh, now=now)
