"""The uploaded files: rows of `lead_file` and the mappings remembered for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from integration.db.models.lead_files import LeadFileChunkRow, LeadFilePartRow, LeadFileRow, LeadMappingRow
from integration.lead_files.columns.mapping import ColumnMapping, mapping_as_json, mapping_from_json
from integration.lead_files.plan import ReadingPlan, plan_as_json, plan_from_json

State = Literal["mapping", "reading", "scoring", "done", "failed"]
PushState = Literal["", "counting", "counted", "pushing", "pushed"]
UNFINISHED: Final = ("reading", "scoring")
PUSHING: Final = ("counting", "pushing")


@dataclass(frozen=True)
class LeadFile:
    """One upload as it is stored. `columns` are the headings that scoring adds, empty before."""

    portal_id: int
    file_id: str
    name: str
    object_type: str
    state: State
    problem: str
    size_bytes: int
    uploaded_by: str
    uploaded_at: datetime
    expires_at: datetime
    plan: ReadingPlan
    mapping: ColumnMapping
    columns: tuple[str, ...]
    push_state: PushState
    push_creates: bool
    push_run_id: str | None


class LeadFileStore:
    """Each method costs one statement."""

    def add(self, connection: Connection, *, portal_id: int, file: LeadFile) -> None:
        connection.execute(
            insert(LeadFileRow).values(
                portal_id=portal_id,
                file_id=file.file_id,
                name=file.name,
                object_type=file.object_type,
                state=file.state,
                problem=file.problem,
                size_bytes=file.size_bytes,
                uploaded_by=file.uploaded_by,
                uploaded_at=file.uploaded_at,
                expires_at=file.expires_at,
                plan=plan_as_json(file.plan),
                mapping=mapping_as_json(file.mapping),
                columns=list(file.columns),
                push_state=file.push_state,
                push_creates=file.push_creates,
                push_run_id=file.push_run_id,
            )
        )

    def find(self, connection: Connection, *, portal_id: int, file_id: str, lock: bool = False) -> LeadFile | None:
        query = select(LeadFileRow.__table__).where(LeadFileRow.portal_id == portal_id, LeadFileRow.file_id == file_id)
        row = connection.execute(query.with_for_update() if lock else query).first()
        return None if row is None else _file(row)

    def all_of(self, connection: Connection, *, portal_id: int, limit: int) -> Sequence[LeadFile]:
        """The newest first."""
        rows = connection.execute(
            select(LeadFileRow.__table__)
            .where(LeadFileRow.portal_id == portal_id)
            .order_by(LeadFileRow.uploaded_at.desc(), LeadFileRow.file_id)
            .limit(limit)
        )
        return [_file(row) for row in rows]

    def under_way(self, connection: Connection) -> Sequence[LeadFile]:
        """All portals: the files that are being read, scored or pushed."""
        under_way = LeadFileRow.state.in_(UNFINISHED) | LeadFileRow.push_state.in_(PUSHING)
        return [_file(row) for row in connection.execute(select(LeadFileRow.__table__).where(under_way))]

    def expired(self, connection: Connection, *, now: datetime) -> Sequence[tuple[int, str]]:
        """All portals: portal and id of files whose time is over."""
        rows = connection.execute(select(LeadFileRow.portal_id, LeadFileRow.file_id).where(LeadFileRow.expires_at < now))
        return [(row.portal_id, row.file_id) for row in rows]

    def decide(
        self,
        connection: Connection,
        *,
        portal_id: int,
        file_id: str,
        plan: ReadingPlan,
        mapping: ColumnMapping,
        state: State,
        expires_at: datetime,
    ) -> None:
        """What a person decided about the file."""
        self._change(
            connection,
            portal_id,
            file_id,
            plan=plan_as_json(plan),
            mapping=mapping_as_json(mapping),
            object_type=mapping.object_type,
            state=state,
            expires_at=expires_at,
        )

    def set_state(
        self, connection: Connection, *, portal_id: int, file_id: str, state: State, problem: str = "", columns: Sequence[str] = ()
    ) -> None:
        """`columns` empty: as they were."""
        self._change(
            connection, portal_id, file_id, state=state, problem=problem, **({"columns": list(columns)} if columns else {})
        )

    def set_mapping(self, connection: Connection, *, portal_id: int, file_id: str, mapping: ColumnMapping) -> None:
        self._change(connection, portal_id, file_id, mapping=mapping_as_json(mapping))

    def set_push(
        self, connection: Connection, *, portal_id: int, file_id: str, push_state: PushState, run_id: str | None, creates: bool
    ) -> None:
        self._change(connection, portal_id, file_id, push_state=push_state, push_run_id=run_id, push_creates=creates)

    def delete(self, connection: Connection, *, portal_id: int, file_id: str) -> bool:
        """The file with everything in it; False when it was gone already."""
        for table in (LeadFilePartRow, LeadFileChunkRow):
            connection.execute(delete(table).where(table.portal_id == portal_id, table.file_id == file_id))
        gone = connection.execute(delete(LeadFileRow).where(LeadFileRow.portal_id == portal_id, LeadFileRow.file_id == file_id))
        return bool(gone.rowcount)

    def remember_mapping(
        self, connection: Connection, *, portal_id: int, fingerprint: str, mapping: ColumnMapping, by: str, now: datetime
    ) -> None:
        values = {"mapping": mapping_as_json(mapping), "saved_by": by, "saved_at": now}
        statement = upsert(LeadMappingRow).values(portal_id=portal_id, fingerprint=fingerprint, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["portal_id", "fingerprint"], set_=values))

    def remembered_mapping(self, connection: Connection, *, portal_id: int, fingerprint: str) -> ColumnMapping | None:
        found = connection.scalar(
            select(LeadMappingRow.mapping).where(LeadMappingRow.portal_id == portal_id, LeadMappingRow.fingerprint == fingerprint)
        )
        return None if found is None else mapping_from_json(found)

    def _change(self, connection: Connection, portal_id: int, file_id: str, **values: Any) -> None:
        connection.execute(
            update(LeadFileRow).where(LeadFileRow.portal_id == portal_id, LeadFileRow.file_id == file_id).values(**values)
        )


def _file(row: Row[Any]) -> LeadFile:
    values = row._mapping
    return LeadFile(
        portal_id=values["portal_id"],
        file_id=values["file_id"],
        name=values["name"],
        object_type=values["object_type"],
        state=values["state"],
        problem=values["problem"],
        size_bytes=values["size_bytes"],
        uploaded_by=values["uploaded_by"],
        uploaded_at=values["uploaded_at"],
        expires_at=values["expires_at"],
        plan=plan_from_json(values["plan"]),
        mapping=mapping_from_json(values["mapping"]),
        columns=tuple(values["columns"]),
        push_state=values["push_state"],
        push_creates=values["push_creates"],
        push_run_id=values["push_run_id"],
    )
