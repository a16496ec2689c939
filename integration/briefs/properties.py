"""The HubSpot properties a brief fills."""

from __future__ import annotations

from typing import Final

from integration.briefs.base import Brief
from integration.briefs.render import render_summary
from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration

_TYPES: Final = (CONTACTS, COMPANIES)

PROPERTIES: Final = (
    PropertyDeclaration("leadlight_headline", "Brief: headline", "string", "text", "The brief in one line.", _TYPES),
    PropertyDeclaration(
        "leadlight_brief",
        "Brief",
        "string",
        "textarea",
        "Who they are, why now, the next step. The note has all of it with sources.",
        _TYPES,
    ),
)


def property_values(brief: Brief) -> dict[str, str]:
    return {"leadlight_headline": brief.headline, "leadlight_brief": render_summary(brief)}
