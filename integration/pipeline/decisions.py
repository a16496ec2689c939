"""Scores, briefs and drafts put together for one portal: the pipeline's view of everything that is decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from integration.briefs import build as briefs
from integration.briefs import properties as brief_properties
from integration.briefs import render as brief_render
from integration.briefs.base import Brief
from integration.hubspot.objects import PropertyDeclaration
from integration.outreach import build as outreach
from integration.outreach import properties as draft_properties
from integration.outreach import render as draft_render
from integration.outreach.base import Draft, JudgedDraft, Sender
from integration.pipeline import properties as pipeline_properties
from integration.providers.base import FactSheet
from integration.scoring import heat, priority
from integration.scoring.base import ScoreDefinition, ScoreResult, Scores
from integration.scoring.history import NO_HISTORY, PortalHistory
from integration.scoring.profile import ScoringProfile, build_profile, default_profile
from integration.scoring.registry import all_scores, score_properties
from integration.scoring.scores import bant, icp_fit
from integration.scoring.scores.expected_value import with_chance

PROFILE_PREFERENCE: Final = "icp_profile"
_BRIEFED: Final = frozenset({icp_fit.NAME, bant.NAME})


@cache
def declared_properties() -> tuple[PropertyDeclaration, ...]:
    """Every HubSpot property the product fills, in the order in which a rep should read them."""
    ordered = (
        *priority.PROPERTIES,
        *brief_properties.PROPERTIES,
        *heat.PROPERTIES,
        *sorted(score_properties(), key=lambda declaration: not declaration.name.startswith("leadlight_icp_fit")),
        *draft_properties.PROPERTIES,
        *pipeline_properties.DECLARATIONS,
    )
    return tuple(replace(declaration, display_order=position) for position, declaration in enumerate(ordered))


def decisions_for(preferences: Mapping[str, Any], history: PortalHistory = NO_HISTORY) -> PortalDecisions:
    """The decisions under a portal's own scoring profile, or under the default one. Raises BadInput for a broken profile."""
    return PortalDecisions(profile_of(preferences), history)


def profile_of(preferences: Mapping[str, Any]) -> ScoringProfile:
    """The portal's own profile, or the default one. Raises BadInput for a broken profile."""
    stored = preferences.get(PROFILE_PREFERENCE)
    return default_profile() if stored is None else build_profile(stored)


class PortalDecisions:
    """The registered scores, the brief and the draft, under one scoring profile and one portal's past."""

    def __init__(self, profile: ScoringProfile, history: PortalHistory = NO_HISTORY) -> None:
        self._profile = profile
        self._history = history
        self._definitions: Mapping[str, ScoreDefinition] = {entry.name: entry for entry in all_scores(profile)}
        self._compute = {name: entry.computing(history) for name, entry in self._definitions.items()}
        self._declarations = {entry.name: entry for entry in declared_properties()}

    @property
    def declarations(self) -> Mapping[str, PropertyDeclaration]:
        return self._declarations

    def scores(self, sheet: FactSheet, chance: ScoreResult | None = None) -> Scores:
        """The registered scores, then the priority they make."""
        scores = tuple(
            self._compute[entry.name](sheet) for entry in self._definitions.values() if sheet.object_type in entry.object_types
        )
        if chance is not None and heat.is_learned(chance):
            scores = (*scores, chance)
        valued = with_chance(sheet, self._profile.expected_value, self._history, scores)
        if valued is not None:
            scores = tuple(valued if score.name == valued.name else score for score in scores)
        made = priority.score_priority(scores, self._profile.priority)
        beside = [] if chance is None or chance in scores else [chance]
        return [*scores, *beside, made]

    def brief(self, sheet: FactSheet, scores: Scores) -> Brief:
        """Only what holds for a while is told: a brief whose figures changed with every day would be a new note every day."""
        return briefs.build_brief(sheet, [score for score in scores if score.name in _BRIEFED])

    def draft(self, sheet: FactSheet, sender: Sender | None) -> Draft:
        return outreach.build_draft(sheet, sender)

    def values(self, scores: Scores, brief: Brief | None, draft: JudgedDraft | None) -> dict[str, str]:
        values = self.score_values(scores)
        if brief is not None:
            values |= brief_properties.property_values(brief)
        return values if draft is None else values | draft_properties.property_values(draft)

    def score_values(self, scores: Scores) -> dict[str, str]:
        """What the scores alone put into our properties; "" clears one."""
        values: dict[str, str] = {}
        for score in scores:
            values |= self._score_values(score)
        return values

    def brief_note(self, brief: Brief, marker: str) -> str:
        return brief_render.render_note_html(brief, marker)

    def draft_note(self, draft: JudgedDraft, marker: str) -> str:
        if draft.state == "rejected":
            return draft_render.render_withdrawn_html(f"{draft.verdict[0].lower()}{draft.verdict[1:]}", marker)
        if draft.refusal is not None:
            return draft_render.render_withdrawn_html(draft.refusal, marker)
        return draft_render.render_note_html(draft, marker)

    def _score_values(self, score: ScoreResult) -> dict[str, str]:
        if score.name == priority.NAME:
            return priority.property_values(score)
        if score.name == heat.NAME:
            return heat.property_values(score)
        return self._definitions[score.name].property_values(score)
