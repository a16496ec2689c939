"""The contract between providers and the rest: subjects asked about, fields, findings, replies, fact sheets. No I/O.

Everything a decision (score, brief, draft) may rest on is a `Finding`, also the values that already stand in HubSpot: their provider is
"hubspot". So one rule of provenance covers all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

FieldValue = str | int | float | bool | tuple[str, ...]

CRM_PROVIDER: Final = "hubspot"


class Field(StrEnum):
    """The closed vocabulary of facts. Vendor words are translated to these in each adapter's table; the value is the name we store."""

    # company
    COMPANY_NAME = "company_name"
    DOMAIN = "domain"
    DESCRIPTION = "description"
    INDUSTRY = "industry"
    EMPLOYEE_COUNT = "employee_count"
    ANNUAL_REVENUE_USD = "annual_revenue_usd"
    FOUNDED_YEAR = "founded_year"
    COUNTRY = "country"  # ISO 3166-1 alpha-2
    STATE = "state"
    CITY = "city"
    COMPANY_PHONE = "company_phone"  # E.164 where it can be told
    COMPANY_EMAILS = "company_emails"
    COMPANY_LINKEDIN_URL = "company_linkedin_url"
    SOCIAL_URLS = "social_urls"
    TECHNOLOGIES = "technologies"
    KEYWORDS = "keywords"
    LATEST_FUNDING_STAGE = "latest_funding_stage"
    LATEST_FUNDING_ON = "latest_funding_on"  # ISO date
    HEADCOUNT_GROWTH_RATIO = "headcount_growth_ratio"  # twelve months, 0.1 = plus ten percent
    PAGE_TITLE = "page_title"
    REGISTER_NUMBER = "register_number"  # "GB-03977902", "BR-12ABC34501DE35", "VAT-DE129273398", "LEI-529900D6BF99LW9R2E68"
    LEGAL_NAME = "legal_name"
    LEGAL_FORM = "legal_form"
    COMPANY_STATUS = "company_status"  # active, inactive, closing
    PARENT_COMPANY = "parent_company"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    INDUSTRY_CODES = "industry_codes"  # "SIC-7372", "CNAE-6201501", "UKSIC-62012", "NAICS-541511"
    TICKER = "ticker"  # "NASDAQ:ACME"
    SHARE_CAPITAL = "share_capital"  # "BRL 120000.00"
    TOTAL_FUNDING_USD = "total_funding_usd"
    INVESTORS = "investors"
    TRAFFIC_RANK = "traffic_rank"  # 1 is the most visited
    DOMAIN_REGISTERED_ON = "domain_registered_on"  # ISO date
    DOMAIN_REGISTRAR = "domain_registrar"
    MAIL_PROVIDER = "mail_provider"  # "Google Workspace"
    EMAIL_SECURITY = "email_security"  # "SPF", "DMARC reject"
    BUYING_SIGNALS = "buying_signals"  # one line for each item of news; `signals.py` reads and writes them
    # person
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    JOB_TITLE = "job_title"
    SENIORITY = "seniority"
    DEPARTMENT = "department"
    EMAIL = "email"
    EMAIL_STATUS = "email_status"  # valid, invalid, accept_all, webmail, disposable, unknown
    PHONE = "phone"
    PERSON_LINKEDIN_URL = "person_linkedin_url"
    MOBILE_PHONE = "mobile_phone"
    PERSON_COUNTRY = "person_country"  # ISO 3166-1 alpha-2
    PERSON_CITY = "person_city"
    # known to the CRM alone
    LIFECYCLE_STAGE = "lifecycle_stage"
    LEAD_STATUS = "lead_status"
    LAST_ACTIVITY_AT = "last_activity_at"
    PAGE_VIEW_COUNT = "page_view_count"
    FORM_CONVERSION_COUNT = "form_conversion_count"
    OWNER_ID = "owner_id"


