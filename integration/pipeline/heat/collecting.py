"""Reads the history a heat model learns from: records of the last two years, their deals, and the versions of their properties.

Cost for 4,000 examples: up to 50 searches, one call for each 1,000 associations, 100 deals and 50 histories; some 300 calls, asked as backfill,
so that live work goes first. Nothing of it is stored: the model and its card are what stays.
Limit: HubSpot tells the last 20 versions of a property; what was before them is unknown and counts as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from integration.hubspot.objects import (
    COMPANIES,
    CONTACTS,
    DEALS,
    SEARCH_PAGE_LIMIT,
    AssociatedRecord,
    CrmRecord,
    Page,
    PropertyDefinition,
    PropertyVersion,
    SearchFilter,
    SearchSort,
)
from integration.pipeline.crm_fields import parse_moment
from integration.pipeline.heat.columns import CrmColumn, custom_columns, properties_of, standard_columns
from integration.pipeline.heat.examples import NO_HISTORY, example_of
from integration.pipeline.heat.outcomes import KnownDeal, Outcome, Story, decided
from integration.scoring.heat_model.base import Example

LOOKS_BACK: Final = timedelta(days=730)
MOST_RECORDS: Final = 10_000
MOST_EXAMPLES: Final = 4_000
_CREATED: Final = "createdate"
_CUSTOMER_AT: Final = "hs_lifecyclestage_customer_date"
_DEAL_PROPERTIES: Final = (_CREATED, "closedate", "hs_is_closed", "hs_is_closed_won")

Progress = Callable[[str, int, int], None]


class HistoryClient(Protocol):
    """The calls this needs; all raise the errors of `integration/core/errors.py`."""

    def search_page(
        self,
        object_type: str,
        *,
        filters: Sequence[SearchFilter],
        sorts: Sequence[SearchSort],
        properties: Sequence[str],
        after: str | None,
        limit: int,
    ) -> Page: ...
    def batch_read(self, object_type: str, ids: Sequence[str], properties: Sequence[str]) -> Sequence[CrmRecord]: ...
    def batch_read_history(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PropertyVersion, ...]]]: ...
    def associated_ids(self, from_type: str, to_type: str, ids: Sequence[str]) -> Mapping[str, tuple[AssociatedRecord, ...]]: ...
    def property_definitions(self, object_type: str, names: Sequence[str] = ()) -> Mapping[str, PropertyDefinition]: ...


@dataclass(frozen=True)
class Collected:
    """What there is to learn from: the columns looked at, the decided records, and how many records were looked through."""

    columns: tuple[CrmColumn, ...]
    examples: tuple[Example, ...]
    records: int


def collect(client: HistoryClient, object_type: str, *, now: datetime, progress: Progress = lambda *_: None) -> Collected:
    """The decided records of the last two years, the newest `MOST_EXAMPLES` of them, each as it stood before its outcome."""
    custom = custom_columns(object_type, client.property_definitions(object_type).values())
    columns = (*standard_columns(object_type), *custom)
    records = _records(client, object_type, now, progress)
    outcomes = decided(_stories(client, object_type, records, progress), now)[-MOST_EXAMPLES:]
    return Collected(columns, tuple(_examples(client, object_type, columns, outcomes, progress)), len(records))


def _records(client: HistoryClient, object_type: str, now: datetime, progress: Progress) -> list[CrmRecord]:
    since = SearchFilter(_CREATED, "GTE", str(int((now - LOOKS_BACK).timestamp() * 1000)))
    found: list[CrmRecord] = []
    after: str | None = None
    while len(found) < MOST_RECORDS:
        page = client.search_page(
            object_type,
            filters=[since],
            sorts=[SearchSort(_CREATED, "DESCENDING")],
            properties=[_CREATED, _CUSTOMER_AT],
            after=after,
            limit=SEARCH_PAGE_LIMIT,
        )
        found += page.records
        progress("records", len(found), min(page.total or len(found), MOST_RECORDS))
        after = page.next_after
        if after is None or not page.records:
            break
    return found[:MOST_RECORDS]


def _stories(client: HistoryClient, object_type: str, records: Sequence[CrmRecord], progress: Progress) -> list[Story]:
    linked = client.associated_ids(object_type, DEALS, [one.object_id for one in records]) if records else {}
    deal_ids = sorted({one.object_id for found in linked.values() for one in found})
    deals = {
        one.deal_id: one for record in client.batch_read(DEALS, deal_ids, _DEAL_PROPERTIES) if (one := _deal(record)) is not None
    }
    progress("deals", len(deals), len(deal_ids))
    return [
        Story(
            record.object_id,
            created_at,
            tuple(deals[one.object_id] for one in linked.get(record.object_id, ()) if one.object_id in deals),
            _moment(record, _CUSTOMER_AT),
        )
        for record in records
        if (created_at := _moment(record, _CREATED)) is not None
    ]


def _deal(record: CrmRecord) -> KnownDeal | None:
    """None for an archived deal, and for one without a date of creation."""
    opened_at = _moment(record, _CREATED)
    if record.archived or opened_at is None:
        return None
    is_closed = record.text("hs_is_closed") == "true"
    return KnownDeal(
        record.object_id,
        opened_at,
        _moment(record, "closedate") if is_closed else None,
        won=record.text("hs_is_closed_won") == "true",
    )


def _examples(
    client: HistoryClient, object_type: str, columns: Sequence[CrmColumn], outcomes: Sequence[Outcome], progress: Progress
) -> list[Example]:
    ids = [one.object_id for one in outcomes]
    own = client.batch_read_history(object_type, ids, properties_of(columns, object_type)) if ids else {}
    progress("histories", len(ids), len(ids))
    company_of = _companies(client, ids) if object_type == CONTACTS and ids else {}
    company_ids = sorted(set(company_of.values()))
    names = properties_of(columns, COMPANIES)
    theirs = client.batch_read_history(COMPANIES, company_ids, names) if company_ids else {}
    progress("histories of companies", len(company_ids), len(company_ids))
    examples = []
    for one in outcomes:
        histories = {COMPANIES: theirs.get(company_of.get(one.object_id, ""), NO_HISTORY)} | {
            object_type: own.get(one.object_id, NO_HISTORY)
        }
        examples.append(example_of(one, columns, histories))
    return examples


def _companies(client: HistoryClient, ids: Sequence[str]) -> dict[str, str]:
    """The company of each contact: the primary one, else the one with the lowest id."""
    found = {}
    for contact_id, linked in client.associated_ids(CONTACTS, COMPANIES, ids).items():
        ranked = sorted(linked, key=lambda one: (not one.is_primary, len(one.object_id), one.object_id))
        if ranked:
            found[contact_id] = ranked[0].object_id
    return found


def _moment(record: CrmRecord, name: str) -> datetime | None:
    written = parse_moment(record.text(name) or "")
    return None if written is None else datetime.fromisoformat(written)
