"""The one door through which values reach HubSpot records: intents in the ledger first, then the call, then the outcomes.

A record that HubSpot refuses gets one more chance without what was objected to, so that one bad value does not cost the rest, and the
reason in plain words goes into the status property. What is refused again is final. Nothing is retried here: an error of the whole call leaves
the outcome open in the ledger and goes to the caller; the record is read again later and shows what really happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from integration.core.clock import Clock
from integration.core.errors import AppError, Unavailable, UnexpectedReply
from integration.db.session import Database
from integration.hubspot.objects import BatchOutcome, PropertyWrite, WriteFailure
from integration.pipeline.ledger_store import LedgerStore, Settlement
from integration.pipeline.plain_words import means_gone, means_unanswered, refusal_in_words
from integration.pipeline.policies.routing_guard import without_closed_fields
from integration.pipeline.policy import OWN_PREFIX, Decision, WritePolicy
from integration.pipeline.properties import LAST_ENRICHED_AT, STATUS
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue


class PropertyWriter(Protocol):
    """What the door needs of the HubSpot client: up to 100 records in one call, each with its own outcome."""

    def batch_update(self, object_type: str, writes: Sequence[PropertyWrite]) -> BatchOutcome: ...


@dataclass(frozen=True)
class RunContext:
    """The run that a write belongs to. In a dry run the ledger gets proposals, and HubSpot is not called."""

    portal_id: int
    run_id: str
    object_type: str
    is_dry: bool = False


@dataclass(frozen=True)
class RecordOutcome:
    """What became of one record: written, partly (without what HubSpot objected to), refused, gone, unknown (look again), or proposed.

    `words` says in plain language what HubSpot objected to; `code` is HubSpot's own word, `failure` all it said.
    """

    state: Literal["written", "partly", "refused", "gone", "unknown", "proposed"]
    words: str = ""
    code: str = ""
    failure: WriteFailure | None = None


_WRITTEN: Final = RecordOutcome("written")
_UNKNOWN: Final = RecordOutcome("unknown")
_PROPOSED: Final = RecordOutcome("proposed")
_ALL_CLOSED: Final = RecordOutcome(
    "refused", "Only routing fields were to be written, and no admin has opened them.", "ROUTING_CLOSED"
)
_COMPANIONS: Final = frozenset({STATUS.name, LAST_ENRICHED_AT.name})
"""Properties that say something about a write and are not worth one of their own."""


class WriteBack:
    """Writes planned values. It owns its transactions, since the intents must be committed before the call."""

    def __init__(self, database: Database, ledger: LedgerStore, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    def write(self, client: PropertyWriter, run: RunContext, plans: Sequence[RecordPlan]) -> dict[str, RecordOutcome]:
        """The outcome of each record, by id. One call for up to 100 records, a second one only when some were refused; none in a dry run.

        Raises the client's AppError when the whole call failed; the ledger then says "unknown" or "refused".
        """
        plans = without_closed_fields(self._database, portal_id=run.portal_id, object_type=run.object_type, plans=plans)
        if not plans:
            return {}
        if run.is_dry:
            self._note(run, plans)
            return {plan.object_id: _PROPOSED for plan in plans if plan.values}
        closed = [plan for plan in plans if not plan.values]
        if closed:
            self._note(run, closed)
        plans = [plan for plan in plans if plan.values]
        outcomes, failures = self._attempt(client, run, plans) if plans else ({}, {})
        outcomes |= {plan.object_id: _ALL_CLOSED for plan in closed}
        refused = [(plan, failures[plan.trace_id]) for plan in plans if plan.trace_id in failures]
        second = [repaired for plan, failure in refused if (repaired := _without_objection(plan, failure)) is not None]
        if second:
            again, _ = self._attempt(client, run, second)
            for plan in second:
                if again[plan.object_id].state == "written" and plan.values.keys() - _COMPANIONS:
                    outcomes[plan.object_id] = replace(outcomes[plan.object_id], state="partly")
        return outcomes

    def _attempt(
        self, client: PropertyWriter, run: RunContext, plans: Sequence[RecordPlan]
    ) -> tuple[dict[str, RecordOutcome], Mapping[str, WriteFailure]]:
        self._note(run, plans)
        try:
            answer = client.batch_update(
                run.object_type, [PropertyWrite(plan.object_id, plan.values, plan.trace_id) for plan in plans]
            )
        except AppError as error:
            # HubSpot's own refusal is certain; after a cut or unreadable answer the values may stand there.
            outcome: Literal["unknown", "refused"] = "unknown" if isinstance(error, Unavailable | UnexpectedReply) else "refused"
            self._settle(run, [Settlement(plan.trace_id, outcome, error.reason) for plan in plans])
            raise
        outcomes = {plan.object_id: _outcome(plan, answer) for plan in plans}
        self._settle(run, [_settlement(plan, outcomes[plan.object_id]) for plan in plans])
        return outcomes, answer.failed

    def _note(self, run: RunContext, plans: Sequence[RecordPlan]) -> None:
        with self._database.begin() as connection:
            self._ledger.add_intents(
                connection,
                portal_id=run.portal_id,
                run_id=run.run_id,
                object_type=run.object_type,
                plans=plans,
                now=self._clock(),
                is_dry=run.is_dry,
            )

    def _settle(self, run: RunContext, settlements: Sequence[Settlement]) -> None:
        with self._database.begin() as connection:
            self._ledger.settle(connection, portal_id=run.portal_id, run_id=run.run_id, settlements=settlements, now=self._clock())


def _outcome(plan: RecordPlan, answer: BatchOutcome) -> RecordOutcome:
    failure = answer.failed.get(plan.trace_id)
    if failure is not None and not means_unanswered(failure):
        return RecordOutcome("gone" if means_gone(failure) else "refused", refusal_in_words(failure), failure.category, failure)
    return _WRITTEN if plan.object_id in answer.written else _UNKNOWN


def _settlement(plan: RecordPlan, outcome: RecordOutcome) -> Settlement:
    if outcome.state in ("refused", "gone"):
        return Settlement(plan.trace_id, "refused", outcome.words)
    return Settlement(plan.trace_id, "written" if outcome.state == "written" else "unknown")


def _without_objection(plan: RecordPlan, failure: WriteFailure) -> RecordPlan | None:
    """The plan once more without what HubSpot objected to, and with its objection as status.

    Left out is what it named; where it named none of ours, the standard properties, which a rule of the account may hang on; where we write none,
    everything. None when the record is gone, or when the status says so already and nothing else is left.
    """
    if means_gone(failure) or means_unanswered(failure):
        return None
    named = frozenset(failure.property_names)
    standard = {entry.wanted.property_name for entry in plan.entries if not entry.wanted.property_name.startswith(OWN_PREFIX)}
    left_out = (named & plan.values.keys()) or (standard & plan.values.keys()) or plan.values.keys()
    entries = [
        entry
        for entry in plan.entries
        if entry.decision.action == "write" and entry.wanted.property_name not in left_out | {STATUS.name}
    ]
    if all(entry.wanted.property_name in _COMPANIONS for entry in entries):
        entries = []
    words = refusal_in_words(failure)
    kept = {entry.wanted.property_name for entry in plan.entries if entry.decision.action == "keep"}
    if STATUS.name not in kept and plan.tells_status and words != plan.current_status and STATUS.name not in named:
        wanted = WantedValue(STATUS.name, words, WritePolicy.ALWAYS, STATUS.type)
        entries.append(PlannedValue(wanted, plan.current_status, Decision("write", "refusal_told")))
    return replace(plan, trace_id=f"{plan.trace_id}-again", entries=tuple(entries)) if entries else None
