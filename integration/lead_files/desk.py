"""What a person may do with files of leads: upload, decide what columns mean, have them scored, take the results, push them, delete them.

Owns no transaction but that of the upload and those of the downloads, which last longer than a request.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput, Conflict, NotFound
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.jobs.request import Deferrer
from integration.lead_files.columns.guess import Guess, guess_columns
from integration.lead_files.columns.mapping import ColumnMapping, check_mapping, fingerprint, mapping_of
from integration.lead_files.export import csv_pieces
from integration.lead_files.lead_file_store import LeadFile, LeadFileStore, PushState
from integration.lead_files.lead_row_store import Chunk, LeadRowStore, Progress
from integration.lead_files.packing import PART_BYTES, unpack_outcomes, unpack_rows
from integration.lead_files.plan import Chosen, ReadingPlan, first_rows, plan_reading
from integration.lead_files.reading.limits import HEAD_BYTES
from integration.lead_files.reading.rows import Row
from integration.lead_files.requests import push_request, read_request
from integration.lead_files.scoring import Tally, tally_from_json
from integration.lead_files.streaming import result_heading

UNDECIDED_FOR: Final = timedelta(days=1)
"""How long a file waits for somebody to say what its columns mean."""
SHOWN_FILES: Final = 50
_NAME_CHARS: Final = 120


class Upload(Protocol):
    """Bytes as they come in."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Standing:
    """How far a file is. `tally` is over the rows scored so far, `pushed` over those pushed."""

    progress: Progress
    tally: Tally
    pushed: dict[str, int]


@dataclass(frozen=True)
class Asked:
    """What is put to a person about the columns: the first rows, and what we would guess."""

    rows: tuple[Row, ...]
    guesses: tuple[Guess, ...]


