"""What an undo needs of the ledger: how much there is to do, the next records, and everything we ever wrote into the fields at stake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Text,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    update,
)

from integration.db.models.created import CreatedObjectRow
from integration.db.models.ledger import LedgerRow, NoteRow
from integration.pipeline.policy import PERSON_CHOSE
from integration.pipeline.rowset_store import Columns, rows_as_table
from integration.pipeline.undo.chain import UNDONE, OwnWrite
from integration.pipeline.undo.request import KEPT_FOR, UndoScope
from integration.pipeline.undo.selection_store import (
    NOTE_PREFIX,
    REMOVABLE,
    TASK_PREFIX,
    is_selected,
    own_writes,
    selected_creations,
    selected_writes,
)

RecordKey = tuple[str, str]
"""Object type and id."""
_PROPERTIES_SHOWN: Final = 200
_SOURCE: Final[Columns] = {"object_id": Text(), "property_name": Text(), "row_id": BigInteger()}
_CARRIED: Final = ("provider", "source_url", "seen_at", "confidence_ratio")


@dataclass(frozen=True)
class PropertyCount:
    """How many records have this property at stake."""

    object_type: str
    property_name: str
    fields: int


@dataclass(frozen=True)
class Preview:
    """What an undo would look at, counted in the ledger alone; the check against HubSpot's history may leave some of it as it is.

    `notes`: notes and tasks of ours that would be archived; `notes_back`: those an earlier undo took away, which would come back.
    `records_stay`: records we created, which stay. `too_old`: writes past 90 days.
    """

    fields: int
    records: int
    notes: int
    notes_back: int
    records_stay: int
    too_old: int
    by_property: tuple[PropertyCount, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.records


@dataclass(frozen=True)
class FieldWrites:
    """Our writes into one field (or note), newest first. `open_ids`: those of the undo in hand whose answer is not known."""

    object_id: str
    property_name: str
    writes: tuple[OwnWrite, ...]
    by_this_run: bool
    open_ids: tuple[int, ...]

    @property
    def is_note(self) -> bool:
        return self.property_name.startswith((NOTE_PREFIX, TASK_PREFIX))


@dataclass(frozen=True)
class Creation:
    """A note or task of ours on a record. `in_scope` False: it stands there and was not created by what is undone."""

    kind: str
    created_id: str
    object_id: str
    purpose: str
    in_scope: bool


@dataclass(frozen=True)
class RestoredFrom:
    """A field that was put back, and the earlier write of ours its value is from; None when somebody else had set it."""

    object_id: str
    property_name: str
    row_id: int | None


class UndoStore:
    """Set-based reading of one portal; each method is a few statements over all records asked for."""

    def preview(self, connection: Connection, *, portal_id: int, scope: UndoScope) -> Preview:
        """Exact counts of the ledger. `scope` must be checked. Costs one pass over the selected rows."""
        chosen = selected_writes(portal_id, scope)
        is_field = and_(*(~LedgerRow.property_name.startswith(prefix) for prefix in (NOTE_PREFIX, TASK_PREFIX)))
        per_property = connection.execute(
            select(LedgerRow.object_type, LedgerRow.property_name, func.count(LedgerRow.object_id.distinct()).label("fields"))
            .where(chosen, is_field)
            .group_by(LedgerRow.object_type, LedgerRow.property_name)
            .order_by(func.count(LedgerRow.object_id.distinct()).desc(), LedgerRow.object_type, LedgerRow.property_name)
        ).all()
        created = dict(
            connection.execute(
                select(CreatedObjectRow.kind, func.count())
                .where(selected_creations(portal_id, scope))
                .group_by(CreatedObjectRow.kind)
            ).all()
        )
        too_old = select(func.count()).where(own_writes(portal_id), is_selected(scope), LedgerRow.created_at < _oldest(scope))
        back = select(func.count()).where(chosen, ~is_field, LedgerRow.value_after == "")
        records = select(func.count()).select_from(_records(portal_id, scope).subquery())
        return Preview(
            fields=sum(row.fields for row in per_property),
            records=connection.execute(records).scalar_one(),
            notes=sum(count for kind, count in created.items() if kind in REMOVABLE),
            notes_back=connection.execute(back).scalar_one(),
            records_stay=sum(count for kind, count in created.items() if kind not in REMOVABLE),
            too_old=connection.execute(too_old).scalar_one(),
            by_property=tuple(PropertyCount(*row) for row in per_property[:_PROPERTIES_SHOWN]),
        )

    def next_records(
        self, connection: Connection, *, portal_id: int, scope: UndoScope, after: RecordKey | None, limit: int
    ) -> list[RecordKey]:
        """The next records to look at, in a fixed order; empty at the end."""
        records = _records(portal_id, scope).subquery()
        query = select(records.c.object_type, records.c.object_id).order_by(records.c.object_type, records.c.object_id).limit(limit)
        if after is not None:
            query = query.where(tuple_(records.c.object_type, records.c.object_id) > tuple_(literal(after[0]), literal(after[1])))
        return [(row.object_type, row.object_id) for row in connection.execute(query)]

    def field_writes(
        self,
        connection: Connection,
        *,
        portal_id: int,
        scope: UndoScope,
        run_id: str,
        object_type: str,
        object_ids: Sequence[str],
    ) -> list[FieldWrites]:
        """Every write of ours into each field that has a selected one; `run_id` is the undo itself, whose writes count as selected."""
        in_scope = and_(is_selected(scope), LedgerRow.created_at >= _oldest(scope))
        at_stake = func.bool_or(in_scope).over(partition_by=(LedgerRow.object_id, LedgerRow.property_name))
        rows = (
            select(
                LedgerRow.id,
                LedgerRow.object_id,
                LedgerRow.property_name,
                LedgerRow.value_before,
                LedgerRow.value_after,
                LedgerRow.outcome,
                LedgerRow.decision_reason,
                LedgerRow.fingerprint,
                (LedgerRow.run_id == run_id).label("is_own"),
                in_scope.label("in_scope"),
                at_stake.label("at_stake"),
            )
            .where(own_writes(portal_id), LedgerRow.object_type == object_type, LedgerRow.object_id.in_(object_ids))
            .subquery()
        )
        query = select(rows).where(rows.c.at_stake).order_by(rows.c.object_id, rows.c.property_name, rows.c.id.desc())
        grouped: dict[tuple[str, str], list[Any]] = {}
        for row in connection.execute(query):
            grouped.setdefault((row.object_id, row.property_name), []).append(row)
        return [_field_writes(key, found) for key, found in grouped.items()]

    def creations(
        self,
        connection: Connection,
        *,
        portal_id: int,
        scope: UndoScope,
        object_type: str,
        object_ids: Sequence[str],
    ) -> list[Creation]:
        """Notes and tasks of ours that stand on these records."""
        row = CreatedObjectRow
        in_scope = selected_creations(portal_id, scope)
        query = (
            select(row.kind, row.created_id, row.object_id, row.purpose, in_scope)
            .where(
                row.portal_id == portal_id,
                row.object_type == object_type,
                row.object_id.in_(object_ids),
                row.kind.in_(REMOVABLE),
                row.archived_at.is_(None),
            )
            .order_by(row.created_at, row.created_id)
        )
        return [Creation(*found) for found in connection.execute(query)]

    def mark_archived(
        self, connection: Connection, *, portal_id: int, run_id: str, kind: str, created_ids: Sequence[str], now: datetime
    ) -> None:
        """Note that these were put into HubSpot's recycling bin by this run."""
        row = CreatedObjectRow
        connection.execute(
            update(row)
            .where(row.portal_id == portal_id, row.kind == kind, row.created_id.in_(created_ids), row.archived_at.is_(None))
            .values(archived_at=now, archived_run_id=run_id)
        )

    def forget_notes(self, connection: Connection, *, portal_id: int, object_type: str, note_ids: Sequence[str]) -> None:
        """Let later passes create these notes anew; one that was replaced meanwhile is not touched."""
        connection.execute(
            delete(NoteRow).where(NoteRow.portal_id == portal_id, NoteRow.object_type == object_type, NoteRow.note_id.in_(note_ids))
        )

    def carry_sources(
        self,
        connection: Connection,
        *,
        portal_id: int,
        run_id: str,
        object_type: str,
        restored: Sequence[RestoredFrom],
        now: datetime,
    ) -> None:
        """Say of the values this run put back where they are from: a value of ours has its source again, any other is not ours. Blanks have none."""
        if not restored:
            return
        rows = [{"object_id": one.object_id, "property_name": one.property_name, "row_id": one.row_id} for one in restored]
        given = rows_as_table("given", _SOURCE, rows)
        earlier = LedgerRow.__table__.alias("earlier")
        found = given.outerjoin(earlier, and_(earlier.c.portal_id == portal_id, earlier.c.id == given.c.row_id))
        source = select(
            given.c.object_id,
            given.c.property_name,
            *(earlier.c[name] for name in ("id", *_CARRIED, "decision_reason", "superseded_at")),
        )
        known = source.select_from(found).subquery()
        # An earlier undo may itself have put somebody else's value there, and what a person chose is theirs.
        put_back = and_(known.c.decision_reason == UNDONE, known.c.superseded_at.is_not(None))
        not_ours = or_(known.c.id.is_(None), known.c.decision_reason == PERSON_CHOSE, put_back)
        carried = {name: func.coalesce(known.c[name], LedgerRow.__table__.c[name]) for name in _CARRIED}
        connection.execute(
            update(LedgerRow)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.run_id == run_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id == known.c.object_id,
                LedgerRow.property_name == known.c.property_name,
                LedgerRow.decision == "write",
            )
            .values(**carried, superseded_at=case((not_ours, now)))
        )


def _records(portal_id: int, scope: UndoScope) -> CompoundSelect[Any]:
    """The distinct records with anything at stake."""
    written = select(LedgerRow.object_type, LedgerRow.object_id).where(selected_writes(portal_id, scope))
    created = select(CreatedObjectRow.object_type, CreatedObjectRow.object_id).where(
        selected_creations(portal_id, scope), CreatedObjectRow.kind.in_(REMOVABLE)
    )
    return union(written, created)


def _field_writes(key: tuple[str, str], rows: Sequence[Any]) -> FieldWrites:
    writes = tuple(
        OwnWrite(
            row.id,
            row.value_before,
            row.value_after,
            is_selected=row.in_scope or row.is_own,
            is_certain=row.outcome == "written",
            reason=row.decision_reason,
            fingerprint=row.fingerprint or "",
        )
        for row in rows
    )
    open_ids = tuple(row.id for row in rows if row.is_own and row.outcome != "written")
    return FieldWrites(*key, writes, any(row.is_own for row in rows), open_ids)


def _oldest(scope: UndoScope) -> datetime:
    if scope.before is None:
        raise ValueError("the scope was not checked")
    return scope.before - KEPT_FOR
