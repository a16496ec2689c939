"""Apollo's answers built from the facts, as Apollo would know them: sometimes blank, sometimes stale.

Shapes follow https://docs.apollo.io/reference (organization enrichment, people enrichment, bulk variants), state of November 2026.
The bulk calls return less than the single ones: no revenue, funding or technologies.
"""

from simulator.data.demo import DemoContact
from simulator.neighbours.chance import draw, hex_id, pick, pick_weighted
from simulator.neighbours.facts import CompanyFacts, Glasses

APOLLO = Glasses("apollo")
Body = dict[str, object]

# Apollo spells the one with three m's that way.
_DEPARTMENTS = (
    ("engineering", 22), ("operations", 16), ("sales", 14), ("support", 9), ("marketing", 7), ("information_technology", 6),
    ("finance", 5), ("human_resources", 4), ("accounting", 3), ("product_management", 3), ("business_development", 3),
    ("administrative", 2), ("consulting", 2), ("legal", 2), ("arts_and_design", 1), ("data_science", 1), ("education", 0),
    ("media_and_commmunication", 0), ("entrepreneurship", 0),
)  # fmt: skip
_CATEGORIES = {
    "HubSpot": "Marketing Automation",
    "Marketo": "Marketing Automation",
    "Salesforce Pardot": "Marketing Automation",
    "WordPress": "CMS",
    "Drupal": "CMS",
    "Shopify": "E-commerce",
}


# What the organisation inside a person does not have, by the end of the field's name.
_PERSON_LACKS = ("_head_count", "_growth", "num_languages", "num_retail_locations", "owned_by_organization")
_BULK_PERSON_LACKS = (*_PERSON_LACKS, "_description", "num_suborganizations", "owned_by_organization_id")
_UNUSED_JOB_FIELDS = ("created_at", "degree", "description", "emails", "grade_level", "kind", "major", "raw_address", "updated_at")


def organization_id(facts: CompanyFacts) -> str:
    return hex_id(24, "apollo organization", facts.domain)


def bulk_organization(facts: CompanyFacts) -> Body:
    """The organisation of a bulk answer: what both calls return."""
    company, domain = facts.company, facts.domain
    employees = APOLLO.employees(facts)
    address = ", ".join(part for part in (facts.street, company.city, company.state, company.country) if part)
    return _place(facts) | {
        "id": organization_id(facts),
        "name": company.name,
        "website_url": f"http://www.{domain}",
        "blog_url": None,
        "angellist_url": None,
        "linkedin_url": _maybe(domain, "linkedin", f"http://www.linkedin.com/company/{facts.linkedin_slug}"),
        "twitter_url": None,
        "facebook_url": None,
        "languages": ["English"],
        "num_languages": 1,
        "alexa_ranking": None,
        "phone": _maybe(domain, "phone", facts.phone),
        "linkedin_uid": str(int(hex_id(7, "linkedin", domain), 16)),
        "founded_year": _maybe(domain, "founded_year", company.founded_year),
        "publicly_traded_symbol": None,
        "publicly_traded_exchange": None,
        "logo_url": None,
        "crunchbase_url": None,
        "primary_domain": domain,
        "industry": _maybe(domain, "industry", company.industry.lower()),
        "keywords": _keywords(facts),
        "estimated_num_employees": employees,
        "industries": [company.industry.lower()],
        "secondary_industries": [],
        "snippets_loaded": True,
        "retail_location_count": 0,
        "num_retail_locations": 0,
        "raw_address": address,
        "street_address": facts.street,
        "postal_code": None,
        "owned_by_organization_id": None,
        "seo_description": company.summary[:150] or None,
        "short_description": _maybe(domain, "description", company.summary or None),
        "num_suborganizations": 0,
        "departmental_head_count": _departments(employees or 0),
        "organization_headcount_six_month_growth": _growth(domain, "six", 0.08),
        "organization_headcount_twelve_month_growth": _growth(domain, "twelve", 0.2),
        "organization_headcount_twenty_four_month_growth": _growth(domain, "twenty four", 0.4),
    }


def searched_organization(facts: CompanyFacts) -> Body:
    """The organisation of a search: hardly more than what names it."""
    number = facts.phone
    phone = {"number": number, "source": "Scraped", "sanitized_number": number.replace(" ", "")} if number else None
    kept = ("id", "name", "website_url", "blog_url", "angellist_url", "linkedin_url", "twitter_url", "facebook_url", "languages",
            "alexa_ranking", "linkedin_uid", "founded_year", "publicly_traded_symbol", "publicly_traded_exchange", "logo_url",
            "crunchbase_url", "primary_domain", "owned_by_organization_id")  # fmt: skip
    whole = bulk_organization(facts)
    return {name: whole[name] for name in kept} | {
        "phone": number, "primary_phone": phone or {}, "sanitized_phone": phone and phone["sanitized_number"],
        "show_intent": False, "has_intent_signal_account": False, "intent_signal_account": None,
    }  # fmt: skip


