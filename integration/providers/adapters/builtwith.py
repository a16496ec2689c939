"""BuiltWith: the technologies of a company's site, and what the site says about the company, up to sixteen domains a call.

Source: https://api.builtwith.com/domain-api (request, answer, error codes, rate limits) and the vendor's Python package builtwith-official
0.1.1, read 2026-11. Refusals ride in a 200, in `Errors`. People are left out of every answer (`NOPII`). A domain is paid for whether
anything is known about it or not. A technology counts when it was seen at the last look at the site or not long before.
Limit: the bulk job for longer lists is not used: its results can be read only once, and would be lost with the worker that read them.
Limit: a domain that BuiltWith does not take spoils the whole call where the refusal does not name it.
Limit: what the version in the path adds to the documented samples is not known; unknown members are passed over.
Limit: the account page is not documented; its figures are read under the names that the credit headers have.
Limit: revenue is not taken, because its currency and its making are not documented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, RateNews, Subject
from integration.providers.http_base import HttpCall, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.http_usage import HttpUsage
from integration.providers.json_reading import JsonObject, as_object, find_at, read_list
from integration.providers.normalise import to_count, to_country, to_domain, to_email, to_linkedin_url, to_phone, to_text, to_texts
from integration.providers.usage import Usage

NAME: Final = "builtwith"
VERSION: Final = "v26"
BATCH_SIZE: Final = 16
_ANSWER_BYTES: Final = 16 << 20
_STALE_MS: Final = 60 * 86_400_000
_RETRY_AFTER: Final = re.compile(r'"retryAfterSeconds"\s*:\s*(\d{1,4})\b')
_FLAGS: Final = (("NOPII", "yes"), ("LIVEONLY", "yes"), ("HIDETEXT", "yes"), ("HIDEDL", "yes"))


def _emails(raw: object) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(email for one in to_texts(raw) or () if (email := to_email(one)))) or None


def _linkedin(raw: object) -> str | None:
    found = (to_linkedin_url(one) for one in to_texts(raw) or ())
    return next((url for url in found if url and "/company/" in url), None)


def _socials(raw: object) -> tuple[str, ...] | None:
    """Addresses with a scheme, which BuiltWith sometimes leaves out."""
    return tuple(one if "//" in one else f"https://{one}" for one in to_texts(raw) or ()) or None


_FIELDS: Final = (
    Row("Meta.CompanyName", Field.COMPANY_NAME, to_text, 0.7),
    Row("Meta.Vertical", Field.INDUSTRY, to_text, 0.5),
    Row("Meta.City", Field.CITY, to_text, 0.65),
    Row("Meta.State", Field.STATE, to_text, 0.65),
    Row("Meta.Postcode", Field.POSTAL_CODE, to_text, 0.65),
    Row("Meta.Country", Field.COUNTRY, to_country, 0.7),
    Row("Meta.Emails", Field.COMPANY_EMAILS, _emails, 0.7),
    Row("Meta.Social", Field.COMPANY_LINKEDIN_URL, _linkedin, 0.75),
    Row("Meta.Social", Field.SOCIAL_URLS, _socials, 0.75),
    Row("Meta.Umbrella", Field.TRAFFIC_RANK, to_count, 0.7),
    Row("Meta.ARank", Field.TRAFFIC_RANK, to_count, 0.6),
    Row("Attributes.Employees", Field.EMPLOYEE_COUNT, to_count, 0.6),
)
_TRUST: Final = {**trust_of(_FIELDS), Field.TECHNOLOGIES: 0.85, Field.COMPANY_PHONE: 0.65}
_WHOM: Final = (Row("Lookup", Field.DOMAIN, to_domain, 0.9),)

INFO: Final = ProviderInfo(
    name=NAME,
    title="BuiltWith",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(_TRUST)},
    needs_key=True,
    usd_per_credit=Decimal("0.05"),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=30),
    documentation_url="https://api.builtwith.com/domain-api",
    addresses={NAME: "https://api.builtwith.com"},
    known_limits=(
        "A domain costs a credit also when BuiltWith knows nothing about it.",
        "People are not asked for.",
        "The bulk job for long lists is not used; a call takes sixteen domains.",
        "The account page's figures are not documented.",
    ),
)
RULES: Final = (ErrorRule(ErrorClass.THROTTLED, 429),)
# The vendor's codes. -1, -4, -7 and -8 mean a request that BuiltWith cannot take.
CODES: Final = {-2: ErrorClass.AUTH, -3: ErrorClass.QUOTA, -5: ErrorClass.PLAN, -99: ErrorClass.SERVER}
_ACCOUNT_RULES: Final = tuple(
    ErrorRule(error, 200, f'"code":{space}{code}') for code, error in CODES.items() for space in ("", " ")
)


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(
        kit.addresses(INFO), RULES, ("error", "Errors.0.Message"), key_header="Authorization", key_text="API {}".format,
        read_rate=read_rate,
    )  # fmt: skip
    adapter = build_http_adapter(kit, INFO, provider, (COMPANIES,))
    account = replace(provider, rules=(*RULES, *_ACCOUNT_RULES))
    return replace(adapter, usage=HttpUsage(ApiRequest("GET", "/usagev2/api.json"), parse_account, account, kit.session, NAME))


def build_companies(subjects: Sequence[Subject]) -> ApiRequest:
    lookup = ",".join(one.domain or "" for one in subjects)
    return ApiRequest("GET", f"/{VERSION}/api.json", params=(("LOOKUP", lookup), *_FLAGS), max_bytes=_ANSWER_BYTES)


def align(body: JsonObject, subjects: Sequence[Subject]) -> JsonObject:
    """The answer with a result, a refusal or null for each domain asked about, in that order. A refusal without a domain is everybody's."""
    refusals = {to_domain(find_at(one, "Lookup")): one for one in _objects(body.get("Errors"))}
    results = {to_domain(one.get("Lookup")): one for one in _objects(body.get("Results"))}
    if not results and not refusals:
        raise UnexpectedReply("neither results nor errors", system=NAME)
    return {"items": [results.get(one.domain) or refusals.get(one.domain) or refusals.get(None) for one in subjects]}


