"""What happens in the demo, step by step: install, load, change, wait, tell. Each step returns facts; showing them is the command's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from integration.core.errors import AppError
from integration.demo.observing import count_written, our_calls, wait_until_loaded
from integration.demo.stand import Stand
from integration.hubspot.objects import COMPANIES, CONTACTS
from simulator.data.demo import DemoCompany, DemoContact, build_contacts, load_companies

PORTAL_ID: Final = 4242
_CHUNK: Final = 50
_CHANGED_CONTACTS: Final = 40
_PATIENCE_S: Final = 240.0

Progress = Callable[[str, int, int], None]
"""(step, done, total): called as a step advances."""


class DemoStuck(AppError):
    """The demo's records were not all written in time."""

    default_reason = "demo_stuck"


@dataclass(frozen=True)
class HotRecord:
    name: str
    icp_fit: float
    bant: float | None
    headline: str
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Outcome:
    """What the demo tells at the end. `providers`: (name, values found, cost in USD)."""

    records_loaded: int
    records_written: int
    hubspot_calls: int
    repeats_dropped: int
    notes: int
    drafts: int
    dead_letters: int
    seconds: float
    providers: tuple[tuple[str, int, float], ...]
    hottest: tuple[HotRecord, ...]

    def as_json(self) -> dict[str, object]:
        """The object `leadlight demo --json` prints."""
        return {
            "records_loaded": self.records_loaded,
            "records_written": self.records_written,
            "records_lost": self.records_loaded - self.records_written,
            "hubspot_calls": self.hubspot_calls,
            "hubspot_calls_per_record": round(self.hubspot_calls / max(1, self.records_loaded), 4),
            "repeats_dropped": self.repeats_dropped,
            "findings_by_provider": {name: found for name, found, _ in self.providers},
            "cost_usd": round(sum(cost for _, _, cost in self.providers), 2),
            "notes": self.notes,
            "drafts": self.drafts,
            "dead_letters": self.dead_letters,
            "seconds": round(self.seconds, 1),
            "hottest": [{"name": one.name, "icp_fit": one.icp_fit, "headline": one.headline} for one in self.hottest],
        }


def play(stand: Stand, progress: Progress) -> Outcome:
    """The whole demo on a running stand. Raises DemoStuck when records are not written in time."""
    companies = load_companies()
    contacts = build_contacts(companies)
    stand.add_portal(PORTAL_ID, settings={"auto_associate_company": True, "index_lag_s": 1.0})
    progress("Installing through HubSpot's consent page", 0, 1)
    stand.install(PORTAL_ID)
    wait_until_loaded(stand, PORTAL_ID)
    progress("Installing through HubSpot's consent page", 1, 1)
    # HubSpot repeats and reorders deliveries; the demo lets it do so on purpose.
    stand.control.patch("/settings", {"webhooks": {"duplicate_ratio": 0.1, "shuffle": True}})
    began = time.monotonic()
    _load(stand, COMPANIES, [_company_properties(company) for company in companies], "Loading real companies", progress)
    contact_ids = _load(stand, CONTACTS, [_contact_properties(one) for one in contacts], "Loading synthetic contacts", progress)
    _change(stand, contact_ids[:_CHANGED_CONTACTS], progress)
    loaded = len(companies) + len(contacts)
    _wait_until_written(stand, loaded, progress)
    return _outcome(stand, loaded, time.monotonic() - began)


def _load(stand: Stand, object_type: str, records: Sequence[dict[str, str]], step: str, progress: Progress) -> list[str]:
    ids: list[str] = []
    for start in range(0, len(records), _CHUNK):
        chunk = [{"properties": properties} for properties in records[start : start + _CHUNK]]
        ids += stand.control.act(PORTAL_ID, {"action": "create_many", "import": True, "object_type": object_type, "records": chunk})
        progress(step, len(ids), len(records))
    return ids


