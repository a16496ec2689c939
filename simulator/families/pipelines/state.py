"""The pipelines of one account, with HubSpot's default ones for deals, tickets and leads.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide (read 2026-09). The ids of four of the seven
default deal stages, and those of tickets and leads, are well known rather than documented.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
_TICKET_STAGES = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)
_LEAD_STAGES = (
    ("new-stage-id", "New", "NEW"),
    ("attempting-stage-id", "Attempting", "IN_PROGRESS"),
    ("connected-stage-id", "Connected", "IN_PROGRESS"),
    ("qualified-stage-id", "Qualified", "QUALIFIED"),
    ("unqualified-stage-id", "Disqualified", "UNQUALIFIED"),
)


@dataclass(frozen=True)
class Stage:
    """One stage; a deal stage's metadata holds `probability` "0.0" to "1.0" and `isClosed`."""

    id: str
    label: str
    display_order: int
    metadata: Mapping[str, str]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Pipeline:
    """One pipeline with its stages in display order."""

    id: str
    label: str
    display_order: int
    stages: tuple[Stage, ...]
    created_at: datetime
    updated_at: datetime

    def stage(self, stage_id: str) -> Stage | None:
        """The stage, or None."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def with_stage(self, stage: Stage) -> "Pipeline":
        """The pipeline with this stage added, or put in the place of the one with its id."""
        others = tuple(each for each in self.stages if each.id != stage.id)
        return replace(self, stages=tuple(sorted((*others, stage), key=lambda each: each.display_order)))

    def without_stage(self, stage_id: str) -> "Pipeline":
        """The pipeline without it."""
        return replace(self, stages=tuple(stage for stage in self.stages if stage.id != stage_id))


class Pipelines:
    """The pipelines of one account by object type (plural name)."""

    def __init__(self, created_at: datetime) -> None:
        self._lock = threading.Lock()
        self._last_id = 700_000_000
        self._by_type = {
            "deals": {"default": _default("default", "Sales Pipeline", _deal_stages(created_at), created_at)},
            "tickets": {"0": _default("0", "Support Pipeline", _ticket_stages(created_at), created_at)},
            "leads": {"lead-pipeline-id": _default("lead-pipeline-id", "Lead pipeline", _lead_stages(created_at), created_at)},
        }

    def list(self, object_type: str) -> list[Pipeline]:
        """The pipelines of the type in display order; none for a type without pipelines."""
        return sorted(self._by_type.get(object_type, {}).values(), key=lambda pipeline: pipeline.display_order)

    def find(self, object_type: str, pipeline_id: str) -> Pipeline | None:
        """The pipeline, or None."""
        return self._by_type.get(object_type, {}).get(pipeline_id)

    def put(self, object_type: str, pipeline: Pipeline) -> None:
        """Add the pipeline or replace the one with its id."""
        with self._lock:
            known = self._by_type.get(object_type, {})
            self._by_type = {**self._by_type, object_type: {**known, pipeline.id: pipeline}}

    def remove(self, object_type: str, pipeline_id: str) -> None:
        """Take the pipeline away."""
        with self._lock:
            left = {key: each for key, each in self._by_type.get(object_type, {}).items() if key != pipeline_id}
            self._by_type = {**self._by_type, object_type: left}

    def new_id(self) -> str:
        """An id for a pipeline or stage that a client creates."""
        with self._lock:
            self._last_id += 1
            return str(self._last_id)


def _default(pipeline_id: str, label: str, stages: tuple[Stage, ...], at: datetime) -> Pipeline:
    return Pipeline(pipeline_id, label, 0, stages, at, at)


def _deal_stages(at: datetime) -> tuple[Stage, ...]:
    return tuple(
        Stage(name, label, order, {"isClosed": str(name.startswith("closed")).lower(), "probability": share}, at, at)
        for order, (name, label, share) in enumerate(_DEAL_STAGES)
    )


def _ticket_stages(at: datetime) -> tuple[Stage, ...]:
    return tuple(
        Stage(name, label, order, {"ticketState": state, "isClosed": str(state == "CLOSED").lower()}, at, at)
        for order, (name, label, state) in enumerate(_TICKET_STAGES)
    )


def _lead_stages(at: datetime) -> tuple[Stage, ...]:
    return tuple(Stage(name, label, order, {"state": state}, at, at) for order, (name, label, state) in enumerate(_LEAD_STAGES))
