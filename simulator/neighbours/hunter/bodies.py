"""Hunter's answers built from the facts, as Hunter would know them. Nulls are common in every field.

Shapes follow https://hunter.io/api-documentation/v2, state of November 2026; company bodies use Clearbit's names.
"""

from simulator.data.demo import DemoContact, build_contact
from simulator.neighbours.chance import draw, hex_id, pick_weighted
from simulator.neighbours.facts import CompanyFacts, Glasses

HUNTER = Glasses("hunter")
Body = dict[str, object]
_HEADCOUNTS = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1000"), (5000, "1001-5000"),
               (10_000, "5001-10000"))  # fmt: skip
_SENIORITIES = {"c_suite": "executive", "vp": "executive", "head": "senior", "director": "senior", "manager": "senior",
                "senior": "senior", "entry": "junior"}  # fmt: skip
# Hunter's departments are fewer than a company's.
_DEPARTMENTS = {"operations": "management"}
_EMPTY_FIELDS = (
    "pattern", "organization", "description", "industry", "twitter", "facebook", "linkedin", "instagram", "youtube",
    "country", "state", "city", "postal_code", "street", "headcount", "company_type",
)  # fmt: skip
SEEN_ON = "2026-10-01"
EMAILS_PER_DOMAIN = 4


def headcount_band(employees: int | None) -> str | None:
    """Hunter's headcount range, e.g. "51-200"; None for None."""
    if employees is None:
        return None
    return next((band for limit, band in _HEADCOUNTS if employees <= limit), "10001+")


def verification_status(email: str) -> str:
    """What the mail server of a known address says; fixed per address."""
    return pick_weighted((("valid", 68), ("accept_all", 14), ("unknown", 8), ("invalid", 10)), "hunter mail", email)


def domain_search(facts: CompanyFacts, emails: list[Body]) -> Body:
    """The `data` of a domain search with the given page of addresses."""
    company = facts.company
    return {
        "domain": facts.domain,
        "disposable": False,
        "webmail": False,
        "accept_all": False,
        "pattern": "sample.contact.{number}",
        "organization": company.name,
        "description": _maybe(facts, "description", company.summary or None),
        "industry": _maybe(facts, "industry", company.industry),
        "twitter": None,
        "facebook": None,
        "linkedin": _maybe(facts, "linkedin", f"https://linkedin.com/company/{facts.linkedin_slug}"),
        "instagram": None,
        "youtube": None,
        "technologies": [_tech_id(name) for name in HUNTER.technologies(facts)],
        "country": company.country_code,
        "state": company.state or None,
        "city": _maybe(facts, "city", company.city or None),
        "postal_code": None,
        "street": facts.street,
        "headcount": headcount_band(HUNTER.employees(facts)),
        "company_type": "public company",
        "emails": emails,
        "linked_domains": [],
    }


def empty_domain_search(domain: str) -> Body:
    """The `data` for a domain Hunter has nothing on: every field there, every field empty."""
    return {"domain": domain, "disposable": False, "webmail": False, "accept_all": False} | dict.fromkeys(_EMPTY_FIELDS) | {
        "technologies": [], "emails": [], "linked_domains": [],
    }  # fmt: skip


def emails_of(facts: CompanyFacts) -> list[Body]:
    """The addresses Hunter lists for a domain: a few synthetic people and one general address."""
    first = int(hex_id(4, "hunter people", facts.domain), 16) % 900 + 1
    people = [build_contact(first + step, facts.domain) for step in range(EMAILS_PER_DOMAIN - 1)]
    return [_listed_person(contact) for contact in people] + [_listed_mailbox(facts)]


def email_finder(contact: DemoContact, facts: CompanyFacts) -> Body:
    """The `data` for a person found."""
    status = verification_status(contact.email)
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "score": 97 if status == "valid" else 72,
        "domain": facts.domain,
        "accept_all": status == "accept_all",
        "position": contact.title,
        "twitter": None,
        "linkedin_url": None,
        "phone_number": None,
        "company": facts.company.name,
        "sources": _sources(facts.domain),
        "verification": {"date": SEEN_ON, "status": status},
    }


def email_not_found(first_name: str | None, last_name: str | None, domain: str, company: str | None) -> Body:
    """The `data` for a person not found: a 200 with nothing in it."""
    return {
        "first_name": first_name, "last_name": last_name, "email": None, "score": None, "domain": domain,
        "accept_all": False, "position": None, "twitter": None, "linkedin_url": None, "phone_number": None,
        "company": company, "sources": [], "verification": {"date": None, "status": None},
    }  # fmt: skip