def _change(stand: Stand, contact_ids: Sequence[str], progress: Progress) -> None:
    """A person edits some records right after they were made."""
    records = [{"object_id": object_id, "properties": {"jobtitle": "Chief Operating Officer"}} for object_id in contact_ids]
    stand.control.act(PORTAL_ID, {"action": "update_many", "object_type": CONTACTS, "records": records})
    progress("Changing some of them by hand", len(records), len(records))


def _wait_until_written(stand: Stand, loaded: int, progress: Progress) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        stand.check()
        written = _written(stand)
        progress("Enriched, scored, briefed, written back", written, loaded)
        drained = stand.control.drain(1.0)
        if written >= loaded and drained and stand.status(PORTAL_ID).is_settled:
            return
        if time.monotonic() > until:
            raise DemoStuck(f"{written} of {loaded} records were written in {_PATIENCE_S:g} s; the logs are in the data folder")
        time.sleep(0.5)


def _written(stand: Stand) -> int:
    return sum(count_written(stand, PORTAL_ID, object_type) for object_type in (COMPANIES, CONTACTS))


def _search(stand: Stand, object_type: str, *, limit: int) -> Any:
    """Records that carry our headline, the best fit first."""
    query = {
        "filterGroups": [{"filters": [{"propertyName": "leadlight_headline", "operator": "HAS_PROPERTY"}]}],
        "sorts": [{"propertyName": "leadlight_icp_fit", "direction": "DESCENDING"}],
        "properties": ["name", "leadlight_icp_fit", "leadlight_bant_score", "leadlight_headline", "leadlight_icp_fit_reasons"],
        "limit": limit,
    }
    return stand.ask(PORTAL_ID, f"/crm/objects/2026-09/{object_type}/search", query)


def _outcome(stand: Stand, loaded: int, seconds: float) -> Outcome:
    status = stand.status(PORTAL_ID)
    counts = {entry["portal_id"]: entry["records"] for entry in stand.control.get("/portals")["portals"]}[PORTAL_ID]
    drafted = stand.ask(
        PORTAL_ID,
        f"/crm/objects/2026-09/{CONTACTS}/search",
        {
            "filterGroups": [{"filters": [{"propertyName": "leadlight_draft_state", "operator": "EQ", "value": "drafted"}]}],
            "limit": 1,
        },
    )
    return Outcome(
        records_loaded=loaded,
        records_written=_written(stand),
        hubspot_calls=len(our_calls(stand, PORTAL_ID)),
        repeats_dropped=_repeats_dropped(stand),
        notes=counts.get("notes", 0),
        drafts=drafted["total"],
        dead_letters=status.dead_letters,
        seconds=seconds,
        providers=tuple((one.provider, one.found_fields, float(one.cost_usd)) for one in status.providers),
        hottest=tuple(_hot(stand, record) for record in _search(stand, COMPANIES, limit=10)["results"]),
    )


def _hot(stand: Stand, record: Any) -> HotRecord:
    properties = record["properties"]
    bant = properties.get("leadlight_bant_score")
    reasons = (properties.get("leadlight_icp_fit_reasons") or "").splitlines()
    return HotRecord(
        name=properties["name"],
        icp_fit=float(properties.get("leadlight_icp_fit") or 0),
        bant=float(bant) if bant else None,
        headline=properties["leadlight_headline"],
        reasons=tuple(reasons[:3]),
        url=f"{stand.addresses.hubspot}/portal/{PORTAL_ID}/record/{COMPANIES}/{record['id']}",
    )


def _repeats_dropped(stand: Stand) -> int:
    """Events that named a record again without saying anything new, from the product's own metrics."""
    page = httpx2.get(f"{stand.addresses.web}/metrics", trust_env=False, timeout=30.0).raise_for_status().text
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name == "leadlight_events_total" and sample.labels.get("outcome") == "repeat":
                return int(sample.value)
    return 0


def _company_properties(company: DemoCompany) -> dict[str, str]:
    """Only what a person types when adding a company: the rest is for us to find."""
    return {"name": company.name, "domain": company.domain}


def _contact_properties(contact: DemoContact) -> dict[str, str]:
    return {"firstname": contact.first_name, "lastname": contact.last_name, "email": contact.email, "jobtitle": contact.title}
