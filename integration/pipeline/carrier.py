"""Carries records of a claim through all stages, from reading to written notes. One bad record stays one bad record.

A record on which a pure stage fails goes to dead letter alone. An error nobody foresaw in a stage of the whole batch is pinned down by halving
it; everything done twice that way finds its own earlier work and does not repeat it. Errors of the outside world go to the caller.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from integration.jobs.dead_letter_store import DeadLetterEntry
from integration.jobs.retry import RetryLater, decide, reason_of
from integration.outreach.base import Judgement
from integration.pipeline import stages
from integration.pipeline.alert_store import Alert, AlertStore
from integration.pipeline.ask_again import leaves_questions, waits_for_budget, waits_for_pace
from integration.pipeline.creating.company_maker import PREFERENCE as CREATE_COMPANIES
from integration.pipeline.creating.company_maker import CompanyMaker
from integration.pipeline.definitions.catalog import Catalogs
from integration.pipeline.duplicates.watching import DuplicateWatch
from integration.pipeline.heat.scorer import HeatScorer
from integration.pipeline.identity.counting import gate_counts
from integration.pipeline.identity.gate import GatedEnricher
from integration.pipeline.judgement_store import JudgementStore
from integration.pipeline.ledger_store import LastWrite, LedgerStore
from integration.pipeline.notes import NoteKeeper
from integration.pipeline.people import ERASED_BEFORE, Doorkeeper
from integration.pipeline.plain_words import blames_definition
from integration.pipeline.policies.misfit_alerts import misfit_alerts, refusal_alerts
from integration.pipeline.policies.standing_reader import StandingReader
from integration.pipeline.policy import PERSON_CHOSE
from integration.pipeline.ports import Enricher
from integration.pipeline.provenance import no_longer_standing
from integration.pipeline.remembering import RememberingEnricher
from integration.pipeline.results import Decided
from integration.pipeline.saving import ResultKeeper
from integration.pipeline.stages import BatchInput
from integration.pipeline.standard_properties import standard_names
from integration.pipeline.taken import Taken
from integration.pipeline.tally import Tally
from integration.pipeline.write_back import RecordOutcome, RunContext, WriteBack
from integration.pipeline.write_plan import RecordPlan, RecordWishes, plan_record
from integration.providers.base import FactSheet
from integration.scoring.base import ScoreResult

LEASE_S: Final = 45.0
_LOOK_AGAIN_S: Final = 15.0
"""How long a write without an answer is given before the record is read again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_log = structlog.get_logger(__name__)


