"""The jobs of files of leads: read into chunks, score a chunk, push a chunk, forget erased people, purge what is over, resume what was cut off.

Each takes a chunk at a time and asks for itself again, so that no portal holds the workers; what was done stays done when a worker is killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import BadInput
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import Deferrer, JsonScalar
from integration.lead_files.checking import Checked
from integration.lead_files.columns.evidence import WholeColumns
from integration.lead_files.columns.targets import TARGETS
from integration.lead_files.forgetting import Forgetter
from integration.lead_files.lead_file_store import PUSHING, LeadFile, LeadFileStore, PushState, State
from integration.lead_files.lead_row_store import Chunk, LeadRowStore, Progress
from integration.lead_files.packing import CHUNK_ROWS, pack_outcomes, pack_rows, unpack_rows
from integration.lead_files.plan import read_leads
from integration.lead_files.reading.rows import ByteStream, Row
from integration.lead_files.requests import SLOTS, forget_request, push_request, read_request, score_request
from integration.lead_files.scoring import ScoreSheet, build_sheet
from integration.lead_files.streaming import RowScorer, ScoredRow
from integration.providers.base import FactSheet
from integration.scoring.base import Scores

_LOOK_AGAIN_AFTER: Final = timedelta(seconds=60)

ScoreFor = Callable[[Connection, int], ScoreSheet]
"""The scores under a portal's profile."""


@dataclass(frozen=True)
class ToPush:
    """One good row on its way to HubSpot. `properties` are the texts a record made for it gets."""

    sheet: FactSheet
    scores: Scores
    properties: Mapping[str, str]


Push = Callable[[LeadFile, str, bool, Sequence[ToPush]], Mapping[str, int]]
"""(file, run id, dry, at most 100 rows): what became of them, by outcome. Raises the AppErrors of HubSpot's client."""
CloseRun = Callable[[Connection, LeadFile, str, Mapping[str, int]], None]


