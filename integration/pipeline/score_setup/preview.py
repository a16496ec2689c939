"""What a draft of a scoring profile would change on a sample of records: labels, the distribution, and who moves most and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.pipeline.decisions import PortalDecisions
from integration.pipeline.results import score_reasons
from integration.pipeline.score_setup.sampling import SampledRecord
from integration.scoring.base import ScoreResult
from integration.scoring.history import PortalHistory
from integration.scoring.movement import Difference, differences, parse_reasons
from integration.scoring.profile import ScoringProfile

BUCKETS: Final = 10
MOST_MOVERS: Final = 10
_MOST_REASONS: Final = 4
_SAME: Final = 0.05
"""Less is not seen in a value with one decimal."""


@dataclass(frozen=True)
class Mover:
    """A record whose priority would move. Values are None where it abstains."""

    object_type: str
    object_id: str
    title: str
    value_before: float | None
    value_after: float | None
    label_before: str
    label_after: str
    reasons: tuple[Difference, ...]

    @property
    def distance(self) -> float:
        return abs((self.value_after or 0.0) - (self.value_before or 0.0))


@dataclass(frozen=True)
class Bucket:
    """Records with a priority from `start` up to `end`; of the last bucket `end` counts as well."""

    start: int
    end: int
    before_count: int
    after_count: int


@dataclass(frozen=True)
class Preview:
    """`changes`: how many go from one label to another, the most frequent first. `silent_*`: how many have no priority."""

    record_count: int
    moved_count: int
    relabelled_count: int
    changes: tuple[tuple[str, str, int], ...]
    buckets: tuple[Bucket, ...]
    silent_before_count: int
    silent_after_count: int
    movers: tuple[Mover, ...]


def compare(records: Sequence[SampledRecord], current: ScoringProfile, draft: ScoringProfile, history: PortalHistory) -> Preview:
    """The preview of `draft` against `current`."""
    now, then = PortalDecisions(current, history), PortalDecisions(draft, history)
    pairs = [(record, now.scores(record.sheet)[-1], then.scores(record.sheet)[-1]) for record in records]
    moved = [_mover(*pair) for pair in pairs if _differs(pair[1], pair[2])]
    changed = Counter((before.label, after.label) for _, before, after in pairs if before.label != after.label)
    return Preview(
        record_count=len(records),
        moved_count=len(moved),
        relabelled_count=changed.total(),
        changes=tuple((before, after, count) for (before, after), count in changed.most_common()),
        buckets=_buckets([before.value for _, before, _ in pairs], [after.value for _, _, after in pairs]),
        silent_before_count=sum(before.value is None for _, before, _ in pairs),
        silent_after_count=sum(after.value is None for _, _, after in pairs),
        movers=tuple(sorted(moved, key=lambda one: (-one.distance, one.object_type, one.object_id))[:MOST_MOVERS]),
    )


def _differs(before: ScoreResult, after: ScoreResult) -> bool:
    if before.label != after.label or (before.value is None) != (after.value is None):
        return True
    return abs((after.value or 0.0) - (before.value or 0.0)) >= _SAME


def _mover(record: SampledRecord, before: ScoreResult, after: ScoreResult) -> Mover:
    why = differences(parse_reasons(score_reasons(before)), parse_reasons(score_reasons(after)))
    return Mover(
        object_type=record.sheet.object_type,
        object_id=record.sheet.object_id,
        title=record.title,
        value_before=before.value,
        value_after=after.value,
        label_before=before.label,
        label_after=after.label,
        reasons=why[:_MOST_REASONS],
    )


def _buckets(before: Sequence[float | None], after: Sequence[float | None]) -> tuple[Bucket, ...]:
    counted_before, counted_after = (Counter(_place(value) for value in values if value is not None) for values in (before, after))
    width = 100 // BUCKETS
    return tuple(
        Bucket(place * width, (place + 1) * width, counted_before[place], counted_after[place]) for place in range(BUCKETS)
    )


def _place(value: float) -> int:
    return min(BUCKETS - 1, max(0, int(value * BUCKETS / 100)))
