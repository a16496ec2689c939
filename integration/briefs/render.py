"""A brief as note HTML, card JSON and plain text. All text is escaped here; links only to http and https addresses."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, TypedDict
from urllib.parse import urlsplit

from integration.briefs.base import Brief, Evidence, Section
from integration.providers.base import CRM_PROVIDER

NOTE_LIMIT: Final = 65_536
"""Characters HubSpot takes for a note's body."""
_NOTHING: Final = "Nothing found yet."


class EvidenceCard(TypedDict):
    field: str
    provider: str
    url: str | None
    seen_at: str


class SentenceCard(TypedDict):
    text: str
    evidence: list[EvidenceCard]


class SectionCard(TypedDict):
    name: str
    title: str
    sentences: list[SentenceCard]


def render_note_html(brief: Brief, marker: str) -> str:
    """The body of the brief's note, ending with `marker`, by which the note is found again."""
    parts = [f"<p><strong>{escape(brief.headline)}</strong></p>"]
    numbers = _numbered(brief)
    for section in brief.sections:
        parts.append(f"<p><strong>{escape(section.title)}</strong></p>")
        parts.append(_section_html(section, numbers))
    if numbers:
        parts.append("<p>Sources</p><ol>" + "".join(f"<li>{_source_html(item)}</li>" for item in numbers) + "</ol>")
    return _closed(parts, f"<p>Written by Leadlight from the sources above. {escape(marker)}</p>")


def render_card(brief: Brief) -> list[SectionCard]:
    """The sections as plain data for the record card."""
    return [
        {
            "name": section.name,
            "title": section.title,
            "sentences": [{"text": s.text, "evidence": [_evidence_card(item) for item in s.evidence]} for s in section.sentences],
        }
        for section in brief.sections
    ]


def render_text(brief: Brief) -> str:
    """Plain text, one sentence a line."""
    lines = [brief.headline]
    for section in brief.sections:
        lines += ["", section.title.upper(), *(sentence.text for sentence in section.sentences or ())]
        if not section.sentences:
            lines.append(_NOTHING)
    return "\n".join(lines)


def render_summary(brief: Brief, limit: int = 1000) -> str:
    """The brief in a few lines, for a text property: who they are, why now, the next step."""
    wanted = ("who_they_are", "why_now", "next_step")
    lines = [
        f"{section.title}: {' '.join(sentence.text for sentence in section.sentences)}"
        for section in brief.sections
        if section.name in wanted and section.sentences
    ]
    text = "\n".join(lines)
    return text if len(text) <= limit else text[: limit - 2].rsplit(" ", 1)[0] + " …"


def safe_link(url: str | None) -> str | None:
    """The address when it is plain http or https, else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _closed(parts: Iterable[str], ending: str) -> str:
    """As many parts as the note takes, then the ending, which must never be lost."""
    body, room = "", NOTE_LIMIT - len(ending)
    for part in parts:
        if len(body) + len(part) > room:
            break
        body += part
    return body + ending


def _numbered(brief: Brief) -> dict[Evidence, int]:
    """Each distinct source (provider, address) once, in the order of reading."""
    numbers: dict[Evidence, int] = {}
    seen: dict[tuple[str, str | None], Evidence] = {}
    for section in brief.sections:
        for sentence in section.sentences:
            for item in sentence.evidence:
                first = seen.setdefault((item.provider, item.source_url), item)
                numbers.setdefault(first, len(numbers) + 1)
    return numbers


def _section_html(section: Section, numbers: dict[Evidence, int]) -> str:
    if not section.sentences:
        return f"<p>{_NOTHING}</p>"
    by_source = {(item.provider, item.source_url): number for item, number in numbers.items()}
    items = []
    for sentence in section.sentences:
        marks = sorted({by_source[item.provider, item.source_url] for item in sentence.evidence})
        items.append(f"<li>{escape(sentence.text)}{''.join(f' [{number}]' for number in marks)}</li>")
    return "<ul>" + "".join(items) + "</ul>"


def _source_html(item: Evidence) -> str:
    if item.provider == CRM_PROVIDER:
        return f"this HubSpot record, read {item.seen_at:%Y-%m-%d}"
    link = safe_link(item.source_url)
    name = escape(item.provider)
    shown = f': <a href="{escape(link)}" rel="noopener nofollow">{escape(link)}</a>' if link else ""
    return f"{name}{shown}, seen {item.seen_at:%Y-%m-%d}"


def _evidence_card(item: Evidence) -> EvidenceCard:
    return {
        "field": item.field.value,
        "provider": item.provider,
        "url": safe_link(item.source_url),
        "seen_at": item.seen_at.isoformat(),
    }
