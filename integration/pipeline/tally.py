"""What became of each record of a batch, counted and ready to be settled. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from integration.jobs.dead_letter_store import DeadLetterEntry

Outcome = Literal[
    "written",
    "partly",
    "unchanged",
    "proposed",
    "gone",
    "skipped",
    "erased_before",
    "refused",
    "failed",
    "postponed",
    "taken_over",
]

SHORT_OF_BUDGET: Final = "short_of_budget"
_STANDING: Final = frozenset({"written", "partly", "unchanged", "proposed"})
_FINISHED: Final = frozenset({*_STANDING, "gone", "skipped", "erased_before", "refused", "failed"})


@dataclass
class Tally:
    """Outcomes by object id. A postponed record has its time in `retry_at`; `blameless` ones were not at fault for the delay.

    `unanswered` are records that are done with what is known, and about which a provider is to be asked again. `unfunded` are those about
    which a provider was not asked for want of budget, with the moment from which it may be; `paced` the same where the provider's rate had no
    place.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    retry_at: dict[str, datetime] = field(default_factory=dict)
    blameless: set[str] = field(default_factory=set)
    letters: list[DeadLetterEntry] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    unfunded: dict[str, datetime] = field(default_factory=dict)
    paced: dict[str, datetime] = field(default_factory=dict)
    beside: Counter[str] = field(default_factory=Counter)
    """What else the run counts, by name: answers refused, questions put to a person, companies created."""

    def postpone(self, object_id: str, until: datetime, *, blameless: bool = False) -> None:
        self.outcomes[object_id] = "postponed"
        self.retry_at[object_id] = until
        if blameless:
            self.blameless.add(object_id)

    def bury(self, object_id: str, outcome: Literal["refused", "failed"], letter: DeadLetterEntry) -> None:
        self.outcomes[object_id] = outcome
        self.letters.append(letter)

    def absorb(self, other: Tally) -> None:
        """Take over what another part of the batch came to."""
        self.outcomes |= other.outcomes
        self.retry_at |= other.retry_at
        self.blameless |= other.blameless
        self.letters += other.letters
        self.unanswered |= other.unanswered
        self.unfunded |= other.unfunded
        self.paced |= other.paced
        self.beside += other.beside

    def finished(self) -> list[str]:
        """Records that need no more work for now."""
        return [object_id for object_id, outcome in self.outcomes.items() if outcome in _FINISHED]

    def stands(self, object_id: str) -> bool:
        """Whether the record now says in HubSpot what was decided, or in a dry run would say it."""
        return self.outcomes.get(object_id) in _STANDING

    def counts(self) -> Mapping[str, int]:
        return dict(Counter(self.outcomes.values()))

    def run_counts(self) -> Mapping[str, int]:
        """The outcomes, and beside them how many of these records were not fully asked about for want of budget, and `beside`."""
        return {**self.counts(), **({SHORT_OF_BUDGET: len(self.unfunded)} if self.unfunded else {}), **self.beside}


@dataclass(frozen=True)
class BatchReport:
    """How a batch ended. `more`: it was full, so others probably wait. `reason` says why nothing could be done."""

    claimed: int
    more: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
