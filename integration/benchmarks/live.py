"""How long a person waits: one new contact in an idle system, from HubSpot's delivery to our properties on the record.

Fifteen times, in turn at a company that is there already and at one that nobody has heard of. Providers answer after 300 ms.
Both moments are taken outside the product: when HubSpot sent the first delivery that names the contact, and when it stored our headline.
"""

from __future__ import annotations

import statistics
from typing import Final

from integration.benchmarks.made_records import company_properties, contact_properties
from integration.benchmarks.stands import bench_stand
from integration.core.errors import AppError
from integration.demo.observing import wait_until, wait_until_loaded, wait_until_settled, written_at
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS

PORTAL_ID: Final = 700_002
TIMES: Final = 15
HUBSPOT_LATENCY_MS: Final = 40
PROVIDER_LATENCY_MS: Final = 300
_COMPANIES: Final = (TIMES + 1) // 2


def run() -> dict[str, float | int | str]:
    """Median and ninth decile of the seconds. Takes about a minute."""
    options = StandOptions(hubspot_latency_ms=HUBSPOT_LATENCY_MS, provider_latency_ms=PROVIDER_LATENCY_MS)
    with bench_stand("live", options) as stand:
        stand.add_portal(PORTAL_ID, settings={"auto_associate_company": True})
        stand.install(PORTAL_ID)
        wait_until_loaded(stand, PORTAL_ID)
        companies = [company_properties("live", number) for number in range(_COMPANIES)]
        records = [{"properties": properties} for properties in companies]
        stand.control.act(PORTAL_ID, {"action": "create_many", "object_type": COMPANIES, "records": records})
        wait_until_settled(stand, PORTAL_ID)
        waits = sorted(time_one_contact(stand, PORTAL_ID, number, _domain(number)) for number in range(1, TIMES + 1))
    return {
        "median_s": round(statistics.median(waits), 3),
        "p90_s": round(statistics.quantiles(waits, n=10)[-1], 3),
        "longest_s": round(waits[-1], 3),
        "times": TIMES,
        "hubspot_latency_ms": HUBSPOT_LATENCY_MS,
        "provider_latency_ms": PROVIDER_LATENCY_MS,
    }


def time_one_contact(stand: Stand, portal_id: int, number: int, domain: str) -> float:
    """Seconds from the delivery that tells of a new contact to our headline on it. The portal is at rest again afterwards."""
    [contact_id] = stand.control.act(
        portal_id, {"action": "create", "object_type": CONTACTS, "properties": contact_properties(number, domain)}
    )
    wait_until(stand, portal_id, "the headline", lambda: written_at(stand, portal_id, CONTACTS, contact_id) is not None)
    written = written_at(stand, portal_id, CONTACTS, contact_id)
    if written is None:
        raise AppError("the headline is gone again", reason="bench_unwritten")
    waited_s = written.timestamp() - _delivered_at_s(stand, portal_id, contact_id)
    wait_until_settled(stand, portal_id)
    return waited_s


def _delivered_at_s(stand: Stand, portal_id: int, contact_id: str) -> float:
    """When HubSpot sent the first delivery that names the contact. The log notes the moment of the answer."""
    sent: list[float] = [
        (delivery["at_ms"] - delivery["latency_ms"]) / 1000
        for delivery in stand.control.get("/deliveries", portal_id=portal_id)["deliveries"]
        if any(str(event["objectId"]) == contact_id for event in delivery["events"])
    ]
    if not sent:
        raise AppError("no delivery named the contact", reason="bench_undelivered")
    return min(sent)


def _domain(number: int) -> str:
    """In turn a company of the portal and one of its own."""
    return f"live-{number // 2 % _COMPANIES:04d}-made.example" if number % 2 else f"live-new-{number:04d}-made.example"