COMPANY_FIELDS: Final = frozenset(list(Field)[: list(Field).index(Field.FIRST_NAME)])
PERSON_FIELDS: Final = frozenset(list(Field)[list(Field).index(Field.FIRST_NAME) : list(Field).index(Field.LIFECYCLE_STAGE)])


class Capability(StrEnum):
    """What an adapter can be asked."""

    COMPANY = "company"
    COMPANY_SEARCH = "company_search"
    PERSON = "person"
    EMAIL_FINDER = "email_finder"
    EMAIL_VERIFIER = "email_verifier"
    PHONE = "phone"
    NEWS = "news"
    WEB_SEARCH = "web_search"


class ErrorClass(StrEnum):
    """The one vocabulary of provider failures; adapters map status and body to it by table.

    Only throttled and server (and connection errors) are retried. quota stops the provider until the reset. not_found is an answer.
    legal_block means: suppress the person, erase what was stored, never ask again.
    """

    AUTH = "auth"
    SCOPE = "scope"
    PLAN = "plan"
    QUOTA = "quota"
    THROTTLED = "throttled"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    PENDING = "pending"
    GONE = "gone"
    LEGAL_BLOCK = "legal_block"
    BLOCKED = "blocked"
    AMBIGUOUS = "ambiguous"
    SERVER = "server"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Subject:
    """Who is asked about: a company (`kind` "company") or a person. None means not known; `domain` is the registrable domain, lower case.

    `register_numbers` are written as in Field.REGISTER_NUMBER; `state` and `city` as whoever told them writes them.
    """

    kind: Literal["company", "person"]
    domain: str | None = None
    company_name: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    linkedin_url: str | None = None
    country: str | None = None
    register_numbers: tuple[str, ...] = ()
    state: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of one field with where it came from. `confidence_ratio` 0 to 1; `cost_usd` is this field's share of the call."""

    field: Field
    value: FieldValue
    provider: str
    seen_at: datetime
    confidence_ratio: float
    source_url: str | None = None
    cost_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the companies a provider offers for a question that names none exactly."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RateNews:
    """What a provider said about its pace: so many more calls in the window that ends in `resets_in_s` seconds."""

    remaining: int
    resets_in_s: float


