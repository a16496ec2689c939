"""SEC EDGAR: what companies listed in the United States file about themselves, revenue first. Free, public domain.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces and
https://www.sec.gov/os/accessing-edgar-data (as in November 2026). A User-Agent with a contact is asked for; who sends none, or more than
ten calls a second, gets a web page with 403 and may be shut out.
The register has no search by web site: the name must be the same but for its legal form, and the country must not be another one.
Memory: the list of tickers is kept once in the process, as bytes and as an index. A company's facts may have many megabytes: two are read
at once at most, only the tags named here are parsed, and a document of more than 24 MB is given up.
Limit: the order of the two revenue tags is unverified; the one with the newer year counts.
Limit: of annual reports only 10-K is read, so companies that file 20-F or 40-F have no revenue here.
Limit: revenue is read in US dollars only.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from integration.core.company_names import normal_company
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, Subject
from integration.providers.http_base import HttpConversation, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import JsonObject, find_at, parse_object
from integration.providers.json_scanning import check_document, scan_member
from integration.providers.normalise import days_between, to_amount, to_count, to_country, to_domain, to_phone, to_text

NAME: Final = "sec_edgar"
DATA: Final = "sec_edgar_data"
TICKERS_KEPT_FOR: Final = timedelta(days=7)
MOST_FACTS_BYTES: Final = 24 << 20
REVENUE_TAGS: Final = ("RevenueFromContractWithCustomerExcludingAssessedTax", "Revenues")
EMPLOYEE_TAG: Final = "EntityNumberOfEmployees"
# "BANK OF SAMPLE CORP /DE/": the state of incorporation.
_STATE_MARK: Final = re.compile(r"\s*/[A-Za-z]{2,3}/?\s*$")
# Days of a fiscal year; annual reports also hold quarters marked "FY".
_YEAR_DAYS: Final = range(350, 381)
_STATES: Final = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
    "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
    "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
})  # fmt: skip


def _sic_code(raw: object) -> tuple[str, ...] | None:
    return (f"SIC-{raw}",) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else None


def _state(raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw in _STATES else None


def _country(raw: object) -> str | None:
    """The country of a place as the register writes it: "TX", "United Kingdom", "Alberta, Canada"."""
    text = to_text(raw)
    if text is None:
        return None
    return "US" if text in _STATES else to_country(text.rpartition(",")[2])


# The trust is that of a match by name; where the register names the same web site, it is SURE instead.
_FILER: Final = (
    Row("name", Field.LEGAL_NAME, to_text, 0.8),
    Row("sicDescription", Field.INDUSTRY, to_text, 0.7),
    Row("sic", Field.INDUSTRY_CODES, _sic_code, 0.75),
    Row("addresses.business.street1", Field.STREET, to_text, 0.75),
    Row("addresses.business.city", Field.CITY, to_text, 0.75),
    Row("addresses.business.zipCode", Field.POSTAL_CODE, to_text, 0.75),
    Row("addresses.business.stateOrCountry", Field.STATE, _state, 0.75),
    Row("addresses.business.stateOrCountryDescription", Field.COUNTRY, _country, 0.75),
)
_WHOM: Final = (
    Row("name", Field.COMPANY_NAME, to_text, 0.9),
    Row("website", Field.DOMAIN, to_domain, 0.9),
    Row("addresses.business.stateOrCountryDescription", Field.COUNTRY, _country, 0.9),
)
_TRUST: Final = {
    **trust_of(_FILER),
    Field.TICKER: 0.8,
    Field.COMPANY_PHONE: 0.7,
    Field.REGISTER_NUMBER: 0.8,
    Field.ANNUAL_REVENUE_USD: 0.8,
    Field.EMPLOYEE_COUNT: 0.75,
}
SURE: Final = 0.95

INFO: Final = ProviderInfo(
    name=NAME,
    title="SEC EDGAR",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(_TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=30),
    documentation_url="https://www.sec.gov/search-filings/edgar-application-programming-interfaces",
    addresses={NAME: "https://www.sec.gov", DATA: "https://data.sec.gov"},
    known_limits=(
        "Companies listed in the United States only, found by their exact name; asked only where the country is US or unknown.",
        "The order of the two revenue tags is unverified; the one with the newer year counts.",
        "Revenue comes from 10-K reports in US dollars; foreign filers (20-F, 40-F) have none.",
    ),
    is_register=True,
)
RULES: Final = (
    ErrorRule(ErrorClass.NOT_FOUND, 404),
    ErrorRule(ErrorClass.THROTTLED, 429),
    ErrorRule(ErrorClass.BLOCKED, 403),
)


@dataclass(frozen=True)
class Listed:
    """A line of the list of tickers. `cik` has ten digits."""

    cik: str
    ticker: str
    title: str


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES), (COMPANY,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    tickers = yield Step(ApiRequest("GET", "/files/company_tickers.json"), keep_for=TICKERS_KEPT_FOR)
    listed = parse_tickers(tickers.body).get(normal_company(subject.company_name or ""), ())
    if len(listed) != 1:
        return Answer(candidates=tuple(_candidate(one) for one in listed), detail=f"{len(listed)} listed companies of this name")
    cik = listed[0].cik
    filed = yield Step(ApiRequest("GET", f"/submissions/CIK{cik}.json"), address=DATA)
    filer = parse_object(filed.body, system=NAME)
    if to_text(filer.get("name")) is None:
        raise UnexpectedReply("the filer has no name", system=NAME)
    facts = yield Step(
        ApiRequest("GET", f"/api/xbrl/companyfacts/CIK{cik}.json", max_bytes=MOST_FACTS_BYTES), address=DATA, accepts_missing=True
    )
    is_sure = subject.domain is not None and to_domain(filer.get("website")) == subject.domain
    found = (*parse_filer(filer, listed[0]), *(parse_facts(facts.body) if facts.status == 200 else ()))
    source = f"https://www.sec.gov/edgar/browse/?CIK={cik}"
    values = tuple(Value(one.field, one.value, SURE if is_sure else one.confidence_ratio, source) for one in found)
    return Answer(values, about=read_fields(_WHOM, filer, source_url=source))


@lru_cache(maxsize=1)  # the same bytes come each time, for they are kept; reading ten thousand lines takes a while
def parse_tickers(body: bytes) -> Mapping[str, tuple[Listed, ...]]:
    """The listed companies by the key of their name; a company with several kinds of shares is one, under its first ticker."""
    by_key: dict[str, dict[str, Listed]] = {}
    for row in parse_object(body, system=NAME).values():
        cik, ticker, title = (
            (row.get(name) for name in ("cik_str", "ticker", "title")) if isinstance(row, dict) else (None, None, None)
        )
        if not (isinstance(cik, int) and isinstance(ticker, str) and isinstance(title, str)):
            raise UnexpectedReply("a line of the list of tickers cannot be read", system=NAME)
        by_key.setdefault(normal_company(_STATE_MARK.sub("", title)), {}).setdefault(
            f"{cik:010}", Listed(f"{cik:010}", ticker, title)
        )
    return {key: tuple(found.values()) for key, found in by_key.items() if key}


def parse_filer(filer: JsonObject, listed: Listed) -> tuple[Value, ...]:
    values = list(read_fields(_FILER, filer))
    exchange = to_text(find_at(filer, "exchanges.0"))
    ticker = to_text(find_at(filer, "tickers.0")) or listed.ticker
    country = _country(find_at(filer, "addresses.business.stateOrCountryDescription"))
    if exchange:
        values.append(Value(Field.TICKER, f"{exchange.upper()}:{ticker}", _TRUST[Field.TICKER]))
    if phone := to_phone(filer.get("phone"), country or "US"):
        values.append(Value(Field.COMPANY_PHONE, phone, _TRUST[Field.COMPANY_PHONE]))
    values.append(Value(Field.REGISTER_NUMBER, (f"CIK-{listed.cik}",), _TRUST[Field.REGISTER_NUMBER]))
    return tuple(values)


def parse_facts(body: bytes) -> tuple[Value, ...]:
    """Revenue of the newest full year, and the headcount where it was filed."""
    check_document(body, system=NAME)
    years = [
        one
        for tag in REVENUE_TAGS
        for one in _filed(scan_member(body, tag, system=NAME), "USD")
        if days_between(one.get("start"), one.get("end")) in _YEAR_DAYS
    ]
    revenue = to_amount(_newest(years))
    employees = to_count(_newest(list(_filed(scan_member(body, EMPLOYEE_TAG, system=NAME), "pure"))))
    found = {Field.ANNUAL_REVENUE_USD: revenue, Field.EMPLOYEE_COUNT: employees}
    return tuple(Value(name, value, _TRUST[name]) for name, value in found.items() if value is not None)


def _filed(tag: object, unit: str) -> Iterator[JsonObject]:
    """What annual reports filed under a tag."""
    found = find_at(tag, f"units.{unit}") if isinstance(tag, dict) else None
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and one.get("form") == "10-K" and one.get("fp") == "FY" and isinstance(one.get("end"), str):
            yield one


def _newest(filed: list[JsonObject]) -> object:
    """The value that ends last; where several reports tell it, as the last of them does."""
    newest = max((str(one["end"]) for one in filed), default="")
    ends = [one for one in filed if one["end"] == newest]
    return max(ends, key=lambda one: str(one.get("filed", ""))).get("val") if ends else None


def _candidate(one: Listed) -> tuple[Value, ...]:
    return (
        Value(Field.COMPANY_NAME, one.title, 0.9),
        Value(Field.TICKER, one.ticker, 0.7),
        Value(Field.REGISTER_NUMBER, (f"CIK-{one.cik}",), 0.9),
    )


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.company_name) and subject.country in (None, "US")


COMPANY: Final = HttpConversation(
    Offer(INFO, "filer", Capability.COMPANY, _TRUST, _accepts, rates=(Rate(10, 1.0),), requests=3), look_up
)
