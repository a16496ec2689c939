"""BuiltWith's answers built from the facts, as BuiltWith would know them. Times are milliseconds since 1970.

Shapes follow the vendor's published samples (npm package builtwith-api 3.3.0, schema types), state of November 2026.
"""

from simulator.neighbours.chance import draw, hex_id
from simulator.neighbours.facts import TECHNOLOGY_NAMES, CompanyFacts, Glasses

BUILTWITH = Glasses("builtwith")
Body = dict[str, object]
_DAY_MS = 86_400_000
LAST_INDEXED_MS = 1_795_219_200_000
_TAGS = {"Cloudflare": "cdn", "nginx": "Web Server", "PHP": "framework", "Google Analytics": "analytics"}


def known(facts: CompanyFacts, *, live_only: bool, with_people: bool) -> Body:
    """The result of a domain that BuiltWith has."""
    domain = facts.domain
    first = LAST_INDEXED_MS - (1 + int(draw("builtwith first", domain) * 9)) * 365 * _DAY_MS
    live = [
        _technology(name, domain, LAST_INDEXED_MS - int(draw("seen", domain, name) * 20) * _DAY_MS)
        for name in BUILTWITH.technologies(facts)
    ]
    gone = [] if live_only else [_technology(name, domain, LAST_INDEXED_MS - 700 * _DAY_MS) for name in _gone(facts)]
    path = {
        "Technologies": live + gone,
        "FirstIndexed": first,
        "LastIndexed": LAST_INDEXED_MS,
        "Domain": domain,
        "Url": "",
        "SubDomain": "",
    }
    return {
        "Result": {"SpendHistory": [], "IsDB": "True", "Spend": 20 * len(live), "Paths": [path]},
        "Meta": _meta(facts, with_people=with_people),
        "Attributes": _attributes(facts),
        "FirstIndexed": first,
        "LastIndexed": LAST_INDEXED_MS,
        "Lookup": domain,
        "SalesRevenue": 0,
    }


def unknown(domain: str) -> Body:
    """The result of a domain that BuiltWith does not have."""
    return {
        "Result": {"SpendHistory": [], "IsDB": "False", "Spend": 0, "Paths": []},
        "Meta": None,
        "Attributes": None,
        "FirstIndexed": 0,
        "LastIndexed": 0,
        "Lookup": domain,
        "SalesRevenue": 0,
    }


def free(facts: CompanyFacts | None, domain: str) -> Body:
    """Counts of groups, not technologies; its times are seconds."""
    live = len(BUILTWITH.technologies(facts)) if facts else 0
    seen = LAST_INDEXED_MS // 1000 if facts else 0
    group = {"name": "analytics", "live": live, "dead": live // 2, "latest": seen, "oldest": seen, "categories": []}
    return {"domain": domain, "first": seen, "last": seen, "groups": [group] if facts else []}


def _meta(facts: CompanyFacts, *, with_people: bool) -> Body:
    company, domain = facts.company, facts.domain
    people = [{"Name": "Sample Contact 900", "Type": 0, "Level": "VP", "Email": f"sample.contact.900@{domain}"}]
    rank = 1_000 + int(hex_id(6, "umbrella", domain), 16) % 900_000
    return {
        "Majestic": rank * 2,
        "Umbrella": 0 if BUILTWITH.is_blank(domain, "rank", 0.5) else rank,
        "Vertical": "Business And Industrial",
        "Social": [f"https://linkedin.com/company/{facts.linkedin_slug}", f"twitter.com/{facts.linkedin_slug}"],
        "CompanyName": _maybe(facts, "name", company.name),
        "Telephones": [facts.phone] if facts.phone and not BUILTWITH.is_blank(domain, "phone", 0.3) else [],
        "Emails": [facts.mailbox],
        "City": _maybe(facts, "city", company.city),
        "State": company.state,
        "Postcode": None,
        "Country": company.country_code,
        "Names": people if with_people else [],
        "ARank": -1,
        "QRank": -1,
    }


def _attributes(facts: CompanyFacts) -> Body:
    employees = BUILTWITH.employees(facts)
    counted = {} if employees is None else {"Employees": employees}
    return {"MJRank": 512_345, "RefSN": 210, "RefIP": 240, "Sitemap": 120, "GTMTags": 6, "Followers": 1_200, **counted}


def _technology(name: str, domain: str, last_seen: int) -> Body:
    return {
        "Id": int(hex_id(5, "builtwith technology", name), 16),
        "Name": name,
        "Description": "",
        "Link": "",
        "Tag": _TAGS.get(name, "javascript"),
        "FirstDetected": last_seen - (1 + int(draw("since", domain, name) * 900)) * _DAY_MS,
        "LastDetected": last_seen,
        "IsPremium": "no",
        "Categories": [],
    }


def _gone(facts: CompanyFacts) -> list[str]:
    """What the site had once."""
    return [name for name in TECHNOLOGY_NAMES if name not in facts.technologies and draw("gone", facts.domain, name) < 0.1]


def _maybe(facts: CompanyFacts, field: str, value: str) -> str | None:
    return None if BUILTWITH.is_blank(facts.domain, field) else value or None
