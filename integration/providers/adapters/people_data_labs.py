"""People Data Labs: people by address, profile or name and employer, and companies by domain, each with how likely the match is.

Source: https://docs.peopledatalabs.com/docs (person enrichment, company enrichment, errors, usage limits) and the vendor's specification of
version 5, read 2026-11. No match is a 404 and free; a match that is less likely than asked for is none. Everything is written in small
letters; of people the vendor writes capitals on request, of companies it does not. The headers say what a call cost, and what is left of
each window as JSON.
Of a person only the work address is read: no private address, no private phone, no home, no age.
Limit: one record a call; the bulk calls are in no specification that could be read.
Limit: the account's balance stands only beside a good answer and is not read; an empty account says so with a 402.
Limit: how long answers may be kept is a matter of the contract; LEADLIGHT_PROVIDER_KEEP_DAYS_PEOPLE_DATA_LABS sets it.
Limit: whether a likelihood comes with companies found by their domain is not confirmed; without one the least asked for is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Final

from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, RateNews, Subject
from integration.providers.http_base import HttpCall, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import JsonObject, read_object
from integration.providers.normalise import (
    to_count,
    to_country,
    to_domain,
    to_email,
    to_headline,
    to_linkedin_url,
    to_text,
    to_texts,
    to_year,
)

NAME: Final = "people_data_labs"
LEAST_LIKELIHOOD: Final = 6
"""Matches below are neither given nor charged. The vendor's scale ends at 10."""
_ANSWER_BYTES: Final = 1 << 20
_WINDOWS_S: Final = {"minute": 60.0, "day": 86_400.0, "month": 2_592_000.0}
_CREDITS: Final = re.compile(r"\d{1,6}(\.\d{1,3})?")

_COMPANY: Final = (
    Row("name", Field.COMPANY_NAME, to_headline, 0.65),
    Row("website", Field.DOMAIN, to_domain, 0.85),
    Row("summary", Field.DESCRIPTION, to_text, 0.65),
    Row("industry", Field.INDUSTRY, to_headline, 0.75),
    Row("employee_count", Field.EMPLOYEE_COUNT, to_count, 0.8),
    Row("size", Field.EMPLOYEE_COUNT, to_count, 0.6),
    Row("founded", Field.FOUNDED_YEAR, to_year, 0.75),
    Row("location.country", Field.COUNTRY, to_country, 0.85),
    Row("location.region", Field.STATE, to_headline, 0.75),
    Row("location.locality", Field.CITY, to_headline, 0.75),
    Row("location.street_address", Field.STREET, to_headline, 0.65),
    Row("location.postal_code", Field.POSTAL_CODE, to_text, 0.65),
    Row("linkedin_url", Field.COMPANY_LINKEDIN_URL, to_linkedin_url, 0.85),
    Row("tags", Field.KEYWORDS, to_texts, 0.65),
)
_PERSON: Final = (
    Row("first_name", Field.FIRST_NAME, to_headline, 0.8),
    Row("last_name", Field.LAST_NAME, to_headline, 0.8),
    Row("job_title", Field.JOB_TITLE, to_headline, 0.75),
    Row("job_title_levels.0", Field.SENIORITY, to_text, 0.75),
    Row("job_title_role", Field.DEPARTMENT, to_text, 0.7),
    Row("work_email", Field.EMAIL, to_email, 0.7),
    Row("linkedin_url", Field.PERSON_LINKEDIN_URL, to_linkedin_url, 0.85),
    Row("location_country", Field.PERSON_COUNTRY, to_country, 0.75),
    Row("location_locality", Field.PERSON_CITY, to_headline, 0.7),
)
_EMPLOYER: Final = (
    Row("job_company_website", Field.DOMAIN, to_domain, 0.8),
    Row("job_company_name", Field.COMPANY_NAME, to_headline, 0.7),
)

