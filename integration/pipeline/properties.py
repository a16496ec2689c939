"""The HubSpot properties that the pipeline itself fills: how a record stands with us, where its values came from, and when they changed.

Properties of scores, briefs and drafts are declared beside the code that computes them.
"""

from __future__ import annotations

from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration

_RECORDS: Final = (CONTACTS, COMPANIES, DEALS)

STATUS: Final = PropertyDeclaration(
    name="leadlight_status",
    label="Leadlight status",
    type="string",
    field_type="text",
    description="Whether Leadlight could write everything it wanted, and if not, what HubSpot objected to.",
    object_types=_RECORDS,
)
SOURCES: Final = PropertyDeclaration(
    name="leadlight_sources",
    label="Leadlight sources",
    type="string",
    field_type="textarea",
    description="Where each fact that Leadlight used came from.",
    object_types=_RECORDS,
)
LAST_ENRICHED_AT: Final = PropertyDeclaration(
    name="leadlight_last_enriched_at",
    label="Leadlight last change",
    type="datetime",
    field_type="date",
    description="When Leadlight last changed something on this record. It does not move when a check finds nothing new.",
    object_types=_RECORDS,
)

DECLARATIONS: Final = (STATUS, SOURCES, LAST_ENRICHED_AT)

STATUS_GOOD: Final = "Up to date"
STATUS_SHORT_OF_BUDGET: Final = "More will be looked up when the budget for lookups allows it."
