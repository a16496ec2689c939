"""From HubSpot records and providers' findings to fact sheets, and to the questions asked about them. Pure.

A value that stands in HubSpot is a finding of provider "hubspot" with confidence 1, because a person entered or accepted it. A value
that we wrote there ourselves is not: it is left out here, so that our own writing never becomes our evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from integration.core.countries import country_code
from integration.hubspot.objects import COMPANIES, CrmRecord
from integration.pipeline.crm_fields import CRM_FIELDS
from integration.pipeline.domains import company_domain, email_domain
from integration.providers.base import CRM_PROVIDER, FactSheet, Field, Finding, Subject
from integration.providers.merge import losers_of, weigh_findings
from integration.providers.questions import Enrichment

Findings = Mapping[Field, Finding]

_CRM_CONFIDENCE: Final = 1.0


def crm_findings(
    record: CrmRecord, *, as_of: datetime, ours: frozenset[str] = frozenset(), revenue_in_usd: bool = True
) -> dict[Field, Finding]:
    """What HubSpot says about the record. Unreadable values are left out; `ours` names properties that hold what we wrote ourselves.

    `revenue_in_usd` False leaves the annual revenue out: it is in the portal's own currency, and no rate is at hand.
    """
    seen_at = record.updated_at or as_of
    found: dict[Field, Finding] = {}
    for entry in CRM_FIELDS.get(record.object_type, ()):
        text = record.text(entry.property_name)
        if text is None or entry.property_name in ours or (entry.field is Field.ANNUAL_REVENUE_USD and not revenue_in_usd):
            continue
        value = entry.parse(text)
        if value is not None:
            found[entry.field] = Finding(entry.field, value, CRM_PROVIDER, seen_at, _CRM_CONFIDENCE)
    if record.object_type == COMPANIES and Field.DOMAIN not in found:
        domain = company_domain(record.text("website") or "")
        if domain is not None:
            found[Field.DOMAIN] = Finding(Field.DOMAIN, domain, CRM_PROVIDER, seen_at, _CRM_CONFIDENCE)
    return found


def company_hint(contact: CrmRecord, *, as_of: datetime) -> dict[Field, Finding]:
    """What a contact without a company record says about its employer: the domain of its address or web site, and the name typed in.

    Empty when nothing tells a domain; a name alone could be anyone's.
    """
    domain = email_domain(contact.text("email") or "") or company_domain(contact.text("website") or "")
    if domain is None:
        return {}
    seen_at = contact.updated_at or as_of
    found = {Field.DOMAIN: Finding(Field.DOMAIN, domain, CRM_PROVIDER, seen_at, _CRM_CONFIDENCE)}
    name = contact.text("company")
    if name is not None:
        found[Field.COMPANY_NAME] = Finding(Field.COMPANY_NAME, name, CRM_PROVIDER, seen_at, _CRM_CONFIDENCE)
    return found


def company_subject(known: Findings) -> Subject:
    """Whom to ask about, from what is known of a company."""
    return Subject(
        kind="company",
        domain=_text(known, Field.DOMAIN),
        company_name=_text(known, Field.COMPANY_NAME),
        linkedin_url=_text(known, Field.COMPANY_LINKEDIN_URL),
        country=_text(known, Field.COUNTRY),
        register_numbers=_texts(known, Field.REGISTER_NUMBER),
        state=_text(known, Field.STATE),
        city=_text(known, Field.CITY),
    )


def person_subject(contact: CrmRecord, known: Findings, company: FactSheet | None) -> Subject:
    """Whom to ask about, from what is known of a person and of the company."""
    employer: Findings = {} if company is None else company.findings
    return Subject(
        kind="person",
        domain=_text(employer, Field.DOMAIN),
        company_name=_text(employer, Field.COMPANY_NAME) or contact.text("company"),
        email=_text(known, Field.EMAIL),
        first_name=_text(known, Field.FIRST_NAME),
        last_name=_text(known, Field.LAST_NAME),
        linkedin_url=_text(known, Field.PERSON_LINKEDIN_URL),
        country=country_code(contact.text("country") or "") or _text(employer, Field.COUNTRY),
    )


def build_sheet(
    *,
    object_type: str,
    object_id: str,
    as_of: datetime,
    known: Findings,
    enrichment: Enrichment | None,
    company: FactSheet | None = None,
) -> FactSheet:
    """The fact sheet of one record: HubSpot's values and the providers' weighed together, with the reason of each.

    `object_id` is empty for a company that has no record in HubSpot and is known only through a contact's address.
    """
    if enrichment is None:
        return FactSheet(object_type, object_id, as_of, dict(known), company=company)
    every = dict.fromkeys((*known.values(), *enrichment.every_finding()))
    boards = weigh_findings(every, as_of=as_of, weighing=enrichment.weighing)
    return FactSheet(
        object_type,
        object_id,
        as_of,
        findings={field: boards[field].chosen for field in sorted(boards)},
        alternatives=losers_of(boards),
        company=company,
        replies=tuple(enrichment.replies),
        reasons={one.finding: one.reason for board in boards.values() for one in board.ranked},
        disputes={field: found for field, board in boards.items() if (found := board.dispute) is not None},
        lists={field: board.items for field, board in boards.items() if board.items},
    )


def _texts(findings: Findings, field: Field) -> tuple[str, ...]:
    found = findings.get(field)
    if found is None:
        return ()
    return found.value if isinstance(found.value, tuple) else (str(found.value),)


def _text(findings: Findings, field: Field) -> str | None:
    found = findings.get(field)
    return None if found is None or isinstance(found.value, tuple) else str(found.value)
