"""A company record for a contact that has none, where an admin wants that: found or created once, and associated.

Only where the contact's own business address names the company, and the identity gate let through what a provider or the web site says about
that very domain; never for mailbox providers. A domain that merely leads elsewhere makes no company.
Limit: in a dry run nothing is made and nothing proposed; the run counts what would be, and the contact's next pass after going live makes it.
Limit: a company made here is not removed by an undo; only the records' values are. Limit: one that a person deleted is not made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from integration.core.clock import Clock
from integration.core.errors import Rejected
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS, CrmRecord
from integration.pipeline.creating.record_creator import Ensured, RecordCreator, RecordMaker, Wanted
from integration.pipeline.domains import email_domain
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.providers.base import CRM_PROVIDER, FactSheet, Field, Finding

PREFERENCE: Final = "create_companies"
PURPOSE: Final = "company_of_contact"
CREATED: Final = "companies_created"
LINKED: Final = "contacts_linked"
WOULD_BE_CREATED: Final = "companies_not_created_in_dry_run"
UNSURE: Final = "companies_found_several_times"
REFUSED: Final = "companies_refused"


class Associator(RecordMaker, Protocol):
    def associate(self, from_type: str, to_type: str, pairs: Sequence[tuple[str, str]]) -> None: ...


@dataclass
class MakingReport:
    """What was counted, and the contacts to look at again in a moment because somebody else is creating their company."""

    counts: dict[str, int] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)


class CompanyMaker:
    """One for the process, used by many threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._states = RecordStateStore()
        self._creator = RecordCreator(database, clock)

    def make(
        self,
        client: Associator,
        *,
        portal_id: int,
        run_id: str,
        is_dry: bool,
        contacts: Mapping[str, CrmRecord],
        sheets: Mapping[str, FactSheet],
    ) -> MakingReport:
        """For contacts without a company record. Costs at most one search, one create and one association call."""
        domains = {
            one: domain for one, contact in contacts.items() if (domain := confirmed_domain(contact, sheets[one])) is not None
        }
        if not domains:
            return MakingReport()
        if is_dry:
            return MakingReport({WOULD_BE_CREATED: len(set(domains.values()))})
        wanted = [Wanted(domain, _properties(domain, sheets[one]), one) for one, domain in domains.items()]
        ensured = self._creator.ensure(
            client, portal_id=portal_id, object_type=COMPANIES, wanted=wanted, for_type=CONTACTS, purpose=PURPOSE, run_id=run_id
        )
        alive = self._alive(portal_id, ensured.ids)
        pairs = [(one, alive[domain]) for one, domain in domains.items() if domain in alive]
        report = MakingReport(_counts(ensured), [one for one, domain in domains.items() if domain in ensured.busy])
        if pairs:
            try:
                client.associate(CONTACTS, COMPANIES, pairs)
                report.counts[LINKED] = len(pairs)
            except Rejected:  # a company vanished meanwhile: the contact stays without one, and its next pass sees that
                report.counts[REFUSED] = report.counts.get(REFUSED, 0) + len(pairs)
        return report

    def _alive(self, portal_id: int, ids: Mapping[str, str]) -> dict[str, str]:
        """The records that still stand for the domains: merged ones by their survivor, deleted ones not at all."""
        with self._database.begin() as connection:
            first = self._states.status_of(connection, portal_id, COMPANIES, sorted(set(ids.values())))
            now = {domain: first[one].survivor_id or one for domain, one in ids.items()}
            last = self._states.status_of(connection, portal_id, COMPANIES, sorted(set(now.values())))
        return {domain: one for domain, one in now.items() if last[one].status is Status.LIVE}


def confirmed_domain(contact: CrmRecord, sheet: FactSheet) -> str | None:
    """The domain of the contact's business address, when the contact has no company record and somebody confirmed that company."""
    company, domain = sheet.company, email_domain(contact.text("email") or "")
    if domain is None or company is None or company.object_id or company.text(Field.DOMAIN) != domain:
        return None
    said = [one for one in _every(company) if one.provider != CRM_PROVIDER]
    leads_elsewhere = any(one.field is Field.DOMAIN and one.value != domain for one in said)
    return domain if said and not leads_elsewhere else None


def _every(sheet: FactSheet) -> Iterable[Finding]:
    yield from sheet.findings.values()
    for others in sheet.alternatives.values():
        yield from others


def _properties(domain: str, sheet: FactSheet) -> dict[str, str]:
    name = None if sheet.company is None else sheet.company.text(Field.COMPANY_NAME)
    return {"domain": domain, "name": name or domain}


def _counts(ensured: Ensured) -> dict[str, int]:
    found = {CREATED: len(ensured.created), UNSURE: len(ensured.several), REFUSED: len(ensured.refused)}
    return {name: count for name, count in found.items() if count}
