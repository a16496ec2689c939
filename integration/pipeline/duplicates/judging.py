"""What a comparison means for a pair that may be known already. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from integration.matching.weights import Score
from integration.pipeline.duplicates.pair_store import DISMISSED, OPEN, FoundPair, Ids, Pair, PairReason

_TELLING_POINTS: Final = 1.0
"""What a reason must add to be worth asking a person again who has said no."""


@dataclass
class Judgement:
    """Pairs to suggest, and open ones to take back."""

    suggested: list[FoundPair] = field(default_factory=list)
    taken_back: list[Ids] = field(default_factory=list)


def judge_pairs(scores: Mapping[Ids, Score], known: Mapping[Ids, Pair], threshold: float) -> Judgement:
    """What is to be done about each compared pair. A dismissed pair stays so unless the records now share something telling that is new."""
    judgement = Judgement()
    for ids, score in sorted(scores.items()):
        before = known.get(ids)
        if score.ratio < threshold:
            if before is not None and before.state == OPEN:
                judgement.taken_back.append(ids)
        elif before is None or before.state != DISMISSED or changed_materially(before.reasons, found_reasons(score)):
            judgement.suggested.append(FoundPair(*ids, score.ratio, score.start, found_reasons(score)))
    return judgement


def changed_materially(before: Sequence[PairReason], now: Sequence[PairReason]) -> bool:
    """Whether something telling speaks for the pair that did not when a person dismissed it, or something that spoke against it is gone."""
    points = {reason.name: reason.points for reason in before}
    gained = any(reason.points - points.get(reason.name, 0.0) >= _TELLING_POINTS for reason in now)
    still = {reason.name for reason in now}
    return gained or any(reason.points <= -_TELLING_POINTS and reason.name not in still for reason in before)


def found_reasons(score: Score) -> tuple[PairReason, ...]:
    return tuple(PairReason(reason.name, reason.points, reason.words) for reason in score.reasons)
