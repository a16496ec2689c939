"""What an undo is about, as conditions over the ledger and over what we created. Builds conditions; asks for nothing itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, true

from integration.db.models.created import CreatedObjectRow
from integration.db.models.ledger import LedgerRow
from integration.hubspot.objects import NOTES, SINGULAR, TASKS
from integration.pipeline.policy import PERSON_CHOSE
from integration.pipeline.undo.chain import UNDONE
from integration.pipeline.undo.request import KEPT_FOR, UndoScope

ARRIVED: Final = ("written", "unknown", "pending")
"""Outcomes of writes that stand in HubSpot, or may."""
REMOVABLE: Final = (NOTES, TASKS)
"""What we created and an undo takes away again. Records stay: people may have worked on them."""
OWN_PROVIDER: Final = "leadlight"
NOTE_PREFIX: Final = "note:"
TASK_PREFIX: Final = "task:"

_IS_NOT_GIVEN: Final = or_(
    LedgerRow.decision_reason == PERSON_CHOSE,
    and_(LedgerRow.decision_reason == UNDONE, or_(LedgerRow.superseded_at.is_not(None), LedgerRow.value_after == "")),
)
"""Our hand, and no provider's value: what a person chose, and what an undo emptied or put back for somebody else."""


def own_writes(portal_id: int) -> ColumnElement[bool]:
    """Every write of ours that may stand, of whatever run."""
    return and_(LedgerRow.portal_id == portal_id, LedgerRow.decision == "write", LedgerRow.outcome.in_(ARRIVED))


def selected_writes(portal_id: int, scope: UndoScope) -> ColumnElement[bool]:
    """The writes an undo takes back. `scope.before` must be set (see `checked_scope`)."""
    return and_(own_writes(portal_id), is_selected(scope), LedgerRow.created_at >= _now(scope) - KEPT_FOR)


def is_selected(scope: UndoScope) -> ColumnElement[bool]:
    """Whether a write belongs to the scope, whatever its age."""
    conditions = [LedgerRow.created_at <= _now(scope)]
    if scope.since is not None:
        conditions.append(LedgerRow.created_at >= scope.since)
    if scope.until is not None:
        conditions.append(LedgerRow.created_at < scope.until)
    if scope.kind == "run":
        conditions.append(LedgerRow.run_id == scope.run_id)
    if scope.kind == "provider":
        conditions += [LedgerRow.provider == scope.provider, ~_IS_NOT_GIVEN]
    if scope.kind == "record":
        conditions += [LedgerRow.object_type == scope.object_type, LedgerRow.object_id == scope.object_id]
        if scope.property_name:
            conditions.append(LedgerRow.property_name == scope.property_name)
    return and_(*conditions)


def selected_creations(portal_id: int, scope: UndoScope) -> ColumnElement[bool]:
    """What we created in the scope and what still stands, of any kind."""
    now = _now(scope)
    conditions = [
        CreatedObjectRow.portal_id == portal_id,
        CreatedObjectRow.archived_at.is_(None),
        CreatedObjectRow.created_at >= now - KEPT_FOR,
        CreatedObjectRow.created_at <= now,
    ]
    if scope.since is not None:
        conditions.append(CreatedObjectRow.created_at >= scope.since)
    if scope.until is not None:
        conditions.append(CreatedObjectRow.created_at < scope.until)
    return and_(*conditions, _creation_condition(scope))


def _creation_condition(scope: UndoScope) -> ColumnElement[bool]:
    row = CreatedObjectRow
    if scope.kind == "run":
        return row.run_id == scope.run_id
    if scope.kind == "provider":
        return true() if scope.provider == OWN_PROVIDER else false()
    if scope.kind == "time":
        return true()
    on_record = and_(row.object_type == scope.object_type, row.object_id == scope.object_id)
    if not scope.property_name:
        return on_record
    for prefix, kind in ((NOTE_PREFIX, NOTES), (TASK_PREFIX, TASKS)):
        if scope.property_name.startswith(prefix):
            return and_(on_record, row.kind == kind, row.purpose == scope.property_name.removeprefix(prefix))
    return false()


def creation_name(kind: str, purpose: str) -> str:
    """The name under which the ledger knows a note or task: "note:brief"."""
    return f"{SINGULAR[kind]}:{purpose}"


def _now(scope: UndoScope) -> datetime:
    if scope.before is None:
        raise ValueError("the scope was not checked")
    return scope.before