@dataclass(frozen=True)
class LeadFileJobs:
    """The job functions. `push_rows` and `close_run` lead to the door that writes to HubSpot."""

    database: Database
    deferrer: Deferrer
    clock: Clock
    forgetter: Forgetter
    score_for: ScoreFor
    push_rows: Push
    close_run: CloseRun
    files: LeadFileStore
    rows: LeadRowStore

    def read(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, file_id. Rows into chunks, all of the file; chunks that are there from an earlier try are passed over."""
        file = self._find(args)
        if file is None or file.state != "reading":
            return
        with self.database.begin() as connection:
            done = self.rows.chunk_count(connection, portal_id=file.portal_id, file_id=file.file_id)
        problem, told = "", WholeColumns(file.mapping)
        try:
            self._into_chunks(file, done, told)
        except BadInput as error:
            problem = error.message
        with self.database.begin() as connection:
            self.rows.drop_parts(connection, portal_id=file.portal_id, file_id=file.file_id)
            state: State = "failed" if problem else "scoring"
            self.files.set_state(connection, portal_id=file.portal_id, file_id=file.file_id, state=state, problem=problem)
            if not problem:
                self.files.set_mapping(connection, portal_id=file.portal_id, file_id=file.file_id, mapping=told.corrected())
                self._defer_scoring(connection, file)

    def score(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, file_id, slot. One chunk; the last one ends the file."""
        file, slot = self._find(args), whole_number(args, "slot")
        if file is None or file.state != "scoring":
            return
        with self.database.begin() as connection:
            columns, found = self._score_chunk(connection, file, slot)
        with self.database.begin() as connection:
            # Two slots may end at once: the file's row lets one of them see what the other saved.
            self.files.find(connection, portal_id=file.portal_id, file_id=file.file_id, lock=True)
            if self.rows.is_all_scored(connection, portal_id=file.portal_id, file_id=file.file_id):
                self.files.set_state(connection, portal_id=file.portal_id, file_id=file.file_id, state="done", columns=columns)
            elif found:
                self.deferrer.defer(connection, score_request(file.portal_id, file.file_id, slot))

    def push(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, file_id. One chunk, a hundred rows at a time; the last one ends the run."""
        file = self._find(args)
        if file is None or file.push_state not in PUSHING or file.push_run_id is None:
            return
        run_id, is_dry = file.push_run_id, file.push_state == "counting"
        with self.database.begin() as connection:
            chunk = self.rows.next_unpushed(connection, portal_id=file.portal_id, file_id=file.file_id, run_id=run_id)
            scorer = self._scorer(connection, file)
        if chunk is None:
            self._end_push(file, run_id)
            return
        counts = self._push_chunk(file, run_id, is_dry, scorer, chunk)
        with self.database.begin() as connection:
            self.rows.save_pushed(
                connection, portal_id=file.portal_id, file_id=file.file_id, position=chunk.position, run_id=run_id, counts=counts
            )
            self.deferrer.defer(connection, push_request(file.portal_id, file.file_id))

    def forget(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id. Rows about people who were erased are emptied in every file; their chunks are scored anew."""
        portal_id = whole_number(args, "portal_id")
        with self.database.begin() as connection:
            files = self.files.all_of(connection, portal_id=portal_id, limit=1_000_000)
        for file in files:
            changed, position = 0, 0
            while (count := self._forget_in(file, position)) is not None:
                changed, position = changed + count, position + 1
            with self.database.begin() as connection:
                if file.state == "reading":  # chunks that are still to come may have been looked at before the erasure
                    again = replace(forget_request(portal_id), run_at=self.clock() + _LOOK_AGAIN_AFTER)
                    self.deferrer.defer(connection, again)
                if changed and file.state == "done":
                    self.files.set_state(connection, portal_id=portal_id, file_id=file.file_id, state="scoring")
                    self._defer_scoring(connection, file)

    def purge(self, _args: Mapping[str, JsonScalar]) -> None:
        """Deletes files whose time is over."""
        with self.database.begin() as connection:
            expired = self.files.expired(connection, now=self.clock())
        for portal_id, file_id in expired:
            with self.database.begin() as connection:
                self.files.delete(connection, portal_id=portal_id, file_id=file_id)

    def resume(self, _args: Mapping[str, JsonScalar]) -> None:
        """Asks again for what is under way; while such a job waits or runs, asking again changes nothing."""
        with self.database.begin() as connection:
            for file in self.files.under_way(connection):
                if file.state == "reading":
                    self.deferrer.defer(connection, read_request(file.portal_id, file.file_id))
                if file.state == "scoring":
                    self._defer_scoring(connection, file)
                if file.push_state in PUSHING:
                    self.deferrer.defer(connection, push_request(file.portal_id, file.file_id))

    def _score_chunk(self, connection: Connection, file: LeadFile, slot: int) -> tuple[tuple[str, ...], bool]:
        """The headings that scoring adds, and whether a chunk waited. The chunk stays locked, so that nobody is erased from it meanwhile."""
        scorer = self._scorer(connection, file)
        chunk = self.rows.next_unscored(connection, portal_id=file.portal_id, file_id=file.file_id, slot=slot, slots=SLOTS)
        if chunk is not None:
            rows = [scorer.take(row) for row in unpack_rows(chunk.rows)]
            self.rows.save_scored(
                connection,
                portal_id=file.portal_id,
                file_id=file.file_id,
                position=chunk.position,
                scored=pack_outcomes(rows),
                tally=scorer.tally.as_json(),
            )
        return scorer.columns, chunk is not None

    def _into_chunks(self, file: LeadFile, done: int, told: WholeColumns) -> None:
        rows = read_leads(ByteStream(self._parts(file)), file.plan)
        for position, chunk in enumerate(_in_chunks(rows)):
            for row in chunk:
                told.take(row.cells)
            if position < done:
                continue
            with self.database.begin() as connection:
                kept, _ = self.forgetter.without_erased(connection, file.portal_id, chunk)
                self.rows.add_chunk(
                    connection,
                    portal_id=file.portal_id,
                    file_id=file.file_id,
                    position=position,
                    row_count=len(kept),
                    rows=pack_rows(kept),
                )

    def _parts(self, file: LeadFile) -> Iterator[bytes]:
        position = 0
        while True:
            with self.database.begin() as connection:
                part = self.rows.part(connection, portal_id=file.portal_id, file_id=file.file_id, position=position)
            if part is None:
                return
            yield part
            position += 1

    def _forget_in(self, file: LeadFile, position: int) -> int | None:
        """How many rows of the chunk were emptied; None after the last chunk."""
        with self.database.begin() as connection:
            chunk = self.rows.chunk(connection, portal_id=file.portal_id, file_id=file.file_id, position=position, lock=True)
            if chunk is None:
                return None
            kept, count = self.forgetter.without_erased(connection, file.portal_id, unpack_rows(chunk.rows))
            if count:
                self.rows.replace_rows(
                    connection, portal_id=file.portal_id, file_id=file.file_id, position=position, rows=pack_rows(kept)
                )
        return count

    def _push_chunk(self, file: LeadFile, run_id: str, is_dry: bool, scorer: RowScorer, chunk: Chunk) -> dict[str, int]:
        good = [row for row in map(scorer.take, unpack_rows(chunk.rows)) if not row.checked.problem]
        counts: Counter[str] = Counter()
        for start in range(0, len(good), BATCH_LIMIT):
            leads = [_to_push(file, row) for row in good[start : start + BATCH_LIMIT]]
            counts.update(self.push_rows(file, run_id, is_dry, leads))
        return dict(counts)

    def _end_push(self, file: LeadFile, run_id: str) -> None:
        state: PushState = "counted" if file.push_state == "counting" else "pushed"
        with self.database.begin() as connection:
            if state == "pushed":
                counts: Counter[str] = Counter()
                for pushed in self._progress(connection, file).pushes:
                    counts.update(pushed)
                self.close_run(connection, file, run_id, counts)
            self.files.set_push(
                connection,
                portal_id=file.portal_id,
                file_id=file.file_id,
                push_state=state,
                run_id=run_id,
                creates=file.push_creates,
            )

    def _progress(self, connection: Connection, file: LeadFile) -> Progress:
        return self.rows.progress(connection, portal_id=file.portal_id, file_id=file.file_id, push_run_id=file.push_run_id)

    def _scorer(self, connection: Connection, file: LeadFile) -> RowScorer:
        return RowScorer(file.mapping, file.plan.names, self.score_for(connection, file.portal_id), file.uploaded_at)

    def _defer_scoring(self, connection: Connection, file: LeadFile) -> None:
        for slot in range(SLOTS):
            self.deferrer.defer(connection, score_request(file.portal_id, file.file_id, slot))

    def _find(self, args: Mapping[str, JsonScalar]) -> LeadFile | None:
        with self.database.begin() as connection:
            return self.files.find(connection, portal_id=whole_number(args, "portal_id"), file_id=text(args, "file_id"))


def _in_chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _to_push(file: LeadFile, row: ScoredRow) -> ToPush:
    sheet = build_sheet(row.checked, file.object_type, file.uploaded_at)
    return ToPush(sheet, row.scores, _properties(row.checked, file.object_type))


def _properties(checked: Checked, object_type: str) -> dict[str, str]:
    """The facts as texts of HubSpot's properties."""
    found = {}
    for target in TARGETS:
        name, fact = target.properties.get(object_type), target.fact
        if name and fact is not None and fact in checked.facts:
            value = checked.facts[fact]
            found[name] = f"{value:.0f}" if isinstance(value, float) else str(value)
    return found
