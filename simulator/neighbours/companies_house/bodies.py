"""The register's bodies: what is not known is left out, never null."""

from dataclasses import dataclass

from simulator.neighbours.chance import pick_weighted
from simulator.neighbours.facts import CompanyFacts
from simulator.neighbours.register_numbers import british_number_of, legal_name_of

Body = dict[str, object]


@dataclass(frozen=True)
class Entry:
    """One company of the register."""

    number: str
    name: str
    status: str
    kind: str
    created_on: str
    street: str
    city: str

    @property
    def address(self) -> Body:
        known = {"address_line_1": self.street, "locality": self.city, "postal_code": "EC1A 1AA", "country": "England"}
        return {name: value for name, value in known.items() if value}


SAMPLE = Entry("01234567", "AURORA PAYROLL LTD", "active", "ltd", "2016-02-01", "1 Sample Street", "London")
# One name, two companies: an old one that was dissolved and its successor; and two living namesakes.
NAMESAKES = (
    Entry("ZZ900001", "TWICE SAMPLED LIMITED", "dissolved", "ltd", "1999-05-01", "2 Sample Street", "Leeds"),
    Entry("ZZ900002", "TWICE SAMPLED LTD", "active", "ltd", "2011-05-01", "3 Sample Street", "Leeds"),
    Entry("ZZ900003", "NAMESAKES SAMPLE LTD", "active", "ltd", "2001-05-01", "4 Sample Street", "York"),
    Entry("ZZ900004", "NAMESAKES SAMPLE LIMITED", "liquidation", "ltd", "2003-05-01", "5 Sample Street", "Bath"),
    Entry("ZZ900005", "NAMESAKES SAMPLE PLC", "active", "plc", "2005-05-01", "6 Sample Street", "Hull"),
)


def entry_of(facts: CompanyFacts) -> Entry:
    """A British company of the list as the register has it."""
    name = legal_name_of(facts)
    kind = "plc" if name.endswith("PLC") else "ltd"
    status = pick_weighted((("active", 94), ("liquidation", 3), ("dissolved", 3)), "company status", facts.domain)
    started_on = f"{facts.company.founded_year or 1999}-02-01"
    return Entry(british_number_of(facts) or "", name, status, kind, started_on, facts.street, facts.company.city)


def profile(entry: Entry) -> Body:
    return {
        "company_name": entry.name,
        "company_number": entry.number,
        "company_status": entry.status,
        "type": entry.kind,
        "jurisdiction": "england-wales",
        "date_of_creation": entry.created_on,
        "registered_office_address": entry.address,
        "sic_codes": ["62012", "62020"],
        "can_file": True,
        "has_charges": False,
        "has_insolvency_history": entry.status == "liquidation",
        "previous_company_names": [{"name": f"OLD {entry.name}", "effective_from": entry.created_on, "ceased_on": "2018-06-30"}],
        "etag": f"0a1b2c3d4e5f60718293a4b5c6d7e8f9{entry.number.lower()}",
        "links": {"self": f"/company/{entry.number}", "officers": f"/company/{entry.number}/officers"},
    }


def search_hit(entry: Entry) -> Body:
    return {
        "kind": "searchresults#company",
        "title": entry.name,
        "company_number": entry.number,
        "company_status": entry.status,
        "company_type": entry.kind,
        "date_of_creation": entry.created_on,
        "address": entry.address | {"premises": entry.street.split()[0]},
        "address_snippet": f"{entry.street}, {entry.city}, England, EC1A 1AA",
        "description": f"{entry.number} - Incorporated on {entry.created_on}",
        "description_identifier": ["incorporated-on"],
        "snippet": "",
        "matches": {"title": [1, len(entry.name)], "snippet": []},
        "links": {"self": f"/company/{entry.number}"},
    }


def advanced_hit(entry: Entry) -> Body:
    return {
        "company_name": entry.name,
        "company_number": entry.number,
        "company_status": entry.status,
        "company_type": entry.kind,
        "kind": "search-results#company",
        "date_of_creation": entry.created_on,
        "registered_office_address": entry.address,
        "sic_codes": ["62012"],
        "links": {"company_profile": f"/company/{entry.number}"},
    }


def officers(entry: Entry) -> Body:
    """One director, plainly invented."""
    director = {
        "name": "CONTACT, Sample",
        "officer_role": "director",
        "appointed_on": entry.created_on,
        "nationality": "British",
        "occupation": "Director",
        "date_of_birth": {"month": 1, "year": 1970},
        "address": entry.address,
        "links": {"self": f"/company/{entry.number}/appointments/sample"},
    }
    return {
        "kind": "officer-list", "etag": "1a1b2c3d4e5f60718293a4b5c6d7e8f901234568", "items_per_page": 35, "start_index": 0,
        "total_results": 1, "active_count": 1, "resigned_count": 0, "links": {"self": f"/company/{entry.number}/officers"},
        "items": [director],
    }  # fmt: skip
