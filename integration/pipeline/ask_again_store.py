"""Puts records back on the worklist that are done but for a silent provider or an empty budget. When they are due is decided in `ask_again`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from integration.db.session import driver_connection
from integration.pipeline.ask_again import ASK_AGAIN, BUDGET, PACE, delay_before_look
from integration.pipeline.lanes import BACKFILL
from integration.pipeline.worklist_store import Claim

_PUT_BACK: Final = """
    WITH held AS (
        SELECT item.object_id, asked.due_at
        FROM work_item item
        JOIN unnest(%(ids)s::text[], %(generations)s::bigint[], %(due_ats)s::timestamptz[]) AS asked (object_id, generation, due_at)
            USING (object_id)
        WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.lease_id = %(lease_id)s
            AND item.generation = asked.generation
        ORDER BY item.object_id FOR UPDATE OF item
    )
    UPDATE work_item AS item SET lease_id = NULL, lease_until = NULL, attempts = 0, asked_again = item.asked_again + %(counted)s,
        lane = greatest(item.lane, %(lane)s), causes = ARRAY[%(cause)s], queued_at = %(now)s, due_at = held.due_at
    FROM held WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = held.object_id
"""

_WAKE: Final = """
    WITH waiting AS (
        SELECT object_type, object_id FROM work_item
        WHERE portal_id = %(portal_id)s AND causes = ARRAY[%(cause)s] AND due_at > %(now)s
        ORDER BY object_type, object_id FOR UPDATE
    )
    UPDATE work_item AS item SET due_at = %(now)s FROM waiting
    WHERE item.portal_id = %(portal_id)s AND item.object_type = waiting.object_type AND item.object_id = waiting.object_id
"""


class AskAgainStore:
    """One statement for a batch and each reason. Rows are locked in the order of their keys, as the worklist does everywhere."""

    def put_back(
        self,
        connection: Connection,
        *,
        portal_id: int,
        claim: Claim,
        unanswered: Collection[str],
        unfunded: Mapping[str, datetime],
        paced: Mapping[str, datetime],
        now: datetime,
    ) -> None:
        """Queue these records anew, as backfill or still dry: `unanswered` after a delay, which is counted, the others at their moments.

        Left under the claim, for the worklist's `complete` to settle: records looked at often enough, and those named again meanwhile.
        """
        soon = {
            item.object_id: now + delay
            for item in claim.items
            if item.object_id in unanswered and (delay := delay_before_look(item.asked_again)) is not None
        }
        turns = {object_id: due_at for object_id, due_at in paced.items() if object_id not in soon}
        later = {object_id: due_at for object_id, due_at in unfunded.items() if object_id not in soon and object_id not in turns}
        self._queue(connection, portal_id, claim, soon, ASK_AGAIN, now)
        self._queue(connection, portal_id, claim, turns, PACE, now)
        self._queue(connection, portal_id, claim, later, BUDGET, now)

    def wake(self, connection: Connection, *, portal_id: int, now: datetime) -> int:
        """How many records that wait for a budget are due now, because there is one. The sweep asks for their batches within seconds."""
        parameters = {"portal_id": portal_id, "cause": BUDGET, "now": now}
        return driver_connection(connection).execute(_WAKE, parameters).rowcount

    def _queue(
        self, connection: Connection, portal_id: int, claim: Claim, due_at: Mapping[str, datetime], cause: str, now: datetime
    ) -> None:
        items = [item for item in claim.items if item.object_id in due_at]
        if not items:
            return
        driver_connection(connection).execute(
            _PUT_BACK,
            {
                "portal_id": portal_id,
                "object_type": claim.object_type,
                "lease_id": claim.lease_id,
                "ids": [item.object_id for item in items],
                "generations": [item.generation for item in items],
                "due_ats": [due_at[item.object_id] for item in items],
                "counted": 1 if cause == ASK_AGAIN else 0,
                "lane": BACKFILL,
                "cause": cause,
                "now": now,
            },
        )
