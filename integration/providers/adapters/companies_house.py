"""Companies House: the British company register, by number, or by name for companies in the United Kingdom. Free; needs a free key.

Source: https://developer-specs.company-information.service.gov.uk (company profile, search companies, rate limiting), read 2026-11.
The key is the user name of HTTP Basic, the password is empty. Its 429 has no body and names no time, but every answer says in
X-Ratelimit-Remain (not "Remaining") and -Reset (seconds since 1970) how things stand; those headers are not documented. Who goes on
asking is banned. Officers are not read: month and year of birth are personal data.
Limit: the body of a 401 and the end of the search at some 1,000 hits are not confirmed.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, RateNews, Subject
from integration.providers.http_base import HttpConversation, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import JsonObject, as_object, find_at, parse_object, read_list
from integration.providers.name_match import BY_NAME_RATIO, named_closely, named_exactly
from integration.providers.normalise import to_british_number, to_country, to_text, to_texts, to_year

NAME: Final = "companies_house"
COUNTRY: Final = "GB"
_PREFIX: Final = "GB-"
# A voluntary arrangement with creditors keeps the company going; liquidation and the like end it as a rule.
_STATUSES: Final = {
    **dict.fromkeys(("active", "open", "registered", "voluntary-arrangement"), "active"),
    **dict.fromkeys(("liquidation", "receivership", "administration", "insolvency-proceedings"), "closing"),
    **dict.fromkeys(("dissolved", "converted-closed", "closed", "removed"), "inactive"),
}
_HITS: Final = 20
_WINDOW_S: Final = 300.0
# The register's words for the commonest kinds; others are told in its own word.
_FORMS: Final = {
    "ltd": "Private limited company",
    "plc": "Public limited company",
    "llp": "Limited liability partnership",
    "private-limited-guarant-nsc": "Private company limited by guarantee",
    "private-limited-guarant-nsc-limited-exemption": "Private company limited by guarantee",
    "private-unlimited": "Private unlimited company",
    "oversea-company": "Overseas company",
}


def to_status(raw: object) -> str | None:
    return _STATUSES.get(raw) if isinstance(raw, str) else None


def to_form(raw: object) -> str | None:
    text = to_text(raw)
    return None if text is None else _FORMS.get(text, text.replace("-", " ").capitalize())


def to_codes(raw: object) -> tuple[str, ...] | None:
    return tuple(f"UKSIC-{code}" for code in to_texts(raw) or () if code.isascii() and code.isdigit()) or None


def to_street(raw: object) -> str | None:
    """Of an address: the house, where it stands by itself, and two lines."""
    if not isinstance(raw, dict):
        return None
    lines = [text for name in ("premises", "address_line_1", "address_line_2") if (text := to_text(raw.get(name)))]
    if len(lines) > 1 and lines[1].startswith(lines[0]):
        lines = lines[1:]  # the first line often repeats the house
    return ", ".join(lines) or None


PROFILE: Final = (
    Row("company_name", Field.LEGAL_NAME, to_text, 0.95),
    Row("type", Field.LEGAL_FORM, to_form, 0.95),
    Row("company_status", Field.COMPANY_STATUS, to_status, 0.95),
    Row("date_of_creation", Field.FOUNDED_YEAR, to_year, 0.75),
    Row("sic_codes", Field.INDUSTRY_CODES, to_codes, 0.9),
    Row("registered_office_address", Field.STREET, to_street, 0.75),
    Row("registered_office_address.postal_code", Field.POSTAL_CODE, to_text, 0.75),
    Row("registered_office_address.locality", Field.CITY, to_text, 0.75),
    Row("registered_office_address.country", Field.COUNTRY, to_country, 0.85),
)
_HIT: Final = (
    Row("title", Field.COMPANY_NAME, to_text, BY_NAME_RATIO),
    Row("title", Field.LEGAL_NAME, to_text, BY_NAME_RATIO),
    Row("company_status", Field.COMPANY_STATUS, to_status, BY_NAME_RATIO),
    Row("address.locality", Field.CITY, to_text, 0.7),
    Row("address.country", Field.COUNTRY, to_country, BY_NAME_RATIO),
)
TRUST: Final = {**trust_of(PROFILE), Field.REGISTER_NUMBER: 0.95}
INFO: Final = ProviderInfo(
    name=NAME,
    title="Companies House",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=True,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=14),
    documentation_url="https://developer-specs.company-information.service.gov.uk",
    addresses={NAME: "https://api.company-information.service.gov.uk"},
    known_limits=(
        "Searched by name only for companies in the United Kingdom; only the very same name is taken, others are offered to a person.",
        "The address is the registered office, which is often an accountant's.",
        "Officers are not read. The body of a refused key is not confirmed.",
    ),
    is_register=True,
)
RULES: Final = (ErrorRule(ErrorClass.AUTH, 401), ErrorRule(ErrorClass.NOT_FOUND, 404), ErrorRule(ErrorClass.THROTTLED, 429))


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(
        kit.addresses(INFO), RULES, ("errors.0.error", "error"), key_header="Authorization", key_text=basic, read_rate=read_rate
    )
    return build_http_adapter(kit, INFO, provider, (COMPANY,))


def basic(key: str) -> str:
    """HTTP Basic with the key as user name."""
    return f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"


def read_rate(reply: ApiReply) -> tuple[RateNews, ...]:
    """What is left of the window, and when it ends by the answer's own clock; without that a whole window is taken. Nothing for no numbers."""
    left, ends = reply.headers.get("x-ratelimit-remain", ""), reply.headers.get("x-ratelimit-reset", "")
    if not all(one.isascii() and one.isdigit() and len(one) <= 11 for one in (left, ends)):
        return ()
    try:
        sent_at = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return (RateNews(int(left), _WINDOW_S),)
    return (RateNews(int(left), min(_WINDOW_S, max(0.0, int(ends) - sent_at.timestamp()))),)


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    """One request by number; by name two: the search, and the profile of the one that bears the name."""
    number, ratio, asked = number_among(subject.register_numbers), 1.0, subject.company_name or ""
    if number is None:
        reply = yield Step(ApiRequest("GET", "/search/companies", params=(("q", asked), ("items_per_page", str(_HITS)))))
        hits = read_hits(parse_object(reply.body, system=NAME))
        same = the_ones(named_exactly(asked, hits, _title, COUNTRY))
        if len(same) != 1:
            return Answer(candidates=tuple(_candidate(hit) for hit in same or named_closely(asked, hits, _title, COUNTRY)))
        number, ratio = to_british_number(same[0].get("company_number")) or "", BY_NAME_RATIO
    reply = yield Step(ApiRequest("GET", f"/company/{number}"))
    return read_profile(parse_object(reply.body, system=NAME), number, ratio)