@dataclass(frozen=True)
class ProviderReply:
    """The outcome of asking one provider about one subject.

    found: `findings` or `candidates` is not empty. not_found: a real negative answer, cached for its own shorter life. skipped: nobody was
    asked (no key, nothing to ask with, budget). failed: `error` says how; nothing is cached. `credits` and `cost_usd` are what the provider
    charged. `candidates` are facts about companies of which at most one is the subject: nobody may use them before it is told which.
    `waits_until`: nobody was asked, and may be from then on; `waits_for` says what is in the way: a cap of credits, or the vendor's rate.
    `about` says whom the answer is about where the findings do not: the address that was checked, the person's employer, the domain that
    led here by a redirect. It is evidence, not a fact. `held_back`: what became of an answer that was not let through ("refused", or
    "asked" while a person decides); its findings are gone by then. `rate_news`: on the first reply of a call, what its headers taught.
    `endpoint` and `latency_s` say which question was asked and how long its answer took; empty and 0 where nobody was asked.
    """

    provider: str
    outcome: Literal["found", "not_found", "skipped", "failed"]
    findings: tuple[Finding, ...] = ()
    error: ErrorClass | None = None
    detail: str = ""
    credits: Decimal = Decimal(0)
    cost_usd: Decimal = Decimal(0)
    cached: bool = False
    may_be_charged: bool = False
    waits_until: datetime | None = None
    waits_for: Literal["", "budget", "pace"] = ""
    candidates: tuple[Candidate, ...] = ()
    about: tuple[Finding, ...] = ()
    held_back: Literal["", "refused", "asked"] = ""
    rate_news: tuple[RateNews, ...] = ()
    endpoint: str = ""
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One item of a field that is a list, with every finding that names it, the most convincing first."""

    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FactSheet:
    """Everything known about one record at one moment: the chosen finding for each field, and the ones that lost.

    `company` is the fact sheet of a contact's primary company, None when it has none or for a company itself. `as_of` is "now" for every
    decision made from the sheet, so that decisions need no clock. `reasons` say of each finding in words why it was chosen or lost.
    `disputes` name for a field the strongest finding that says something else than the chosen one. `lists` are the items of fields on which
    the sources add to one another.
    """

    object_type: str
    object_id: str
    as_of: datetime
    findings: Mapping[Field, Finding]
    alternatives: Mapping[Field, tuple[Finding, ...]] = field(default_factory=dict)
    company: FactSheet | None = None
    replies: tuple[ProviderReply, ...] = ()
    reasons: Mapping[Finding, str] = field(default_factory=dict)
    disputes: Mapping[Field, Finding] = field(default_factory=dict)
    lists: Mapping[Field, tuple[ListedItem, ...]] = field(default_factory=dict)

    def finding(self, name: Field) -> Finding | None:
        """The chosen finding; for a contact, company fields are looked up on its company."""
        found = self.findings.get(name)
        if found is None and self.company is not None and name in COMPANY_FIELDS:
            return self.company.findings.get(name)
        return found

    def text(self, name: Field) -> str | None:
        found = self.finding(name)
        return None if found is None or isinstance(found.value, tuple) else str(found.value)

    def number(self, name: Field) -> float | None:
        found = self.finding(name)
        return (
            float(found.value)
            if found is not None and isinstance(found.value, int | float) and not isinstance(found.value, bool)
            else None
        )

    def items(self, name: Field) -> tuple[str, ...]:
        """What is listed; of a field whose sources add to one another, the items of all of them."""
        found, listed = self.finding(name), self._listed(name)
        if found is None:
            return ()
        if listed:
            return tuple(item.text for item in listed)
        return found.value if isinstance(found.value, tuple) else (str(found.value),)

    def behind(self, name: Field) -> tuple[Finding, ...]:
        """Every finding that what we say of the field rests on, the chosen one first."""
        found = self.finding(name)
        more = (one for item in self._listed(name) for one in item.findings)
        return () if found is None else tuple(dict.fromkeys((found, *more)))

    def dispute(self, name: Field) -> Finding | None:
        """The strongest finding that says something else than the chosen one; None where nobody worth naming does."""
        if name not in self.findings and self.company is not None and name in COMPANY_FIELDS:
            return self.company.disputes.get(name)
        return self.disputes.get(name)

    def _listed(self, name: Field) -> tuple[ListedItem, ...]:
        if name not in self.findings and self.company is not None and name in COMPANY_FIELDS:
            return self.company.lists.get(name, ())
        return self.lists.get(name, ())


@dataclass(frozen=True)
class ProviderInfo:
    """What an adapter declares about itself, for the waterfall, the doctor page and the generated documentation.

    `addresses`: its base addresses by a name of its own, which is the provider's or begins with it ("wikidata", "wikidata_sparql");
    LEADLIGHT_PROVIDER_URL_<NAME> replaces one. `opt_in`: why nobody is asked through it before an admin of the portal has said yes; "" for
    all that need no such leave. `upstream`: whose data it passes on, "" for its own; providers with one upstream are one source, however
    many of them say a thing. `is_register`: its word is that of a public register, which others copy. `ends_on`: from that day on
    its service is no more, and nobody is asked through it.
    """

    name: str
    title: str
    capabilities: frozenset[Capability]
    fields: Mapping[Capability, frozenset[Field]]
    needs_key: bool
    usd_per_credit: Decimal
    found_lifetime: timedelta
    not_found_lifetime: timedelta
    documentation_url: str
    known_limits: Sequence[str] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    opt_in: str = ""
    upstream: str = ""
    is_register: bool = False
    ends_on: date | None = None


def chosen_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings from the most to the least certain; ties go to the one seen last, then by provider name, so the order is stable."""
    return sorted(findings, key=lambda finding: (-finding.confidence_ratio, -finding.seen_at.timestamp(), finding.provider))
