"""Wikidata: well-known companies, found by their web site. Free, CC0.

Source: https://www.wikidata.org/w/api.php?action=help (wbsearchentities, wbgetentities), https://www.mediawiki.org/wiki/Manual:Maxlag_parameter
and https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual (as in November 2026).
An item is believed to be the company only where its web site (P856) is on the company's domain. Of those found by name alone some may be
candidates, which nobody uses before it is told which is meant.
Etiquette: calls one after another, one lookup a second, `maxlag`, a User-Agent with a contact. A lagging server says so with status 200.
Items come from `wbgetentities`, because it gives several in one call and only the English labels; whole entity files have all languages.
Limit: the numbers of the properties are from memory of the vocabulary and unverified, those of P1128, P571, P856 and P1278 aside.
Limit: headcounts are as old as the statement; their year is not told.
Limit: of the items of one web site the five first are looked at.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.company_names import normal_company
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, FieldValue, ProviderInfo, Subject
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import find_at, parse_object, read_list, read_object
from integration.providers.normalise import to_country, to_domain, to_linkedin_url, to_register_numbers, to_text, to_year
from integration.providers.wikibase import ITEM_ID, Item, newest, parse_items, to_item_id, to_whole_quantity, to_year_of_time

NAME: Final = "wikidata"
SPARQL: Final = "wikidata_sparql"
WEB_SITE, EMPLOYEES, INCEPTION, INDUSTRY, HEADQUARTERS = "P856", "P1128", "P571", "P452", "P159"
COUNTRY, PARENT, EXCHANGE, TICKER, LEI, CIK, LINKEDIN = "P17", "P749", "P414", "P249", "P1278", "P5531", "P4264"
INSTANCE_OF, POINT_IN_TIME, HUMAN = "P31", "P585", "Q5"
# What companies have and web sites, programs and brands of the same address have not.
COMPANY_SIGNS: Final = (EMPLOYEES, INDUSTRY, HEADQUARTERS, PARENT, EXCHANGE, TICKER, LEI, CIK, LINKEDIN)
# The label of a stock exchange, lower case, and the prefix its tickers are known by.
EXCHANGES: Final = {
    "nasdaq": "NASDAQ", "new york stock exchange": "NYSE", "nyse american": "NYSEAMERICAN", "london stock exchange": "LSE",
    "frankfurt stock exchange": "FRA", "euronext paris": "EPA", "euronext amsterdam": "AMS", "euronext brussels": "EBR",
    "tokyo stock exchange": "TYO", "hong kong stock exchange": "HKG", "toronto stock exchange": "TSE", "b3": "BVMF",
    "australian securities exchange": "ASX", "six swiss exchange": "SWX", "bombay stock exchange": "BOM",
    "national stock exchange of india": "NSE", "nasdaq stockholm": "STO", "nasdaq helsinki": "HEL", "nasdaq copenhagen": "CPH",
}  # fmt: skip
TRUST: Final = {
    Field.COMPANY_NAME: 0.8,
    Field.EMPLOYEE_COUNT: 0.65,
    Field.FOUNDED_YEAR: 0.8,
    Field.INDUSTRY: 0.65,
    Field.COUNTRY: 0.8,
    Field.CITY: 0.75,
    Field.PARENT_COMPANY: 0.75,
    Field.TICKER: 0.85,
    Field.REGISTER_NUMBER: 0.8,
    Field.COMPANY_LINKEDIN_URL: 0.8,
    Field.DOMAIN: 0.85,
}
MOST_ITEMS: Final = 5
MAX_LAG_S: Final = "5"

INFO: Final = ProviderInfo(
    name=NAME,
    title="Wikidata",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=30),
    documentation_url="https://www.wikidata.org/wiki/Wikidata:Data_access",
    addresses={NAME: "https://www.wikidata.org", SPARQL: "https://query.wikidata.org"},
    known_limits=(
        "Knows well-known companies only; one found by name is a candidate unless its web site is on the company's domain.",
        "Headcounts are as old as the statement; their year is not told.",
        "The list of properties is unverified but for web site, employees, inception and LEI.",
    ),
)
RULES: Final = (
    ErrorRule(ErrorClass.THROTTLED, None, '"code":"maxlag"'),
    ErrorRule(ErrorClass.THROTTLED, None, '"code":"ratelimited"'),
    ErrorRule(ErrorClass.SERVER, None, '"code":"readonly"'),
    ErrorRule(ErrorClass.SERVER, None, '"code":"internal_api_error'),
    ErrorRule(ErrorClass.INVALID, 200, '{"error":{"code":"'),
    ErrorRule(ErrorClass.THROTTLED, 429),
    ErrorRule(ErrorClass.BLOCKED, 403),
)


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES, ("error.info",)), (COMPANY,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    qids = parse_sparql((yield build_sparql(subject.domain)).body) if subject.domain else ()
    if not qids and subject.company_name:
        qids = parse_search((yield build_search(subject.company_name)).body)
    if not qids:
        return Answer()
    items = parse_items((yield build_items(qids[:MOST_ITEMS], "labels|claims")).body, system=NAME)
    companies = [one for one in items if one.has(*COMPANY_SIGNS) and HUMAN not in one.items(INSTANCE_OF)]
    meant = choose(companies, subject)
    possible = [meant] if meant else [one for one in companies if could_be(one, subject)]
    wanted = tuple(dict.fromkeys(qid for one in possible for qid in references(one)))
    labels = parse_labels((yield build_items(wanted, "labels")).body) if wanted else {}
    values = [tuple(read_item(one, labels, subject.domain)) for one in possible]
    if meant:
        return Answer(
            values[0], about=tuple(one for one in values[0] if one.field in (Field.COMPANY_NAME, Field.DOMAIN, Field.COUNTRY))
        )
    return Answer(candidates=tuple(values))


def build_sparql(domain: str) -> Step:
    """Which items have the domain's home page as their web site, however it is written."""
    sites = (f"<{scheme}://{www}{domain}{slash}>" for scheme in ("https", "http") for www in ("www.", "") for slash in ("", "/"))
    query = f"SELECT DISTINCT ?item WHERE {{ VALUES ?site {{ {' '.join(sites)} }} ?item wdt:{WEB_SITE} ?site }} LIMIT 20"
    return Step(ApiRequest("GET", "/sparql", params=(("query", query), ("format", "json"))), address=SPARQL)


