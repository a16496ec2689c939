"""What follows from a record's end for everything we hold about it: erased, moved to its survivor, or no longer waited for.

Used by the jobs that webhooks ask for, and by batches for records whose end came while they were in hand. Every step may be repeated, and
whichever of merge and erasure is told first, what is left is the same: nothing of the person.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.pipeline.erase_store import EraseStore
from integration.pipeline.history_store import HistoryStore
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.pipeline.withdraw_store import WithdrawStore


class Lifecycle:
    """Carries the ends of records out, in the caller's transaction."""

    def __init__(self, states: RecordStateStore, clock: Clock) -> None:
        self._states = states
        self._clock = clock
        self._eraser = EraseStore()
        self._history = HistoryStore()
        self._withdraw = WithdrawStore()

    def erase(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> tuple[str, ...]:
        """Erase what is stored about the record and about every record that merges made one with it. Gives the ids of all of them."""
        kin = self._states.kin(connection, portal_id, object_type, object_id)
        self._eraser.erase(connection, portal_id=portal_id, object_type=object_type, object_ids=kin, now=self._clock())
        return kin

    def move(self, connection: Connection, *, portal_id: int, object_type: str, from_id: str, to_id: str) -> None:
        """Give what is stored about a merged record to the last of its survivors; where any of them was erased, it is erased instead."""
        if self._states.ended_as_erased(connection, portal_id, object_type, [from_id, to_id]):
            self.erase(connection, portal_id=portal_id, object_type=object_type, object_id=from_id)
            self.erase(connection, portal_id=portal_id, object_type=object_type, object_id=to_id)
            return
        # The survivor may have been merged on before this job's turn came.
        status = self._states.status_of(connection, portal_id, object_type, [from_id, to_id])
        end_id = status[from_id].survivor_id or status[to_id].survivor_id or to_id
        self._history.move(
            connection, portal_id=portal_id, object_type=object_type, from_id=from_id, to_id=end_id, now=self._clock()
        )

    def follow(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]) -> None:
        """Bring what is stored about these records into line with what became of them. One query when all of them live."""
        deleted = []
        for object_id, now in self._states.status_of(connection, portal_id, object_type, object_ids).items():
            if now.status is Status.ERASED:
                self.erase(connection, portal_id=portal_id, object_type=object_type, object_id=object_id)
            elif now.status is Status.MERGED and now.survivor_id is not None:
                self.move(connection, portal_id=portal_id, object_type=object_type, from_id=object_id, to_id=now.survivor_id)
            elif now.status is Status.DELETED:
                deleted.append(object_id)
        self._withdraw.withdraw(connection, portal_id=portal_id, object_type=object_type, object_ids=deleted, now=self._clock())
