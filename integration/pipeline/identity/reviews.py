"""What is asked of a person about a record's identity, and how the stored question goes on from pass to pass. Pure.

One row for each record. A question is asked once: the companies a person refused are never offered again, and a chosen one stays chosen. A
company not offered before opens the question anew, and only that one is offered. What the rule itself refused is kept beside, for the
record's page to show; about people no word of what the provider said is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from integration.matching.identity import Evidence, Stance
from integration.providers.base import Field, Finding

IDENTITY: Final = "identity"
"""The question of a review: which of these companies is it?"""


class ReviewState(StrEnum):
    """Of a question. `refused_by_rule`: nothing to ask, the rule refused every answer. `withdrawn`: it answered itself."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REFUSED_BY_RULE = "refused_by_rule"


class Standing(StrEnum):
    """Of one candidate: waiting for a decision, refused by a person, refused by the rule."""

    OFFERED = "offered"
    REFUSED = "refused"
    RULED_OUT = "ruled_out"


_STANDING_WORDS: Final = {
    Standing.OFFERED: "offered",
    Standing.REFUSED: "refused by a person",
    Standing.RULED_OUT: "refused by the rule",
}


@dataclass(frozen=True)
class ReviewCandidate:
    """One company as a person sees it. `tokens` name it exactly; `findings` are what its providers said, to be used once it is chosen."""

    tokens: tuple[str, ...]
    providers: tuple[str, ...]
    standing: Standing
    reason: str
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> str:
        return min(self.tokens)

    def text(self, field: str) -> str:
        """The value of a field in words, "" when nobody gave one."""
        values = [one.value for one in self.findings if one.field.value == field]
        return "" if not values else ", ".join(values[0]) if isinstance(values[0], tuple) else str(values[0])


@dataclass(frozen=True)
class Review:
    """One stored question with its answer, if it has one. `choice` is the key of the chosen candidate."""

    object_type: str
    object_id: str
    state: ReviewState
    candidates: tuple[ReviewCandidate, ...]
    choice: str | None = None
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.candidates)

    @property
    def offered(self) -> tuple[ReviewCandidate, ...]:
        return tuple(one for one in self.candidates if one.standing is Standing.OFFERED)

    @property
    def refused_tokens(self) -> frozenset[str]:
        """Everything that names a company a person refused for this record."""
        return frozenset(token for one in self.candidates if one.standing is Standing.REFUSED for token in one.tokens)

    @property
    def chosen(self) -> ReviewCandidate | None:
        if self.state is not ReviewState.ACCEPTED:
            return None
        return next((one for one in self.candidates if self.choice in one.tokens), None)


def next_review(
    object_type: str,
    object_id: str,
    before: Review | None,
    *,
    asked: Sequence[ReviewCandidate],
    ruled_out: Sequence[ReviewCandidate],
) -> Review | None:
    """The row as it must be stored after a pass, None when it may stay as it is."""
    if before is not None and before.state is ReviewState.ACCEPTED:
        return None
    kept = () if before is None else tuple(one for one in before.candidates if one.standing is Standing.REFUSED)
    if asked:
        wanted = Review(object_type, object_id, ReviewState.OPEN, (*asked, *kept, *ruled_out))
    elif kept:
        wanted = Review(object_type, object_id, ReviewState.REJECTED, (*kept, *ruled_out))
    elif ruled_out:
        wanted = Review(object_type, object_id, ReviewState.REFUSED_BY_RULE, tuple(ruled_out))
    elif before is not None and before.state in (ReviewState.OPEN, ReviewState.REFUSED_BY_RULE):
        wanted = Review(object_type, object_id, ReviewState.WITHDRAWN, ())
    else:
        return None
    return None if before is not None and (before.state, before.fingerprint) == (wanted.state, wanted.fingerprint) else wanted


def decided(review: Review, choice: str | None) -> Review:
    """The review after a person's answer: `choice` is one of the offered keys, None means none of them. Raises KeyError for another key."""
    if choice is None:
        refused = tuple(_refused(one) if one.standing is Standing.OFFERED else one for one in review.candidates)
        return replace(review, state=ReviewState.REJECTED, choice=None, candidates=refused)
    if choice not in {one.key for one in review.offered}:
        raise KeyError(choice)
    others = tuple(_refused(one) if one.standing is Standing.OFFERED and one.key != choice else one for one in review.candidates)
    return replace(review, state=ReviewState.ACCEPTED, choice=choice, candidates=others)


def reopened(review: Review) -> Review:
    """The question asked once more, with everything a person refused offered again."""
    offered = tuple(
        replace(one, standing=Standing.OFFERED) if one.standing is Standing.REFUSED else one for one in review.candidates
    )
    return replace(review, state=ReviewState.OPEN, choice=None, candidates=offered)


def told(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a record's page says of stored candidates, one line for each."""
    return [_line(one) for one in from_json(stored)]


def _line(candidate: ReviewCandidate) -> str:
    name = candidate.text("company_name") or candidate.text("domain")
    said = f"{', '.join(candidate.providers)} named {name}" if name else f"An answer of {', '.join(candidate.providers)}"
    return f"{said}: {_STANDING_WORDS[candidate.standing]}, {candidate.reason}"


def fingerprint_of(candidates: Sequence[ReviewCandidate]) -> str:
    """Equal for the same companies in the same standing, in whatever order they come."""
    named = sorted(
        f"{one.standing.value}|{one.key}|{one.reason if one.standing is Standing.RULED_OUT else ''}" for one in candidates
    )
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:40]


def _refused(candidate: ReviewCandidate) -> ReviewCandidate:
    return replace(candidate, standing=Standing.REFUSED)


def to_json(candidates: Sequence[ReviewCandidate]) -> list[dict[str, Any]]:
    return [
        {
            "tokens": list(one.tokens),
            "providers": list(one.providers),
            "standing": one.standing.value,
            "reason": one.reason,
            "evidence": [[piece.anchor, piece.stance.value, piece.words] for piece in one.evidence],
            "findings": [_stored(finding) for finding in one.findings],
        }
        for one in candidates
    ]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[ReviewCandidate, ...]:
    return tuple(
        ReviewCandidate(
            tokens=tuple(one["tokens"]),
            providers=tuple(one["providers"]),
            standing=Standing(one["standing"]),
            reason=one["reason"],
            evidence=tuple(Evidence(anchor, Stance(stance), words) for anchor, stance, words in one["evidence"]),
            findings=tuple(_revived(finding) for finding in one["findings"]),
        )
        for one in stored
    )


def _stored(finding: Finding) -> dict[str, Any]:
    return {
        "field": finding.field.value,
        "value": list(finding.value) if isinstance(finding.value, tuple) else finding.value,
        "provider": finding.provider,
        "seen_at": finding.seen_at.isoformat(),
        "confidence_ratio": finding.confidence_ratio,
        "source_url": finding.source_url,
    }


def _revived(stored: Mapping[str, Any]) -> Finding:
    """The finding as it was seen; it was paid for when it was asked."""
    raw = stored["value"]
    return Finding(
        Field(stored["field"]),
        tuple(raw) if isinstance(raw, list) else raw,
        stored["provider"],
        datetime.fromisoformat(stored["seen_at"]),
        stored["confidence_ratio"],
        stored["source_url"],
        Decimal(0),
    )
