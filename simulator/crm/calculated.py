"""The properties HubSpot fills by itself: from other values of the record, from its links, at its creation. Pure.

Limit: stage dates are those of the creation; a handful of the calculated properties of a real account, of
deals only whether they are closed, by the default pipeline's stages; phone numbers are reduced to their digits.
"""

import re
from collections.abc import Mapping

from simulator.crm.changes import Source
from simulator.crm.lifecycle import DEFAULT_CONTACT_STAGE
from simulator.crm.object_types import ObjectType

_DIGITS = re.compile(r"\D+")
_TAGS = re.compile(r"<[^>]*>")

# (record, linked records) -> the property that counts them
LINK_COUNTS = {
    ("companies", "contacts"): "num_associated_contacts",
    ("companies", "deals"): "num_associated_deals",
    ("contacts", "deals"): "num_associated_deals",
    ("deals", "contacts"): "num_associated_contacts",
    ("contacts", "notes"): "num_notes",
    ("companies", "notes"): "num_notes",
    ("deals", "notes"): "num_notes",
}
# (record, linked records) -> the property that holds the primary one's id
PRIMARY_IDS = {("contacts", "companies"): "associatedcompanyid"}

_NEW_CONTACT = {
    "lifecyclestage": DEFAULT_CONTACT_STAGE,
    "hs_is_contact": "true",
    "hs_is_unworked": "true",
    "hs_pipeline": "contacts-lifecycle-pipeline",
    "hs_associated_target_accounts": "0",
    "hs_currently_enrolled_in_prospecting_agent": "false",
    "hs_membership_has_accessed_private_content": "0",
    "hs_prospecting_agent_actively_enrolled_count": "0",
    "hs_prospecting_agent_total_enrolled_count": "0",
    "hs_registered_member": "0",
    "hs_sequences_actively_enrolled_count": "0",
    "num_notes": "0",
}


def creation_values(kind: ObjectType, record_id: str, source: Source, created: str) -> dict[str, str]:
    """What every new record of the kind holds besides what was sent."""
    values = {
        "hs_object_id": record_id,
        kind.created_property: created,
        "hs_object_source": source.type,
        "hs_object_source_id": source.id,
        "hs_object_source_label": source.label or source.type,
    }
    if source.user_id is not None and source.type == "CRM_UI":
        values["hs_object_source_user_id"] = str(source.user_id)
    if kind.name == "contacts":
        values |= _NEW_CONTACT | {
            "hs_all_contact_vids": record_id,
            "hs_lifecyclestage_lead_date": created,
            "hs_v2_date_entered_current_stage": created,
            "hs_v2_time_in_current_stage": created,
        }
    if kind.name == "deals":
        values["pipeline"] = "default"
    return values


def derived_values(kind: ObjectType, properties: Mapping[str, str]) -> dict[str, str]:
    """What follows from the record's own values; "" where it now follows that there is none."""
    if kind.name == "contacts":
        name = " ".join(filter(None, (properties.get("firstname"), properties.get("lastname"))))
        email = properties.get("email", "")
        return {
            "hs_email_domain": email.partition("@")[2],
            "hs_full_name_or_email": name or email,
            "hs_searchable_calculated_phone_number": _DIGITS.sub("", properties.get("phone", "")),
            "hs_searchable_calculated_mobile_number": _DIGITS.sub("", properties.get("mobilephone", "")),
        }
    if kind.name == "deals":
        stage = properties.get("dealstage", "")
        closed = stage in ("closedwon", "closedlost")
        return {"hs_is_closed": str(closed).lower(), "hs_is_closed_won": str(stage == "closedwon").lower()} if stage else {}
    body = properties.get(f"hs_{kind.singular}_body")
    return {"hs_body_preview": _TAGS.sub(" ", body).strip()[:350]} if kind.ignores_unknown and body else {}
