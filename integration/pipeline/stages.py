"""The stages of a batch, each a small function: read, enrich, decide, plan. They order calls and pure functions and keep no state.

Cost for 100 contacts: one batch read, one association read, one batch read of companies. Companies: one batch read. Deals: as contacts, and
two reads of their past.
Limit: a company that changes is worked on itself; its contacts follow at their own next change or at reconciliation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, AssociatedRecord, CrmRecord
from integration.outreach.base import Judgement
from integration.outreach.judging import judged
from integration.pipeline.ask_again import waits_for_budget
from integration.pipeline.crm_fields import READ_PROPERTIES
from integration.pipeline.deals.facts import HISTORY_PROPERTIES, Versions, deal_findings
from integration.pipeline.definitions.catalog_store import Catalog
from integration.pipeline.facts import (
    Findings,
    build_sheet,
    company_hint,
    company_subject,
    crm_findings,
    person_subject,
)
from integration.pipeline.ledger_store import OpenWrite, Outcome
from integration.pipeline.notes import WantedNote
from integration.pipeline.policies.rules import RuleBook
from integration.pipeline.policies.standing import may_be_written
from integration.pipeline.policy import same_value
from integration.pipeline.portal_profile import PortalProfile
from integration.pipeline.ports import CrmClient, Decisions, Enricher, Question, RecordReader
from integration.pipeline.properties import LAST_ENRICHED_AT, SOURCES, STATUS, STATUS_SHORT_OF_BUDGET
from integration.pipeline.results import Decided
from integration.pipeline.sources import render_sources
from integration.pipeline.standard_properties import StandardProperty, opted_in, standard_values
from integration.pipeline.write_plan import RecordWishes, Wish, own_wishes, standard_wishes, status_text
from integration.providers.base import FactSheet, Field
from integration.scoring.base import ScoreResult

NO_COMPANY_RECORD: Final = ""


@dataclass(frozen=True)
class BatchContext:
    """What all stages of one batch share. `as_of` is "now" for every decision of the batch. `is_dry`: nothing is written."""

    portal: PortalProfile
    object_type: str
    run_id: str
    as_of: datetime
    decisions: Decisions
    owner_names: Mapping[str, str]
    rules: RuleBook
    catalog: Catalog
    is_dry: bool = False


@dataclass(frozen=True)
class BatchInput:
    """What HubSpot said: the records by id, and for contacts and deals the company each belongs to; of deals their past as well."""

    records: Mapping[str, CrmRecord]
    companies: Mapping[str, CrmRecord]
    histories: Mapping[str, Versions] = field(default_factory=dict)


def read_batch(
    client: CrmClient, context: BatchContext, object_ids: Sequence[str], also: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> BatchInput:
    """Read the records, their companies, and the past of deals. Ids that HubSpot does not know, or has archived, are absent.

    `also`: more properties to read, by object type.
    """
    own = [entry.name for entry in context.decisions.declarations.values() if context.object_type in entry.object_types]
    standard = [entry.name for entry in _standard(context)]
    wanted = list(dict.fromkeys((*READ_PROPERTIES[context.object_type], *own, *standard, *also.get(context.object_type, ()))))
    records = {
        record.object_id: record for record in client.batch_read(context.object_type, object_ids, wanted) if not record.archived
    }
    if context.object_type == COMPANIES or not records:
        return BatchInput(records, {})
    companies = companies_of(client, context.object_type, list(records), also.get(COMPANIES, ()))
    past = client.batch_read_history(DEALS, list(records), HISTORY_PROPERTIES) if context.object_type == DEALS else {}
    return BatchInput(records, companies, past)


def companies_of(
    client: RecordReader, object_type: str, object_ids: Sequence[str], also: Sequence[str] = ()
) -> dict[str, CrmRecord]:
    """The company of each contact or deal that has one. Two calls for a hundred."""
    company_of = {
        object_id: chosen.object_id
        for object_id, linked in client.associated_ids(object_type, COMPANIES, object_ids).items()
        if (chosen := _primary(linked)) is not None
    }
    company_ids = sorted(set(company_of.values()))
    read = (
        client.batch_read(COMPANIES, company_ids, list(dict.fromkeys((*READ_PROPERTIES[COMPANIES], *also)))) if company_ids else ()
    )
    companies = {company.object_id: company for company in read if not company.archived}
    return {object_id: companies[company_id] for object_id, company_id in company_of.items() if company_id in companies}


def without_records(batch: BatchInput, object_ids: Collection[str]) -> BatchInput:
    """The batch as if these records had not been in it."""
    return BatchInput(
        {one: record for one, record in batch.records.items() if one not in object_ids},
        {one: company for one, company in batch.companies.items() if one not in object_ids},
        batch.histories,
    )


def _primary(linked: Sequence[AssociatedRecord]) -> AssociatedRecord | None:
    """The primary company; where none is marked, the one with the lowest id, so that the choice stays the same."""
    ranked = sorted(linked, key=lambda entry: (not entry.is_primary, len(entry.object_id), entry.object_id))
    return ranked[0] if ranked else None


def enrich_companies(
    enricher: Enricher, context: BatchContext, batch: BatchInput, ours: Mapping[str, frozenset[str]]
) -> dict[str, FactSheet]:
    """Fact sheets of companies: by record id for a batch of companies, by contact id for a batch of contacts. `ours` is by company.

    Each company is asked about once, however many contacts work there. A contact without a company record is asked about by its mail domain.
    """
    known_by_key: dict[str, Findings] = {}
    key_of: dict[str, str] = {}
    object_ids: dict[str, str] = {}
    usd = context.portal.revenue_in_usd
    for record in batch.records.values():
        company = record if context.object_type == COMPANIES else batch.companies.get(record.object_id)
        if company is not None:
            key, object_id = f"company:{company.object_id}", company.object_id
            if key not in known_by_key:
                mine = ours.get(company.object_id, frozenset())
                known_by_key[key] = crm_findings(company, as_of=context.as_of, ours=mine, revenue_in_usd=usd)
        else:
            hint = company_hint(record, as_of=context.as_of)
            if not hint:
                continue
            key, object_id = f"domain:{hint[Field.DOMAIN].value}", NO_COMPANY_RECORD
            known_by_key.setdefault(key, hint)
        key_of[record.object_id], object_ids[key] = key, object_id
    questions = [
        Question(key, company_subject(known), tuple(known.values()), object_ids[key] or None) for key, known in known_by_key.items()
    ]
    answers = enricher.enrich(context.portal.portal_id, questions) if questions else {}
    sheets = {
        key: build_sheet(
            object_type=COMPANIES,
            object_id=object_ids[key],
            as_of=context.as_of,
            known=known,
            enrichment=answers.get(key),
        )
        for key, known in known_by_key.items()
    }
    return {record_id: sheets[key] for record_id, key in key_of.items()}


def enrich_contacts(
    enricher: Enricher,
    context: BatchContext,
    batch: BatchInput,
    companies: Mapping[str, FactSheet],
    ours: Mapping[str, frozenset[str]],
) -> dict[str, FactSheet]:
    """Fact sheets of contacts, each with its company's."""
    known_by_id = {
        contact_id: crm_findings(contact, as_of=context.as_of, ours=ours.get(contact_id, frozenset()))
        for contact_id, contact in batch.records.items()
    }
    questions = [
        Question(
            contact_id,
            person_subject(batch.records[contact_id], known, companies.get(contact_id)),
            tuple(known.values()),
            contact_id,
        )
        for contact_id, known in known_by_id.items()
    ]
    answers = enricher.enrich(context.portal.portal_id, questions) if questions else {}
    return {
        contact_id: build_sheet(
            object_type=CONTACTS,
            object_id=contact_id,
            as_of=context.as_of,
            known=known,
            enrichment=answers.get(contact_id),
            company=companies.get(contact_id),
        )
        for contact_id, known in known_by_id.items()
    }


