"""In what state a record is, in words that say what to do next. Pure.

Nothing is stored for this: it can be read from the account, the worklist, the dead letters and what was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from crm_cards.draft_view import cut
from integration.pipeline.ask_again import ASK_AGAIN, BUDGET
from integration.pipeline.record_card.card_store import Failure, Standing, StoredScore, WaitingItem
from integration.scoring.priority import NAME as PRIORITY

Kind = Literal[
    "ready", "new", "queued", "running", "waiting_for_provider", "over_budget", "failed", "dry_run", "disconnected", "erased",
    "not_enough_evidence",
]  # fmt: skip
STALE_AFTER: Final = timedelta(days=30)
SILENT_AFTER_S: Final = 60.0
BUSY: Final = frozenset({"queued", "running"})
_LONGEST_DETAIL: Final = 500


@dataclass(frozen=True)
class Account:
    """What of the account bears on the state of its records."""

    is_connected: bool
    is_dry: bool
    disconnected_since: datetime


@dataclass(frozen=True)
class State:
    """A record's state. `is_busy`: asking again in a moment is worth it."""

    kind: Kind
    title: str
    message: str
    since: datetime | None
    is_stale: bool = False
    no_worker: bool = False

    @property
    def is_busy(self) -> bool:
        return self.kind in BUSY

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "title": self.title,
            "message": self.message,
            "since": self.since and self.since.isoformat(),
            "is_stale": self.is_stale,
            "is_busy": self.is_busy,
            "no_worker": self.no_worker,
        }


def erased_state() -> State:
    """Of a record whose person asked to be forgotten."""
    return State("erased", "Erased", "The person behind this record asked to be forgotten. Leadlight keeps nothing about it.", None)


def state_of(standing: Standing, scores: Sequence[StoredScore], account: Account, now: datetime) -> State:
    """The first of these that holds: disconnected, in the work, waiting, failed, new, dry run, not enough evidence, ready."""
    if not account.is_connected:
        words = "Leadlight is not connected to this account any more. Ask an admin to connect it again; what is shown is what was known."
        return State("disconnected", "Disconnected", words, account.disconnected_since, _is_stale(standing, now))
    if standing.item is not None:
        return _at_work(standing, standing.item, now)
    if standing.failure is not None and (standing.brief is None or standing.failure.at > standing.brief.checked_at):
        return _failed(standing.failure, _is_stale(standing, now))
    if standing.brief is None:
        return State("new", "Not looked at yet", "Leadlight has not looked at this record yet. Press Enrich now to start.", None)
    return _decided(standing, scores, account, now)


def _at_work(standing: Standing, item: WaitingItem, now: datetime) -> State:
    stale = _is_stale(standing, now)
    if item.lease_until is not None and item.lease_until > now:
        return State(
            "running", "Working", "Leadlight is looking at this record now. It takes a few seconds.", item.queued_at, stale
        )
    if item.due_at > now and item.causes == (ASK_AGAIN,):
        words = f"A source did not answer. What is known is shown; it is asked again by itself {_when(item.due_at, now)}."
        return State("waiting_for_provider", "A source did not answer", words, item.queued_at, stale)
    if item.due_at > now and item.causes == (BUDGET,):
        words = (
            f"The budget for outside sources is used up. It goes on {_when(item.due_at, now)}, or when an admin raises the budget."
        )
        return State("over_budget", "Over budget", words, item.queued_at, stale)
    if standing.silent_s is None or standing.silent_s > SILENT_AFTER_S:
        words = "This record waits, and nobody has been working for a minute. Tell an admin: Leadlight's worker is not running."
        return State("queued", "Waiting", words, item.queued_at, stale, no_worker=True)
    if item.due_at > now:
        words = f"The last try did not come through. It is tried again by itself {_when(item.due_at, now)}."
    else:
        words = "This record waits for its turn. You may close the card; the work goes on."
    return State("queued", "Waiting", words, item.queued_at, stale)


def _failed(failure: Failure, stale: bool) -> State:
    detail = cut(failure.detail.strip(), _LONGEST_DETAIL) or f"The reason is called {failure.reason}."
    return State("failed", "Could not be done", f"{detail} Press Enrich now to try again.", failure.at, stale)


def _decided(standing: Standing, scores: Sequence[StoredScore], account: Account, now: datetime) -> State:
    stale, since = _is_stale(standing, now), None if standing.brief is None else standing.brief.checked_at
    if account.is_dry:
        words = "Your admin is still trying Leadlight out: everything can be read here, and nothing is written to HubSpot."
        return State("dry_run", "Dry run", words, since, stale)
    if _abstains(scores):
        words = "Too little is known to judge this record. The next step says what would help."
        return State("not_enough_evidence", "Not enough evidence", words, since, stale)
    if stale:
        return State(
            "ready", "Looked at long ago", "This is more than 30 days old. Press Enrich now if you need it fresh.", since, stale
        )
    return State("ready", "Up to date", "Everything Leadlight knows is shown.", since, stale)


def _abstains(scores: Sequence[StoredScore]) -> bool:
    """Whether the priority could not be said; without a priority, whether no score could."""
    priority = [score for score in scores if score.name == PRIORITY]
    return all(score.value is None for score in priority or scores)


def _is_stale(standing: Standing, now: datetime) -> bool:
    return standing.brief is not None and now - standing.brief.checked_at > STALE_AFTER


def _when(moment: datetime, now: datetime) -> str:
    """ "in 5 minutes", "in 3 hours", or the day in UTC."""
    left = moment - now
    if left < timedelta(minutes=90):
        minutes = max(1, round(left / timedelta(minutes=1)))
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    if left < timedelta(hours=48):
        return f"in {round(left / timedelta(hours=1))} hours"
    return f"on {moment.astimezone(UTC):%Y-%m-%d}"
