"""One HubSpot account of a stand as a scenario sees it: people do things in it, and what the product wrote can be looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.demo.observing import count_written, our_calls, wait_until, wait_until_loaded, wait_until_settled
from integration.demo.stand import APP_ID, Stand
from integration.hubspot.objects import COMPANIES, CONTACTS

_OBJECTS = "/crm/objects/2026-09"
_MARKER = re.compile(r"\b[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Note:
    """A note in the account. `marker` is the reference by which the product knows it, "" in a note of somebody else."""

    note_id: str
    body: str

    @property
    def marker(self) -> str:
        found = _MARKER.findall(self.body)
        return found[-1] if found else ""


@dataclass(frozen=True)
class Account:
    """One portal of the stand. Made companies are `<label>-NNNN-made.example`."""

    stand: Stand
    portal_id: int
    label: str

    def install(self, **options: Any) -> None:
        """Install the app and wait until it has found everything that is there."""
        self.stand.install(self.portal_id, **options)
        wait_until_loaded(self.stand, self.portal_id)

    def add_companies(self, count: int, *, start: int = 0) -> list[str]:
        records = [self.company(number) for number in range(start, start + count)]
        return self.act(action="create_many", object_type=COMPANIES, records=[{"properties": one} for one in records])

    def add_contacts(self, count: int, *, start: int = 0, at_companies: int = 1) -> list[str]:
        """Contacts spread over the first companies of the account."""
        records = [self.contact(number, number % at_companies) for number in range(start, start + count)]
        return self.act(action="create_many", object_type=CONTACTS, records=[{"properties": one} for one in records])

    def company(self, number: int) -> dict[str, str]:
        return {"name": f"{self.label.title()} {number:04d} Made-up", "domain": f"{self.label}-{number:04d}-made.example"}

    def contact(self, number: int, company: int = 0) -> dict[str, str]:
        domain = f"{self.label}-{company:04d}-made.example"
        return {
            "firstname": "Sample",
            "lastname": f"Contact {number:03d}",
            "email": f"sample.contact.{number:03d}@{domain}",
            "jobtitle": "VP Sales",
        }

    def act(self, **action: Any) -> list[str]:
        return self.stand.control.act(self.portal_id, action)

    def settle(self, *, timeout_s: float = 60.0) -> None:
        wait_until_settled(self.stand, self.portal_id, timeout_s=timeout_s)

    def wait_until_written(self, *, contacts: int = 0, companies: int = 0, timeout_s: float = 60.0) -> None:
        """Return once so many records carry our headline and nothing is left to do."""

        def is_so() -> bool:
            return self.written(CONTACTS) >= contacts and self.written(COMPANIES) >= companies

        wait_until(self.stand, self.portal_id, f"{contacts} contacts and {companies} companies", is_so, timeout_s=timeout_s)
        self.settle(timeout_s=timeout_s)

    def written(self, object_type: str) -> int:
        return count_written(self.stand, self.portal_id, object_type)

    def values(self, object_type: str, object_id: str, *names: str) -> dict[str, str]:
        """The values of the record; without `names` those of our own properties."""
        wanted = names or self.our_properties(object_type)
        body = {"inputs": [{"id": object_id}], "properties": list(wanted)}
        [record] = self.stand.ask(self.portal_id, f"{_OBJECTS}/{object_type}/batch/read", body)["results"]
        return {name: value for name, value in record["properties"].items() if name in wanted and value}

    def our_properties(self, object_type: str) -> tuple[str, ...]:
        found = self.stand.ask(self.portal_id, f"/crm/properties/2026-09/{object_type}")["results"]
        return tuple(one["name"] for one in found if one["name"].startswith("leadlight_"))

    def records(self, object_type: str, *names: str) -> list[dict[str, Any]]:
        """Every live record, with the named properties."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.stand.ask(
                self.portal_id, f"{_OBJECTS}/{object_type}?limit=100&properties={','.join(names)}{after and f'&after={after}'}"
            )
            found += page["results"]
            if "paging" not in page:
                return found
            after = page["paging"]["next"]["after"]

    def notes(self) -> list[Note]:
        """Every note of the account."""
        return [Note(one["id"], one["properties"]["hs_note_body"]) for one in self.records("notes", "hs_note_body")]

    def notes_on(self, object_type: str, object_id: str) -> list[Note]:
        path = f"/crm/associations/2026-09/{object_type}/notes/batch/read"
        linked = self.stand.ask(self.portal_id, path, {"inputs": [{"id": object_id}]})["results"]
        ids = {str(target["toObjectId"]) for one in linked for target in one["to"]}
        return [note for note in self.notes() if note.note_id in ids]

    def doubled_notes(self) -> Mapping[str, int]:
        """Markers that stand in more than one note: each names one purpose of one record."""
        counts = Counter(note.marker for note in self.notes())
        return {marker: count for marker, count in counts.items() if count > 1}

    def calls(self) -> list[dict[str, Any]]:
        """The recorded calls of our app."""
        return our_calls(self.stand, self.portal_id)

    def emit(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Let HubSpot send these events, as they are, signed."""
        self.stand.control.post("/emit", {"app_id": APP_ID, "portal_id": self.portal_id, "events": [dict(one) for one in events]})

    def creation(self, object_type: str, object_id: str) -> dict[str, Any]:
        """The event that tells of a created record."""
        return {
            "eventId": int(object_id) + 10**9,
            "subscriptionId": 7001,
            "portalId": self.portal_id,
            "appId": APP_ID,
            "occurredAt": 1_790_000_000_000,
            "subscriptionType": {CONTACTS: "contact", COMPANIES: "company"}[object_type] + ".creation",
            "attemptNumber": 0,
            "objectId": int(object_id),
            "changeSource": "CRM_UI",
            "sourceId": "userId:9001",
            "changeFlag": "CREATED",
        }
