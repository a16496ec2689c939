"""Carries records of a claim through all stages, from reading to written notes. One bad record stays one bad record.

A record on which a pure stage fails goes to dead letter alone. An error nobody foresaw in a stage of the whole batch is pinned down by halving
it; everything done twice that way finds its own earlier work and does not repeat it. Errors of the outside world go to the caller.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.jobs.dead_letter_store import DeadLetterEntry
from integration.jobs.retry import RetryLater, decide, reason_of
from integration.pipeline import stages
from integration.pipeline.ask_again import leaves_questions
from integration.pipeline.lease_store import LeaseStore
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.notes import NoteKeeper
from integration.pipeline.ports import CrmClient, Enricher
from integration.pipeline.remembering import RememberingEnricher
from integration.pipeline.result_store import ResultStore
from integration.pipeline.results import Decided
from integration.pipeline.stages import BatchContext, BatchInput
from integration.pipeline.tally import Tally
from integration.pipeline.worklist_store import Claim
from integration.pipeline.write_back import RecordOutcome, RunContext, WriteBack
from integration.pipeline.write_plan import RecordPlan

LEASE_S: Final = 45.0
_LOOK_AGAIN_S: Final = 15.0
"""How long a write without an answer is given before the record is read again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Taken:
    """A claim with what all its stages share."""

    claim: Claim
    context: BatchContext
    client: CrmClient

    @property
    def portal_id(self) -> int:
        return self.context.portal.portal_id