def build_search(name: str) -> Step:
    return _api(("action", "wbsearchentities"), ("search", name), ("language", "en"), ("type", "item"), ("limit", str(MOST_ITEMS)))


def build_items(qids: Sequence[str], parts: str) -> Step:
    return _api(
        ("action", "wbgetentities"), ("ids", "|".join(qids)), ("props", parts), ("languages", "en"), ("languagefallback", "1")
    )


def _api(*params: tuple[str, str]) -> Step:
    return Step(ApiRequest("GET", "/w/api.php", params=(*params, ("format", "json"), ("maxlag", MAX_LAG_S))))


def parse_sparql(body: bytes) -> tuple[str, ...]:
    results = read_object(parse_object(body, system=NAME), "results", system=NAME)
    found = (_text_at(row, "item.value").rpartition("/")[2] for row in read_list(results, "bindings", system=NAME))
    return _item_ids(found)


def parse_search(body: bytes) -> tuple[str, ...]:
    found = read_list(parse_object(body, system=NAME), "search", system=NAME)
    return _item_ids(_text_at(one, "id") for one in found)


def parse_labels(body: bytes) -> Mapping[str, str]:
    return {item.qid: item.label for item in parse_items(body, system=NAME) if item.label}


def choose(companies: Sequence[Item], subject: Subject) -> Item | None:
    """The company of the subject's domain: of several the one of its name, then the best described, then the oldest item."""
    wanted = normal_company(subject.company_name or "")
    confirmed = [one for one in companies if subject.domain and subject.domain in _domains(one)]
    return max(
        confirmed,
        key=lambda one: (normal_company(one.label) == wanted, one.has(*COMPANY_SIGNS), -int(one.qid[1:])),
        default=None,
    )