class Carrier:
    """The stages in their order, with the stores between them."""

    def __init__(
        self,
        *,
        database: Database,
        enricher: Enricher,
        ledger: LedgerStore,
        notes: NoteKeeper,
        people: Doorkeeper,
        catalogs: Catalogs,
        app_id: str,
        clock: Clock,
        lease_s: float = LEASE_S,
    ) -> None:
        self._database = database
        self._enricher = GatedEnricher(RememberingEnricher(enricher, database, clock), database, clock)
        self._ledger = ledger
        self._notes = notes
        self._people = people
        self._clock = clock
        self._door = WriteBack(database, ledger, clock)
        self._keeper = ResultKeeper(database, people, clock, lease_s)
        self._judgements = JudgementStore()
        self._watch = DuplicateWatch(clock)
        self._catalogs = catalogs
        self._standings = StandingReader(database, ledger, app_id=app_id)
        self._alerts = AlertStore()
        self._companies = CompanyMaker(database, clock)
        self._heat = HeatScorer(database, clock)

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
        object_ids = self._without_accepted(taken, object_ids, tally)
        if not object_ids:
            return tally
        reads = {one: self._heat.properties(taken.portal_id, context.object_type, one) for one in (context.object_type, COMPANIES)}
        batch = stages.read_batch(taken.client, context, object_ids, reads)
        tally.outcomes |= dict.fromkeys((one for one in object_ids if one not in batch.records), "gone")
        barred = self._people.barred(taken.portal_id, context.object_type, batch.records)
        tally.outcomes |= dict.fromkeys(barred, ERASED_BEFORE)
        batch = stages.without_records(batch, barred)
        if not batch.records:
            return tally
        ours = self._recall(taken, batch)
        sheets = stages.enrich_companies(self._enricher, context, batch, self._ours_at_companies(taken, batch, ours))
        if context.object_type == CONTACTS:
            sheets = stages.enrich_contacts(self._enricher, context, batch, sheets, ours)
        elif context.object_type == DEALS:
            sheets = stages.deal_sheets(context, batch, sheets)
        judged = self._judged(taken, sheets)
        chances = self._chances(taken, batch, sheets)
        decided = _each(
            taken,
            sheets,
            lambda one, sheet: stages.decide_record(context, sheet, judged.get(one), chances.get(one)),
            "decide",
            tally,
        )
        wanted = _each(
            taken,
            decided,
            lambda one, result: stages.wishes_for(context, batch.records[one], result, ours.get(one, frozenset())),
            "plan",
            tally,
        )
        saved = self._keeper.save(taken, [decided[one] for one in wanted])
        held, barred = saved.held, saved.barred
        self._look_again(saved.accepted, tally)
        away = [one for one in wanted if one not in held and one not in tally.retry_at]
        tally.outcomes |= dict.fromkeys(away, "taken_over")
        tally.outcomes |= dict.fromkeys(barred, ERASED_BEFORE)
        plans = self._plan(taken, {one: wanted[one] for one in wanted if one in held}, tally)
        self._write(taken, plans, decided, tally)
        tally.beside += gate_counts(sheets[one] for one in plans)
        self._make_companies(taken, batch, {one: sheets[one] for one in plans if tally.stands(one)}, tally)
        return tally

    def _chances(self, taken: Taken, batch: stages.BatchInput, object_ids: Iterable[str]) -> Mapping[str, ScoreResult]:
        """What the account's heat model says, for all records at once."""
        context = taken.context
        if context.object_type not in (CONTACTS, COMPANIES):
            return {}
        records = {one: batch.records[one] for one in object_ids}
        return self._heat.score(taken.portal_id, context.object_type, records, batch.companies, as_of=context.as_of)

    def _judged(self, taken: Taken, object_ids: Iterable[str]) -> Mapping[str, Judgement]:
        """What reps made of the drafts on these contacts, read as late as it can be."""
        if taken.context.object_type != CONTACTS:
            return {}
        with self._database.begin() as connection:
            return self._judgements.find(
                connection, portal_id=taken.portal_id, object_type=taken.context.object_type, object_ids=[*object_ids]
            )

    def _plan(self, taken: Taken, wanted: Mapping[str, RecordWishes], tally: Tally) -> dict[str, RecordPlan | None]:
        """What will be written, decided on how things stand at this moment."""
        portal_id, object_type = taken.portal_id, taken.context.object_type
        standings = self._standings.read(taken.client, portal_id=portal_id, object_type=object_type, wanted=[*wanted.values()])
        plans = _each(taken, wanted, lambda _, wishes: plan_record(wishes, lambda wish: standings.of(wishes, wish)), "judge", tally)
        self._raise_alerts(taken, misfit_alerts(object_type, [*wanted.values()], plans))
        return plans

    def _raise_alerts(self, taken: Taken, alerts: Sequence[Alert]) -> None:
        if alerts:
            with self._database.begin() as connection:
                self._alerts.raise_alerts(connection, portal_id=taken.portal_id, alerts=alerts, now=self._clock())

    def _without_accepted(self, taken: Taken, object_ids: Sequence[str], tally: Tally) -> Sequence[str]:
        waiting = self._keeper.being_accepted(taken, object_ids)
        self._look_again(waiting, tally)
        return [one for one in object_ids if one not in waiting]

    def _look_again(self, object_ids: Iterable[str], tally: Tally) -> None:
        for object_id in object_ids:
            tally.postpone(object_id, self._clock() + timedelta(seconds=_LOOK_AGAIN_S), blameless=True)

    def _recall(self, taken: Taken, batch: BatchInput) -> dict[str, frozenset[str]]:
        """Settle what earlier passes left open, note which values of ours are gone, and tell which properties still hold what we wrote."""
        context, ids = taken.context, list(batch.records)
        with self._database.begin() as connection:
            self._watch.seen(connection, taken.portal_id, context.object_type, batch.records.values())
            still_open = self._ledger.open_writes(
                connection, portal_id=taken.portal_id, object_type=context.object_type, object_ids=ids
            )
            if still_open:
                outcomes = stages.settle_open(batch, still_open)
                self._ledger.confirm(connection, portal_id=taken.portal_id, outcomes=outcomes, now=self._clock())
            last = self._ledger.last_writes(connection, portal_id=taken.portal_id, object_type=context.object_type, object_ids=ids)
            gone = no_longer_standing(batch.records, last.values())
            self._ledger.supersede(connection, portal_id=taken.portal_id, row_ids=gone, now=self._clock())
        return stages.still_ours(batch.records, _standing(last, standard_names(context.object_type)))

    def _ours_at_companies(
        self, taken: Taken, batch: BatchInput, ours: Mapping[str, frozenset[str]]
    ) -> Mapping[str, frozenset[str]]:
        """What still holds our values on the companies asked about: our own writing is no evidence for a contact either."""
        companies = {company.object_id: company for company in batch.companies.values()}
        if taken.context.object_type == COMPANIES or not companies:
            return ours
        with self._database.begin() as connection:
            last = self._ledger.last_writes(
                connection,
                portal_id=taken.portal_id,
                object_type=COMPANIES,
                object_ids=list(companies),
                property_names=standard_names(COMPANIES),
            )
        return stages.still_ours(companies, _standing(last, standard_names(COMPANIES)))

    def _write(self, taken: Taken, plans: Mapping[str, RecordPlan | None], decided: Mapping[str, Decided], tally: Tally) -> None:
        context = taken.context
        run = RunContext(taken.portal_id, context.run_id, context.object_type, context.is_dry)
        written = self._door.write(taken.client, run, [plan for plan in plans.values() if plan is not None])
        anew = self._look_at_definitions(taken, written)
        for object_id in plans:
            if object_id in anew:
                tally.postpone(object_id, self._clock(), blameless=True)
            else:
                self._note_outcome(taken, object_id, written.get(object_id), tally)
        standing = [one for one in plans if tally.stands(one)]
        notes = [note for one in standing for note in stages.wanted_notes(context, decided[one])]
        report = self._notes.keep(
            taken.client, taken.portal_id, context.object_type, notes, run_id=context.run_id, is_dry=context.is_dry
        )
        tally.outcomes |= dict.fromkeys(report.proposed, "proposed")
        for object_id in report.unanswered:
            tally.postpone(object_id, self._clock() + timedelta(seconds=_LOOK_AGAIN_S))
        for object_id, words in report.refused.items():
            tally.bury(object_id, "refused", _letter(taken, object_id, "note_refused", words))
        done = [one for one in standing if tally.stands(one)]
        tally.unanswered |= {one for one in done if leaves_questions(decided[one].sheet)}
        tally.unfunded |= {one: until for one in done if (until := waits_for_budget(decided[one].sheet)) is not None}
        tally.paced |= {one: until for one in done if (until := waits_for_pace(decided[one].sheet)) is not None}

    def _make_companies(self, taken: Taken, batch: BatchInput, sheets: Mapping[str, FactSheet], tally: Tally) -> None:
        """A company record for contacts that have none, where the admin wants that."""
        context = taken.context
        if context.object_type != CONTACTS or context.portal.preferences.get(CREATE_COMPANIES) is not True:
            return
        report = self._companies.make(
            taken.client,
            portal_id=taken.portal_id,
            run_id=context.run_id,
            is_dry=context.is_dry,
            contacts={one: batch.records[one] for one in sheets if one not in batch.companies},
            sheets=sheets,
        )
        tally.beside.update(report.counts)
        self._look_again(report.again, tally)

    def _look_at_definitions(self, taken: Taken, written: Mapping[str, RecordOutcome]) -> frozenset[str]:
        """The records to be planned anew, because HubSpot refused a value and the account's definitions turn out to have changed.

        Where they have not, an admin is told of the refusal. Costs one call, and only after such a refusal.
        """
        context = taken.context
        refused = {one: outcome for one, outcome in written.items() if outcome.failure and blames_definition(outcome.failure)}
        if not refused:
            return frozenset()
        fresh = self._catalogs.refresh(taken.client, portal_id=taken.portal_id, object_type=context.object_type)
        anew, alerts = set(), []
        for object_id, outcome in refused.items():
            names = outcome.failure.property_names if outcome.failure else ()
            if any(fresh.find(name) != context.catalog.find(name) for name in names):
                anew.add(object_id)
            else:
                alerts += refusal_alerts(context.object_type, names, outcome.words)
        self._raise_alerts(taken, alerts)
        return frozenset(anew)

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


def _standing(last: Mapping[tuple[str, str], LastWrite], names: Sequence[str]) -> dict[tuple[str, str], str]:
    """What we wrote last in these properties, as far as nobody was seen to change it; not what a person chose."""
    return {
        key: write.value_after or ""
        for key, write in last.items()
        if key[1] in names and not write.superseded and write.reason != PERSON_CHOSE
    }


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
