"""Executions of workflow actions and agent tools, decisions about owners, and events for HubSpot's timeline."""

from __future__ import annotations

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class WorkflowExecutionRow(Base):
    """One execution of a workflow action. `callback_id` names it: HubSpot repeats a request with the same one and gets the same answer.

    `state`: answered (at once), waiting (the enrolment is blocked until we complete it), completed, expired (HubSpot went on without us), failed
    (HubSpot refused the completion). `outputs` are what was or will be told.
    """

    __tablename__ = "workflow_execution"
    __table_args__ = (Index("ix_workflow_execution_waiting", "expires_at", postgresql_where=text("state = 'waiting'")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    callback_id: Mapped[Str] = mapped_column(primary_key=True)
    action: Mapped[Str]
    source: Mapped[Str]
    """WORKFLOWS or AGENTS."""
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    inputs: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    outputs: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    state: Mapped[Str]
    reason: Mapped[Str] = mapped_column(server_default="")
    requested_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))


class RoutingDecisionRow(Base):
    """Who was chosen for a record and why, with the inputs and the ones not chosen, so that it can be explained and played again."""

    __tablename__ = "routing_decision"
    __table_args__ = (
        Index("ix_routing_decision_owner", "portal_id", "owner_id", "decided_at"),
        Index("ix_routing_decision_record", "portal_id", "object_type", "object_id"),
    )

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId]
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    owner_id: Mapped[Str | None]
    reason: Mapped[Str]
    inputs: Mapped[Json]
    candidates: Mapped[Json]
    asked_by: Mapped[Str]
    """What asked: "workflow/<callback id>"."""
    decided_at: Mapped[Moment]


class TimelineEventRow(Base):
    """An event that shall stand on a record's timeline. Written in the transaction of what it tells; `sent_at` NULL until HubSpot has it.

    `event_id` is a digest of what changed, so that HubSpot refuses a second one. `error` is why it was given up.
    """

    __tablename__ = "timeline_event"
    __table_args__ = (Index("ix_timeline_event_waiting", "portal_id", postgresql_where=text("sent_at IS NULL AND error IS NULL")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[Str] = mapped_column(primary_key=True)
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    properties: Mapped[Json]
    happened_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[Str | None]