def could_be(company: Item, subject: Subject) -> bool:
    """Whether a company found by name may be the subject: the same name, and no other web site than the subject's."""
    same_name = bool(company.label) and normal_company(company.label) == normal_company(subject.company_name or "")
    return same_name and not (subject.domain and _domains(company))


def references(company: Item) -> tuple[str, ...]:
    """The items whose names are needed to tell of a company."""
    return tuple(qid for name in (INDUSTRY, HEADQUARTERS, COUNTRY, PARENT, EXCHANGE) for qid in company.items(name)[:1])


def read_item(company: Item, labels: Mapping[str, str], asked: str | None = None) -> Iterator[Value]:
    """What the item tells, with the names of the items it points at. Of several web sites it tells the one on the domain `asked` for."""
    domains = _domains(company)
    employees = newest(company.statements(EMPLOYEES), POINT_IN_TIME)
    inception = next(iter(company.statements(INCEPTION)), None)
    found: dict[Field, FieldValue | None] = {
        Field.COMPANY_NAME: to_text(company.label),
        Field.DOMAIN: asked if asked in domains else next(iter(domains), None),
        Field.EMPLOYEE_COUNT: to_whole_quantity(employees.value) if employees else None,
        Field.FOUNDED_YEAR: to_year(to_year_of_time(inception.value)) if inception else None,
        Field.INDUSTRY: _label(company, INDUSTRY, labels),
        Field.COUNTRY: to_country(_label(company, COUNTRY, labels)),
        Field.CITY: _label(company, HEADQUARTERS, labels),
        Field.PARENT_COMPANY: _label(company, PARENT, labels),
        Field.TICKER: _ticker(company, labels),
        Field.REGISTER_NUMBER: _register_numbers(company),
        Field.COMPANY_LINKEDIN_URL: next(
            (link for slug in company.texts(LINKEDIN) if (link := to_linkedin_url(f"company/{slug}"))), None
        ),
    }
    source = f"https://www.wikidata.org/wiki/{company.qid}"
    yield from (Value(name, value, TRUST[name], source) for name, value in found.items() if value is not None)


def _label(company: Item, name: str, labels: Mapping[str, str]) -> str | None:
    return next((to_text(labels.get(qid)) for qid in company.items(name)[:1]), None)


def _ticker(company: Item, labels: Mapping[str, str]) -> str | None:
    """The ticker of the first listing; it stands beside the exchange, for some companies by itself."""
    for listing in company.statements(EXCHANGE)[:1]:
        ticker = to_text(listing.qualifier(TICKER))
        prefix = EXCHANGES.get(labels.get(to_item_id(listing.value) or "", "").lower())
        if ticker:
            return f"{prefix}:{ticker}" if prefix else ticker
    return next(iter(company.texts(TICKER)), None)


def _register_numbers(company: Item) -> tuple[str, ...] | None:
    lei = to_register_numbers(next(iter(company.texts(LEI)), None), None) or ()
    cik = tuple(f"CIK-{one.zfill(10)}" for one in company.texts(CIK)[:1] if one.isascii() and one.isdigit() and len(one) <= 10)
    return (*lei, *cik) or None


def _domains(company: Item) -> tuple[str, ...]:
    return tuple(domain for site in company.texts(WEB_SITE) if (domain := to_domain(site)))


def _text_at(one: object, path: str) -> str:
    found = find_at(one, path) if isinstance(one, dict) else None
    if not isinstance(found, str):
        raise UnexpectedReply(f"{path} is no text", system=NAME)
    return found


def _item_ids(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if ITEM_ID.fullmatch(one)))


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain or subject.company_name)


COMPANY: Final = HttpConversation(
    Offer(INFO, "item", Capability.COMPANY, TRUST, _accepts, rates=(Rate(1, 1.0),), requests=4), look_up
)
