"""What agents are told about a record, as text. Pure.

Whatever other people wrote, on their pages or in CRM records, stands between marks that say so; the marks cannot be forged from inside. Texts end at
a whole line within the limit, and say that there is more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from integration.pipeline.workflow.base import SUCCESS, Answer, refusal
from integration.pipeline.workflow.known_store import Known
from integration.pipeline.workflow.outputs import PRIORITY, heat_of, reasons_text

BRIEF_LIMIT: Final = 4_000
OPENED: Final = "<<<"
CLOSED: Final = ">>>"
_MORE: Final = "(There is more in the record's card.)"
_NO_BRIEF: Final = "Leadlight has not looked at this record yet. Have it enriched first, then ask again."
_NEXT_STEP: Final = "next_step"
_LONGEST_LINE: Final = 500


def brief_answer(known: Known) -> Answer:
    """Headline, heat with reasons, and the sections with sources and dates, in at most `BRIEF_LIMIT` characters."""
    if known.brief is None:
        return refusal(_NO_BRIEF)
    return Answer(
        SUCCESS,
        {
            "state": "done",
            "message": f"The record was last looked at on {known.brief.checked_at:%Y-%m-%d}.",
            "headline": quoted(known.brief.headline),
            "heat": heat_of(known),
            "brief": _fitting(list(_brief_lines(known))),
        },
    )


def next_step_answer(known: Known) -> Answer:
    """The step of the stored brief, and what it rests on."""
    step = None if known.brief is None else _step_of(known.brief.sections)
    if known.brief is None or step is None:
        return refusal(_NO_BRIEF)
    why = [f"Heat: {heat_of(known)}", *_reason_lines(known)]
    sources = _sources(step)
    return Answer(
        SUCCESS,
        {
            "state": "done",
            "message": f"From the brief of {known.brief.built_at:%Y-%m-%d}. A person decides.",
            "heat": heat_of(known),
            "next_step": quoted(str(step.get("text", ""))),
            "why": _fitting([*why, f"Rests on: {sources}"] if sources else why),
        },
    )


def quoted(text: str) -> str:
    """The text as one line of data, with our marks around it and none inside."""
    plain = " ".join(text.replace(OPENED, "").replace(CLOSED, "").split())
    while OPENED in plain or CLOSED in plain:  # taking a mark out may bring its halves together
        plain = plain.replace(OPENED, "").replace(CLOSED, "")
    return f"{OPENED}{plain[:_LONGEST_LINE]}{CLOSED}"


def _brief_lines(known: Known) -> Iterator[str]:
    if known.brief is None:
        return
    score = known.scores.get(PRIORITY)
    value = "" if score is None or score.value is None else f", priority {score.value:.0f} of 100"
    yield f"Headline: {quoted(known.brief.headline)}"
    yield f"Heat: {heat_of(known)}{value}"
    yield from _reason_lines(known)
    for section in known.brief.sections:
        yield ""
        yield f"{section.get('title', '')}:"
        for sentence in section.get("sentences", ()):
            sources = _sources(sentence)
            yield f"- {quoted(str(sentence.get('text', '')))}{f' ({sources})' if sources else ''}"


def _reason_lines(known: Known) -> list[str]:
    return [f"- {quoted(line)}" for line in reasons_text(known.scores.get(PRIORITY)).splitlines()]


def _sources(sentence: Mapping[str, Any]) -> str:
    """Who said it and on which day, each source once."""
    named = {f"{one.get('provider', '')}, seen {str(one.get('seen_at', ''))[:10]}": None for one in sentence.get("evidence", ())}
    return "; ".join(named)


def _step_of(sections: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    found = next((section for section in sections if section.get("name") == _NEXT_STEP), None)
    sentences: Sequence[Mapping[str, Any]] = () if found is None else found.get("sentences", ())
    return sentences[0] if sentences else None


def _fitting(lines: Sequence[str]) -> str:
    """As many whole lines as there is room for."""
    kept: list[str] = []
    room = BRIEF_LIMIT - len(_MORE) - 1
    for line in lines:
        if len(line) + 1 > room:
            return "\n".join([*kept, _MORE])
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)
