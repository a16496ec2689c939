"""Merges two records, only on a person's command: preview, trace in the ledger, HubSpot's merge, and the values the person chose to keep.

HubSpot cannot undo a merge. What both records held is therefore written into the ledger before HubSpot is asked, so that it can at least be read.
A merge whose answer was lost is looked into before it is asked for again, so merging twice does no harm. What we know of the record that
vanished is moved by the merge event, which HubSpot sends for our merges as for anybody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import Conflict, NotFound, Rejected, Unavailable, UnexpectedReply, UpstreamError
from integration.db.session import Database
from integration.hubspot.objects import CrmRecord, PropertyDefinition, PropertyVersion
from integration.pipeline.duplicates.match_store import MatchStore
from integration.pipeline.duplicates.merge_preview import FieldOutcome, MergePreview, build_preview, differing_names
from integration.pipeline.duplicates.merge_writes import chosen_fields, corrections, merged_ids, traces
from integration.pipeline.duplicates.pair_store import DISMISSED, GONE, MERGED, MERGING, OPEN, Ids, Pair, PairStore, ordered
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.run_store import RunStore
from integration.pipeline.write_back import PropertyWriter, RunContext, WriteBack

MERGE_KIND: Final = "merge"
_MERGED_IDS: Final = ("hs_merged_object_ids", "hs_calculated_merged_vids")


class MergeClient(PropertyWriter, Protocol):
    """What merging needs of HubSpot."""

    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]: ...
    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[CrmRecord]: ...
    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]: ...
    def merge(self, object_type: str, primary_id: str, other_id: str) -> str: ...


@dataclass(frozen=True)
class MergeCommand:
    """A person's command. `keep_from_other` names the properties whose losing value shall be written after the merge."""

    portal_id: int
    object_type: str
    primary_id: str
    other_id: str
    keep_from_other: frozenset[str]
    fingerprint: str
    by: str

    @property
    def ids(self) -> Ids:
        return ordered(self.primary_id, self.other_id)


@dataclass(frozen=True)
class MergeResult:
    """`survivor_id` is the record both are now; `corrected` and `not_corrected` are the chosen values that were and were not written."""

    survivor_id: str
    run_id: str = ""
    corrected: tuple[str, ...] = ()
    not_corrected: tuple[str, ...] = ()
    problem: str = ""


