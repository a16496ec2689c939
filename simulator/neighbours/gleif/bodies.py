"""Records of the register as JSON:API."""

from dataclasses import dataclass

from simulator.neighbours.chance import draw
from simulator.neighbours.facts import CompanyFacts, Glasses
from simulator.neighbours.register_numbers import british_number_of, cnpj_of, legal_name_of, lei_of

Body = dict[str, object]
GLEIF = Glasses("gleif")
ROOT = "https://api.gleif.org/api/v1/lei-records"
GOLDEN_COPY = {"goldenCopy": {"publishDate": "2026-11-20T08:00:00Z"}}


@dataclass(frozen=True)
class Record:
    """One legal entity. `parent` is the LEI of its direct parent."""

    lei: str
    name: str
    country: str
    region: str
    city: str
    street: str
    postal_code: str
    authority: str
    number: str
    legal_form: str
    status: str = "ACTIVE"
    created_on: str = "2016-02-01"
    other_names: tuple[str, ...] = ()
    parent: str = ""


def _london(lei: str, name: str, number: str, street: str, **more: object) -> Record:
    return Record(lei, name, "GB", "GB-LND", "London", street, "EC1A 1AA", "RA000585", number, "H0PO", **more)  # type: ignore[arg-type]


HOLDING = _london("9845000EXAMPLE000145", "AURORA HOLDINGS LTD", "07654321", "9 Sample Street")
SAMPLES = (
    _london("9845000EXAMPLE000048", "AURORA PAYROLL LTD", "01234567", "1 Sample Street"),
    _london(
        "9845000EXAMPLE000242",
        "BOREALIS SAMPLE LTD",
        "01234568",
        "2 Sample Street",
        parent=HOLDING.lei,
        other_names=("Borealis Works",),
    ),
    HOLDING,
    _london("9845000EXAMPLE000339", "NAMESAKES SAMPLE LTD", "01234569", "3 Sample Street"),
    _london("9845000EXAMPLE000436", "NAMESAKES SAMPLE PLC", "01234570", "4 Sample Street"),
    _london("9845000EXAMPLE000533", "TWICE SAMPLED LTD", "01234571", "5 Sample Street", status="INACTIVE"),
    _london("9845000EXAMPLE000630", "TWICE SAMPLED LIMITED", "01234572", "6 Sample Street"),
)


def record_of(facts: CompanyFacts) -> Record:
    """A company of the list as the register has it, in its country's own register where the invented world has one."""
    company, number = facts.company, british_number_of(facts) or cnpj_of(facts)
    authority = {"GB": "RA000585", "BR": "RA000065", "US": "RA000602"}.get(company.country_code, "RA000999")
    region = f"{company.country_code}-{company.state or 'XX'}"
    return Record(
        lei_of(facts), legal_name_of(facts), company.country_code, region, company.city, facts.street, "00000", authority,
        number or f"{int(draw('register', facts.domain) * 10_000_000):07d}", "8888", created_on=f"{company.founded_year or 1999}-02-01",
    )  # fmt: skip


def record_body(one: Record) -> Body:
    """The resource object of a record."""
    own = f"{ROOT}/{one.lei}"
    parent = (
        {"relationship-record": f"{own}/direct-parent-relationship", "lei-record": f"{own}/direct-parent"}
        if one.parent
        else {"reporting-exception": f"{own}/direct-parent-reporting-exception"}
    )
    return {
        "type": "lei-records",
        "id": one.lei,
        "attributes": {
            "lei": one.lei, "entity": _entity(one), "registration": _registration(one), "bic": None, "mic": None, "ocid": None,
            "qcc": None, "spglobal": None, "conformityFlag": "CONFORMING",
        },
        "relationships": {"managing-lou": {"links": {"related": f"{own}/managing-lou"}}, "direct-parent": {"links": parent}},
        "links": {"self": own},
    }  # fmt: skip


def page_body(found: list[Record], number: int, size: int) -> Body:
    """One page of a search."""
    start = (number - 1) * size
    shown, last = found[start : start + size], max(1, -(-len(found) // size))
    page = {"currentPage": number, "perPage": size, "from": start + 1 if shown else None, "to": start + len(shown) or None,
            "total": len(found), "lastPage": last}  # fmt: skip
    links = {
        "first": f"{ROOT}?page%5Bnumber%5D=1&page%5Bsize%5D={size}",
        "last": f"{ROOT}?page%5Bnumber%5D={last}&page%5Bsize%5D={size}",
    }
    return {"meta": GOLDEN_COPY | {"pagination": page}, "links": links, "data": [record_body(one) for one in shown]}


def completion(one: Record) -> Body:
    data = {"type": "lei-records", "id": one.lei}
    related = {"lei-records": {"data": data, "links": {"related": f"{ROOT}/{one.lei}"}}}
    return {"type": "fuzzycompletions", "attributes": {"value": one.name}, "relationships": related}


def _entity(one: Record) -> Body:
    return {
        "legalName": {"name": one.name, "language": "en"},
        "otherNames": [{"name": name, "language": "en", "type": "TRADING_OR_OPERATING_NAME"} for name in one.other_names],
        "transliteratedOtherNames": [], "legalAddress": _address(one), "headquartersAddress": _address(one),
        "registeredAt": {"id": one.authority, "other": None}, "registeredAs": one.number, "jurisdiction": one.country,
        "category": "GENERAL", "legalForm": {"id": one.legal_form, "other": None}, "associatedEntity": {"lei": None, "name": None},
        "status": one.status, "expiration": {"date": None, "reason": None}, "successorEntity": {"lei": None, "name": None},
        "successorEntities": [], "creationDate": f"{one.created_on}T00:00:00Z", "subCategory": None, "otherAddresses": [],
        "eventGroups": [],
    }  # fmt: skip


def _address(one: Record) -> Body:
    return {
        "language": "en", "addressLines": [one.street], "addressNumber": None, "addressNumberWithinBuilding": None, "mailRouting": None,
        "city": one.city, "region": one.region, "country": one.country, "postalCode": one.postal_code,
    }  # fmt: skip


def _registration(one: Record) -> Body:
    return {
        "initialRegistrationDate": "2020-06-12T06:45:00Z", "lastUpdateDate": "2026-06-12T06:45:00Z",
        "status": "ISSUED" if one.status == "ACTIVE" else "RETIRED", "nextRenewalDate": "2027-06-12T06:45:00Z",
        "managingLou": "549300O897ZC5H7CY412", "corroborationLevel": "FULLY_CORROBORATED",
        "validatedAt": {"id": one.authority, "other": None}, "validatedAs": one.number, "otherValidationAuthorities": [],
    }  # fmt: skip
