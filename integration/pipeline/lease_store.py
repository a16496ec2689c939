"""Holding on to a claim: while a batch runs, and once more before anything is written, when it makes sure that its records are still its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from integration.db.models.worklist import WorkItemRow
from integration.pipeline.worklist_store import Claim


class LeaseStore:
    """Extends leases."""

    def hold(self, connection: Connection, *, portal_id: int, claim: Claim, until: datetime) -> frozenset[str]:
        """The records still under this claim, now until `until`; the others were taken over, removed or erased meanwhile.

        The rows stay locked to the end of the transaction, so an erasure waits for what is saved beside this and then erases it too.
        """
        # Locked in the order of their keys, as the worklist does everywhere, so that no two statements wait for each other.
        ours = (
            select(WorkItemRow.object_id)
            .where(
                WorkItemRow.portal_id == portal_id,
                WorkItemRow.object_type == claim.object_type,
                WorkItemRow.object_id.in_([item.object_id for item in claim.items]),
                WorkItemRow.lease_id == claim.lease_id,
            )
            .order_by(WorkItemRow.object_id)
            .with_for_update()
            .cte("ours")
        )
        held = connection.execute(
            update(WorkItemRow)
            .where(
                WorkItemRow.portal_id == portal_id,
                WorkItemRow.object_type == claim.object_type,
                WorkItemRow.object_id == ours.c.object_id,
            )
            .values(lease_until=until)
            .returning(WorkItemRow.object_id)
        )
        return frozenset(held.scalars())
