"""A rep's wording as it came in, checked against the draft it belongs to. Pure; the text is kept as typed, and is never HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from integration.core.errors import BadPayload
from integration.pipeline.drafts.states import KeptDraft, Step

SUBJECT_LIMIT: Final = 200
BODY_LIMIT: Final = 5_000
NOTE_LIMIT: Final = 500
_BODY_BREAKS: Final = frozenset("\n\r\t")
_NO_TEXT: Final = frozenset({"Cc", "Cs", "Cn", "Co"})
_LINE_BREAKS: Final = frozenset({"Zl", "Zp"})
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the reading direction around, so that a text reads other than it is."""


@dataclass(frozen=True)
class NewWording:
    """What a person typed for one step."""

    position: int
    subject: str
    body: str


def edited_steps(draft: KeptDraft, wordings: Sequence[NewWording]) -> tuple[Step, ...]:
    """The draft's steps in these words. Raises BadPayload naming the first place that cannot be kept."""
    given: dict[int, NewWording] = {}
    for place, wording in enumerate(wordings):
        if wording.position in given:
            raise BadPayload("names a step twice", path=f"steps[{place}].position")
        _check_subject(wording.subject, f"steps[{place}].subject")
        _check_body(wording.body, f"steps[{place}].body")
        given[wording.position] = wording
    steps = draft.shown_steps
    if set(given) != {step.position for step in steps}:
        raise BadPayload("must be the steps of the draft, each once", path="steps")
    return tuple(_reworded(step, given) for step in steps)


def checked_note(text: str) -> str:
    """Why somebody rejected a draft, without surrounding blanks. Raises BadPayload."""
    note = text.strip()
    if len(note) > NOTE_LIMIT:
        raise BadPayload(f"must be at most {NOTE_LIMIT} characters", path="reason")
    if not is_printable(note, breaks=_BODY_BREAKS):
        raise BadPayload("holds characters that cannot be shown", path="reason")
    return note


def is_printable(text: str, *, breaks: frozenset[str] = frozenset()) -> bool:
    """Whether every character can be shown as what it is; `breaks` are let through."""
    return all(
        mark in breaks
        or (
            mark not in _TURNING
            and (kind := unicodedata.category(mark)) not in _NO_TEXT
            and (bool(breaks) or kind not in _LINE_BREAKS)
        )
        for mark in text
    )


def _check_subject(subject: str, path: str) -> None:
    if len(subject) > SUBJECT_LIMIT:
        raise BadPayload(f"must be at most {SUBJECT_LIMIT} characters", path=path)
    if not is_printable(subject):
        raise BadPayload("must be one line of characters that can be shown", path=path)


def _check_body(body: str, path: str) -> None:
    if not body.strip():
        raise BadPayload("must not be empty", path=path)
    if len(body) > BODY_LIMIT:
        raise BadPayload(f"must be at most {BODY_LIMIT:,} characters", path=path)
    if not is_printable(body, breaks=_BODY_BREAKS):
        raise BadPayload("holds characters that cannot be shown", path=path)


def _reworded(step: Step, given: Mapping[int, NewWording]) -> Step:
    wording = given[step.position]
    return replace(step, subject=wording.subject, body=wording.body)
