"""Puts together what a record's card shows, from what was read. Pure. Texts are cut, so that no record makes an answer too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crm_cards.base import Json
from crm_cards.draft_view import cut, draft_view
from crm_cards.record_state import State
from crm_cards.score_view import in_words, label_words, split_scores
from integration.briefs.render import safe_link
from integration.hubspot.portal_store import Portal
from integration.pipeline.deals.link import DealLink
from integration.pipeline.provenance import FactProvenance, FieldProvenance, fitting, provenance_as_json
from integration.pipeline.record_card.card_store import KnownPerson, StoredBrief, StoredScore
from integration.pipeline.record_card.draft_store import StoredDraft
from integration.pipeline.sources import provider_title
from integration.scoring.priority import NAME as PRIORITY

MOST_PEOPLE: Final = 5
NEXT_STEP: Final = "next_step"
_AFTER_DECISION: Final[Mapping[str, Json]] = {
    "approved": {"text": "The sequence is approved: do its tasks as they fall due.", "evidence": []},
    "rejected": {"text": "The drafted sequence was turned down: write in your own words, or open the draft again.", "evidence": []},
}
"""What a person decided about the draft goes before the brief, which knows nothing of it."""
_LONGEST_HEADLINE: Final = 500
_LONGEST_SENTENCE: Final = 1_000
_LONGEST_NAME: Final = 300
_LONGEST_LINK: Final = 300
_MOST_SECTIONS: Final = 10
_MOST_EVIDENCE: Final = 10
_SECTION_BYTES: Final = 25_000


@dataclass(frozen=True)
class CompanyPart:
    """The company of a deal, with what is known of it."""

    object_id: str
    brief: StoredBrief | None
    scores: Sequence[StoredScore]


@dataclass(frozen=True)
class DealPart:
    """A deal, with its company where the visitor may see it."""

    link: DealLink
    company: CompanyPart | None


@dataclass(frozen=True)
class Gathered:
    """Everything that was read about one record."""

    object_type: str
    object_id: str
    state: State
    brief: StoredBrief | None = None
    scores: Sequence[StoredScore] = ()
    draft: StoredDraft | None = None
    fields: Sequence[FieldProvenance] = ()
    facts: Sequence[FactProvenance] = ()
    people: Sequence[KnownPerson] = ()
    deal: DealPart | None = None


@dataclass(frozen=True)
class Frame:
    """What is the same whatever is known of the record. `undoable_since` None: nothing can be taken back now."""

    portal: Portal
    console_url: str
    may_act: bool
    is_admin: bool
    labels: Mapping[str, str]
    undoable_since: datetime | None


def record_view(found: Gathered, frame: Frame) -> Json:
    """The card's `RecordView`."""
    first, others = split_scores(found.scores)
    sections = [] if found.brief is None else [_section(one) for one in _sections(found.brief)]
    return {
        "object_type": found.object_type,
        "object_id": found.object_id,
        "headline": None if found.brief is None else cut(found.brief.headline, _LONGEST_HEADLINE),
        "state": found.state.as_json(),
        "priority": first,
        "scores": others,
        "brief": None if found.brief is None else _brief(found.brief, sections),
        "next_step": _AFTER_DECISION.get(found.draft.state if found.draft else "", _next_step(sections)),
        "draft": None if found.draft is None else draft_view(found.draft, frame.portal),
        "provenance": provenance_as_json(found.fields, found.facts, labels=frame.labels, undoable_since=frame.undoable_since),
        "people": [_person(one) for one in found.people[:MOST_PEOPLE]],
        "company": None if found.deal is None or found.deal.company is None else _company(found.deal.company),
        "deal": None if found.deal is None else _deal(found.deal.link),
        "console_url": frame.console_url,
        "viewer": {"may_act": frame.may_act, "is_admin": frame.is_admin},
    }


def _brief(brief: StoredBrief, sections: list[dict[str, Any]]) -> dict[str, Any]:
    return {"built_at": brief.built_at.isoformat(), "checked_at": brief.checked_at.isoformat(), "sections": sections}


def _sections(brief: StoredBrief) -> Sequence[Mapping[str, Any]]:
    return list(brief.sections)[:_MOST_SECTIONS]


def _section(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(stored["name"]),
        "title": cut(str(stored["title"]), _LONGEST_NAME),
        "sentences": fitting(_sentences(stored["sentences"]), _SECTION_BYTES),
    }


def _sentences(stored: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in stored:
        evidence = [_evidence(item) for item in one["evidence"][:_MOST_EVIDENCE]]
        yield {"text": cut(str(one["text"]), _LONGEST_SENTENCE), "evidence": evidence}


def _evidence(item: Mapping[str, Any]) -> dict[str, Any]:
    link = safe_link(item.get("url"))
    return {
        "field": in_words(str(item["field"])),
        "source": provider_title(str(item["provider"])),
        "source_url": link if link and len(link) <= _LONGEST_LINK else None,
        "seen_at": str(item["seen_at"]),
    }


def _next_step(sections: Sequence[Json]) -> Json | None:
    return next((one["sentences"][0] for one in sections if one["name"] == NEXT_STEP and one["sentences"]), None)


def _person(person: KnownPerson) -> dict[str, Any]:
    return {
        "object_id": person.object_id,
        "headline": person.headline and cut(person.headline, _LONGEST_HEADLINE),
        "label_words": "Not looked at yet" if person.label is None else label_words(PRIORITY, person.label),
        "value": person.value,
        "draft_state": person.draft_state,
    }


def _company(company: CompanyPart) -> dict[str, Any]:
    first, _ = split_scores(company.scores)
    headline = None if company.brief is None else cut(company.brief.headline, _LONGEST_HEADLINE)
    return {"object_id": company.object_id, "headline": headline, "priority": first}


def _deal(link: DealLink) -> dict[str, Any]:
    return {
        "name": cut(link.name, _LONGEST_NAME),
        "stage": cut(link.stage, _LONGEST_NAME),
        "amount": None if link.amount is None else f"{link.amount:f}",
        "closes_on": link.closes_on and link.closes_on.isoformat(),
        "seen_at": link.seen_at.isoformat(),
    }
