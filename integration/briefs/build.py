"""A fact sheet and its scores to a brief. Deterministic: the same facts always give the same words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

from integration.briefs import sentences
from integration.briefs.base import Brief, ScoreView, Section, SectionName, Sentence
from integration.briefs.next_step import next_step
from integration.hubspot.objects import CONTACTS
from integration.providers.base import FactSheet

_WHO: Final = (sentences.role, sentences.profile, sentences.description, sentences.technologies)
_WHY_NOW: Final = (sentences.forms, sentences.page_views, sentences.funding, sentences.growth)
_PEOPLE: Final = (sentences.email_state, sentences.email_missing, sentences.person_links, sentences.company_reach)
_SCORE_TITLES: Final = {"icp_fit": "ICP fit", "bant": "BANT"}
_TITLES: Final[dict[SectionName, str]] = {
    "who_they_are": "Who they are",
    "why_now": "Why now",
    "fit_and_risks": "Fit and risks",
    "people": "People",
    "next_step": "Next step",
}


def build_brief(sheet: FactSheet, scores: Sequence[ScoreView]) -> Brief:
    """The brief of a contact or company. A section without facts has no sentences; renderers say so."""
    sections = (
        _section("who_they_are", (make(sheet) for make in _WHO)),
        _section("why_now", (*(make(sheet) for make in _WHY_NOW), *sentences.news(sheet))),
        _section("fit_and_risks", _fit_and_risks(scores)),
        _section("people", (make(sheet) for make in _PEOPLE)),
        _section("next_step", [next_step(sheet, scores)]),
    )
    headline = _headline(sheet, scores)
    return Brief(headline, sections, _fingerprint(headline, sections))


def _section(name: SectionName, made: Iterable[Sentence | None]) -> Section:
    return Section(name, _TITLES[name], tuple(sentence for sentence in made if sentence is not None))


def _fit_and_risks(scores: Sequence[ScoreView]) -> Iterable[Sentence | None]:
    order = list(_SCORE_TITLES)
    for score in sorted(scores, key=lambda one: order.index(one.name) if one.name in order else len(order)):
        yield sentences.score_sentence(score, _SCORE_TITLES.get(score.name, score.name))
        yield sentences.score_gap(score)


def _headline(sheet: FactSheet, scores: Sequence[ScoreView]) -> str:
    """At most one line: who, and how well they fit."""
    company = sentences.company_called(sheet)
    person = sentences.person_called(sheet) if sheet.object_type == CONTACTS else None
    who = f"{person}, {company}" if person else company
    fit = next((score for score in scores if score.name == "icp_fit"), None)
    if fit is None or fit.value is None:
        return f"{who}: not enough known yet to judge the fit"
    return f"{who}: {fit.label.replace('_', ' ')} fit, {fit.value:.0f} of 100"


def _fingerprint(headline: str, sections: Sequence[Section]) -> str:
    """Of words, providers and links, not of when they were seen: seeing the same again is no change."""
    said = [
        [sentence.text, sorted((item.field, item.provider, item.source_url or "") for item in sentence.evidence)]
        for section in sections
        for sentence in section.sentences
    ]
    return hashlib.sha256(json.dumps([headline, said]).encode()).hexdigest()[:32]