class Carrier:
    """The stages in their order, with the stores between them."""

    def __init__(
        self,
        *,
        database: Database,
        enricher: Enricher,
        ledger: LedgerStore,
        notes: NoteKeeper,
        clock: Clock,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._enricher = RememberingEnricher(enricher, database)
        self._ledger = ledger
        self._notes = notes
        self._clock = clock
        self._lease_s = lease_s
        self._door = WriteBack(database, ledger, clock)
        self._results = ResultStore()
        self._leases = LeaseStore()

    def carry(self, taken: Taken, object_ids: Sequence[str]) -> Tally:
        """What became of each of these records. Raises AppError when HubSpot could not be used, and the driver's error without a database."""
        try:
            return self._carry(taken, object_ids)
        except (AppError, OperationalError, InterfaceError, PoolTimeout):
            raise
        except Exception as error:  # noqa: BLE001  batch isolation: one of the four edges where whatever is raised is decided upon
            if len(object_ids) == 1:
                return self._blame(taken, object_ids[0], error)
        middle = len(object_ids) // 2
        tally = self.carry(taken, object_ids[:middle])
        tally.absorb(self.carry(taken, object_ids[middle:]))
        return tally

    def _carry(self, taken: Taken, object_ids: Sequence[str]) -> Tally:
        context, tally = taken.context, Tally()
        batch = stages.read_batch(taken.client, context, object_ids)
        tally.outcomes |= dict.fromkeys((one for one in object_ids if one not in batch.records), "gone")
        if not batch.records:
            return tally
        ours = self._recall(taken, batch)
        sheets = stages.enrich_companies(self._enricher, context, batch, ours)
        if context.object_type == CONTACTS:
            sheets = stages.enrich_contacts(self._enricher, context, batch, sheets, ours)
        decided = _each(taken, sheets, lambda _, sheet: stages.decide_record(context, sheet), "decide", tally)
        plans = _each(
            taken,
            decided,
            lambda one, result: stages.plan_write(context, batch.records[one], result, ours.get(one, frozenset())),
            "plan",
            tally,
        )
        held = self._save(taken, [decided[one] for one in plans])
        tally.outcomes |= dict.fromkeys((one for one in plans if one not in held), "taken_over")
        self._write(taken, {one: plans[one] for one in plans if one in held}, decided, tally)
        return tally

    def _recall(self, taken: Taken, batch: BatchInput) -> dict[str, frozenset[str]]:
        """Settle what earlier passes left open, and tell which properties still hold what we wrote, by record."""
        context, ids = taken.context, list(batch.records)
        with self._database.begin() as connection:
            still_open = self._ledger.open_writes(
                connection, portal_id=taken.portal_id, object_type=context.object_type, object_ids=ids
            )
            if still_open:
                outcomes = stages.settle_open(batch, still_open)
                self._ledger.confirm(connection, portal_id=taken.portal_id, outcomes=outcomes, now=self._clock())
            if context.portal.standard_properties is None:
                return {}
            last = self._ledger.last_written(
                connection,
                portal_id=taken.portal_id,
                object_type=context.object_type,
                object_ids=ids,
                property_names=stages.standard_names(context.object_type),
            )
        return stages.still_ours(batch, last)

    def _save(self, taken: Taken, decided: Sequence[Decided]) -> frozenset[str]:
        """Save the results of the records that are still ours; which these are."""
        with self._database.begin() as connection:
            held = self._leases.hold(
                connection,
                portal_id=taken.portal_id,
                claim=taken.claim,
                until=self._clock() + timedelta(seconds=self._lease_s),
            )
            self._results.save(
                connection,
                portal_id=taken.portal_id,
                object_type=taken.context.object_type,
                run_id=taken.context.run_id,
                decided=[entry for entry in decided if entry.object_id in held],
            )
        return held

    def _write(self, taken: Taken, plans: Mapping[str, RecordPlan | None], decided: Mapping[str, Decided], tally: Tally) -> None:
        context = taken.context
        run = RunContext(taken.portal_id, context.run_id, context.object_type)
        written = self._door.write(taken.client, run, [plan for plan in plans.values() if plan is not None])
        for object_id in plans:
            self._note_outcome(taken, object_id, written.get(object_id), tally)
        standing = [one for one in plans if tally.stands(one)]
        notes = [note for one in standing for note in stages.wanted_notes(context, decided[one])]
        report = self._notes.keep(taken.client, taken.portal_id, context.object_type, notes)
        for object_id in report.unanswered:
            tally.postpone(object_id, self._clock() + timedelta(seconds=_LOOK_AGAIN_S))
        for object_id, words in report.refused.items():
            tally.bury(object_id, "refused", _letter(taken, object_id, "note_refused", words))
        tally.unanswered |= {one for one in standing if tally.stands(one) and leaves_questions(decided[one].sheet)}

    def _note_outcome(self, taken: Taken, object_id: str, outcome: RecordOutcome | None, tally: Tally) -> None:
        if outcome is None:
            tally.outcomes[object_id] = "unchanged"
        elif outcome.state == "unknown":
            tally.postpone(object_id, self._clock() + timedelta(seconds=_LOOK_AGAIN_S))
        elif outcome.state == "refused":
            reason = outcome.code.lower() or "refused"
            tally.bury(object_id, "refused", _letter(taken, object_id, reason, outcome.words))
        else:
            tally.outcomes[object_id] = outcome.state

    def _blame(self, taken: Taken, object_id: str, error: Exception) -> Tally:
        tally = Tally()
        attempts = next(item.attempts for item in taken.claim.items if item.object_id == object_id)
        decision = decide(error, attempts)
        _log.error("record_failed", object_type=taken.context.object_type, reason=decision.reason, place=_place(error))
        if isinstance(decision, RetryLater):
            tally.postpone(object_id, self._clock() + timedelta(seconds=decision.delay_s))
        else:
            tally.bury(object_id, "failed", _letter(taken, object_id, decision.reason, _place(error)))
        return tally


def _each(
    taken: Taken, items: Mapping[str, _Item], step: Callable[[str, _Item], _Result], stage: str, tally: Tally
) -> dict[str, _Result]:
    """The step's result for each record; a record it fails on goes to dead letter, since a pure step fails the same way every time."""
    results = {}
    for object_id, item in items.items():
        try:
            results[object_id] = step(object_id, item)
        except Exception as error:  # noqa: BLE001  batch isolation: the other records go on
            _log.error("record_failed", object_type=taken.context.object_type, stage=stage, place=_place(error))
            tally.bury(object_id, "failed", _letter(taken, object_id, f"{stage}_{reason_of(error)}", _place(error)))
    return results


def _letter(taken: Taken, object_id: str, reason: str, detail: str) -> DeadLetterEntry:
    return DeadLetterEntry(
        portal_id=taken.portal_id,
        kind="record",
        reason=reason,
        detail=detail,
        object_type=taken.context.object_type,
        object_id=object_id,
    )


def _place(error: Exception) -> str:
    """Class and place of an error, not its message: that may quote the record."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(error).__name__
