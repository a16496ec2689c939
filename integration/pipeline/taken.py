"""A claim with what all stages of its batch share."""

from __future__ import annotations

from dataclasses import dataclass

from integration.pipeline.ports import CrmClient
from integration.pipeline.stages import BatchContext
from integration.pipeline.worklist_store import Claim


@dataclass(frozen=True)
class Taken:
    """Records claimed for this batch, the batch's context, and the portal's HubSpot."""

    claim: Claim
    context: BatchContext
    client: CrmClient

    @property
    def portal_id(self) -> int:
        return self.context.portal.portal_id
