"""Scores as a card shows them: words and a tone for the label, reasons in points, and what moved. Pure.

Titles and words are those of the registered scores, so a new score needs nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from crm_cards.draft_view import cut
from integration.pipeline.provenance import fitting
from integration.pipeline.record_card.card_store import StoredScore
from integration.scoring import priority
from integration.scoring.movement import differences, parse_reasons
from integration.scoring.profile import default_profile
from integration.scoring.registry import all_scores

Tone = Literal["good", "middling", "bad", "neutral"]
NOT_ENOUGH: Final = "not_enough_evidence"
_LONGEST_REASON: Final = 400
_REASON_BYTES: Final = 30_000
_MOST_SCORES: Final = 6


@dataclass(frozen=True)
class ScoreWords:
    """What people call a score and its labels."""

    title: str
    labels: Mapping[str, str]

    def tone(self, label: str) -> Tone:
        """The first label of a score is good, the second of several middling, the others bad; one nobody declared is neutral."""
        judged = [name for name in self.labels if name != NOT_ENOUGH]
        if label not in judged:
            return "neutral"
        place = judged.index(label)
        return "good" if place == 0 else "middling" if place == 1 and len(judged) > 2 else "bad"


@cache
def score_words() -> Mapping[str, ScoreWords]:
    """The words of every score there is, by its name."""
    declared = {entry.name: (entry.title, entry.properties) for entry in all_scores(default_profile())}
    declared[priority.NAME] = (priority.TITLE, priority.PROPERTIES)
    return {
        name: ScoreWords(title, next((dict(one.options) for one in properties if one.options), {}))
        for name, (title, properties) in declared.items()
    }


def words_of(name: str) -> ScoreWords:
    """The words of this score; of one that is not registered any more, its own name."""
    return score_words().get(name) or ScoreWords(in_words(name), {})


def label_words(name: str, label: str) -> str:
    """The label as people read it."""
    return words_of(name).labels.get(label) or in_words(label)


def score_view(score: StoredScore) -> dict[str, Any]:
    """The card's `ScoreView`."""
    reasons = sorted(parse_reasons(score.reasons), key=lambda reason: -abs(reason.points))
    told = [
        {
            "text": cut(one.text, _LONGEST_REASON),
            "points": one.points,
            "findings": [in_words(name) for name in one.rests_on][:10],
        }
        for one in reasons
    ]
    return {
        "name": score.name,
        "title": words_of(score.name).title,
        "value": score.value,
        "label": score.label,
        "label_words": label_words(score.name, score.label),
        "tone": words_of(score.name).tone(score.label),
        "unit": score.unit,
        "scored_at": score.scored_at.isoformat(),
        "reasons": fitting(told, _REASON_BYTES),
        "moved": _moved(score),
    }


def split_scores(scores: Sequence[StoredScore]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The priority, and the other scores."""
    views = {score.name: score_view(score) for score in scores}
    first = views.pop(priority.NAME, None)
    return first, list(views.values())[:_MOST_SCORES]


def in_words(name: str) -> str:
    """ "employee_count" as people read it."""
    return name.replace("_", " ").capitalize()


def _moved(score: StoredScore) -> dict[str, Any] | None:
    if score.moved_at is None or score.previous_label is None:
        return None
    why = differences(parse_reasons(score.previous_reasons), parse_reasons(score.reasons))
    both = score.value is not None and score.previous_value is not None
    return {
        "at": score.moved_at.isoformat(),
        "from_value": score.previous_value,
        "from_label_words": label_words(score.name, score.previous_label),
        "change": (score.value or 0.0) - (score.previous_value or 0.0) if both else None,
        "why": fitting([{"text": cut(one.text, _LONGEST_REASON), "points": one.points} for one in why], _REASON_BYTES),
    }
