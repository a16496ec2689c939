"""The JSON-LD of a company's home page, in the shapes found in the wild (https://schema.org/Organization)."""

import json

from simulator.neighbours.facts import CompanyFacts, Glasses
from simulator.neighbours.sites.style import JsonLd, PhoneWriting, SiteStyle

SITE = Glasses("site")
Thing = dict[str, object]


def render_json_ld(facts: CompanyFacts, style: SiteStyle) -> str | None:
    """The text between the script tags, safe inside HTML but for the broken kind's syntax; None for no structured data."""
    organization = build_organization(facts, style)
    site: Thing = {"@type": "WebSite", "name": facts.company.name, "url": f"http://{facts.domain}/"}
    context: Thing = {"@context": "https://schema.org"}
    shapes: dict[JsonLd, object] = {
        JsonLd.PLAIN: context | organization,
        JsonLd.GRAPH: context | {"@graph": [site, organization]},
        JsonLd.ARRAY: [context | site, context | organization],
        JsonLd.BROKEN: context | organization,
    }
    if style.json_ld not in shapes:
        return None
    text = json.dumps(shapes[style.json_ld], ensure_ascii=False, indent=1).replace("</", "<\\/")
    # A trailing comma and a lost bracket: the two commonest ways such blocks break.
    return text[:-1].rstrip() + "," if style.json_ld is JsonLd.BROKEN else text


def build_organization(facts: CompanyFacts, style: SiteStyle) -> Thing:
    """The Organization object. The headcount is the site's own view; about a third of the sites give one, as range or number."""
    company = facts.company
    address: Thing = {
        "@type": "PostalAddress",
        "streetAddress": facts.street,
        "addressLocality": company.city,
        "addressRegion": company.state,
        "postalCode": facts.postal_code or "",
        "addressCountry": company.country_code,
    }
    thing: Thing = {
        "@type": ["Organization", "Corporation"] if style.gzips else "Organization",
        "name": company.name,
        "url": f"http://{facts.domain}/",
        "address": {name: value for name, value in address.items() if value},
        "sameAs": social_links(facts),
    }
    if company.summary:
        thing["description"] = company.summary
    if company.founded_year:
        thing["foundingDate"] = str(company.founded_year)
    if facts.phone and style.phone is not PhoneWriting.NONE:
        thing["telephone"] = facts.phone
    employees = SITE.employees(facts) if style.tells_employees else None
    if employees:
        thing["numberOfEmployees"] = _quantity(employees, as_range=style.has_open_graph)
    return thing


def social_links(facts: CompanyFacts) -> list[str]:
    """Invented profiles: always LinkedIn, some of the others."""
    slug = facts.linkedin_slug
    links = [f"https://www.linkedin.com/company/{slug}"]
    if not SITE.is_blank(facts.domain, "x", 0.4):
        links.append(f"https://x.com/{slug[:15]}")
    if not SITE.is_blank(facts.domain, "facebook", 0.5):
        links.append(f"https://www.facebook.com/{slug}")
    if not SITE.is_blank(facts.domain, "youtube", 0.7):
        links.append(f"https://www.youtube.com/@{slug}")
    return links


def _quantity(employees: int, *, as_range: bool) -> Thing:
    if as_range:
        return {"@type": "QuantitativeValue", "minValue": employees * 9 // 10, "maxValue": employees * 11 // 10}
    return {"@type": "QuantitativeValue", "value": employees}
