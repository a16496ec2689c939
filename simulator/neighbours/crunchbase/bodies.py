"""Crunchbase's organisations built from the facts. What it does not know is left out. Types: identifiers, dates with a precision, money.

Shapes follow the vendor's specifications of its three packages, state of November 2026.
"""

from collections.abc import Mapping, Sequence

from simulator.neighbours.chance import draw, hex_id, pick
from simulator.neighbours.facts import CompanyFacts, Glasses

CRUNCHBASE = Glasses("crunchbase")
Body = dict[str, object]
_BANDS = ((1, 10), (11, 50), (51, 100), (101, 250), (251, 500), (501, 1000), (1001, 5000), (5001, 10_000))
FIRMOGRAPHIC = frozenset(
    {"identifier", "name", "legal_name", "short_description", "founded_on", "num_employees_enum", "website_url", "website", "linkedin",
     "location_identifiers", "categories", "category_groups", "operating_status", "status", "company_type", "phone_number",
     "contact_email", "rank_org", "created_at", "updated_at", "facet_ids", "uuid"}
)  # fmt: skip
CORE = FIRMOGRAPHIC | {"funding_stage", "last_funding_type", "last_funding_at", "last_funding_total", "investor_identifiers",
                       "num_funding_rounds", "num_investors", "ipo_status"}  # fmt: skip
ADVANCED = CORE | {"funding_total", "revenue_range", "valuation", "valuation_date"}


def package_of(key: str) -> frozenset[str]:
    """The fields a key may ask for."""
    if key.startswith("key-demo-advanced"):
        return ADVANCED
    return CORE if key.startswith("key-demo-core") else FIRMOGRAPHIC


def uuid_of(facts: CompanyFacts) -> str:
    digits = hex_id(32, "crunchbase", facts.domain)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def entity(facts: CompanyFacts, field_ids: Sequence[str]) -> Body:
    """An organisation with those of the fields that are known."""
    return {"uuid": uuid_of(facts), "properties": properties(facts, field_ids)}


def properties(facts: CompanyFacts, field_ids: Sequence[str]) -> Body:
    known = organization(facts)
    return {name: known[name] for name in field_ids if known.get(name) is not None}


def organization(facts: CompanyFacts) -> Mapping[str, object]:
    """Every field of every package; None where Crunchbase does not know it."""
    company, domain = facts.company, facts.domain
    return {
        "identifier": _identifier(company.name, "organization", facts.slug, uuid_of(facts)),
        "name": company.name,
        "legal_name": _maybe(facts, "legal_name", f"{company.name} Sample Ltd"),
        "short_description": _maybe(facts, "description", company.summary or None),
        "founded_on": _maybe(facts, "founded", {"value": f"{company.founded_year}-01-01", "precision": "year"} if company.founded_year else None),
        "num_employees_enum": band(CRUNCHBASE.employees(facts)),
        "website_url": f"https://www.{domain}",
        "website": {"value": f"https://www.{domain}"},
        "linkedin": _maybe(facts, "linkedin", {"value": f"https://www.linkedin.com/company/{facts.linkedin_slug}"}),
        "location_identifiers": _places(facts),
        "categories": [_identifier(company.industry, "category", company.industry.lower().replace(" ", "-"))],
        "category_groups": [_identifier(company.sector, "category_group", company.sector.lower().replace(" ", "-"))],
        "operating_status": "active",
        "status": "operating",
        "company_type": "for_profit",
        "phone_number": facts.phone,
        "contact_email": facts.mailbox,
        "rank_org": 1 + int(draw("rank", domain) * 100_000),
        "facet_ids": ["company"],
        "uuid": uuid_of(facts),
        **_funding(facts),
    }  # fmt: skip


def band(employees: int | None) -> str | None:
    """Crunchbase's headcount range, e.g. "c_00051_00100"."""
    if employees is None:
        return None
    found = next(((low, high) for low, high in _BANDS if employees <= high), None)
    return f"c_{found[0]:05d}_{found[1]:05d}" if found else "c_10001_max"


def _funding(facts: CompanyFacts) -> Body:
    """Made of the same draws as the other data providers', so that they agree about it."""
    domain = facts.domain
    if draw("funded", domain) >= 0.25:
        return {"ipo_status": "private"}
    stage = pick(("seed", "series_a", "series_b", "debt_financing"), "stage", domain)
    amount = 1_000_000 * (1 + int(draw("amount", domain) * 60))
    money = {"value": amount, "currency": "USD", "value_usd": amount}
    return {
        "ipo_status": "private",
        "funding_stage": "early_stage_venture",
        "last_funding_type": stage,
        "last_funding_at": f"{pick(('2024', '2025', '2026'), 'round', domain)}-03-01",
        "last_funding_total": money,
        "funding_total": money,
        "num_funding_rounds": 1,
        "num_investors": 1,
        "investor_identifiers": [_identifier("Sample Ventures", "organization", "sample-ventures")],
    }


def _places(facts: CompanyFacts) -> list[Body]:
    company = facts.company
    named = ((company.city, "city"), (company.state, "region"), (company.country, "country"))
    return [_identifier(name, "location", name.lower().replace(" ", "-")) | {"location_type": kind} for name, kind in named if name]


def _identifier(name: str, kind: str, permalink: str, uuid: str = "") -> Body:
    return {"uuid": uuid or hex_id(32, kind, permalink), "value": name, "permalink": permalink, "entity_def_id": kind}


def _maybe(facts: CompanyFacts, field: str, value: object) -> object:
    return None if CRUNCHBASE.is_blank(facts.domain, field) else value