def deal_sheets(context: BatchContext, batch: BatchInput, companies: Mapping[str, FactSheet]) -> dict[str, FactSheet]:
    """Fact sheets of deals, each with its company's. Nobody is asked about a deal: all there is to know stands in HubSpot."""
    return {
        deal_id: build_sheet(
            object_type=DEALS,
            object_id=deal_id,
            as_of=context.as_of,
            known=deal_findings(deal, batch.histories.get(deal_id, {}), as_of=context.as_of, currency=context.portal.currency),
            enrichment=None,
            company=companies.get(deal_id),
        )
        for deal_id, deal in batch.records.items()
    }


def decide_record(
    context: BatchContext, sheet: FactSheet, judgement: Judgement | None = None, chance: ScoreResult | None = None
) -> Decided:
    """Scores, brief and, for a contact, the draft with what reps made of it; of a deal the scores alone. Pure."""
    scores = context.decisions.scores(sheet, chance)
    if sheet.object_type == DEALS:
        return Decided(sheet, scores, None, None)
    brief = context.decisions.brief(sheet, scores)
    if sheet.object_type != CONTACTS:
        return Decided(sheet, scores, brief, None)
    sender = context.portal.sender(context.owner_names.get(sheet.text(Field.OWNER_ID) or ""))
    draft = context.decisions.draft(sheet, sender)
    return Decided(sheet, scores, brief, draft, judged(draft, judgement))


