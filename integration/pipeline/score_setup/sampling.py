"""Fact sheets of a sample of the portal's records, put together again: HubSpot's values as they are now, providers' as they are kept.

Nobody is asked but HubSpot, and nothing is written. Cost for 500 contacts: 15 calls.
Limit: a value we wrote into a standard property of HubSpot's counts here as HubSpot's where no provider says it any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from integration.hubspot.objects import BATCH_LIMIT, COMPANIES, CONTACTS, DEALS, CrmRecord
from integration.pipeline.crm_fields import READ_PROPERTIES
from integration.pipeline.deals.facts import HISTORY_PROPERTIES, deal_findings
from integration.pipeline.facts import company_hint, crm_findings
from integration.pipeline.policies.standing_reader import HistoryReader
from integration.pipeline.portal_profile import PortalProfile
from integration.pipeline.ports import RecordReader
from integration.pipeline.stages import companies_of
from integration.providers.base import FactSheet, Field, Finding


class SampleReader(RecordReader, HistoryReader, Protocol):
    """The calls this needs."""


Stored = Mapping[str, Mapping[str, Mapping[Field, Finding]]]
"""By object type and record what providers said."""


@dataclass(frozen=True)
class SampledRecord:
    """A record of the sample: what people call it, and what is known of it."""

    title: str
    sheet: FactSheet


def read_sample(
    client: SampleReader, portal: PortalProfile, ids: Mapping[str, Sequence[str]], *, as_of: datetime
) -> tuple[Mapping[str, list[CrmRecord]], Mapping[str, CrmRecord], Mapping[str, Mapping[Field, Finding]]]:
    """The records by type, the company of each contact and deal by record id, and the findings of the deals."""
    records = {kind: _records(client, kind, chosen) for kind, chosen in ids.items() if chosen and portal.works_on(kind)}
    companies: dict[str, CrmRecord] = {}
    for kind in (CONTACTS, DEALS):
        for part in _hundreds([one.object_id for one in records.get(kind, ())]):
            companies |= companies_of(client, kind, part)
    deals: dict[str, Mapping[Field, Finding]] = {}
    for part in _hundreds([one.object_id for one in records.get(DEALS, ())]):
        past = client.batch_read_history(DEALS, part, HISTORY_PROPERTIES)
        for deal in records[DEALS]:
            if deal.object_id in part:
                versions = past.get(deal.object_id, {})
                deals[deal.object_id] = deal_findings(deal, versions, as_of=as_of, currency=portal.currency)
    return records, companies, deals


def build_sample(
    records: Mapping[str, list[CrmRecord]],
    companies: Mapping[str, CrmRecord],
    deals: Mapping[str, Mapping[Field, Finding]],
    stored: Stored,
    *,
    portal: PortalProfile,
    as_of: datetime,
) -> list[SampledRecord]:
    """The sheets. What a provider was chosen for stands; the rest is as HubSpot says it."""

    def company_sheet(company: CrmRecord) -> FactSheet:
        known = crm_findings(company, as_of=as_of, revenue_in_usd=portal.revenue_in_usd)
        return FactSheet(COMPANIES, company.object_id, as_of, known | dict(stored.get(COMPANIES, {}).get(company.object_id, {})))

    sampled = []
    for kind, found in records.items():
        for record in found:
            company = companies.get(record.object_id)
            if kind == COMPANIES:
                sheet = company_sheet(record)
            else:
                known = deals[record.object_id] if kind == DEALS else crm_findings(record, as_of=as_of)
                known = dict(known) | dict(stored.get(kind, {}).get(record.object_id, {}))
                sheet = FactSheet(kind, record.object_id, as_of, known)
                if company is not None:
                    sheet = replace(sheet, company=company_sheet(company))
                elif kind == CONTACTS and (hint := company_hint(record, as_of=as_of)):
                    sheet = replace(sheet, company=FactSheet(COMPANIES, "", as_of, hint))
            sampled.append(SampledRecord(_title(record), sheet))
    return sampled


def _records(client: SampleReader, kind: str, ids: Sequence[str]) -> list[CrmRecord]:
    return [record for record in client.batch_read(kind, ids, READ_PROPERTIES[kind]) if not record.archived]


def _hundreds(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + BATCH_LIMIT] for start in range(0, len(ids), BATCH_LIMIT)]


def _title(record: CrmRecord) -> str:
    names = {COMPANIES: ("name",), DEALS: ("dealname",)}.get(record.object_type, ("firstname", "lastname"))
    return " ".join(filter(None, (record.text(name) for name in names))) or record.text("email") or record.object_id
