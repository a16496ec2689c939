"""Finds the scores: every module in `scores/` that declares `build(profile)`. Nobody keeps a list by hand."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from integration.hubspot.objects import PropertyDeclaration
from integration.scoring import scores
from integration.scoring.base import ScoreDefinition
from integration.scoring.profile import ScoringProfile, default_profile


@lru_cache(maxsize=256)
def all_scores(profile: ScoringProfile) -> tuple[ScoreDefinition, ...]:
    """Every score under this profile, by name. The same for equal profiles, so thousands of records share one set."""
    names = sorted(module.name for module in pkgutil.iter_modules(scores.__path__))
    return tuple(importlib.import_module(f"{scores.__name__}.{name}").build(profile) for name in names)


def score_properties() -> tuple[PropertyDeclaration, ...]:
    """The HubSpot properties that scores fill."""
    return tuple(declaration for score in all_scores(default_profile()) for declaration in score.properties)
