"""The card in the middle of a record: what a rep should do next, why, what it rests on, and the drafts."""

from __future__ import annotations

from crm_cards.declared import CardDeclaration
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS

CARD = CardDeclaration(
    name="record_tab",
    uid="leadlight_record_tab",
    title="Leadlight",
    description="Priority and why, the next step, the brief with its sources, and drafts to approve.",
    location="crm.record.tab",
    object_types=(CONTACTS, COMPANIES, DEALS),
    component="LeadlightTab",
)