class LeadDesk:
    """One for the process, used by many threads. `keep_days` and `most_bytes` are the settings."""

    def __init__(self, database: Database, deferrer: Deferrer, clock: Clock, *, keep_days: int, most_bytes: int) -> None:
        self._database = database
        self._deferrer = deferrer
        self._clock = clock
        self._keep = timedelta(days=keep_days)
        self._most_bytes = most_bytes
        self._files = LeadFileStore()
        self._rows = LeadRowStore()

    def upload(self, upload: Upload, *, portal_id: int, name: str, by: str, object_type: str = CONTACTS) -> LeadFile:
        """The file as stored, its columns guessed or as decided for the last file with these headings. One transaction, half a megabyte at a time.

        Raises BadInput for what is no CSV and for more bytes than allowed; nothing is kept then.
        """
        first = upload.read(PART_BYTES)
        plan = plan_reading(first[:HEAD_BYTES]).plan
        now, file_id = self._clock(), uuid.uuid4().hex
        with self._database.begin() as connection:
            mapping = self._first_mapping(connection, portal_id, first[:HEAD_BYTES], plan, object_type)
            size, position, body = 0, 0, first
            while body:
                size += len(body)
                if size > self._most_bytes:
                    most = self._most_bytes // 1_000_000
                    raise BadInput(f"The file is larger than {most:,} MB, the most this installation takes. Split it into several.")
                self._rows.add_part(connection, portal_id=portal_id, file_id=file_id, position=position, body=body)
                position, body = position + 1, upload.read(PART_BYTES)
            file = LeadFile(
                portal_id=portal_id,
                file_id=file_id,
                name=file_name(name),
                object_type=object_type,
                state="mapping",
                problem="",
                size_bytes=size,
                uploaded_by=by,
                uploaded_at=now,
                expires_at=now + min(UNDECIDED_FOR, self._keep),
                plan=plan,
                mapping=mapping,
                columns=(),
                push_state="",
                push_creates=False,
                push_run_id=None,
            )
            self._files.add(connection, portal_id=portal_id, file=file)
        return file

    def find(self, connection: Connection, *, portal_id: int, file_id: str, lock: bool = False) -> LeadFile:
        """Raises NotFound for a file that is not this portal's, or is gone."""
        found = self._files.find(connection, portal_id=portal_id, file_id=file_id, lock=lock)
        if found is None:
            raise NotFound("This account has no such file of leads. Files are deleted when their time is over.")
        return found

    def all_of(self, connection: Connection, *, portal_id: int) -> list[LeadFile]:
        return list(self._files.all_of(connection, portal_id=portal_id, limit=SHOWN_FILES))

    def asked(self, connection: Connection, file: LeadFile) -> Asked:
        """What is put to a person about a file whose columns are not decided yet."""
        rows = first_rows(self._head(connection, file), file.plan)
        cells = [row.cells for row in rows if not row.problem]
        return Asked(rows, guess_columns(file.plan.names, cells, file.mapping.object_type))

    def read_anew(self, connection: Connection, *, portal_id: int, file_id: str, chosen: Chosen, object_type: str) -> LeadFile:
        """Another encoding, delimiter, heading or kind of record, chosen by hand; the columns are guessed anew. Raises BadInput."""
        file = self._undecided(connection, portal_id, file_id)
        head = self._head(connection, file)
        plan = plan_reading(head, chosen).plan
        mapping = self._first_mapping(connection, portal_id, head, plan, object_type)
        self._files.decide(
            connection,
            portal_id=portal_id,
            file_id=file_id,
            plan=plan,
            mapping=mapping,
            state="mapping",
            expires_at=file.expires_at,
        )
        return replace(file, plan=plan, mapping=mapping, object_type=object_type)

    def start(self, connection: Connection, *, portal_id: int, file_id: str, mapping: ColumnMapping, by: str) -> LeadFile:
        """The columns as decided, remembered for files with the same headings; reading and scoring begin. Raises BadInput, Conflict."""
        file = self._undecided(connection, portal_id, file_id)
        check_mapping(mapping, file.plan.names)
        now = self._clock()
        self._files.decide(
            connection,
            portal_id=portal_id,
            file_id=file_id,
            plan=file.plan,
            mapping=mapping,
            state="reading",
            expires_at=now + self._keep,
        )
        headings = fingerprint(file.plan.names, mapping.object_type)
        self._files.remember_mapping(connection, portal_id=portal_id, fingerprint=headings, mapping=mapping, by=by, now=now)
        self._deferrer.defer(connection, read_request(portal_id, file_id))
        return file

    def standing(self, connection: Connection, file: LeadFile) -> Standing:
        progress = self._rows.progress(connection, portal_id=file.portal_id, file_id=file.file_id, push_run_id=file.push_run_id)
        tally = Tally()
        for document in progress.tallies:
            tally.absorb(tally_from_json(document))
        pushed: dict[str, int] = {}
        for counts in progress.pushes:
            for name, count in counts.items():
                pushed[name] = pushed.get(name, 0) + count
        return Standing(progress, tally, pushed)

    def first_outcomes(self, connection: Connection, file: LeadFile, limit: int) -> list[tuple[Row, str, tuple[str, ...]]]:
        """The first rows with problem and added cells; none before the first chunk is scored."""
        chunk = self._rows.chunk(connection, portal_id=file.portal_id, file_id=file.file_id, position=0)
        return [] if chunk is None else list(_outcomes(chunk))[:limit]

    def delete(self, connection: Connection, *, portal_id: int, file_id: str) -> LeadFile:
        """Gone with all its rows; what was pushed stays in HubSpot."""
        file = self.find(connection, portal_id=portal_id, file_id=file_id, lock=True)
        self._files.delete(connection, portal_id=portal_id, file_id=file_id)
        return file

    def start_push(
        self, connection: Connection, *, portal_id: int, file_id: str, is_dry: bool, creates: bool
    ) -> tuple[LeadFile, str]:
        """Counts what a push would do, or does it; a push for good needs a count with the same choice first. Gives the run's id."""
        file = self.find(connection, portal_id=portal_id, file_id=file_id, lock=True)
        if file.state != "done":
            raise Conflict("The file is not scored to its end yet. Push it when it is done.")
        if file.push_state in ("counting", "pushing"):
            raise Conflict("This file is being counted or pushed at this moment. Wait until that is done.")
        if not is_dry and (file.push_state != "counted" or file.push_creates != creates):
            raise Conflict("Count first what the push would do, with the same choice about new records.")
        run_id = uuid.uuid4().hex
        state: PushState = "counting" if is_dry else "pushing"
        self._files.set_push(connection, portal_id=portal_id, file_id=file_id, push_state=state, run_id=run_id, creates=creates)
        self._deferrer.defer(connection, push_request(portal_id, file_id))
        return file, run_id

    def result_pieces(self, file: LeadFile, *, with_mark: bool) -> Iterator[bytes]:
        """The good rows with their scores. Raises Conflict before the file is scored."""
        self._require_done(file)
        heading = result_heading(file.plan.names, file.columns)
        rows = ((*row.cells, *added) for row, problem, added in self._every_outcome(file) if not problem)
        return csv_pieces(heading, rows, with_mark=with_mark)

    def bad_pieces(self, file: LeadFile, *, with_mark: bool) -> Iterator[bytes]:
        """The refused rows as they were, with line and reason. Raises Conflict before the file is scored."""
        self._require_done(file)
        heading = ("leadlight_line", "leadlight_reason", *file.plan.names)
        rows = ((str(row.line), problem, *row.cells) for row, problem, _ in self._every_outcome(file) if problem)
        return csv_pieces(heading, rows, with_mark=with_mark)

    def _every_outcome(self, file: LeadFile) -> Iterator[tuple[Row, str, tuple[str, ...]]]:
        """A chunk at a time, each in a transaction of its own: a slow reader holds none open."""
        position = 0
        while True:
            with self._database.begin() as connection:
                chunk = self._rows.chunk(connection, portal_id=file.portal_id, file_id=file.file_id, position=position)
            if chunk is None:
                return
            yield from _outcomes(chunk)
            position += 1

    def _undecided(self, connection: Connection, portal_id: int, file_id: str) -> LeadFile:
        file = self.find(connection, portal_id=portal_id, file_id=file_id, lock=True)
        if file.state != "mapping":
            raise Conflict("The columns of this file are decided already. To decide anew, upload it again.")
        return file

    def _head(self, connection: Connection, file: LeadFile) -> bytes:
        part = self._rows.part(connection, portal_id=file.portal_id, file_id=file.file_id, position=0)
        return b"" if part is None else part[:HEAD_BYTES]

    def _first_mapping(
        self, connection: Connection, portal_id: int, head: bytes, plan: ReadingPlan, object_type: str
    ) -> ColumnMapping:
        headings = fingerprint(plan.names, object_type)
        remembered = self._files.remembered_mapping(connection, portal_id=portal_id, fingerprint=headings)
        if remembered is not None:
            return remembered
        rows = [row.cells for row in first_rows(head, plan) if not row.problem]
        return mapping_of(guess_columns(plan.names, rows, object_type), object_type)

    @staticmethod
    def _require_done(file: LeadFile) -> None:
        if file.state != "done":
            raise Conflict("The file is not scored to its end yet. Come back when it is done.")


def file_name(name: str) -> str:
    """The name as it is shown: without folders and control characters."""
    plain = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return plain.strip()[:_NAME_CHARS] or "leads.csv"


def _outcomes(chunk: Chunk) -> Iterator[tuple[Row, str, tuple[str, ...]]]:
    if chunk.scored is not None:
        for row, (problem, added) in zip(unpack_rows(chunk.rows), unpack_outcomes(chunk.scored), strict=True):
            yield row, problem, added
