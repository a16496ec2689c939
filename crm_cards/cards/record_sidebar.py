"""The card beside a record: heat, priority and next step at one glance."""

from __future__ import annotations

from crm_cards.declared import CardDeclaration
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS

CARD = CardDeclaration(
    name="record_sidebar",
    uid="leadlight_record_sidebar",
    title="Leadlight at a glance",
    description="Heat, priority and the next step of this record.",
    location="crm.record.sidebar",
    object_types=(CONTACTS, COMPANIES, DEALS),
    component="LeadlightSidebar",
)
