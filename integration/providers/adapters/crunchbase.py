"""Crunchbase: who a company is, and, where the licence includes it, how it is funded; found by the domain of its site.

Source: https://data.crunchbase.com/docs/using-search-apis and the vendor's specifications of its three packages (version 1.1.0), read 2026-11.
The package of the licence decides which fields may be asked for; a field outside it makes the whole call fail, so the package is a setting.
What Crunchbase does not know is left out of an answer. The licence is paid for by the year: a call costs no credits.
Limit: the bodies of a refused query and of too many calls are not documented; the status is believed.
Limit: how long answers may be kept is a matter of the licence; LEADLIGHT_PROVIDER_KEEP_DAYS_CRUNCHBASE sets it.
Limit: funding rounds one by one need the most expensive package and a call of their own; they are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.errors import ConfigError
from integration.core.outbound_session import ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, Subject
from integration.providers.http_base import HttpCall, Row, build_http_adapter, read_fields, trust_of
from integration.providers.http_exchange import ErrorRule, HttpProvider
from integration.providers.json_reading import JsonObject, as_object, read_list, read_object
from integration.providers.normalise import (
    to_amount,
    to_country,
    to_domain,
    to_iso_date,
    to_linkedin_url,
    to_phone,
    to_text,
    to_texts,
    to_year,
)

NAME: Final = "crunchbase"
_SEARCH_SIZE: Final = 5
_BAND: Final = re.compile(r"c_(\d{5})_(\d{5}|max)")
_STATUSES: Final = {"active": "active", "closed": "inactive"}


def _band_middle(raw: object) -> int | None:
    """ "c_00101_00250" is 175; "c_10001_max" is 10001."""
    found = _BAND.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        return None
    low = int(found[1])
    return low if found[2] == "max" else (low + int(found[2])) // 2 or None


def _date(raw: object) -> str | None:
    """A date is an object with a precision in some places and a bare text in others."""
    return to_iso_date(raw.get("value") if isinstance(raw, dict) else raw)


def _year(raw: object) -> int | None:
    return to_year(raw.get("value") if isinstance(raw, dict) else raw)


def _status(raw: object) -> str | None:
    return _STATUSES.get(raw) if isinstance(raw, str) else None


def _stage(raw: object) -> str | None:
    """ "series_a" is "Series A"."""
    text = to_text(raw)
    return text.replace("_", " ").title() if text else None


def _names(raw: object) -> tuple[str, ...] | None:
    """The names of a list of identifiers."""
    return to_texts([one.get("value") for one in raw if isinstance(one, dict)]) if isinstance(raw, list) else None


FIRMOGRAPHIC: Final = (
    Row("name", Field.COMPANY_NAME, to_text, 0.85),
    Row("identifier.value", Field.COMPANY_NAME, to_text, 0.85),
    Row("legal_name", Field.LEGAL_NAME, to_text, 0.75),
    Row("short_description", Field.DESCRIPTION, to_text, 0.8),
    Row("founded_on", Field.FOUNDED_YEAR, _year, 0.8),
    Row("num_employees_enum", Field.EMPLOYEE_COUNT, _band_middle, 0.7),
    Row("categories", Field.KEYWORDS, _names, 0.75),
    Row("linkedin.value", Field.COMPANY_LINKEDIN_URL, to_linkedin_url, 0.85),
    Row("operating_status", Field.COMPANY_STATUS, _status, 0.75),
)
CORE: Final = (
    *FIRMOGRAPHIC,
    Row("last_funding_type", Field.LATEST_FUNDING_STAGE, _stage, 0.9),
    Row("last_funding_at", Field.LATEST_FUNDING_ON, _date, 0.9),
    Row("investor_identifiers", Field.INVESTORS, _names, 0.85),
)
ADVANCED: Final = (*CORE, Row("funding_total.value_usd", Field.TOTAL_FUNDING_USD, to_amount, 0.85))
PACKAGES: Final[Mapping[str, tuple[Row, ...]]] = {"firmographic": FIRMOGRAPHIC, "core": CORE, "advanced": ADVANCED}
# Read by hand, because a location says in itself whether it is a city.
_PLACES: Final = {"city": (Field.CITY, to_text), "region": (Field.STATE, to_text), "country": (Field.COUNTRY, to_country)}
_OTHER_TRUST: Final = {Field.CITY: 0.8, Field.STATE: 0.8, Field.COUNTRY: 0.85, Field.COMPANY_PHONE: 0.7}
_OTHER_FIELDS: Final = ("location_identifiers", "phone_number", "website_url")
_WHOM: Final = (Row("website_url", Field.DOMAIN, to_domain, 0.9),)

INFO: Final = ProviderInfo(
    name=NAME,
    title="Crunchbase",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset({*trust_of(FIRMOGRAPHIC), *_OTHER_TRUST})},
    needs_key=True,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://data.crunchbase.com/docs",
    addresses={NAME: "https://api.crunchbase.com/v4/data"},
    known_limits=(
        "Calls cost no credits; the licence does. Funding and investors need its Core Financials package, total funding Advanced Financials: "
        "LEADLIGHT_PROVIDER_PACKAGE_CRUNCHBASE is firmographic, core or advanced.",
        "How long answers may be kept is a matter of your licence.",
    ),
)  # fmt: skip
RULES: Final = (ErrorRule(ErrorClass.AUTH, 401), ErrorRule(ErrorClass.INVALID, 426), ErrorRule(ErrorClass.THROTTLED, 429))


def build_adapter(kit: AdapterKit) -> Adapter:
    """The adapter for the package of the settings. Raises ConfigError for one that Crunchbase does not sell."""
    package = kit.settings.packages.get(NAME, "firmographic")
    if package not in PACKAGES:
        raise ConfigError([f"LEADLIGHT_PROVIDER_PACKAGE_CRUNCHBASE is one of {', '.join(PACKAGES)}, not {package}"])
    provider = HttpProvider(kit.addresses(INFO), RULES, ("error", "message"), key_header="X-cb-user-key")
    call = build_call(PACKAGES[package])
    return build_http_adapter(kit, call.offer.provider, provider, (call,))


def build_call(table: Sequence[Row]) -> HttpCall:
    """The search by domain with the fields of one package."""
    trust = {**trust_of(table), **_OTHER_TRUST}
    info = replace(INFO, fields={Capability.COMPANY: frozenset(trust)})
    offer = Offer(info, "company", Capability.COMPANY, trust, _accepts, rates=(Rate(200, 60.0),))
    field_ids = sorted({row.path.split(".")[0] for row in table} | {"identifier", *_OTHER_FIELDS})

    def build_company(subjects: Sequence[Subject]) -> ApiRequest:
        predicate = {"type": "predicate", "field_id": "website_url", "operator_id": "domain_eq", "values": [subjects[0].domain]}
        body = {
            "field_ids": field_ids,
            "query": [predicate],
            "order": [{"field_id": "rank_org", "sort": "asc"}],
            "limit": _SEARCH_SIZE,
        }
        return ApiRequest("POST", "/searches/organizations", json_body=body)

    def parse_company(body: JsonObject) -> Sequence[Answer]:
        """The most prominent organisation of the domain: subsidiaries and products may share it."""
        for item in read_list(body, "entities", system=NAME):
            found = as_object(item, system=NAME)
            if found is not None:
                return [_answer(read_object(found, "properties", system=NAME), table)]
        return [Answer()]

    return HttpCall(offer, build_company, parse_company)


def _answer(found: JsonObject, table: Sequence[Row]) -> Answer:
    places: dict[Field, Value] = {}
    raw = found.get("location_identifiers")
    for one in raw if isinstance(raw, list) else ():
        kind = one.get("location_type") if isinstance(one, dict) else None
        name, translate = _PLACES.get(kind, (None, None)) if isinstance(kind, str) else (None, None)
        value = translate(one.get("value")) if translate else None
        if name is not None and value is not None and name not in places:
            places[name] = Value(name, value, _OTHER_TRUST[name])
    country = places.get(Field.COUNTRY)
    phone = to_phone(found.get("phone_number"), str(country.value) if country else None)
    phones = (Value(Field.COMPANY_PHONE, phone, _OTHER_TRUST[Field.COMPANY_PHONE]),) if phone else ()
    return Answer((*read_fields(table, found), *places.values(), *phones), about=read_fields(_WHOM, found))


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain)
