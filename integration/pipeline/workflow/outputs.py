"""The outputs of each action from what is stored about its record. Pure. An output that is not known is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integration.pipeline.ask_again import BUDGET
from integration.pipeline.workflow.base import FAIL_CONTINUE, SUCCESS, Answer
from integration.pipeline.workflow.known_store import Known, KnownScore

PRIORITY: Final = "priority"
ICP_FIT: Final = "icp_fit"
NOT_ENOUGH: Final = "not_enough_evidence"
FRESH: Final = timedelta(hours=24)
_SHOWN_REASONS: Final = 5
_LONGEST_TEXT: Final = 1_000

DONE: Final = "done"
STORED: Final = "stored"
_WORDS: Final = {
    DONE: "Done.",
    "over_budget": "A budget is used up, so not every provider was asked.",
    "dry_run": "Dry run: everything was decided and nothing written to HubSpot.",
}

Values = dict[str, str | int | float]


@dataclass(frozen=True)
class Outcome:
    """How a look at the record ended: the state, in words, and what was written since it was asked for."""

    state: str
    message: str
    values_written: int = 0

    @property
    def is_failure(self) -> bool:
        return self.state == "failed"


def outcome_of(known: Known, *, given_up: str | None, is_dry: bool, values_written: int) -> Outcome:
    """What became of a record that is done with; `given_up` is the machine word where it was."""
    if given_up is not None:
        return Outcome("failed", f"The record could not be worked on ({given_up}); it is among the dead letters in the console.")
    if known.brief is None:
        return Outcome("failed", "Leadlight has nothing on this record: it is no longer in HubSpot, or must not be worked on.")
    state = "over_budget" if known.work == (BUDGET,) else "dry_run" if is_dry else DONE
    return Outcome(state, _WORDS[state], values_written)


def is_fresh(known: Known, now: datetime) -> bool:
    """Whether the record was looked at within a day."""
    return known.brief is not None and known.brief.checked_at >= now - FRESH


def is_answered(action: str, known: Known, now: datetime) -> bool:
    """Whether the action can answer from what is stored, without the record being looked at."""
    if action == "score":
        return is_fresh(known, now)
    if action == "draft":
        return known.draft is not None and (known.draft.state != "refused" or is_fresh(known, now))
    return False


def build_answer(action: str, known: Known, outcome: Outcome) -> Answer:
    """The answer of one of the actions that look at a record."""
    values: Values = {"state": outcome.state, "message": outcome.message}
    if outcome.is_failure:
        return Answer(FAIL_CONTINUE, values)
    return Answer(SUCCESS, {**values, **_BUILDERS[action](known, outcome)})


def heat_of(known: Known) -> str:
    score = known.scores.get(PRIORITY)
    return NOT_ENOUGH if score is None else score.label


def reasons_text(score: KnownScore | None) -> str:
    """The strongest reasons, one a line, with their points."""
    reasons = sorted((score.reasons if score else ()), key=lambda reason: -abs(float(reason.get("points", 0))))
    return "\n".join(f"{float(reason['points']):+.0f} {reason['text']}" for reason in reasons[:_SHOWN_REASONS])[:_LONGEST_TEXT]


def _enriched(known: Known, outcome: Outcome) -> Values:
    return {"values_written": outcome.values_written, **_scores(known)}


def _scored(known: Known, _outcome: Outcome) -> Values:
    reasons = reasons_text(known.scores.get(PRIORITY) or known.scores.get(ICP_FIT))
    return {**_scores(known), **({"reasons": reasons} if reasons else {})}


def _drafted(known: Known, _outcome: Outcome) -> Values:
    draft = known.draft
    if draft is None:
        return {"draft_state": "none", "steps": 0}
    values: Values = {"draft_state": draft.state, "steps": len(draft.steps)}
    if draft.refusal:
        values["refusal"] = draft.refusal[:_LONGEST_TEXT]
    subject = next((str(step["subject"]) for step in draft.steps if step.get("subject")), "")
    return {**values, "subject": subject[:_LONGEST_TEXT]} if subject else values


def _scores(known: Known) -> Values:
    values: Values = {"heat": heat_of(known)}
    for name in (PRIORITY, ICP_FIT):
        score = known.scores.get(name)
        if score is not None and score.value is not None:
            values[name] = round(score.value, 1)
    if known.brief is not None:
        values["headline"] = known.brief.headline[:_LONGEST_TEXT]
    return values


_BUILDERS: Final[Mapping[str, Callable[[Known, Outcome], Values]]] = {"enrich": _enriched, "score": _scored, "draft": _drafted}
