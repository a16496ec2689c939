"""What People Data Labs says of companies and people, built from the facts: everything in small letters, absent is null.

Shapes follow the vendor's specification of version 5, state of November 2026: a company's facts stand beside the status, a person's under
`data`.
"""

from simulator.data.demo import DemoContact
from simulator.neighbours.chance import hex_id, pick_weighted
from simulator.neighbours.facts import CompanyFacts, Glasses

SEER = Glasses("people_data_labs")
Body = dict[str, object]
_SIZES = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1000"), (5000, "1001-5000"),
          (10_000, "5001-10000"))  # fmt: skip
_LEVELS = {"c_suite": "cxo", "vp": "vp", "head": "director", "director": "director", "manager": "manager", "senior": "senior",
           "entry": "entry"}  # fmt: skip
_ROLES = {"it": "engineering", "hr": "human_resources", "management": "operations"}


def likelihood(subject: str) -> int:
    """How sure the match is, 1 to 10, fixed per domain or address."""
    return pick_weighted(((10, 30), (9, 30), (8, 20), (6, 12), (4, 8)), "pdl likelihood", subject)


def company(facts: CompanyFacts) -> Body:
    """The body of a company that was found."""
    firm, slug = facts.company, facts.linkedin_slug
    employees = SEER.employees(facts)
    profile = _maybe(facts.domain, "linkedin", f"linkedin.com/company/{slug}")
    return {
        "status": 200,
        "name": firm.name.lower(),
        "size": _size(employees),
        "employee_count": employees,
        "id": hex_id(24, "pdl company", facts.domain),
        "founded": _maybe(facts.domain, "founded", firm.founded_year),
        "industry": firm.industry.lower(),
        "location": _place(facts),
        "linkedin_id": None,
        "linkedin_url": profile,
        "facebook_url": None,
        "twitter_url": None,
        "profiles": [profile] if profile else [],
        "website": facts.domain,
        "ticker": None,
        "type": None,
        "summary": _maybe(facts.domain, "summary", firm.summary.lower() or None),
        "tags": [firm.industry.lower()],
        "headline": None,
        "alternative_names": [],
        "affiliated_profiles": [],
        "likelihood": likelihood(facts.domain),
    }


def person(contact: DemoContact, facts: CompanyFacts, *, titlecase: bool) -> Body:
    """The body of a person who was found; `titlecase` writes names, title and places with capitals."""
    firm = facts.company
    slug = f"{contact.first_name}-{contact.last_name}-{facts.slug}-sample".lower().replace(" ", "-")

    def written(text: str | None) -> str | None:
        return None if not text else text.title() if titlecase else text.lower()

    data: Body = {
        "id": hex_id(24, "pdl person", contact.email),
        "full_name": written(f"{contact.first_name} {contact.last_name}"),
        "first_name": written(contact.first_name),
        "last_name": written(contact.last_name),
        "work_email": _maybe(contact.email, "email", contact.email),
        "job_title": _maybe(contact.email, "title", written(contact.title)),
        "job_title_role": _ROLES.get(contact.department, contact.department),
        "job_title_levels": [_LEVELS[contact.seniority]],
        "job_company_name": written(firm.name),
        "job_company_website": facts.domain,
        "job_company_size": _size(SEER.employees(facts)),
        "linkedin_url": _maybe(contact.email, "linkedin", f"linkedin.com/in/{slug}"),
        "location_locality": written(firm.city),
        "location_region": written(firm.state),
        "location_country": written(firm.country),
    }
    return {"status": 200, "likelihood": likelihood(contact.email), "data": data, "dataset_version": "35.0"}


def _place(facts: CompanyFacts) -> Body:
    firm = facts.company
    parts = [part.lower() for part in (firm.city, firm.state, firm.country) if part]
    return {
        "name": ", ".join(parts) or None,
        "locality": firm.city.lower() or None,
        "region": firm.state.lower() or None,
        "metro": None,
        "country": firm.country.lower() or None,
        "continent": None,
        "street_address": _maybe(facts.domain, "street", facts.street.lower()),
        "address_line_2": None,
        "postal_code": facts.postal_code,
        "geo": None,
    }


def _size(employees: int | None) -> str | None:
    if employees is None:
        return None
    return next((band for limit, band in _SIZES if employees <= limit), "10001+")


def _maybe(subject: str, field: str, value: object) -> object:
    return None if SEER.is_blank(subject, field) else value
