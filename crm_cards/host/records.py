"""Records, people and activities for the local record page, read from the simulated HubSpot. Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from integration.core.errors import NotFound
from integration.demo.control import Control
from integration.demo.reader import PortalReader
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, NOTES, OBJECT_TYPE_IDS, TASKS

LISTED: Final = (CONTACTS, COMPANIES, DEALS)
_OBJECTS: Final = "/crm/objects/2026-09"
_ACTIVITIES: Final[Mapping[str, Sequence[str]]] = {
    TASKS: ("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_type", "hs_timestamp", "hubspot_owner_id"),
    NOTES: ("hs_note_body", "hs_timestamp"),
}
_SHOWN: Final[Mapping[str, Sequence[str]]] = {
    CONTACTS: ("firstname", "lastname", "email", "jobtitle", "company", "phone", "hubspot_owner_id", "lifecyclestage"),
    COMPANIES: ("name", "domain", "industry", "numberofemployees", "city", "country", "founded_year", "hubspot_owner_id"),
    DEALS: ("dealname", "dealstage", "amount", "closedate", "hubspot_owner_id"),
}
_HINTS: Final[Mapping[str, str]] = {CONTACTS: "jobtitle", COMPANIES: "domain", DEALS: "dealstage"}
_HOTTEST: Final = "leadlight_priority"
_REMEMBERED_S: Final = 5.0
_LISTED_AT_ONCE: Final = 40
Json = Mapping[str, Any]


class LocalRecords:
    """What a page about one record shows around the cards."""

    def __init__(self, control: Control, reader: PortalReader) -> None:
        self._control = control
        self._reader = reader
        self._known: dict[tuple[str, int], tuple[float, Any]] = {}

    def portals(self) -> list[int]:
        return [int(one["portal_id"]) for one in self._control.get("/portals")["portals"]]

    def users(self, portal_id: int) -> list[Json]:
        """The account's active owners as users, in the order of their ids."""
        path = "/crm/owners/2026-09?limit=100"
        owners = self._remembered(path, portal_id, lambda: self._reader.ask(portal_id, path)["results"])
        return [
            {
                "id": str(one["userId"]),
                "name": f"{one['firstName']} {one['lastName']}".strip() or one["email"],
                "email": one["email"],
                "owner_id": str(one["id"]),
                "teams": [team["name"] for team in one.get("teams", ())],
            }
            for one in owners
            if one.get("userId")
        ]

    def listed(self, portal_id: int, object_type: str, query: str) -> list[Json]:
        """Records by name, the hottest first."""
        defined = {one["name"] for one in self._definitions(portal_id, _known(object_type))}
        order = _HOTTEST if _HOTTEST in defined else "createdate"  # there is no heat on deals, and none before the app is installed
        body: dict[str, object] = {
            "sorts": [{"propertyName": order, "direction": "DESCENDING"}],
            "properties": [*_SHOWN[object_type], "leadlight_heat", "leadlight_draft_state"],
            "limit": _LISTED_AT_ONCE,
        }
        if query:
            body["query"] = query
        found = self._reader.ask(portal_id, f"{_OBJECTS}/{object_type}/search", body)["results"]
        return [
            {
                "object_type": object_type,
                "object_id": one["id"],
                "title": title_of(object_type, one["properties"], one["id"]),
                "hint": _hint(object_type, one["properties"]),
            }
            for one in found
        ]

    def record(self, portal_id: int, object_type: str, object_id: str, *, with_activities: bool) -> Json:
        """The record with its properties; its activities cost some calls more and are None until they are asked for. Raises NotFound."""
        ours = [one["name"] for one in self._definitions(portal_id, object_type) if one["name"].startswith("leadlight_")]
        body = {"inputs": [{"id": object_id}], "properties": [*_SHOWN[_known(object_type)], *ours]}
        found = self._reader.ask(portal_id, f"{_OBJECTS}/{object_type}/batch/read", body)["results"]
        if not found:
            raise NotFound(f"There is no record {object_id} among the {object_type}.")
        properties = found[0]["properties"]
        return {
            "object_type": object_type,
            "object_type_id": OBJECT_TYPE_IDS[object_type],
            "object_id": object_id,
            "title": title_of(object_type, properties, object_id),
            "properties": {name: properties.get(name) for name in body["properties"]},
            "activities": self._activities(portal_id, object_type, object_id) if with_activities else None,
        }

    def _definitions(self, portal_id: int, object_type: str) -> Sequence[Json]:
        path = f"/crm/properties/2026-09/{object_type}"
        found: Sequence[Json] = self._remembered(path, portal_id, lambda: self._reader.ask(portal_id, path)["results"])
        return found

    def _remembered(self, what: str, portal_id: int, ask: Callable[[], Any]) -> Any:
        """What changes rarely is asked for again only after some seconds: a page that is opened asks for it at once and often."""
        known = self._known.get((what, portal_id))
        if known is None or time.monotonic() - known[0] > _REMEMBERED_S:
            known = self._known[what, portal_id] = (time.monotonic(), ask())
        return known[1]

    def _activities(self, portal_id: int, object_type: str, object_id: str) -> list[Json]:
        """Newest first, save for tasks, which stand in the order in which they are due."""
        owners = {str(one["owner_id"]): one["name"] for one in self.users(portal_id)}
        found: list[Json] = []
        for kind, names in _ACTIVITIES.items():
            read = {"inputs": [{"id": object_id}]}
            linked = self._reader.ask(portal_id, f"/crm/associations/2026-09/{object_type}/{kind}/batch/read", read)["results"]
            ids = [str(other["toObjectId"]) for entry in linked for other in entry["to"]]
            if ids:
                inputs = {"inputs": [{"id": one} for one in ids[:100]], "properties": list(names)}
                records = self._reader.ask(portal_id, f"{_OBJECTS}/{kind}/batch/read", inputs)["results"]
                found += sorted((_activity(kind, one, owners) for one in records), key=lambda one: str(one["due"] or one["at"]))
        events = self._control.get(f"/portals/{portal_id}/timeline", object_type=object_type, object_id=object_id)["events"]
        return [*found, *(_event(one) for one in reversed(events))]


