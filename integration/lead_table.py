"""Files of leads put together with what lies beside them: the scores of the pipeline, its door to HubSpot, its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from integration.app import Parts
from integration.lead_files.forgetting import Forgetter
from integration.lead_files.jobs import LeadFileJobs, ToPush
from integration.lead_files.lead_file_store import LeadFile, LeadFileStore
from integration.lead_files.lead_row_store import LeadRowStore
from integration.lead_files.scoring import ScoreSheet
from integration.pipeline.decisions import decisions_for
from integration.pipeline.lead_push.matching import Lead
from integration.pipeline.lead_push.pusher import LeadPusher, PushOrder
from integration.pipeline.run_store import RunStore


def build_lead_jobs(parts: Parts) -> LeadFileJobs:
    """The jobs of files of leads on the parts of this process."""
    rows = LeadRowStore()
    bridge = _Bridge(
        parts,
        LeadPusher(parts.database, parts.clients, parts.portals, parts.settings.hubspot.app_id, parts.clock),
        RunStore(),
    )
    return LeadFileJobs(
        database=parts.database,
        deferrer=parts.engine,
        clock=parts.clock,
        forgetter=Forgetter(parts.digest_keys, rows),
        score_for=bridge.score_for,
        push_rows=bridge.push,
        close_run=bridge.close_run,
        files=LeadFileStore(),
        rows=rows,
    )


@dataclass(frozen=True)
class _Bridge:
    parts: Parts
    pusher: LeadPusher
    runs: RunStore

    def score_for(self, connection: Connection, portal_id: int) -> ScoreSheet:
        portal = self.parts.portals.find(connection, portal_id=portal_id)
        return decisions_for({} if portal is None else portal.preferences).scores

    def push(self, file: LeadFile, run_id: str, is_dry: bool, leads: Sequence[ToPush]) -> Mapping[str, int]:
        order = PushOrder(file.portal_id, file.object_type, run_id, is_dry, file.push_creates)
        return self.pusher.push(order, [Lead(one.sheet, one.scores, one.properties) for one in leads])

    def close_run(self, connection: Connection, file: LeadFile, run_id: str, counts: Mapping[str, int]) -> None:
        done = self.parts.clock()
        total = sum(counts.values()) - counts.get("fields", 0)
        self.runs.progress(connection, portal_id=file.portal_id, run_id=run_id, done_count=total, total_count=total)
        self.runs.close(connection, portal_id=file.portal_id, run_id=run_id, counts=counts, finished_at=done)