def search_page(organizations: list[Body], page: int, per_page: int, total: int) -> Body:
    """One page of a company search."""
    return {
        "breadcrumbs": [],
        "partial_results_only": False,
        "has_join": False,
        "disable_eu_prospecting": False,
        "partial_results_limit": 10_000,
        "pagination": {"page": page, "per_page": per_page, "total_entries": total, "total_pages": -(-total // per_page)},
        "accounts": [],
        "organizations": organizations,
        "model_ids": [one["id"] for one in organizations],
        "num_fetch_result": None,
        "derived_params": None,
    }


def organization(facts: CompanyFacts) -> Body:
    """The organisation of the single call: with revenue, funding and technologies."""
    names = APOLLO.technologies(facts)
    revenue_usd = int(facts.company.revenue_musd * 1_000_000) if facts.company.revenue_musd else None
    return bulk_organization(facts) | _funding(facts) | {
        "suborganizations": [],
        "owned_by_organization": None,
        "annual_revenue": _maybe(facts.domain, "revenue", revenue_usd),
        "annual_revenue_printed": _maybe(facts.domain, "revenue", _printed(revenue_usd)),
        "technology_names": list(names),
        "current_technologies": [
            {"uid": _uid(name), "name": name, "category": _CATEGORIES.get(name, "Other")} for name in names
        ],
    }  # fmt: skip


def person(contact: DemoContact, facts: CompanyFacts, *, bulk: bool) -> Body:
    """A person with the organisation inside; in bulk answers that organisation is thinner still."""
    email, status = _email_status(contact)
    company = bulk_organization(facts) if bulk else organization(facts)
    absent = _BULK_PERSON_LACKS if bulk else _PERSON_LACKS
    company = {name: value for name, value in company.items() if not name.endswith(absent)}
    name = f"{contact.first_name} {contact.last_name}"
    slug = f"{contact.first_name}-{contact.last_name}-{facts.slug}-sample".lower().replace(" ", "-")
    title = _maybe(contact.email, "title", contact.title)
    return _place(facts) | {
        "id": hex_id(24, "apollo person", contact.email),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": name,
        "linkedin_url": _maybe(contact.email, "linkedin", f"http://www.linkedin.com/in/{slug}"),
        "title": title,
        "email_status": status,
        "photo_url": None,
        "twitter_url": None,
        "github_url": None,
        "facebook_url": None,
        "extrapolated_email_confidence": None,
        "headline": f"{contact.title} at {facts.company.name}",
        "email": email,
        "organization_id": organization_id(facts),
        "employment_history": [_employment(contact, facts)],
        "organization": company,
        "departments": [f"master_{contact.department}"],
        "subdepartments": [contact.department],
        "functions": [contact.department],
        "seniority": contact.seniority,
        "revealed_for_current_team": True,
        "is_likely_to_engage": draw("engage", contact.email) < 0.5,
        "show_intent": False,
    }


def _employment(contact: DemoContact, facts: CompanyFacts) -> Body:
    row_id = hex_id(24, "apollo job", contact.email)
    started = f"{2012 + int(draw('started', contact.email) * 12)}-0{1 + int(draw('month', contact.email) * 9)}-01"
    return dict.fromkeys(_UNUSED_JOB_FIELDS) | {
        "_id": row_id,
        "id": row_id,
        "key": row_id,
        "current": True,
        "title": contact.title,
        "organization_id": organization_id(facts),
        "organization_name": facts.company.name,
        "start_date": started,
        "end_date": None,
    }


def _email_status(contact: DemoContact) -> tuple[str | None, str]:
    status = pick_weighted(
        (("verified", 70), ("extrapolated", 12), ("unavailable", 12), ("unverified", 6)), "apollo mail", contact.email
    )
    return (None if status == "unavailable" else contact.email), status


def _place(facts: CompanyFacts) -> Body:
    company = facts.company
    return {"city": company.city or None, "state": company.state or None, "country": company.country}


def _funding(facts: CompanyFacts) -> Body:
    if draw("funded", facts.domain) >= 0.25:
        return {
            "total_funding": None, "total_funding_printed": None, "latest_funding_round_date": None,
            "latest_funding_stage": None, "funding_events": [],
        }  # fmt: skip
    stage = pick(("Seed", "Series A", "Series B", "Debt Financing"), "stage", facts.domain)
    amount = 1_000_000 * (1 + int(draw("amount", facts.domain) * 60))
    date = f"{pick(('2024', '2025', '2026'), 'round', facts.domain)}-03-01T00:00:00.000+00:00"
    event = {
        "id": hex_id(24, "funding", facts.domain), "date": date, "news_url": None, "type": stage,
        "investors": "Sample Ventures", "amount": _printed(amount), "currency": "$",
    }  # fmt: skip
    return {
        "total_funding": amount, "total_funding_printed": _printed(amount), "latest_funding_round_date": date,
        "latest_funding_stage": stage, "funding_events": [event],
    }  # fmt: skip


def _departments(employees: int) -> dict[str, int]:
    total = sum(weight for _, weight in _DEPARTMENTS)
    return {name: employees * weight // total for name, weight in _DEPARTMENTS}


def _keywords(facts: CompanyFacts) -> list[str]:
    words = {facts.company.industry.lower(), facts.company.sector.lower()}
    return sorted(word for word in words if word)


def _growth(domain: str, window: str, spread: float) -> float | None:
    if APOLLO.is_blank(domain, f"growth {window}", 0.3):
        return None
    return round((draw("growth", window, domain) - 0.35) * spread, 4)


def _maybe(subject: str, field: str, value: object) -> object:
    return None if APOLLO.is_blank(subject, field) else value


def _printed(amount_usd: int | None) -> str | None:
    if amount_usd is None:
        return None
    size, letter = (1e9, "B") if amount_usd >= 1e9 else (1e6, "M")
    return f"{amount_usd / size:.1f}".removesuffix(".0") + letter


def _uid(name: str) -> str:
    return name.lower().replace(" ", "_").replace(".", "")
