"""Apollo.io: companies by domain, people by address or by name and domain, and the companies that bear a name.

Source: https://docs.apollo.io/reference (organization enrichment and search, bulk people enrichment, credit usage stats, status codes, rate
limits), read 2026-11. A company without a domain is searched for by its name; that gives candidates with few facts, never an answer.
Companies are asked one by one when revenue, funding or technologies are wanted, because the bulk call leaves those out at the same price;
otherwise, and for people always, ten at a time.
The headers tell how many calls are left of three fixed windows, not when those began; a window that is used up is taken to last its whole
length. After a refusal the seconds to wait are stated.
Limit: mobile numbers are not asked for: eight credits each, and they arrive later by an unsigned callback, which has no receiver here.
Limit: of a search the first ten companies are looked at.
Limit: the unit of headcount growth is undocumented; figures above 3 are read as percent, others as ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, RateNews, Subject
from integration.providers.http_base import HttpCall, Row, build_http_adapter, read_fields, share_credits, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.http_usage import HttpUsage
from integration.providers.json_reading import JsonObject, as_object, find_at, read_list, read_member, read_number, read_object
from integration.providers.normalise import (
    to_amount,
    to_count,
    to_country,
    to_domain,
    to_email,
    to_iso_date,
    to_linkedin_url,
    to_phone,
    to_text,
    to_texts,
    to_year,
)
from integration.providers.usage import Usage, day_from

NAME: Final = "apollo"
BATCH_SIZE: Final = 10
_EMAIL_STATUSES: Final = {"verified": "valid", "unavailable": None, "extrapolated": None, "unverified": None}


def _growth(raw: object) -> float | None:
    if not isinstance(raw, int | float) or isinstance(raw, bool) or not -1000 < raw < 10_000:
        return None
    return round(raw / 100 if abs(raw) > 3 else raw, 4)


def _email_status(raw: object) -> str | None:
    return _EMAIL_STATUSES.get(raw) if isinstance(raw, str) else None


_COMPANY_BULK: Final = (
    Row("name", Field.COMPANY_NAME, to_text, 0.85),
    Row("primary_domain", Field.DOMAIN, to_domain, 0.9),
    Row("short_description", Field.DESCRIPTION, to_text, 0.75),
    Row("seo_description", Field.DESCRIPTION, to_text, 0.6),
    Row("industry", Field.INDUSTRY, to_text, 0.8),
    Row("estimated_num_employees", Field.EMPLOYEE_COUNT, to_count, 0.8),
    Row("founded_year", Field.FOUNDED_YEAR, to_year, 0.75),
    Row("country", Field.COUNTRY, to_country, 0.85),
    Row("state", Field.STATE, to_text, 0.8),
    Row("city", Field.CITY, to_text, 0.8),
    Row("linkedin_url", Field.COMPANY_LINKEDIN_URL, to_linkedin_url, 0.85),
    Row("keywords", Field.KEYWORDS, to_texts, 0.7),
    Row("organization_headcount_twelve_month_growth", Field.HEADCOUNT_GROWTH_RATIO, _growth, 0.7),
)
_COMPANY: Final = (
    *_COMPANY_BULK,
    Row("annual_revenue", Field.ANNUAL_REVENUE_USD, to_amount, 0.7),
    Row("technology_names", Field.TECHNOLOGIES, to_texts, 0.7),
    Row("latest_funding_stage", Field.LATEST_FUNDING_STAGE, to_text, 0.8),
    Row("latest_funding_round_date", Field.LATEST_FUNDING_ON, to_iso_date, 0.8),
)
_PERSON: Final = (
    Row("first_name", Field.FIRST_NAME, to_text, 0.85),
    Row("last_name", Field.LAST_NAME, to_text, 0.85),
    Row("title", Field.JOB_TITLE, to_text, 0.8),
    Row("seniority", Field.SENIORITY, to_text, 0.8),
    Row("functions.0", Field.DEPARTMENT, to_text, 0.75),
    Row("email", Field.EMAIL, to_email, 0.8),
    Row("email_status", Field.EMAIL_STATUS, _email_status, 0.8),
    Row("linkedin_url", Field.PERSON_LINKEDIN_URL, to_linkedin_url, 0.85),
    Row("country", Field.PERSON_COUNTRY, to_country, 0.75),
    Row("city", Field.PERSON_CITY, to_text, 0.7),
)
_SEARCHED: Final = (
    Row("name", Field.COMPANY_NAME, to_text, 0.8),
    Row("primary_domain", Field.DOMAIN, to_domain, 0.85),
    Row("phone", Field.COMPANY_PHONE, to_phone, 0.7),
    Row("founded_year", Field.FOUNDED_YEAR, to_year, 0.7),
    Row("linkedin_url", Field.COMPANY_LINKEDIN_URL, to_linkedin_url, 0.8),
)
_EMPLOYER: Final = (Row("organization.primary_domain", Field.DOMAIN, to_domain, 0.8),)
_PHONE_TRUST: Final = 0.75

INFO: Final = ProviderInfo(
    name=NAME,
    title="Apollo.io",
    capabilities=frozenset({Capability.COMPANY, Capability.COMPANY_SEARCH, Capability.PERSON}),
    fields={
        Capability.COMPANY: frozenset({*trust_of(_COMPANY), Field.COMPANY_PHONE}),
        Capability.COMPANY_SEARCH: frozenset(trust_of(_SEARCHED)),
        Capability.PERSON: frozenset(trust_of(_PERSON)),
    },
    needs_key=True,
    usd_per_credit=Decimal("0.02"),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://docs.apollo.io/reference",
    addresses={NAME: "https://api.apollo.io/api/v1"},
    known_limits=("Mobile numbers are not asked for.", "Free Apollo accounts cannot enrich people."),
)
# Apollo refuses a key in plain text, a scope with a code, a plan with a sentence, and an empty balance as a bad request.
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 401),
    ErrorRule(ErrorClass.PLAN, 403, "paid plans"),
    ErrorRule(ErrorClass.SCOPE, 403, "api_inaccessible"),
    ErrorRule(ErrorClass.QUOTA, 422, "insufficient credits"),
    ErrorRule(ErrorClass.THROTTLED, 429),
    ErrorRule(ErrorClass.MALFORMED, 200, '"status":"failed"'),
)
_ERROR_PATHS: Final = ("error", "message", "error_message")
_RATES: Final = (Rate(1000, 60.0),)
_SEARCH_RATES: Final = (Rate(200, 60.0),)
_SEARCH_SIZE: Final = 10
_WINDOWS_S: Final = {"minute": 60.0, "hourly": 3600.0, "24-hour": 86400.0}


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, _ERROR_PATHS, key_header="x-api-key", read_rate=read_rate)
    adapter = build_http_adapter(kit, INFO, provider, (COMPANIES, COMPANY, SEARCH, PEOPLE))
    account = ApiRequest("POST", "/usage_stats/credit_usage_stats")
    return replace(adapter, usage=HttpUsage(account, parse_account, provider, kit.session, NAME))


def build_companies(subjects: Sequence[Subject]) -> ApiRequest:
    return ApiRequest("POST", "/organizations/bulk_enrich", json_body={"details": [_company_question(one) for one in subjects]})


def build_company(subjects: Sequence[Subject]) -> ApiRequest:
    return ApiRequest("GET", "/organizations/enrich", params=tuple(_company_question(subjects[0]).items()))


def build_people(subjects: Sequence[Subject]) -> ApiRequest:
    flags = (("reveal_personal_emails", "false"), ("reveal_phone_number", "false"))
    return ApiRequest(
        "POST", "/people/bulk_match", params=flags, json_body={"details": [_person_question(one) for one in subjects]}
    )


def build_search(subjects: Sequence[Subject]) -> ApiRequest:
    params = (("q_organization_name", subjects[0].company_name or ""), ("page", "1"), ("per_page", str(_SEARCH_SIZE)))
    return ApiRequest("POST", "/mixed_companies/search", params=params)


def parse_companies(body: JsonObject) -> Sequence[Answer]:
    answers = [_answer(item, _COMPANY_BULK) for item in read_list(body, "organizations", system=NAME)]
    return _priced(answers, body.get("unique_enriched_records"))


def parse_company(body: JsonObject) -> Sequence[Answer]:
    return [_answer(read_member(body, "organization", system=NAME), _COMPANY)]


def parse_people(body: JsonObject) -> Sequence[Answer]:
    return _priced([_answer(item, _PERSON) for item in read_list(body, "matches", system=NAME)], body.get("credits_consumed"))


def parse_search(body: JsonObject) -> Sequence[Answer]:
    """One credit for a page. Every company is only a candidate, also when it is the only one."""
    found = (as_object(item, system=NAME) for item in read_list(body, "organizations", system=NAME))
    candidates = tuple(values for item in found if item is not None and (values := read_fields(_SEARCHED, item)))
    return [Answer(credits=Decimal(1) if candidates else Decimal(0), candidates=candidates)]


def parse_account(body: JsonObject) -> Usage:
    """The pool that enrichment is charged to."""
    pool = read_object(read_object(body, "credit_usage_stats", system=NAME), "lead_credit", system=NAME)
    return Usage(
        used=read_number(pool, "consumed", system=NAME),
        limit=read_number(pool, "limit", system=NAME),
        starts_on=day_from(find_at(body, "current_credit_cycle.start_date")),
        resets_on=day_from(find_at(body, "current_credit_cycle.end_date")),
    )


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """Calls left of each window that has a limit. Nothing after a refusal, whose Retry-After says more."""
    if reply.status == 429:
        return ()
    left = {name: reply.headers.get(f"x-{name}-requests-left", "") for name in _WINDOWS_S}
    return tuple(
        RateNews(int(left[name]), seconds)
        for name, seconds in _WINDOWS_S.items()
        if left[name].isascii() and left[name].isdigit() and len(left[name]) <= 9
    )


def _priced(answers: list[Answer], consumed: object) -> Sequence[Answer]:
    """The answers with what Apollo says the whole call consumed: it charges once for one found twice."""
    told = isinstance(consumed, int | float) and not isinstance(consumed, bool)
    return share_credits(answers, Decimal(str(consumed)) if told else None)


def _answer(item: object, table: Sequence[Row]) -> Answer:
    """One credit for whatever was found; a null or empty item is "not found" and free."""
    found = as_object(item, system=NAME)
    if found is None:
        return Answer()
    values, about = read_fields(table, found), read_fields(_EMPLOYER, found)
    phone = to_phone(found.get("phone"), to_country(found.get("country")))
    if phone is not None:
        values = (*values, Value(Field.COMPANY_PHONE, phone, _PHONE_TRUST))
    return Answer(values, credits=Decimal(1) if values else Decimal(0), about=about)


def _company_question(subject: Subject) -> dict[str, str]:
    return _known({"domain": subject.domain})


def _person_question(subject: Subject) -> dict[str, str]:
    return _known(
        {
            "email": subject.email,
            "first_name": subject.first_name,
            "last_name": subject.last_name,
            "domain": subject.domain,
            "organization_name": None if subject.domain else subject.company_name,
            "linkedin_url": subject.linkedin_url,
        }
    )


def _known(question: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in question.items() if value}


def _accepts_company(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)


def _accepts_search(subject: Subject) -> bool:
    return subject.kind == "company" and not subject.domain and bool(subject.company_name)


def _accepts_person(subject: Subject) -> bool:
    named = subject.first_name and subject.last_name and (subject.domain or subject.company_name)
    return subject.kind == "person" and bool(subject.email or subject.linkedin_url or named)


def _offer(name: str, capability: Capability, fields: Mapping[Field, float], batch_size: int) -> Offer:
    accepts = _accepts_company if capability is Capability.COMPANY else _accepts_person
    return Offer(INFO, name, capability, fields, accepts, credits=Decimal(1), batch_size=batch_size, rates=_RATES)


_PHONE: Final = {Field.COMPANY_PHONE: _PHONE_TRUST}
COMPANIES: Final = HttpCall(
    _offer("companies", Capability.COMPANY, {**trust_of(_COMPANY_BULK), **_PHONE}, BATCH_SIZE), build_companies, parse_companies
)
COMPANY: Final = HttpCall(_offer("company", Capability.COMPANY, {**trust_of(_COMPANY), **_PHONE}, 1), build_company, parse_company)
SEARCH: Final = HttpCall(
    Offer(
        INFO, "search", Capability.COMPANY_SEARCH, trust_of(_SEARCHED), _accepts_search, credits=Decimal(1), rates=_SEARCH_RATES
    ),
    build_search,
    parse_search,
)  # fmt: skip
PEOPLE: Final = HttpCall(_offer("people", Capability.PERSON, trust_of(_PERSON), BATCH_SIZE), build_people, parse_people)
