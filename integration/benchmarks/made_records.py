"""Invented companies and people for benchmarks, put into a portal behind the product's back, and the events that tell of them.

Every `*-made.example` company has a web site and is known to the stand-ins of the providers, so a list is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from integration.demo.control import Control
from integration.demo.stand import APP_ID
from integration.hubspot.objects import COMPANIES, CONTACTS
from simulator.data.demo import build_contact

_CHUNK: Final = 100
_EVENTS_A_DELIVERY: Final = 100
_SINGULAR: Final = {COMPANIES: "company", CONTACTS: "contact"}


def company_properties(label: str, number: int) -> dict[str, str]:
    """What a person types when adding a company."""
    return {"name": f"{label.title()} {number:04d} Made-up", "domain": f"{label}-{number:04d}-made.example"}


def contact_properties(number: int, domain: str) -> dict[str, str]:
    """What a person types when adding a contact."""
    contact = build_contact(number, domain)
    return {"firstname": contact.first_name, "lastname": contact.last_name, "email": contact.email, "jobtitle": contact.title}


def seed_portal(control: Control, portal_id: int, *, label: str, companies: int, contacts_each: int) -> tuple[list[str], list[str]]:
    """The ids of the companies and of their contacts, associated, in a portal that exists. Sends webhooks only if the app listens."""
    company_ids: list[str] = []
    contact_ids: list[str] = []
    for start in range(0, companies, _CHUNK):
        numbers = range(start, min(start + _CHUNK, companies))
        objects = _objects(label, numbers, contacts_each)
        made = control.post("/seed", {"portals": [{"portal_id": portal_id, "objects": objects}]})["records"][str(portal_id)]
        company_ids += made[COMPANIES]
        contact_ids += made[CONTACTS]
    return company_ids, contact_ids


def emit_creations(control: Control, portal_id: int, object_type: str, object_ids: Sequence[str], *, at_ms: int) -> None:
    """Let HubSpot tell our app that a person created these records, in deliveries of 100."""
    for start in range(0, len(object_ids), _EVENTS_A_DELIVERY):
        events = list(_creations(portal_id, object_type, object_ids[start : start + _EVENTS_A_DELIVERY], at_ms))
        control.post("/emit", {"app_id": APP_ID, "portal_id": portal_id, "events": events})


def _objects(label: str, numbers: range, contacts_each: int) -> dict[str, list[dict[str, Any]]]:
    companies = [{"properties": company_properties(label, number), "ref": str(number)} for number in numbers]
    contacts = [
        {
            "properties": contact_properties(number * contacts_each + position + 1, f"{label}-{number:04d}-made.example"),
            "associations": [{"type": COMPANIES, "ref": str(number)}],
        }
        for number in numbers
        for position in range(contacts_each)
    ]
    return {COMPANIES: companies, CONTACTS: contacts}


def _creations(portal_id: int, object_type: str, object_ids: Sequence[str], at_ms: int) -> Iterator[dict[str, Any]]:
    for object_id in object_ids:
        yield {
            "eventId": int(object_id),
            "subscriptionId": 7001,
            "portalId": portal_id,
            "appId": APP_ID,
            "occurredAt": at_ms,
            "subscriptionType": f"{_SINGULAR[object_type]}.creation",
            "attemptNumber": 0,
            "objectId": int(object_id),
            "changeSource": "IMPORT",
            "sourceId": "9001",
            "changeFlag": "CREATED",
        }
