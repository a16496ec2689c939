"""GLEIF: the worldwide register of legal entity identifiers, by LEI, else by legal name and country. Free, without a key, CC0.

Source: https://www.gleif.org/en/lei-data/gleif-api (LEI records, relationships), read 2026-11; records and relationships as recorded in 2026.
A record tells no web site. So a name counts only when it is the very same and a country agrees; whose company it is stays to be judged with
everything else that is known. National numbers are given with the register they are from: "GB-..." and "BR-..." where that is the
country's own, else the code of the registration authority ("RA000602-5134827").
Limit: 60 calls a minute is what is remembered of its limit, not confirmed; so is what it says when refused. The search filters by the
country of the legal seat. Legal forms come as codes (ISO 20275); only the commonest are put into words.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Rate, Value
from integration.providers.base import Capability, ErrorClass, Field, FieldValue, ProviderInfo, Subject
from integration.providers.cnpj import to_cnpj, to_register_number
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import JsonObject, as_object, find_at, parse_object, read_list, read_object
from integration.providers.name_match import BY_NAME_RATIO, MAX_CANDIDATES, same_name
from integration.providers.normalise import to_british_number, to_country, to_lei, to_text, to_texts, to_year

NAME: Final = "gleif"
_PREFIX: Final = "LEI-"
_AUTHORITY: Final = re.compile(r"RA[0-9]{6}")
_NO_AUTHORITY: Final = "RA999999"
_NATIONAL: Final = re.compile(r"[0-9A-Z][0-9A-Z ./-]{2,30}")
# Companies House: England and Wales, Northern Ireland, Scotland. They count in one row.
_BRITISH: Final = frozenset({"RA000585", "RA000586", "RA000587"})
_STATES_TOLD: Final = frozenset({"US", "CA", "BR", "AU"})
_STATUSES: Final = {"ACTIVE": "active", "INACTIVE": "inactive"}
_FORMS: Final = {
    "H0PO": "Private limited company",
    "B6ES": "Public limited company",
    "2HBR": "Gesellschaft mit beschränkter Haftung",
    "6QQB": "Aktiengesellschaft",
    "XTIQ": "Corporation",
    "HZEH": "Limited liability company",
}
TRUST: Final = {
    Field.LEGAL_NAME: 0.95,
    Field.LEGAL_FORM: 0.9,
    Field.COMPANY_STATUS: 0.9,
    Field.REGISTER_NUMBER: 0.95,
    Field.PARENT_COMPANY: 0.9,
    Field.COUNTRY: 0.85,
    Field.STATE: 0.75,
    Field.CITY: 0.75,
    Field.STREET: 0.75,
    Field.POSTAL_CODE: 0.75,
    Field.FOUNDED_YEAR: 0.7,
}
INFO: Final = ProviderInfo(
    name=NAME,
    title="GLEIF",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=14),
    documentation_url="https://www.gleif.org/en/lei-data/gleif-api",
    addresses={NAME: "https://api.gleif.org/api/v1"},
    known_limits=(
        "Without an LEI a company is told by the very same name and a country that agrees; several are offered to a person.",
        "A limit of 60 calls a minute is not confirmed; one a second is kept.",
        "Only the commonest legal forms are put into words.",
    ),
    is_register=True,
)
RULES: Final = (ErrorRule(ErrorClass.INVALID, 400), ErrorRule(ErrorClass.NOT_FOUND, 404), ErrorRule(ErrorClass.THROTTLED, 429))
_HITS: Final = 50


@dataclass(frozen=True)
class Entity:
    """One record: `names` are the legal one, then others it goes by; `countries` those of head office and legal seat."""

    lei: str
    names: tuple[str, ...]
    countries: frozenset[str]
    values: Mapping[Field, FieldValue]
    has_parent: bool

    @property
    def is_active(self) -> bool:
        return self.values.get(Field.COMPANY_STATUS) == "active"


def build_adapter(kit: AdapterKit) -> Adapter:
    provider = HttpProvider(
        kit.addresses(INFO), RULES, ("errors.0.detail", "errors.0.title"), headers={"Accept": "application/vnd.api+json"}
    )
    return build_http_adapter(kit, INFO, provider, (COMPANY,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    """One request, and another for the parent where the record has one."""
    lei, ratio, name = lei_among(subject.register_numbers), 1.0, None
    if lei is not None:
        reply = yield Step(ApiRequest("GET", f"/lei-records/{lei}"))
        one = read_entity(read_object(parse_object(reply.body, system=NAME), "data", system=NAME))
        if one.lei != lei:
            raise UnexpectedReply("the answer is about another identifier", system=NAME)
    else:
        reply = yield Step(ApiRequest("GET", "/lei-records", params=search_params(subject)))
        records = read_list(parse_object(reply.body, system=NAME), "data", system=NAME)
        same = named(subject, [read_entity(record) for item in records if (record := as_object(item, system=NAME))])
        if len(same) != 1 or subject.country is None:
            return Answer(candidates=tuple(_candidate(found) for found in same[:MAX_CANDIDATES]))
        one, ratio = same[0], BY_NAME_RATIO
        name = next(written for written in one.names if same_name(subject.company_name or "", written, subject.country))
    parent = None
    if one.has_parent:
        reply = yield Step(ApiRequest("GET", f"/lei-records/{one.lei}/direct-parent"), accepts_missing=True)
        parent = read_parent(reply)
    about = [Value(Field.COMPANY_NAME, name or next(iter(one.names), ""), ratio)] if one.names else []
    about += [Value(Field.COUNTRY, country, ratio) for country in sorted(one.countries)]
    return Answer(_values(one, ratio, parent), about=tuple(about))


def search_params(subject: Subject) -> tuple[tuple[str, str], ...]:
    filters = {"entity.legalName": subject.company_name, "entity.legalAddress.country": subject.country}
    return (*((f"filter[{name}]", value) for name, value in filters.items() if value), ("page[size]", str(_HITS)))


def named(subject: Subject, entities: Sequence[Entity]) -> list[Entity]:
    """Those that bear the name, in the country where one is known. Of several the only living one, if there is just one."""
    asked, country = subject.company_name or "", subject.country or ""
    same = [
        one
        for one in entities
        if (not country or country in one.countries) and any(same_name(asked, written, country) for written in one.names)
    ]
    living = [one for one in same if one.is_active]
    return living if len(living) == 1 else same


def read_entity(record: JsonObject) -> Entity:
    """A record of the register. Raises UnexpectedReply when it has no LEI or no entity."""
    lei = to_lei(record.get("id"))
    entity = read_object(read_object(record, "attributes", system=NAME), "entity", system=NAME)
    if lei is None:
        raise UnexpectedReply("a record without an identifier", system=NAME)
    office = as_object(entity.get("headquartersAddress"), system=NAME) or as_object(entity.get("legalAddress"), system=NAME) or {}
    found: dict[Field, FieldValue | None] = {
        Field.LEGAL_NAME: to_text(find_at(entity, "legalName.name")),
        Field.LEGAL_FORM: to_text(find_at(entity, "legalForm.other")) or _FORMS.get(str(find_at(entity, "legalForm.id"))),
        Field.COMPANY_STATUS: _STATUSES.get(str(entity.get("status"))),
        Field.REGISTER_NUMBER: (_PREFIX + lei, *_national(entity)),
        Field.FOUNDED_YEAR: to_year(entity.get("creationDate")),
        Field.COUNTRY: to_country(office.get("country")),
        Field.STATE: _state(office.get("region")),
        Field.CITY: to_text(office.get("city")),
        Field.STREET: ", ".join(to_texts(office.get("addressLines")) or ()) or None,
        Field.POSTAL_CODE: to_text(office.get("postalCode")),
    }
    written = (
        find_at(entity, "legalName.name"),
        *_other_names(entity, "otherNames"),
        *_other_names(entity, "transliteratedOtherNames"),
    )
    countries = (to_country(find_at(entity, f"{address}.country")) for address in ("headquartersAddress", "legalAddress"))
    return Entity(
        lei,
        tuple(dict.fromkeys(text for raw in written if (text := to_text(raw)))),
        frozenset(country for country in countries if country),
        {name: value for name, value in found.items() if value is not None},
        has_parent=_has_parent(record),
    )


def read_parent(reply: ApiReply) -> str | None:
    """The legal name of the parent, None when the register has none after all."""
    if reply.status == 404:
        return None
    return to_text(find_at(parse_object(reply.body, system=NAME), "data.attributes.entity.legalName.name"))


def lei_among(register_numbers: Iterable[str]) -> str | None:
    """The first LEI."""
    return next((lei for one in register_numbers if one.startswith(_PREFIX) and (lei := to_lei(one.removeprefix(_PREFIX)))), None)


def _values(one: Entity, ratio: float, parent: str | None = None) -> tuple[Value, ...]:
    found = {**one.values, Field.PARENT_COMPANY: parent}
    source = f"https://search.gleif.org/#/record/{one.lei}"
    return tuple(Value(name, value, min(TRUST[name], ratio), source) for name, value in found.items() if value is not None)


def _candidate(one: Entity) -> tuple[Value, ...]:
    """With its name as the company's name: so the one that is meant can be told."""
    return (*_values(one, BY_NAME_RATIO), Value(Field.COMPANY_NAME, next(iter(one.names)), BY_NAME_RATIO))