def read_hits(body: JsonObject) -> list[JsonObject]:
    """The companies of a search that have a number; other kinds of hits are left out."""
    hits = [as_object(item, system=NAME) for item in read_list(body, "items", system=NAME)]
    return [hit for hit in hits if hit is not None and to_british_number(hit.get("company_number"))]


def the_ones(same: Sequence[JsonObject]) -> list[JsonObject]:
    """Of several that bear the name the only living one, else all of them."""
    living = [hit for hit in same if to_status(hit.get("company_status")) == "active"]
    return living if len(living) == 1 else list(same)


def read_profile(body: JsonObject, number: str, ratio: float) -> Answer:
    """The facts of a profile; none is trusted more than `ratio`. Raises UnexpectedReply when it is another company's."""
    if to_british_number(body.get("company_number")) != number:
        raise UnexpectedReply("the answer is about another number, or names none", system=NAME)
    source = f"https://find-and-update.company-information.service.gov.uk/company/{number}"
    values = (*read_fields(PROFILE, body, source_url=source), Value(Field.REGISTER_NUMBER, (_PREFIX + number,), 0.95, source))
    name = to_text(body.get("company_name"))
    return Answer(
        tuple(Value(one.field, one.value, min(one.confidence_ratio, ratio), one.source_url) for one in values),
        about=(Value(Field.COMPANY_NAME, name, ratio, source),) if name else (),
    )


def number_among(register_numbers: Iterable[str]) -> str | None:
    """The first British company number."""
    numbers = (to_british_number(one.removeprefix(_PREFIX)) for one in register_numbers if one.startswith(_PREFIX))
    return next((number for number in numbers if number), None)


def _candidate(hit: JsonObject) -> tuple[Value, ...]:
    number = to_british_number(find_at(hit, "company_number"))
    return (*read_fields(_HIT, hit), Value(Field.REGISTER_NUMBER, (f"{_PREFIX}{number}",), BY_NAME_RATIO))


def _title(hit: JsonObject) -> str:
    return to_text(hit.get("title")) or ""


def _accepts(subject: Subject) -> bool:
    is_british = subject.country == COUNTRY or (subject.country is None and (subject.domain or "").endswith(".uk"))
    return subject.kind == "company" and (
        number_among(subject.register_numbers) is not None or bool(is_british and subject.company_name)
    )


COMPANY: Final = HttpConversation(
    Offer(INFO, "company", Capability.COMPANY, TRUST, _accepts, rates=(Rate(600, _WINDOW_S),), requests=2), look_up
)