def parse_companies(body: JsonObject) -> Sequence[Answer]:
    """One credit for each domain that was looked up; none for those refused."""
    return [_answer(as_object(item, system=NAME)) for item in read_list(body, "items", system=NAME)]


def parse_account(body: JsonObject) -> Usage:
    """Credits are prepaid and do not start again, so no day is named."""
    used, remaining = (_figure(body, name) for name in ("used", "remaining"))
    return Usage(used=used, limit=used + remaining)


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """Calls left in this second; after a refusal, the seconds to wait stand in the body."""
    if reply.status == 429:
        wait = _RETRY_AFTER.search(reply.text)
        return (RateNews(0, float(wait[1])),) if wait else ()
    limit, used = (_whole(reply.headers.get(f"x-ratelimit-{name}-persecond", "")) for name in ("limit", "current"))
    return () if limit is None or used is None else (RateNews(max(0, limit - used), 1.0),)


def _answer(item: JsonObject | None) -> Answer:
    if item is None:
        return Answer(detail="BuiltWith said nothing about this domain")
    if "Code" in item:
        code = item["Code"]
        error = CODES.get(code, ErrorClass.INVALID) if isinstance(code, int) else ErrorClass.MALFORMED
        return Answer(error=error, detail=f"{code} {to_text(item.get('Message')) or ''}".strip())
    values = read_fields(_FIELDS, item)
    if technologies := _technologies(item):
        values = (*values, Value(Field.TECHNOLOGIES, technologies, _TRUST[Field.TECHNOLOGIES]))
    country = to_country(find_at(item, "Meta.Country"))
    phones = (to_phone(one, country) for one in to_texts(find_at(item, "Meta.Telephones")) or ())
    if phone := next((one for one in phones if one), None):
        values = (*values, Value(Field.COMPANY_PHONE, phone, _TRUST[Field.COMPANY_PHONE]))
    return Answer(values, credits=Decimal(1), about=read_fields(_WHOM, item))


def _technologies(item: JsonObject) -> tuple[str, ...]:
    """Names in the order of the answer, without what had gone at the last look."""
    seen = _moment(item.get("LastIndexed"))
    found = [
        name
        for path in _objects(find_at(item, "Result.Paths"))
        for one in _objects(path.get("Technologies"))
        if (name := to_text(one.get("Name"))) and _moment(one.get("LastDetected")) >= seen - _STALE_MS
    ]
    return tuple(dict.fromkeys(found))


def _objects(raw: object) -> Sequence[JsonObject]:
    """The objects of a list; null is an empty one. Raises UnexpectedReply for anything else."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise UnexpectedReply("a list is something else", system=NAME)
    return [one for item in raw if (one := as_object(item, system=NAME)) is not None]


def _moment(raw: object) -> float:
    """Milliseconds since 1970, 0 when there is no such time."""
    return raw if isinstance(raw, int | float) and not isinstance(raw, bool) else 0


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _figure(body: JsonObject, name: str) -> Decimal:
    """A count that may be written as text."""
    found = body.get(name)
    number = _whole(found.replace(",", "")) if isinstance(found, str) else found
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise UnexpectedReply(f"{name} is no number", system=NAME)
    return Decimal(number)


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)


COMPANIES: Final = HttpCall(
    Offer(
        INFO, "companies", Capability.COMPANY, _TRUST, _accepts, credits=Decimal(1), batch_size=BATCH_SIZE,
        rates=(Rate(10, 1.0),), charges_misses=True,
    ),
    build_companies,
    parse_companies,
    align,
)  # fmt: skip
