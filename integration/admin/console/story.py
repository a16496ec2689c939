"""One record's story: everything that happened, as entries in the order of time. Pure.

Changes of one run stand together in one entry, since they were decided together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from integration.admin.console.base import RecordEvent
from integration.admin.console.record_store import Found, Kept
from integration.pipeline.undo.chain import UNDONE
from integration.reporting.runs_store import Change

_EVENTS: Final = {
    "creation": "created",
    "deletion": "deleted",
    "restore": "restored",
    "merge": "merged",
    "privacyDeletion": "erased for privacy",
    "associationChange": "an association changed",
}
_SOURCES: Final = {
    "CRM_UI": "by a person in HubSpot",
    "INTEGRATION": "by an app",
    "API": "by an app",
    "IMPORT": "by an import",
    "FORM": "by a form",
    "AUTOMATION_PLATFORM": "by a workflow",
    "MERGE_OBJECTS": "by a merge",
}


@dataclass(frozen=True)
class Entry:
    """One line of the story. `kind`: event, lookup, write, kept, person, wrong or made. `run_id` "" belongs to no run."""

    at: datetime
    kind: str
    text: str
    run_id: str = ""
    changes: Sequence[Change] = field(default=())
    notes: Sequence[str] = field(default=())


def tell(kept: Kept, changes: Sequence[Change], events: Sequence[RecordEvent]) -> Sequence[Entry]:
    """The newest first."""
    entries = [*_heard(events), *_looked_up(kept), *_decided(changes), *_made(kept), *_asked(kept), *_failed(kept)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _heard(events: Sequence[RecordEvent]) -> Iterator[Entry]:
    """Events of one delivery and cause stand together: a person who fills in a form makes one of each property."""
    for (received_at, source), group in groupby(events, key=lambda event: (event.received_at, event.change_source)):
        together = list(group)
        words = list(dict.fromkeys(_EVENTS.get(event.kind, event.kind) for event in together if not event.property_name))
        names = sorted({event.property_name for event in together if event.property_name})
        if names:
            words.append(f"{', '.join(names)} changed")
        yield Entry(received_at, "event", f"HubSpot told: {'; '.join(words)} ({_SOURCES.get(source, source) or 'no source given'})")


def _looked_up(kept: Kept) -> Iterator[Entry]:
    """What each provider said in each run, with what it cost."""
    ordered = sorted(kept.findings, key=lambda found: (found.run_id, found.provider))
    for (run_id, provider), group in groupby(ordered, key=lambda found: (found.run_id, found.provider)):
        found = list(group)
        cost = sum(one.cost_usd for one in found)
        lines = [f"{one.field}: {_plain(one.value)} ({one.confidence_ratio:.0%} sure, {_ranked(one)})" for one in found]
        price = f" for ${cost:.4f}" if cost else ""
        fields = "1 field" if len(found) == 1 else f"{len(found)} fields"
        yield Entry(max(one.seen_at for one in found), "lookup", f"{provider} answered {fields}{price}", run_id, notes=lines)


def _ranked(found: Found) -> str:
    return "chosen" if found.is_chosen else f"not chosen: {found.lost_because}" if found.lost_because else "lost to a better one"


def _plain(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _decided(changes: Sequence[Change]) -> Iterator[Entry]:
    for run_id, group in groupby(changes, key=lambda change: change.run_id):
        together = list(group)
        ended = {
            outcome: sum(change.outcome == outcome for change in together) for outcome in dict.fromkeys(c.outcome for c in together)
        }
        counts = ", ".join(f"{count} {outcome}" for outcome, count in ended.items())
        kind = "wrong" if "refused" in ended else "write" if "written" in ended else "kept"
        title = "An undo put values back" if any(change.reason == UNDONE for change in together) else "Fields decided"
        yield Entry(together[0].created_at, kind, f"{title}: {counts}", run_id, changes=together)


def _made(kept: Kept) -> Iterator[Entry]:
    for made in kept.made:
        what = f"{made.kind.removesuffix('s')} {made.created_id} ({made.purpose})"
        yield Entry(made.created_at, "write", f"We created the {what}", made.run_id)
        if made.archived_at:
            yield Entry(made.archived_at, "write", f"An undo archived the {what}")


_REVIEWS: Final = {
    "refused_by_rule": ("kept", "Answers were refused, because they are not surely about this record"),
    "withdrawn": ("kept", "Doubts about answers were settled without a decision"),
    "open": ("person", "It is asked which of several companies this is; see the review queue"),
}


def _asked(kept: Kept) -> Iterator[Entry]:
    for review in kept.reviews:
        kind, words = _REVIEWS.get(review.state, ("person", "It was asked whose answers these are"))
        yield Entry(review.opened_at, kind, words, notes=review.reasons)
        if review.decided_at:
            choice = f" ({review.choice})" if review.choice else ""
            yield Entry(review.decided_at, "person", f"{review.decided_by or 'Somebody'} decided: {review.state}{choice}")
    for pair in kept.pairs:
        yield Entry(pair.found_at, "person", f"Record {pair.other_id} may be the same ({pair.score_ratio:.0%})")
        if pair.decided_at:
            yield Entry(pair.decided_at, "person", f"{pair.decided_by or 'Somebody'} decided about {pair.other_id}: {pair.state}")


def _failed(kept: Kept) -> Iterator[Entry]:
    for letter in kept.letters:
        yield Entry(letter.created_at, "wrong", f"Work failed for good: {letter.reason.replace('_', ' ')}", notes=(letter.detail,))
        if letter.replayed_at:
            yield Entry(letter.replayed_at, "person", f"Dead letter {letter.letter_id} was replayed or discarded")
