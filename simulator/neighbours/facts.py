"""What is true in the invented world about each demo company, so that the web site and the providers mostly agree.

Name, place, industry, text and (for some) headcount are the demo list's; phone, street, technologies and the headcounts
nobody published are made up by repeatable chance. Each source sees the truth through its own glasses (`Glasses`): it does
not know every company, leaves fields blank and is sometimes out of date. Domains such as `anything-made.example` are
companies too, invented on the spot, so that load tests need no list.

Two kinds of names ask for trouble. A data provider takes `anything-mistaken-made.example` for another company, while its web site is right. A
name that begins with "Namesakes" belongs to three invented companies.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulator.data.demo import CONTACT_FIRST_NAME, DemoCompany, DemoContact, build_contact
from simulator.neighbours.chance import draw, pick, pick_weighted

MADE_DOMAIN = re.compile(r"([a-z0-9-]{1,40})-made\.example")
MISTAKEN_DOMAIN = re.compile(r"([a-z0-9-]{1,30})-mistaken-made\.example")
NAMESAKES = re.compile(r"namesakes\b.*", re.IGNORECASE)
NAMESAKE_COUNT = 3
CONTACT_EMAIL = re.compile(r"sample\.contact\.(\d{1,7})@(.+)")
CONTACT_LAST_NAME = re.compile(r"contact (\d{1,7})", re.IGNORECASE)
UNKNOWN_SHARE = 0.15

# Number ranges that regulators keep free for fiction; countries without one get no phone rather than a stranger's.
_FICTION_PHONES = {
    "US": "+1 202 555 01{:02d}",
    "CA": "+1 613 555 01{:02d}",
    "GB": "+44 20 7946 0{:03d}",
    "AU": "+61 2 5550 {:04d}",
    "FR": "+33 1 99 00 {:02d} 17",
    "SE": "+46 8 465 004 {:02d}",
    "DE": "+49 30 23125 {:03d}",
    "IE": "+353 20 91 {:05d}",
}
_MADE_PLACES = (
    ("United States", "US", "TX", "Austin"),
    ("United Kingdom", "GB", "", "Leeds"),
    ("Germany", "DE", "", "Berlin"),
    ("Brazil", "BR", "SP", "Sao Paulo"),
    ("Saudi Arabia", "SA", "", "Riyadh"),
)
_MADE_TRADES = (
    ("Information Technology", "Software"),
    ("Industrials", "Machinery"),
    ("Health Care", "Health Care Equipment & Supplies"),
    ("Consumer Discretionary", "Specialty Retail"),
)
TECHNOLOGY_NAMES = (
    "WordPress", "Drupal", "HubSpot", "Google Tag Manager", "Google Analytics", "Cloudflare", "Shopify", "Marketo",
    "Salesforce Pardot", "Intercom", "Zendesk", "Hotjar", "Segment", "jQuery", "Next.js", "nginx", "PHP", "ASP.NET",
    "Stripe", "Facebook Pixel", "LinkedIn Insight Tag", "Webflow", "Matomo", "OneTrust", "TYPO3", "WooCommerce",
)  # fmt: skip


@dataclass(frozen=True)
class CompanyFacts:
    """The truth about one company; `employees` is always known here, `phone` is None where no fictional range exists."""

    company: DemoCompany
    employees: int
    phone: str | None
    street: str
    technologies: tuple[str, ...]
    slug: str

    @property
    def domain(self) -> str:
        return self.company.domain

    @property
    def linkedin_slug(self) -> str:
        return f"{self.slug}-sample"

    @property
    def postal_code(self) -> str | None:
        """A code of the right form that is not in use (000..), for the countries where such codes are known; else None."""
        return f"00{int(draw('postcode', self.domain) * 900):03d}" if self.company.country_code in ("US", "DE") else None

    @property
    def mailbox(self) -> str:
        """A made-up general address; real ones such as info@ belong to someone."""
        return f"sample.info@{self.domain}"


class FactBook:
    """Finds companies by domain or name and synthetic people by address or name. Read only, safe between threads."""

    def __init__(self, companies: Iterable[DemoCompany]) -> None:
        self._by_domain = {company.domain: build_facts(company) for company in companies}
        self._by_name = {facts.company.name.casefold(): facts for facts in self._by_domain.values()}

    def domains(self) -> tuple[str, ...]:
        return tuple(self._by_domain)

    def find_domain(self, domain: str) -> CompanyFacts | None:
        """The company of a domain in any writing ("WWW.Acme.com", with scheme, path or port); None when there is none."""
        bare = bare_domain(domain)
        found = self._by_domain.get(bare)
        if found is None and MADE_DOMAIN.fullmatch(bare):
            return build_facts(make_company(bare))
        return found

    def find_name(self, name: str) -> CompanyFacts | None:
        return self._by_name.get(name.strip().casefold())

    def find_namesakes(self, name: str) -> tuple[CompanyFacts, ...]:
        """Every company of that name; for a name that begins with "Namesakes", three invented ones in different places."""
        if NAMESAKES.fullmatch(name.strip()):
            slug = re.sub(r"[^a-z0-9]+", "-", name.strip().lower()).strip("-")
            made = (make_company(f"{slug}-{number}-made.example") for number in range(1, NAMESAKE_COUNT + 1))
            return tuple(
                replace(build_facts(replace(company, name=name.strip())), slug=company.domain.removesuffix("-made.example"))
                for company in made
            )
        found = self.find_name(name)
        return (found,) if found else ()

    def find_email(self, email: str) -> tuple[DemoContact, CompanyFacts] | None:
        """The synthetic contact of an address at a known company."""
        match = CONTACT_EMAIL.fullmatch(email.strip().lower())
        facts = self.find_domain(match.group(2)) if match else None
        return (build_contact(int(match.group(1)), facts.domain), facts) if match and facts else None

    def find_person(self, first_name: str, last_name: str, domain: str) -> tuple[DemoContact, CompanyFacts] | None:
        """The synthetic contact of a name at a domain."""
        match = CONTACT_LAST_NAME.fullmatch(last_name.strip())
        facts = self.find_domain(domain)
        if match is None or facts is None or first_name.strip().casefold() != CONTACT_FIRST_NAME.casefold():
            return None
        return build_contact(int(match.group(1)), facts.domain), facts


@dataclass(frozen=True)
class Glasses:
    """How one source sees the truth: `source` names it ("apollo", "hunter", "site")."""

    source: str

    def knows(self, subject: str) -> bool:
        """False for about 15 % of subjects (a domain or an address)."""
        return draw(self.source, "knows", subject) >= UNKNOWN_SHARE

    def is_blank(self, domain: str, field: str, share: float = 0.1) -> bool:
        return draw(self.source, "blank", domain, field) < share

    def employees(self, facts: CompanyFacts) -> int | None:
        """The headcount as this source has it: mostly right, sometimes rounded, stale or missing."""
        factor = pick_weighted(
            ((1.0, 60), (0.9, 12), (1.15, 12), (0.5, 5), (2.2, 4), (None, 7)), self.source, "employees", facts.domain
        )
        return None if factor is None else max(1, round(facts.employees * factor))

    def technologies(self, facts: CompanyFacts) -> tuple[str, ...]:
        """The technologies this source noticed: each of the true ones with 80 % likelihood."""
        return tuple(name for name in facts.technologies if draw(self.source, "tech", facts.domain, name) < 0.8)


def mistaken_for(domain: str) -> str:
    """The domain of the company that data providers take this one for; mostly the domain itself."""
    return MISTAKEN_DOMAIN.sub(r"\1-stranger-made.example", bare_domain(domain))


def bare_domain(text: str) -> str:
    """The host without scheme, path, port, trailing dot and leading "www."; lower case."""
    host = text.strip().lower().removeprefix("https://").removeprefix("http://")
    bare = re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.")
    return re.sub(r"^\s+|[\s.]+$", "", bare)


def build_facts(company: DemoCompany) -> CompanyFacts:
    """The truth about a company: what the list says, completed by repeatable chance."""
    domain = company.domain
    employees = company.employees
    if employees is None:
        employees = round(12 * 10 ** (3 * draw("employees", domain)))
    wanted = 3 + int(draw("tech count", domain) * 5)
    ranked = sorted(TECHNOLOGY_NAMES, key=lambda name: draw("tech", domain, name))
    return CompanyFacts(
        company=company,
        employees=employees,
        phone=_phone(company.country_code, domain),
        street=f"{1 + int(draw('street', domain) * 180)} Sample Street",
        technologies=tuple(sorted(ranked[:wanted])),
        slug=re.sub(r"[^a-z0-9]+", "-", company.name.lower()).strip("-") or domain.split(".")[0],
    )


def make_company(domain: str) -> DemoCompany:
    """An invented company for a `*-made.example` domain."""
    country, code, state, city = pick(_MADE_PLACES, "place", domain)
    sector, industry = pick(_MADE_TRADES, "trade", domain)
    name = domain.removesuffix("-made.example").replace("-", " ").title() + " Made-up"
    return DemoCompany(
        name, domain, country, code, state, city, sector, industry, None, None, 1950 + int(draw("founded", domain) * 70),
        f"{name} is an invented company of the {industry} trade in {city}, {country}.",
    )  # fmt: skip


def _phone(country_code: str, domain: str) -> str | None:
    pattern = _FICTION_PHONES.get(country_code)
    return pattern.format(int(draw("phone", domain) * 99)) if pattern else None
