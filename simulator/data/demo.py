"""The demo data: 300 real companies and synthetic contacts at them, the same on every run.

Companies come from `companies.csv` (see README.md for source and licence). People are made up from a number: "Sample
Contact 017" never was anyone. It does not load anything into a portal; that is the caller's job.
"""

import csv
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

COMPANIES_FILE = Path(__file__).with_name("companies.csv")
CONTACT_FIRST_NAME = "Sample"

# Title, seniority and department go together: providers and the BANT rules read all three.
ROLES: tuple[tuple[str, str, str], ...] = (
    ("Chief Executive Officer", "c_suite", "management"),
    ("VP Sales", "vp", "sales"),
    ("Head of Marketing", "head", "marketing"),
    ("Chief Financial Officer", "c_suite", "finance"),
    ("IT Director", "director", "it"),
    ("Procurement Manager", "manager", "operations"),
    ("Operations Manager", "manager", "operations"),
    ("Marketing Specialist", "entry", "marketing"),
    ("Account Executive", "senior", "sales"),
    ("Software Engineer", "senior", "it"),
    ("Human Resources Manager", "manager", "hr"),
    ("Chief Technology Officer", "c_suite", "it"),
)


@dataclass(frozen=True)
class DemoCompany:
    """One company of the demo list. None or "" means the source did not say."""

    name: str
    domain: str
    country: str
    country_code: str
    state: str
    city: str
    sector: str
    industry: str
    employees: int | None
    revenue_musd: float | None
    founded_year: int | None
    summary: str


@dataclass(frozen=True)
class DemoContact:
    """A synthetic person at a demo company."""

    number: int
    first_name: str
    last_name: str
    email: str
    title: str
    seniority: str
    department: str
    domain: str


@functools.cache
def load_companies() -> tuple[DemoCompany, ...]:
    """The 300 demo companies in file order (already shuffled). Reads the file once per process."""
    with COMPANIES_FILE.open(newline="", encoding="utf-8") as lines:
        return tuple(_parse_company(row) for row in csv.DictReader(lines))


def build_contact(number: int, domain: str) -> DemoContact:
    """The synthetic contact with this number at this domain; the same arguments give the same person."""
    title, seniority, department = ROLES[number % len(ROLES)]
    return DemoContact(
        number=number,
        first_name=CONTACT_FIRST_NAME,
        last_name=f"Contact {number:03d}",
        email=f"sample.contact.{number:03d}@{domain}",
        title=title,
        seniority=seniority,
        department=department,
        domain=domain,
    )


def build_contacts(companies: Sequence[DemoCompany]) -> tuple[DemoContact, ...]:
    """One or two contacts for each company, numbered from 1 in the order of the companies."""
    return tuple(_numbered(companies))


def _numbered(companies: Sequence[DemoCompany]) -> Iterator[DemoContact]:
    number = 0
    for position, company in enumerate(companies):
        for _ in range(1 + position % 2):
            number += 1
            yield build_contact(number, company.domain)


def _parse_company(row: dict[str, str]) -> DemoCompany:
    return DemoCompany(
        name=row["name"],
        domain=row["domain"],
        country=row["country"],
        country_code=row["country_code"],
        state=row["state"],
        city=row["city"],
        sector=row["sector"],
        industry=row["industry"],
        employees=int(row["employees"]) if row["employees"] else None,
        revenue_musd=float(row["revenue_musd"]) if row["revenue_musd"] else None,
        founded_year=int(row["founded_year"]) if row["founded_year"] else None,
        summary=row["summary"],
    )
