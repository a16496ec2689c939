"""The jobs that learn from an account's deals, put together from the parts of this process: what is counted, and the heat model."""

from __future__ import annotations

from integration.app import Parts
from integration.pipeline.deals.history_jobs import HistoryJobs
from integration.pipeline.heat.jobs import HeatJobs
from integration.pipeline.heat.trainer import Trainer


def build_heat_jobs(parts: Parts) -> HeatJobs:
    """Training of heat models."""
    return HeatJobs(parts.database, parts.engine, Trainer(parts.database, parts.clients, parts.clock), parts.clock)


def build_history_jobs(parts: Parts) -> HistoryJobs:
    """Counting of deals that ended."""
    return HistoryJobs(
        database=parts.database,
        clients=parts.clients,
        portals=parts.portals,
        worklist=parts.worklist,
        deferrer=parts.engine,
        clock=parts.clock,
    )