class Merger:
    """Previews and merges. One for the process."""

    def __init__(
        self,
        database: Database,
        client_of: Callable[[int], MergeClient],
        *,
        app_id: str,
        clock: Clock,
        run_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._database = database
        self._client_of = client_of
        self._app_id = app_id
        self._clock = clock
        self._run_id = run_id
        self._ledger = LedgerStore()
        self._runs = RunStore()
        self._pairs = PairStore()
        self._records = MatchStore()
        self._states = RecordStateStore()
        self._door = WriteBack(database, self._ledger, clock)

    def preview(self, portal_id: int, object_type: str, primary_id: str, other_id: str) -> MergePreview:
        """What merging the two would leave. Three calls. Raises Conflict when one of them is no longer there."""
        client = self._client_of(portal_id)
        definitions = client.property_definitions(object_type)
        records = {one.object_id: one for one in client.batch_read(object_type, [primary_id, other_id], sorted(definitions))}
        if records.keys() != {primary_id, other_id}:
            raise Conflict("One of the two records is no longer there; it was deleted or merged elsewhere.", reason="record_gone")
        primary, other = records[primary_id], records[other_id]
        names = differing_names(primary, other, definitions)
        histories = client.batch_read_history(object_type, [primary_id, other_id], names) if names else {}
        return build_preview(primary, other, definitions, histories, app_id=self._app_id)

    def dismiss(self, portal_id: int, object_type: str, ids: Ids, *, by: str) -> None:
        """They are two: the pair is not suggested again unless its records change materially. Raises NotFound and Conflict."""
        with self._database.begin() as connection:
            pair = self._pairs.find(connection, portal_id=portal_id, object_type=object_type, ids=ids, lock=True)
            if pair is None:
                raise NotFound("There is no such pair.")
            if pair.state not in (OPEN, DISMISSED, GONE):
                raise Conflict("This pair is being merged or was merged, so it can no longer be dismissed.")
            self._pairs.set_state(
                connection, portal_id=portal_id, object_type=object_type, ids=ids, state=DISMISSED, by=by, now=self._clock()
            )

    def merge(self, command: MergeCommand) -> MergeResult:
        """What came of it; the same survivor again when it was done before. Raises Conflict, BadInput and the client's errors.

        A refusal by HubSpot leaves the pair open. After a lost answer the pair stays "merging", and the next command finds out.
        """
        pair = self._find(command)
        if pair.state == MERGED and pair.survivor_id is not None:
            return MergeResult(pair.survivor_id, problem="This pair was merged before.")
        if pair.state == MERGING and (survivor_id := self._arrived(command)) is not None:
            self._finish(command, survivor_id, "")
            return MergeResult(
                survivor_id, problem="HubSpot had merged this pair already; values that were chosen were not written."
            )
        preview = self.preview(command.portal_id, command.object_type, command.primary_id, command.other_id)
        if preview.fingerprint != command.fingerprint:
            raise Conflict(
                "One of the records changed since you looked at them. Look at the values again, then merge.", reason="changed"
            )
        chosen = chosen_fields(preview, command.keep_from_other)
        run_id = self._begin(command, preview)
        survivor_id = self._ask(command, run_id)
        self._finish(command, survivor_id, run_id)
        return self._correct(command, MergeResult(survivor_id, run_id), chosen)

    def _find(self, command: MergeCommand) -> Pair:
        with self._database.begin() as connection:
            pair = self._pairs.find(connection, portal_id=command.portal_id, object_type=command.object_type, ids=command.ids)
        if pair is None:
            raise NotFound("There is no such pair.")
        return pair

    def _arrived(self, command: MergeCommand) -> str | None:
        """The survivor, when an earlier merge of the pair arrived though its answer was lost; None when both records are still there."""
        asked = {command.primary_id, command.other_id}
        read = self._client_of(command.portal_id).batch_read(command.object_type, sorted(asked), _MERGED_IDS)
        found = {one.object_id: one for one in read}
        if found.keys() == asked:
            return None
        for object_id, record in found.items():
            if asked - {object_id} <= merged_ids(record):
                return object_id
        with self._database.begin() as connection:
            states = self._states.status_of(connection, command.portal_id, command.object_type, sorted(asked - found.keys()))
        survivors = sorted({state.survivor_id for state in states.values() if state.survivor_id is not None})
        if survivors:
            return survivors[0]
        raise Conflict("HubSpot has not told yet what became of these two records. Look again in a minute.", reason="record_gone")

    def _begin(self, command: MergeCommand, preview: MergePreview) -> str:
        """The run, once the pair is claimed and written down is what both records hold. Raises Conflict when somebody else was faster."""
        run_id, now = self._run_id(), self._clock()
        with self._database.begin() as connection:
            pair = self._pairs.find(
                connection, portal_id=command.portal_id, object_type=command.object_type, ids=command.ids, lock=True
            )
            if pair is None or pair.state == MERGED:
                raise Conflict("This pair was decided upon while you looked at it.", reason="decided_meanwhile")
            self._set_state(connection, command, MERGING)
            self._runs.open(
                connection,
                portal_id=command.portal_id,
                run_id=run_id,
                kind=MERGE_KIND,
                object_type=command.object_type,
                started_at=now,
                requested_by=command.by,
                target={"primary_id": command.primary_id, "other_id": command.other_id},
                total_count=1,
            )
            self._ledger.add_intents(
                connection,
                portal_id=command.portal_id,
                run_id=run_id,
                object_type=command.object_type,
                plans=traces(preview, run_id),
                now=now,
            )
        return run_id

    def _ask(self, command: MergeCommand, run_id: str) -> str:
        """The survivor. After HubSpot's own refusal the pair is open again; after a lost answer nobody knows yet."""
        try:
            return self._client_of(command.portal_id).merge(command.object_type, command.primary_id, command.other_id)
        except UpstreamError as error:
            unknown = isinstance(error, Unavailable | UnexpectedReply)
            with self._database.begin() as connection:
                self._close(connection, command.portal_id, run_id, "unknown" if unknown else "refused")
                if not unknown:
                    self._reopen(connection, command)
            if not isinstance(error, Rejected):
                raise
            raise Conflict(f"HubSpot refused the merge and changed nothing. It says: {error.message}", reason="refused") from error

    def _reopen(self, connection: Connection, command: MergeCommand) -> None:
        """A refused pair is open again, unless the refusal only says that somebody else merged it at the same moment."""
        pair = self._pairs.find(
            connection, portal_id=command.portal_id, object_type=command.object_type, ids=command.ids, lock=True
        )
        if pair is not None and pair.state == MERGING:
            self._set_state(connection, command, OPEN)

    def _finish(self, command: MergeCommand, survivor_id: str, run_id: str) -> None:
        gone = [one for one in command.ids if one != survivor_id]
        with self._database.begin() as connection:
            self._set_state(connection, command, MERGED, survivor_id)
            self._pairs.drop(connection, portal_id=command.portal_id, object_type=command.object_type, object_ids=gone)
            self._records.forget(connection, portal_id=command.portal_id, object_type=command.object_type, object_ids=gone)
            if run_id:
                self._close(connection, command.portal_id, run_id, "merged")

    def _correct(self, command: MergeCommand, result: MergeResult, chosen: Sequence[FieldOutcome]) -> MergeResult:
        """The result with what became of the chosen values. The merge stands whatever happens here, so a failure is told, not raised."""
        if not chosen:
            return result
        client, labels = self._client_of(command.portal_id), tuple(field.label for field in chosen)
        try:
            [survivor] = client.batch_read(command.object_type, [result.survivor_id], [field.name for field in chosen])
            plan = corrections(survivor, chosen, result.run_id)
            run = RunContext(command.portal_id, result.run_id, command.object_type)
            outcome = self._door.write(client, run, [plan]).get(result.survivor_id) if plan is not None else None
        except (UpstreamError, ValueError) as error:
            return replace(result, not_corrected=labels, problem=f"They could not be written: {error}")
        if outcome is None or outcome.state == "written":
            return replace(result, corrected=labels)
        return replace(result, not_corrected=labels, problem=outcome.words or "HubSpot did not take all of them.")

    def _set_state(self, connection: Connection, command: MergeCommand, state: str, survivor_id: str | None = None) -> None:
        self._pairs.set_state(
            connection,
            portal_id=command.portal_id,
            object_type=command.object_type,
            ids=command.ids,
            state=state,
            by=command.by,
            now=self._clock(),
            survivor_id=survivor_id,
        )

    def _close(self, connection: Connection, portal_id: int, run_id: str, outcome: str) -> None:
        self._runs.close(connection, portal_id=portal_id, run_id=run_id, counts={outcome: 1}, finished_at=self._clock())