INFO: Final = ProviderInfo(
    name=NAME,
    title="People Data Labs",
    capabilities=frozenset({Capability.COMPANY, Capability.PERSON}),
    fields={Capability.COMPANY: frozenset(trust_of(_COMPANY)), Capability.PERSON: frozenset(trust_of(_PERSON))},
    needs_key=True,
    usd_per_credit=Decimal("0.10"),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://docs.peopledatalabs.com/docs",
    addresses={NAME: "https://api.peopledatalabs.com/v5"},
    known_limits=(
        f"Matches less likely than {LEAST_LIKELIHOOD} of 10 are not taken; nothing is charged for them.",
        "The price of a credit depends on your contract.",
        "One record a call. Private addresses and phones are not read.",
    ),
)
RULES: Final = (
    ErrorRule(ErrorClass.AUTH, 401),
    ErrorRule(ErrorClass.QUOTA, 402),
    ErrorRule(ErrorClass.NOT_FOUND, 404),
    ErrorRule(ErrorClass.INVALID, 400),
    ErrorRule(ErrorClass.INVALID, 405),
    ErrorRule(ErrorClass.THROTTLED, 429),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(
        kit.addresses(INFO), RULES, ("error.message", "error.type"), key_header="X-Api-Key",
        read_rate=read_rate, read_credits=read_credits,
    )  # fmt: skip
    return build_http_adapter(kit, INFO, provider, (COMPANY, PERSON))


def build_company(subjects: Sequence[Subject]) -> ApiRequest:
    return _request("/company/enrich", {"website": subjects[0].domain})


def build_person(subjects: Sequence[Subject]) -> ApiRequest:
    one = subjects[0]
    question = {
        "email": one.email,
        "profile": one.linkedin_url,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "company": one.domain or one.company_name,
        "titlecase": "true",
    }
    return _request("/person/enrich", question)


def parse_company(body: JsonObject) -> Sequence[Answer]:
    """The facts stand beside the status."""
    return [_answer(body, _COMPANY, body.get("likelihood"))]


def parse_person(body: JsonObject) -> Sequence[Answer]:
    """The facts stand under `data`, the likelihood beside it."""
    data = read_object(body, "data", system=NAME)
    return [replace(_answer(data, _PERSON, body.get("likelihood")), about=read_fields(_EMPLOYER, data))]


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """Calls left of each window with a limit. The moment named is the end of the minute; of longer windows the length is taken."""
    try:
        left = json.loads(reply.headers.get("x-ratelimit-remaining", ""))
    except ValueError:
        return ()
    if not isinstance(left, dict):
        return ()
    known = {name: left.get(name) for name in _WINDOWS_S}
    return tuple(
        RateNews(count, _minute_left_s(reply) if name == "minute" else _WINDOWS_S[name])
        for name, count in known.items()
        if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 10**9
    )


def read_credits(reply: ApiReply) -> Decimal | None:
    """What the call cost; None where the header is missing or no plain figure."""
    spent = _CREDITS.fullmatch(reply.headers.get("x-call-credits-spent", ""))
    return Decimal(spent[0]) if spent else None


def confidence_ratio(likelihood: object) -> float:
    """The share of a field's trust that a match of this likelihood leaves: 1.0 at 10, 0.8 at 6; without one, that of the least asked for."""
    if not isinstance(likelihood, int) or isinstance(likelihood, bool) or not 1 <= likelihood <= 10:
        likelihood = LEAST_LIKELIHOOD
    return 0.5 + likelihood / 20


def _minute_left_s(reply: ApiReply) -> float:
    """Seconds to the end of the minute by the answer's own clock; a whole minute where that cannot be told."""
    try:
        ends = datetime.fromisoformat(reply.headers.get("x-ratelimit-reset", ""))
        sent = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return _WINDOWS_S["minute"]
    left_s = (
        (ends if ends.tzinfo else ends.replace(tzinfo=UTC)) - (sent if sent.tzinfo else sent.replace(tzinfo=UTC))
    ).total_seconds()
    return min(_WINDOWS_S["minute"], max(1.0, left_s))


def _answer(found: JsonObject, table: Sequence[Row], likelihood: object) -> Answer:
    ratio = confidence_ratio(likelihood)
    values = tuple(replace(one, confidence_ratio=round(one.confidence_ratio * ratio, 4)) for one in read_fields(table, found))
    return Answer(values, credits=Decimal(1) if values else Decimal(0))


def _request(path: str, question: dict[str, str | None]) -> ApiRequest:
    known = tuple((name, value) for name, value in question.items() if value)
    return ApiRequest("GET", path, params=(*known, ("min_likelihood", str(LEAST_LIKELIHOOD))), max_bytes=_ANSWER_BYTES)


def _accepts_company(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)


def _accepts_person(subject: Subject) -> bool:
    named = subject.first_name and subject.last_name and (subject.domain or subject.company_name)
    return subject.kind == "person" and bool(subject.email or subject.linkedin_url or named)


_RATES: Final = (Rate(100, 60.0),)
COMPANY: Final = HttpCall(
    Offer(INFO, "company", Capability.COMPANY, trust_of(_COMPANY), _accepts_company, credits=Decimal(1), rates=_RATES),
    build_company,
    parse_company,
)
PERSON: Final = HttpCall(
    Offer(INFO, "person", Capability.PERSON, trust_of(_PERSON), _accepts_person, credits=Decimal(1), rates=_RATES),
    build_person,
    parse_person,
)
