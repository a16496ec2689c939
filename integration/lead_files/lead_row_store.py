"""The bytes and rows of uploaded files: `lead_file_part` until a file is read, `lead_file_chunk` from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from integration.db.models.lead_files import LeadFileChunkRow, LeadFilePartRow
from integration.db.models.people import PersonDigestRow


@dataclass(frozen=True)
class Chunk:
    """`scored` and `tally` None: not scored yet."""

    position: int
    row_count: int
    rows: bytes
    scored: bytes | None
    tally: Mapping[str, Any] | None


@dataclass(frozen=True)
class Progress:
    """How far a file is: `tallies` and `pushes` are those of the chunks that are done."""

    row_count: int
    scored_count: int
    pushed_count: int
    tallies: Sequence[Mapping[str, Any]]
    pushes: Sequence[Mapping[str, Any]]


class LeadRowStore:
    """Each method costs one statement and holds at most one part or chunk, but `progress`, which holds the counts of all."""

    def add_part(self, connection: Connection, *, portal_id: int, file_id: str, position: int, body: bytes) -> None:
        connection.execute(insert(LeadFilePartRow).values(portal_id=portal_id, file_id=file_id, position=position, body=body))

    def part(self, connection: Connection, *, portal_id: int, file_id: str, position: int) -> bytes | None:
        """None after the last."""
        part = LeadFilePartRow
        found = connection.scalar(
            select(part.body).where(part.portal_id == portal_id, part.file_id == file_id, part.position == position)
        )
        return None if found is None else bytes(found)

    def drop_parts(self, connection: Connection, *, portal_id: int, file_id: str) -> None:
        part = LeadFilePartRow
        connection.execute(delete(part).where(part.portal_id == portal_id, part.file_id == file_id))

    def chunk_count(self, connection: Connection, *, portal_id: int, file_id: str) -> int:
        chunk = LeadFileChunkRow
        count = select(func.count()).select_from(chunk).where(chunk.portal_id == portal_id, chunk.file_id == file_id)
        return connection.scalar(count) or 0

    def add_chunk(
        self, connection: Connection, *, portal_id: int, file_id: str, position: int, row_count: int, rows: bytes
    ) -> None:
        """One that is there already, from before a worker was killed, stays."""
        values = {"portal_id": portal_id, "file_id": file_id, "position": position, "row_count": row_count, "rows": rows}
        connection.execute(upsert(LeadFileChunkRow).values(**values, tally=null(), pushed=null()).on_conflict_do_nothing())

    def chunk(self, connection: Connection, *, portal_id: int, file_id: str, position: int, lock: bool = False) -> Chunk | None:
        """None after the last."""
        chunk = LeadFileChunkRow
        query = select(chunk.position, chunk.row_count, chunk.rows, chunk.scored, chunk.tally).where(
            chunk.portal_id == portal_id, chunk.file_id == file_id, chunk.position == position
        )
        row = connection.execute(query.with_for_update() if lock else query).first()
        return None if row is None else _chunk(row)

    def next_unscored(self, connection: Connection, *, portal_id: int, file_id: str, slot: int, slots: int) -> Chunk | None:
        """The first chunk of this slot that waits; each slot has every so-many-th chunk, so that two never take the same. It is locked."""
        chunk = LeadFileChunkRow
        row = connection.execute(
            select(chunk.position, chunk.row_count, chunk.rows, chunk.scored, chunk.tally)
            .where(
                chunk.portal_id == portal_id,
                chunk.file_id == file_id,
                chunk.scored.is_(None),
                chunk.position % slots == slot,
            )
            .order_by(chunk.position)
            .limit(1)
            .with_for_update()
        ).first()
        return None if row is None else _chunk(row)

    def is_all_scored(self, connection: Connection, *, portal_id: int, file_id: str) -> bool:
        chunk = LeadFileChunkRow
        waiting = select(chunk.position).where(chunk.portal_id == portal_id, chunk.file_id == file_id, chunk.scored.is_(None))
        return connection.scalar(select(~waiting.exists())) is True

    def save_scored(
        self, connection: Connection, *, portal_id: int, file_id: str, position: int, scored: bytes, tally: Mapping[str, Any]
    ) -> None:
        self._change(connection, portal_id, file_id, position, scored=scored, tally=dict(tally))

    def replace_rows(self, connection: Connection, *, portal_id: int, file_id: str, position: int, rows: bytes) -> None:
        """Other rows, which are scored anew."""
        self._change(connection, portal_id, file_id, position, rows=rows, scored=None, tally=null())

    def next_unpushed(self, connection: Connection, *, portal_id: int, file_id: str, run_id: str) -> Chunk | None:
        """The first chunk that this run has not been through."""
        chunk = LeadFileChunkRow
        row = connection.execute(
            select(chunk.position, chunk.row_count, chunk.rows, chunk.scored, chunk.tally)
            .where(
                chunk.portal_id == portal_id,
                chunk.file_id == file_id,
                chunk.push_run_id.is_distinct_from(run_id),
            )
            .order_by(chunk.position)
            .limit(1)
        ).first()
        return None if row is None else _chunk(row)

    def save_pushed(
        self, connection: Connection, *, portal_id: int, file_id: str, position: int, run_id: str, counts: Mapping[str, int]
    ) -> None:
        self._change(connection, portal_id, file_id, position, pushed=dict(counts), push_run_id=run_id)

    def progress(self, connection: Connection, *, portal_id: int, file_id: str, push_run_id: str | None) -> Progress:
        chunk = LeadFileChunkRow
        rows = connection.execute(
            select(chunk.row_count, chunk.tally, chunk.pushed, chunk.push_run_id).where(
                chunk.portal_id == portal_id, chunk.file_id == file_id
            )
        ).all()
        scored = [row for row in rows if row.tally is not None]
        pushed = [row for row in rows if push_run_id is not None and row.push_run_id == push_run_id]
        return Progress(
            sum(row.row_count for row in rows),
            sum(row.row_count for row in scored),
            sum(row.row_count for row in pushed),
            [row.tally for row in scored],
            [row.pushed for row in pushed],
        )

    def tombstones_among(self, connection: Connection, *, portal_id: int, digests: Sequence[str]) -> frozenset[str]:
        """Which of these keyed digests are of people who were erased."""
        person = PersonDigestRow
        found = select(person.digest).where(
            person.portal_id == portal_id, person.digest.in_(digests), person.erased_at.is_not(None)
        )
        return frozenset(connection.scalars(found)) if digests else frozenset()

    def _change(self, connection: Connection, portal_id: int, file_id: str, position: int, **values: Any) -> None:
        chunk = LeadFileChunkRow
        where = (chunk.portal_id == portal_id, chunk.file_id == file_id, chunk.position == position)
        connection.execute(update(chunk).where(*where).values(**values))


def _chunk(row: Any) -> Chunk:
    scored = None if row.scored is None else bytes(row.scored)
    return Chunk(row.position, row.row_count, bytes(row.rows), scored, row.tally)