def _national(entity: JsonObject) -> tuple[str, ...]:
    authority, number = find_at(entity, "registeredAt.id"), to_text(entity.get("registeredAs"))
    if not isinstance(authority, str) or not _AUTHORITY.fullmatch(authority) or authority == _NO_AUTHORITY or number is None:
        return ()
    if authority in _BRITISH:
        return (f"GB-{company}",) if (company := to_british_number(number)) else ()
    if entity.get("jurisdiction") == "BR" and (cnpj := to_cnpj(number)):
        return (to_register_number(cnpj),)
    return (f"{authority}-{number.upper()}",) if _NATIONAL.fullmatch(number.upper()) else ()


def _has_parent(record: JsonObject) -> bool:
    """A parent is a link to its record; who has none, or does not tell, has a link to the reason instead."""
    links = find_at(record, "relationships.direct-parent.links")
    return isinstance(links, dict) and bool({"lei-record", "relationship-record", "related"} & links.keys())


def _state(raw: object) -> str | None:
    """The state of "US-CA"; other countries' codes say nothing to people."""
    country, _, state = (to_text(raw) or "").partition("-")
    return state or None if country in _STATES_TOLD else None


def _other_names(entity: JsonObject, member: str) -> list[object]:
    others = entity.get(member)
    return [one.get("name") for one in others if isinstance(one, dict)] if isinstance(others, list) else []


def _accepts(subject: Subject) -> bool:
    """By number, or by name once the country is known: a name alone gives no more than candidates, and a question is asked but once."""
    named = bool(subject.company_name and subject.country)
    return subject.kind == "company" and (named or lei_among(subject.register_numbers) is not None)


COMPANY: Final = HttpConversation(
    Offer(INFO, "company", Capability.COMPANY, TRUST, _accepts, rates=(Rate(10, 10.0),), requests=2), look_up
)