def wishes_for(context: BatchContext, record: CrmRecord, decided: Decided, ours: frozenset[str]) -> RecordWishes:
    """What we want on the record, fitted to the account's properties. Pure. `ours` names what still holds our own values."""
    values = context.decisions.values(decided.scores, decided.brief, decided.judged) | {
        SOURCES.name: render_sources(decided.sheet, record.text(SOURCES.name) or "")
    }
    standard = standard_wishes(
        standard_values(decided.sheet, _standard(context)),
        country=decided.sheet.text(Field.COUNTRY),
        rules=context.rules,
        catalog=context.catalog,
    )
    told = {wish.property_name for wish in standard if may_be_written(wish, record, ours, as_of=context.as_of)}
    own = _own(context, values)
    status = status_text((*own, *standard), lambda wish: wish in own or wish.property_name in told)
    if waits_for_budget(decided.sheet) is not None:
        status = f"{status.rstrip('.')}. {STATUS_SHORT_OF_BUDGET}"
    moment = context.as_of.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    [stamp] = _own(context, {LAST_ENRICHED_AT.name: moment})
    return RecordWishes(
        record,
        (*own, *_own(context, {STATUS.name: status}), *standard),
        stamp,
        trace_id=f"{context.run_id}-{record.object_id}",
        as_of=context.as_of,
        tells_kept=context.is_dry,
    )


def _own(context: BatchContext, values: Mapping[str, str]) -> tuple[Wish, ...]:
    return own_wishes(values, context.decisions.declarations, rules=context.rules, catalog=context.catalog)


def wanted_notes(context: BatchContext, decided: Decided) -> list[WantedNote]:
    """The notes that shall stand on the record: the brief, and the draft unless it is approved, since that note tells what was approved.

    A refused or rejected draft only withdraws a note that stands.
    """
    decisions, brief, draft = context.decisions, decided.brief, decided.judged
    if brief is None:
        return []
    notes = [WantedNote(decided.object_id, "brief", brief.fingerprint, partial(decisions.brief_note, brief))]
    if draft is not None and draft.state != "approved":
        text = partial(decisions.draft_note, draft)
        notes.append(WantedNote(decided.object_id, "draft", draft.fingerprint, text, only_if_standing=not draft.steps))
    return notes


def _standard(context: BatchContext) -> tuple[StandardProperty, ...]:
    return opted_in(context.object_type, context.rules, revenue_in_usd=context.portal.revenue_in_usd)


def settle_open(batch: BatchInput, still_open: Iterable[OpenWrite]) -> list[tuple[int, Outcome]]:
    """What became of writes whose answer was lost, told by what stands on the records now."""
    return [
        (entry.row_id, "written" if _stands(batch.records, entry.object_id, entry.property_name, entry.value_after) else "lost")
        for entry in still_open
    ]


def still_ours(records: Mapping[str, CrmRecord], last_written: Mapping[tuple[str, str], str]) -> dict[str, frozenset[str]]:
    """The properties of each record that still hold exactly what we wrote."""
    names: dict[str, set[str]] = {}
    for (object_id, name), value in last_written.items():
        if value and _stands(records, object_id, name, value):
            names.setdefault(object_id, set()).add(name)
    return {object_id: frozenset(found) for object_id, found in names.items()}


def _stands(records: Mapping[str, CrmRecord], object_id: str, property_name: str, value: str | None) -> bool:
    record = records.get(object_id)
    if record is None:
        return False
    return any(same_value(record.properties.get(property_name) or "", value or "", kind=kind) for kind in ("number", "datetime"))
