"""Where the local record page shows a record worth looking at first."""

from __future__ import annotations

from integration.demo.stand import Stand
from integration.hubspot.objects import CONTACTS


def hot_contact_page(stand: Stand, portal_id: int) -> str | None:
    """The page of the hottest contact whose draft waits for a person; None without local record page or without such a contact."""
    if not stand.has_cards:
        return None
    query = {
        "filterGroups": [{"filters": [{"propertyName": "leadlight_draft_state", "operator": "EQ", "value": "drafted"}]}],
        "sorts": [{"propertyName": "leadlight_priority", "direction": "DESCENDING"}],
        "properties": [],
        "limit": 1,
    }
    found = stand.ask(portal_id, f"/crm/objects/2026-09/{CONTACTS}/search", query)["results"]
    return f"{stand.addresses.cards}/?portal={portal_id}&type={CONTACTS}&id={found[0]['id']}" if found else None
