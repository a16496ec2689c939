"""What we decided about a record: scores, the brief, the drafted sequence."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class ScoreRow(Base):
    """One score of one record. `value` is NULL when there was not enough evidence; `reasons` sum to it.

    `previous_*` are what it said before its value or label last moved, at `moved_at`; NULL while it never has.
    """

    __tablename__ = "score"
    __table_args__ = (
        Index("ix_score_hottest", "portal_id", "name", text("value DESC"), postgresql_where=text("value IS NOT NULL")),
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    unit: Mapped[Str]
    label: Mapped[Str]
    reasons: Mapped[Json]
    scored_at: Mapped[Moment]
    previous_value: Mapped[float | None]
    previous_label: Mapped[Str | None]
    previous_reasons: Mapped[Json | None]
    moved_at: Mapped[Moment | None]


class BriefRow(Base):
    """The deal brief as data. `fingerprint` changes when the text would change, so an equal brief is not written again.

    `checked_at` is when the record was last looked at, to within an hour; `owner_id` whose record it was then, NULL for nobody's, "?" when
    nobody looked since owners are kept. `company_id` is the company record of a contact.
    """

    __tablename__ = "brief"
    __table_args__ = (Index("ix_brief_company", "portal_id", "company_id", postgresql_where=text("company_id IS NOT NULL")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    headline: Mapped[Str]
    sections: Mapped[Json]
    fingerprint: Mapped[Str]
    built_at: Mapped[Moment]
    checked_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    owner_id: Mapped[Str | None]
    company_id: Mapped[Str | None]


class DraftRow(Base):
    """A drafted outreach sequence: never sent, never logged as mail. `state`: drafted, refused, approved, rejected.

    `steps` are always the newest ones of ours. A rep's edit stands beside them in `edited_steps`, with the fingerprint it was made from, and
    is never overwritten. An approved draft stays approved whatever is found later; `approved_steps` are what became tasks in `approval_run_id`.
    `version` rises with every change by a person, so that two people cannot change the same draft unseen, and when our own steps change that
    somebody may be looking at, so that nobody approves what they did not read.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_waiting", "portal_id", postgresql_where=text("state = 'drafted'")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    state: Mapped[Str]
    refusal: Mapped[Str | None]
    steps: Mapped[Json]
    fingerprint: Mapped[Str]
    built_at: Mapped[Moment]
    edited_steps: Mapped[Json | None]
    edited_from: Mapped[Str | None]
    edited_by: Mapped[Str | None]
    edited_at: Mapped[Moment | None]
    decided_by: Mapped[Str | None]
    decided_at: Mapped[Moment | None]
    decision_note: Mapped[Str | None]
    approved_steps: Mapped[Json | None]
    approval_run_id: Mapped[Str | None]
    version: Mapped[BigInt] = mapped_column(server_default=text("1"))


class DraftTaskRow(Base):
    """One step of an approved draft as a task in HubSpot. `state`: wanted (not yet asked for), asked (answer not in), made, refused, gone.

    Written before HubSpot is asked; `marker` stands in the task's body, so that a task whose answer was lost is found again, not made twice.
    """

    __tablename__ = "draft_task"
    __table_args__ = (Index("ix_draft_task_open", "portal_id", postgresql_where=text("state IN ('wanted', 'asked')")),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    run_id: Mapped[Str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Str]
    subject: Mapped[Str]
    body: Mapped[Str]
    due_at: Mapped[Moment]
    owner_id: Mapped[Str | None]
    marker: Mapped[Str]
    state: Mapped[Str]
    task_id: Mapped[Str | None]
    error: Mapped[Str | None]
    changed_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
