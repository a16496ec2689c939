"""Puts records back on the worklist that are done but for a silent provider. How often and how much later is decided in `ask_again`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from integration.db.session import driver_connection
from integration.pipeline.ask_again import ASK_AGAIN, delay_before_look
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
    UPDATE work_item AS item SET lease_id = NULL, lease_until = NULL, attempts = 0, asked_again = item.asked_again + 1,
        lane = %(lane)s, causes = ARRAY[%(cause)s], queued_at = %(now)s, due_at = held.due_at
    FROM held WHERE item.portal_id = %(portal_id)s AND item.object_type = %(object_type)s AND item.object_id = held.object_id
"""


class AskAgainStore:
    """One statement for a batch. Rows are locked in the order of their keys, as the worklist does everywhere."""

    def put_back(self, connection: Connection, *, portal_id: int, claim: Claim, object_ids: Collection[str], now: datetime) -> None:
        """Queue these records anew, as backfill, each after its own delay, and count that.

        Left under the claim, for the worklist's `complete` to settle: records looked at often enough, and those named again meanwhile.
        """
        due_at = {
            item: now + delay
            for item in claim.items
            if item.object_id in object_ids and (delay := delay_before_look(item.asked_again)) is not None
        }
        if not due_at:
            return
        driver_connection(connection).execute(
            _PUT_BACK,
            {
                "portal_id": portal_id,
                "object_type": claim.object_type,
                "lease_id": claim.lease_id,
                "ids": [item.object_id for item in due_at],
                "generations": [item.generation for item in due_at],
                "due_ats": list(due_at.values()),
                "lane": BACKFILL,
                "cause": ASK_AGAIN,
                "now": now,
            },
        )