def title_of(object_type: str, properties: Json, object_id: str) -> str:
    """What people call the record."""
    if object_type == CONTACTS:
        name = f"{properties.get('firstname') or ''} {properties.get('lastname') or ''}".strip() or properties.get("email")
    else:
        name = properties.get("name" if object_type == COMPANIES else "dealname")
    return str(name or f"Record {object_id}")


def _hint(object_type: str, properties: Json) -> str:
    said = (properties.get("leadlight_heat"), properties.get(_HINTS[object_type]), _draft_word(properties))
    return ", ".join(str(one).replace("_", " ") for one in said if one)


def _draft_word(properties: Json) -> str:
    state = properties.get("leadlight_draft_state")
    return f"draft {state}" if state and state != "refused" else ""


def _activity(kind: str, record: Json, owners: Mapping[str, str]) -> Json:
    said = record["properties"]
    body = said.get("hs_task_body") or said.get("hs_note_body") or ""
    return {
        "kind": kind,
        "id": record["id"],
        "title": said.get("hs_task_subject") or _first_words(_plain(body)),
        "detail": _plain(body)[:4_000],
        "status": said.get("hs_task_status") or "",
        "due": said.get("hs_timestamp") if kind == TASKS else None,
        "at": record["createdAt"],
        "owner": owners.get(str(said.get("hubspot_owner_id") or ""), ""),
    }


def _event(event: Json) -> Json:
    return {
        "kind": "events", "id": event["id"], "title": event["header"], "detail": "", "status": "", "due": None, "at": "", "owner": "",
    }  # fmt: skip


def _plain(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    spaced = html.replace("<br>", "\n").replace("</p>", "\n")
    body = LexborHTMLParser(spaced).body
    return body.text().strip() if body is not None else ""


def _first_words(text: str) -> str:
    return text.split("\n", maxsplit=1)[0][:80]


def _known(object_type: str) -> str:
    if object_type not in LISTED:
        raise NotFound(f"There are no {object_type} here; there are {', '.join(LISTED)}.")
    return object_type
