"""What happens in the demo, step by step: install, load, change, wait, tell. Each step returns facts; showing them is the command's."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from integration.demo.learning import learn, load_contacts, pasts_of
from integration.demo.observing import our_calls, wait_until, wait_until_loaded, wait_until_settled
from integration.demo.outcome import HotRecord, LearnLook, Outcome, Trust
from integration.demo.stand import SENDER, Stand
from integration.demo.trust import Progress, TrustDemo
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.duplicates.pair_store import PairStore
from integration.pipeline.identity.review_store import ReviewStore
from simulator.data.demo import DemoCompany, DemoContact, build_contacts, load_companies

PORTAL_ID: Final = 4242
FILLED: Final = ("industry", "city", "country", "numberofemployees", "founded_year")
"""HubSpot's own properties that the demo's admin opted in to."""
INSTALL: Final = "Installing through HubSpot's consent page"
DRY: Final = "Dry run: enriched, decided, nothing written"
ACCEPT: Final = "Accepted: writing exactly that"
WRITTEN: Final = "Found again by HubSpot's search"
LIVE: Final = "Live: a rep corrects us, titles change"
UNDO: Final = "Undoing one run"
UNDO_BACK: Final = "Undoing the undo"
LEARN: Final = "Learning from deals that ended"
_CHUNK: Final = 50
_CHANGED_CONTACTS: Final = 40
_PATIENCE_S: Final = 240.0
_BUDGETS: Final[Mapping[str, int]] = {"apollo": 2_000, "hunter": 2_000}
_NAMESAKES: Final[dict[str, str]] = {"name": "Namesakes Sample"}
"""A company without a domain whose name three others have too: a question for a person."""
_TWINS: Final = (("Bob", "bob", "Head of Sample Sales"), ("Robert", "robert", "Head of Sales"))
"""One person twice: first name, mailbox, title."""


def play(stand: Stand, progress: Progress) -> Outcome:
    """The whole demo on a running stand. Raises DemoStuck when records are not carried through in time."""
    companies = load_companies()
    contacts = build_contacts(companies)
    stand.add_portal(PORTAL_ID, settings={"auto_associate_company": True, "index_lag_s": 1.0})
    progress(INSTALL, 0, 1)
    stand.install(PORTAL_ID, preferences={**SENDER, "standard_properties": list(FILLED)}, dry_run=True)
    wait_until_loaded(stand, PORTAL_ID)
    progress(INSTALL, 1, 1)
    # HubSpot repeats and reorders deliveries; the demo lets it do so on purpose.
    stand.control.patch("/settings", {"webhooks": {"duplicate_ratio": 0.1, "shuffle": True}})
    with TrustDemo(stand, PORTAL_ID, progress) as admin:
        admin.set_budgets(_BUDGETS)
        began = time.monotonic()
        people = [_contact_properties(one) for one in contacts] + _twins(companies[0].domain)
        firms = [_company_properties(company) for company in companies] + [_NAMESAKES]
        _load(stand, COMPANIES, firms, "Loading real companies", progress)
        pasts = pasts_of(contacts, companies)
        contact_ids = load_contacts(stand, PORTAL_ID, people, pasts, contacts, "Loading synthetic contacts", progress)
        loaded = len(firms) + len(people)
        _wait_until_proposed(stand, admin, loaded, progress)
        dry_run = admin.read_dry_run()
        accepted = admin.accept(ACCEPT)
        _wait_until_written(stand, admin, loaded, progress)
        admin.go_live()
        progress(LIVE, 0, 1)
        live = admin.edit_and_change(contact_ids[:_CHANGED_CONTACTS])
        progress(LIVE, 1, 1)
        undo = admin.undo_and_back(UNDO, UNDO_BACK)
        learned = learn(stand, PORTAL_ID, contact_ids, pasts, LEARN, progress)
        wait_until_settled(stand, PORTAL_ID)
        seconds = time.monotonic() - began
        trust = Trust(dry_run, accepted, live, undo, *_open_questions(stand))
        return _outcome(stand, loaded, admin.count_written(), seconds, trust, learned)


def _load(stand: Stand, object_type: str, records: Sequence[dict[str, str]], step: str, progress: Progress) -> list[str]:
    ids: list[str] = []
    for start in range(0, len(records), _CHUNK):
        chunk = [{"properties": properties} for properties in records[start : start + _CHUNK]]
        ids += stand.control.act(PORTAL_ID, {"action": "create_many", "import": True, "object_type": object_type, "records": chunk})
        progress(step, len(ids), len(records))
    return ids


def _wait_until_proposed(stand: Stand, admin: TrustDemo, loaded: int, progress: Progress) -> None:
    """Return once every record is decided about and nothing is under way."""

    def is_so() -> bool:
        progress(DRY, admin.count_proposed(), loaded)
        return stand.control.drain(0.1) and stand.status(PORTAL_ID).is_settled

    wait_until(stand, PORTAL_ID, "the end of the dry run", is_so, timeout_s=_PATIENCE_S)
    progress(DRY, admin.count_proposed(), loaded)


def _wait_until_written(stand: Stand, admin: TrustDemo, loaded: int, progress: Progress) -> None:
    """Return once HubSpot's search, which lags behind, shows every record with what is ours."""

    def is_so() -> bool:
        written = admin.count_written()
        progress(WRITTEN, written, loaded)
        return written >= loaded and stand.status(PORTAL_ID).is_settled

    wait_until(stand, PORTAL_ID, "the written records", is_so, timeout_s=_PATIENCE_S)


def _open_questions(stand: Stand) -> tuple[int, int]:
    """How many reviews and how many pairs of duplicates wait for a person."""
    with stand.database.begin() as connection:
        reviews = len(ReviewStore().open_reviews(connection, portal_id=PORTAL_ID))
        return reviews, PairStore().counts(connection, portal_id=PORTAL_ID).get("open", 0)


def _search(stand: Stand, object_type: str, *, limit: int) -> Any:
    """Records that carry our headline, the best fit first."""
    query = {
        "filterGroups": [{"filters": [{"propertyName": "leadlight_headline", "operator": "HAS_PROPERTY"}]}],
        "sorts": [{"propertyName": "leadlight_icp_fit", "direction": "DESCENDING"}],
        "properties": ["name", "leadlight_icp_fit", "leadlight_bant_score", "leadlight_headline", "leadlight_icp_fit_reasons"],
        "limit": limit,
    }
    return stand.ask(PORTAL_ID, f"/crm/objects/2026-09/{object_type}/search", query)


def _outcome(stand: Stand, loaded: int, written: int, seconds: float, trust: Trust, learned: LearnLook) -> Outcome:
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
        records_written=written,
        hubspot_calls=len(our_calls(stand, PORTAL_ID)),
        repeats_dropped=_repeats_dropped(stand),
        notes=counts.get("notes", 0),
        drafts=drafted["total"],
        dead_letters=status.dead_letters,
        seconds=seconds,
        providers=tuple((one.provider, one.found_fields, float(one.cost_usd)) for one in status.providers),
        hottest=tuple(_hot(stand, record) for record in _search(stand, COMPANIES, limit=10)["results"]),
        trust=trust,
        learned=learned,
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


def _twins(domain: str) -> list[dict[str, str]]:
    return [
        {"firstname": name, "lastname": "Samplewood", "email": f"{mailbox}.samplewood@{domain}", "jobtitle": title}
        for name, mailbox, title in _TWINS
    ]