def email_verification(email: str, status: str | None) -> Body:
    """The `data` of the verifier; None is the body of a 202, still working."""
    results = {"valid": ("deliverable", 100), "accept_all": ("risky", 71), "unknown": ("risky", 50), "webmail": ("deliverable", 95),
               "disposable": ("risky", 20), "invalid": ("undeliverable", 0)}  # fmt: skip
    result, score = results[status] if status else (None, None)
    pending = status is None
    return {
        "status": status,
        "result": result,
        "_deprecation_notice": "Using result is deprecated, use status instead",
        "score": score,
        "email": email,
        "regexp": "@" in email,
        "gibberish": False,
        "disposable": status == "disposable",
        "webmail": status == "webmail",
        "mx_records": status != "invalid",
        "smtp_server": None if pending else status not in {"invalid", "unknown"},
        "smtp_check": None if pending else status in {"valid", "accept_all", "webmail"},
        "accept_all": None if pending else status == "accept_all",
        "block": None if pending else False,
        "sources": _sources(email.rpartition("@")[2]) if status == "valid" else [],
    }


def company(facts: CompanyFacts) -> Body:
    """The `data` of companies/find."""
    firm = facts.company
    band = headcount_band(HUNTER.employees(facts))
    return {
        "id": hex_id(32, "hunter company", facts.domain),
        "name": firm.name,
        "legalName": None,
        "domain": facts.domain,
        "domainAliases": [],
        "site": {"phoneNumbers": [facts.phone] if facts.phone else [], "emailAddresses": [facts.mailbox]},
        "category": {"sector": _maybe(facts, "sector", firm.sector), "industryGroup": None, "industry": firm.industry,
                     "subIndustry": None, "gicsCode": None, "sicCode": None, "sic4Codes": [], "naicsCode": None},
        "tags": [firm.industry.lower()],
        "description": _maybe(facts, "description", firm.summary or None),
        "foundedYear": _maybe(facts, "founded_year", firm.founded_year),
        "location": ", ".join(part for part in (facts.street, firm.city, firm.country) if part),
        "timeZone": None,
        "utcOffset": None,
        "geo": {"streetNumber": None, "streetName": None, "city": firm.city or None, "postalCode": None,
                "state": firm.state or None, "country": firm.country, "countryCode": firm.country_code, "lat": None, "lng": None},
        "logo": None,
        "facebook": {"handle": None},
        "linkedin": {"handle": _maybe(facts, "linkedin", f"company/{facts.linkedin_slug}")},
        "twitter": {"handle": None},
        "crunchbase": {"handle": None},
        "instagram": {"handle": None},
        "emailProvider": None,
        "type": "public",
        "ticker": None,
        "identifiers": {"usEIN": None},
        "phone": facts.phone,
        "metrics": {"alexaUsRank": None, "alexaGlobalRank": None, "trafficRank": None, "employees": band, "marketCap": None,
                    "raised": None, "annualRevenue": None, "estimatedAnnualRevenue": None, "fiscalYearEnd": None},
        "indexedAt": SEEN_ON,
        "tech": [_tech_id(name) for name in HUNTER.technologies(facts)],
        "techCategories": [],
        "fundingRounds": [],
        "parent": {"domain": None},
        "ultimateParent": {"domain": None},
    }  # fmt: skip


def email_count(facts: CompanyFacts | None) -> Body:
    """The `data` of the free count, spread over departments and seniorities."""
    total = min(400, facts.employees // 20 + EMAILS_PER_DOMAIN) if facts else 0
    generic = 1 if facts else 0
    people = total - generic
    departments = ("executive", "it", "finance", "management", "sales", "legal", "support", "hr", "marketing", "communication")
    junior, executive = people * 2 // 10, people // 10
    return {
        "total": total,
        "personal_emails": people,
        "generic_emails": generic,
        "department": {name: people // len(departments) for name in departments},
        "seniority": {"junior": junior, "senior": people - junior - executive, "executive": executive},
    }


def _listed_person(contact: DemoContact) -> Body:
    status = verification_status(contact.email)
    return _listed(contact.email, "personal", 60 + int(draw("confidence", contact.email) * 39), contact.domain) | {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "position": contact.title,
        "position_raw": contact.title,
        "seniority": _SENIORITIES[contact.seniority],
        "department": _DEPARTMENTS.get(contact.department, contact.department),
        "verification": {"date": SEEN_ON, "status": status},
    }


def _listed_mailbox(facts: CompanyFacts) -> Body:
    return _listed(facts.mailbox, "generic", 81, facts.domain)


def _listed(email: str, kind: str, confidence: int, domain: str) -> Body:
    return {
        "value": email, "type": kind, "confidence": confidence, "sources": _sources(domain),
        "first_name": None, "last_name": None, "position": None, "position_raw": None, "seniority": None, "department": None,
        "linkedin": None, "twitter": None, "phone_number": None, "verification": {"date": None, "status": None},
    }  # fmt: skip


def _sources(domain: str) -> list[Body]:
    return [{"domain": domain, "uri": f"http://{domain}/contact", "extracted_on": "2025-02-05", "last_seen_on": SEEN_ON,
             "still_on_page": True}]  # fmt: skip


def _maybe(facts: CompanyFacts, field: str, value: object) -> object:
    return None if HUNTER.is_blank(facts.domain, field) else value


def _tech_id(name: str) -> str:
    return name.lower().replace(" ", "-").replace(".", "-")
