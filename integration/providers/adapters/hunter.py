"""Hunter.io: finds a person's address by name and domain, checks whether an address takes mail, and tells what a company is.

Source: https://hunter.io/api-documentation/v2 (email finder, email verifier, company enrichment, account information, errors), read 2026-11.
Hunter's two refusals are the wrong way round: 403 means too fast, 429 means the period's allowance is used up. 451 means that the person
asked for their data not to be processed, which binds us too.
Limit: a check or a search that Hunter is still working on (202) is not waited for; the next pass asks again.
Limit: of a company's funding and place only the modelled names are confirmed by a specification; the others are Clearbit's, which Hunter follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.outbound_session import ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, Subject
from integration.providers.http_base import HttpCall, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.http_usage import HttpUsage
from integration.providers.json_reading import JsonObject, find_at, read_number, read_object
from integration.providers.normalise import (
    to_amount,
    to_count,
    to_country,
    to_domain,
    to_email,
    to_headline,
    to_iso_date,
    to_linkedin_url,
    to_phone,
    to_text,
    to_texts,
    to_year,
)
from integration.providers.usage import Usage, day_from, month_before

NAME: Final = "hunter"
_TAG_JOINT: Final = re.compile(r"[-_]+")
# Hunter's word, ours, and how sure it is. accept_all says only that the server refuses nobody.
STATUSES: Final = {
    "valid": ("valid", 0.95),
    "invalid": ("invalid", 0.95),
    "accept_all": ("accept_all", 0.6),
    "webmail": ("webmail", 0.9),
    "disposable": ("disposable", 0.95),
    "unknown": ("unknown", 0.3),
}
_FINDER_TRUST: Final = {Field.EMAIL: 0.85, Field.EMAIL_STATUS: 0.85, Field.JOB_TITLE: 0.6, Field.PERSON_LINKEDIN_URL: 0.7}
_VERIFIER_TRUST: Final = {Field.EMAIL_STATUS: 0.9}
_WHOM: Final = (
    Row("first_name", Field.FIRST_NAME, to_text, 0.9),
    Row("last_name", Field.LAST_NAME, to_text, 0.9),
    Row("domain", Field.DOMAIN, to_domain, 0.9),
)
_CHECKED: Final = (Row("email", Field.EMAIL, to_email, 0.9),)


def _profile(raw: object) -> str | None:
    """ "company/acme" is a path on LinkedIn."""
    handle = to_text(raw)
    return to_linkedin_url(f"linkedin.com/{handle}") if handle else None


def _technologies(raw: object) -> tuple[str, ...] | None:
    """ "google-tag-manager" is Google Tag Manager."""
    names = to_texts(raw) or ()
    return to_texts([to_headline(_TAG_JOINT.sub(" ", name)) for name in names])


_COMPANY: Final = (
    Row("name", Field.COMPANY_NAME, to_text, 0.8),
    Row("legalName", Field.LEGAL_NAME, to_text, 0.7),
    Row("domain", Field.DOMAIN, to_domain, 0.85),
    Row("description", Field.DESCRIPTION, to_text, 0.7),
    Row("category.industry", Field.INDUSTRY, to_text, 0.75),
    Row("category.sector", Field.INDUSTRY, to_text, 0.6),
    Row("tags", Field.KEYWORDS, to_texts, 0.65),
    Row("foundedYear", Field.FOUNDED_YEAR, to_year, 0.7),
    Row("geo.countryCode", Field.COUNTRY, to_country, 0.8),
    Row("geo.country", Field.COUNTRY, to_country, 0.8),
    Row("geo.state", Field.STATE, to_text, 0.75),
    Row("geo.city", Field.CITY, to_text, 0.75),
    Row("geo.postalCode", Field.POSTAL_CODE, to_text, 0.65),
    Row("metrics.employees", Field.EMPLOYEE_COUNT, to_count, 0.7),
    Row("metrics.raised", Field.TOTAL_FUNDING_USD, to_amount, 0.6),
    Row("linkedin.handle", Field.COMPANY_LINKEDIN_URL, _profile, 0.8),
    Row("tech", Field.TECHNOLOGIES, _technologies, 0.65),
)
_COMPANY_TRUST: Final = {
    **trust_of(_COMPANY),
    Field.COMPANY_PHONE: 0.7,
    Field.LATEST_FUNDING_STAGE: 0.65,
    Field.LATEST_FUNDING_ON: 0.65,
}

INFO: Final = ProviderInfo(
    name=NAME,
    title="Hunter.io",
    capabilities=frozenset({Capability.COMPANY, Capability.EMAIL_FINDER, Capability.EMAIL_VERIFIER}),
    fields={
        Capability.COMPANY: frozenset(_COMPANY_TRUST),
        Capability.EMAIL_FINDER: frozenset(_FINDER_TRUST),
        Capability.EMAIL_VERIFIER: frozenset(_VERIFIER_TRUST),
    },
    needs_key=True,
    usd_per_credit=Decimal("0.03"),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://hunter.io/api-documentation/v2",
    addresses={NAME: "https://api.hunter.io/v2"},
    known_limits=("A check or search still running (202) is taken up at the next pass, and paid for once.",),
)
RULES: Final = (
    ErrorRule(ErrorClass.LEGAL_BLOCK, 451),
    ErrorRule(ErrorClass.LEGAL_BLOCK, None, '"claimed_email"'),
    ErrorRule(ErrorClass.THROTTLED, 403),
    ErrorRule(ErrorClass.QUOTA, 429),
    ErrorRule(ErrorClass.PENDING, 202),
    ErrorRule(ErrorClass.INVALID, 400),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(kit.addresses(INFO), RULES, ("errors.0.details", "errors.0.id"), key_header="X-API-KEY")
    adapter = build_http_adapter(kit, INFO, provider, (VERIFIER, FINDER, COMPANY))
    return replace(adapter, usage=HttpUsage(ApiRequest("GET", "/account"), parse_account, provider, kit.session, NAME))


def build_finder(subjects: Sequence[Subject]) -> ApiRequest:
    one = subjects[0]
    known = {"domain": one.domain, "first_name": one.first_name, "last_name": one.last_name}
    return ApiRequest("GET", "/email-finder", params=tuple((name, value) for name, value in known.items() if value))


def build_verifier(subjects: Sequence[Subject]) -> ApiRequest:
    return ApiRequest("GET", "/email-verifier", params=(("email", subjects[0].email or ""),))


def build_company(subjects: Sequence[Subject]) -> ApiRequest:
    return ApiRequest("GET", "/companies/find", params=(("domain", subjects[0].domain or ""),))


def parse_company(body: JsonObject) -> Sequence[Answer]:
    """One credit for a company found; an unknown one is a 404 and free."""
    data = read_object(body, "data", system=NAME)
    values = (*read_fields(_COMPANY, data), *_latest_funding(data.get("fundingRounds")))
    if phone := to_phone(data.get("phone"), to_country(find_at(data, "geo.countryCode"))):
        values = (*values, Value(Field.COMPANY_PHONE, phone, _COMPANY_TRUST[Field.COMPANY_PHONE]))
    return [Answer(values, credits=Decimal(1) if values else Decimal(0))]


def parse_finder(body: JsonObject) -> Sequence[Answer]:
    """An unknown person is an answer whose `email` is null."""
    data = read_object(body, "data", system=NAME)
    email = to_email(data.get("email"))
    if email is None:
        return [Answer()]
    score = to_count(data.get("score"))
    trust = min(score, 99) / 100 if score else _FINDER_TRUST[Field.EMAIL]
    source = to_text(find_at(data, "sources.0.uri"))
    values = [Value(Field.EMAIL, email, trust, source), *_status(find_at(data, "verification.status"))]
    if title := to_text(data.get("position")):
        values.append(Value(Field.JOB_TITLE, title, _FINDER_TRUST[Field.JOB_TITLE], source))
    if linkedin := to_linkedin_url(data.get("linkedin_url")):
        values.append(Value(Field.PERSON_LINKEDIN_URL, linkedin, _FINDER_TRUST[Field.PERSON_LINKEDIN_URL]))
    return [Answer(tuple(values), credits=Decimal(1), about=read_fields(_WHOM, data))]


def parse_verifier(body: JsonObject) -> Sequence[Answer]:
    data = read_object(body, "data", system=NAME)
    values = _status(data.get("status"))
    return [Answer(tuple(values), credits=Decimal(1) if values else Decimal(0), about=read_fields(_CHECKED, data))]


def parse_account(body: JsonObject) -> Usage:
    """Hunter tells when the allowance starts again, not when it began; it lasts a month."""
    data = read_object(body, "data", system=NAME)
    credits = read_object(read_object(data, "requests", system=NAME), "credits", system=NAME)
    resets_on = day_from(data.get("reset_date"))
    return Usage(
        used=read_number(credits, "used", system=NAME),
        limit=read_number(credits, "available", system=NAME),
        starts_on=month_before(resets_on) if resets_on else None,
        resets_on=resets_on,
    )


def _latest_funding(raw: object) -> tuple[Value, ...]:
    """Stage and day of the round announced last; rounds without a day tell nothing."""
    rounds = [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
    dated = [(day, one) for one in rounds if (day := to_iso_date(one.get("announcedDate")))]
    if not dated:
        return ()
    day, last = max(dated, key=lambda one: one[0])
    stage = to_text(last.get("series"))
    named = (
        (Value(Field.LATEST_FUNDING_STAGE, stage.replace("_", " ").title(), _COMPANY_TRUST[Field.LATEST_FUNDING_STAGE]),)
        if stage
        else ()
    )
    return (*named, Value(Field.LATEST_FUNDING_ON, day, _COMPANY_TRUST[Field.LATEST_FUNDING_ON]))


def _status(raw: object) -> list[Value]:
    known = STATUSES.get(raw) if isinstance(raw, str) else None
    return [Value(Field.EMAIL_STATUS, *known)] if known else []


def _accepts_company(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)


def _accepts_finder(subject: Subject) -> bool:
    return subject.kind == "person" and not subject.email and bool(subject.first_name and subject.last_name and subject.domain)


def _accepts_verifier(subject: Subject) -> bool:
    return subject.kind == "person" and bool(subject.email)


FINDER: Final = HttpCall(
    Offer(
        INFO, "finder", Capability.EMAIL_FINDER, _FINDER_TRUST, _accepts_finder,
        credits=Decimal(1), rates=(Rate(15, 1.0), Rate(500, 60.0)),
    ),
    build_finder,
    parse_finder,
)  # fmt: skip
VERIFIER: Final = HttpCall(
    Offer(
        INFO, "verifier", Capability.EMAIL_VERIFIER, _VERIFIER_TRUST, _accepts_verifier,
        credits=Decimal(1), rates=(Rate(10, 1.0), Rate(300, 60.0)),
    ),
    build_verifier,
    parse_verifier,
)  # fmt: skip
COMPANY: Final = HttpCall(
    Offer(
        INFO, "company", Capability.COMPANY, _COMPANY_TRUST, _accepts_company,
        credits=Decimal(1), rates=(Rate(15, 1.0), Rate(500, 60.0)),
    ),
    build_company,
    parse_company,
)  # fmt: skip
