"""How each company's site is built: robots rules, redirects, encoding, structured data, contact writing. Fixed per domain."""

from dataclasses import dataclass
from enum import Enum

from simulator.neighbours.chance import draw, pick_weighted
from simulator.neighbours.facts import CompanyFacts


class Robots(Enum):
    OPEN = "allows everything"
    SOME = "disallows /private/ and the team page, and asks for a pause of a second"
    SLOW = "asks for ten seconds between pages"
    CLOSED = "disallows everything"
    ABSENT = "404"
    BROKEN = "503"


class JsonLd(Enum):
    PLAIN = "one Organization object"
    GRAPH = "an @graph with a WebSite and the Organization"
    ARRAY = "an array of objects"
    BROKEN = "JSON that does not parse"
    NONE = "no structured data"


class Apex(Enum):
    SAME = "both hosts answer"
    TO_WWW = "the bare host redirects to www"
    TO_BARE = "www redirects to the bare host"


class MailWriting(Enum):
    LINK = "a mailto link"
    LINK_WITH_SUBJECT = "a mailto link with a subject, percent-encoded"
    WORDS = "name (at) domain, no link"
    NONE = "no address"


class Sitemap(Enum):
    PLAIN = "an XML file at the usual place"
    GZIP = "a gzipped file that robots.txt names"
    INDEX = "an index of two files"
    NONE = "404"


class Menu(Enum):
    FULL = "every page is linked from every page"
    SHORT = "only home and news are linked; the sitemap lists the rest"


class PhoneWriting(Enum):
    LINK = "a tel link with the number as text"
    TEXT = "text with dashes"
    NONE = "no number"


@dataclass(frozen=True)
class SiteStyle:
    """The make of one site. `charset` is what the bytes are in; `declares` says where that is written down."""

    robots: Robots
    json_ld: JsonLd
    apex: Apex
    mail: MailWriting
    phone: PhoneWriting
    sitemap: Sitemap
    menu: Menu
    charset: str
    declares: str
    gzips: bool
    has_open_graph: bool
    has_description: bool
    tells_employees: bool


def style_of(facts: CompanyFacts) -> SiteStyle:
    """The make of a company's site."""
    domain = facts.domain

    def chance(topic: str) -> float:
        return draw("site", topic, domain)

    charset = pick_weighted((("utf-8", 85), ("iso-8859-1", 10), ("windows-1252", 5)), "site", "charset", domain)
    return SiteStyle(
        robots=pick_weighted(
            ((Robots.OPEN, 62), (Robots.SOME, 14), (Robots.SLOW, 4), (Robots.CLOSED, 8), (Robots.ABSENT, 10), (Robots.BROKEN, 2)),
            "site", "robots", domain,
        ),
        json_ld=pick_weighted(
            ((JsonLd.PLAIN, 38), (JsonLd.GRAPH, 20), (JsonLd.ARRAY, 12), (JsonLd.BROKEN, 8), (JsonLd.NONE, 22)),
            "site", "json-ld", domain,
        ),
        apex=pick_weighted(((Apex.SAME, 50), (Apex.TO_WWW, 38), (Apex.TO_BARE, 12)), "site", "apex", domain),
        mail=pick_weighted(
            ((MailWriting.LINK, 45), (MailWriting.LINK_WITH_SUBJECT, 15), (MailWriting.WORDS, 15), (MailWriting.NONE, 25)),
            "site", "mail", domain,
        ),
        phone=pick_weighted(
            ((PhoneWriting.LINK, 50), (PhoneWriting.TEXT, 25), (PhoneWriting.NONE, 25)), "site", "phone", domain
        ),
        sitemap=pick_weighted(
            ((Sitemap.PLAIN, 50), (Sitemap.GZIP, 10), (Sitemap.INDEX, 10), (Sitemap.NONE, 30)), "site", "sitemap", domain
        ),
        menu=pick_weighted(((Menu.FULL, 85), (Menu.SHORT, 15)), "site", "menu", domain),
        charset=charset,
        declares=pick_weighted((("header", 60), ("meta", 30), ("nowhere", 10)), "site", "declares", domain),
        gzips=chance("gzip") < 0.4,
        has_open_graph=chance("og") < 0.7,
        has_description=chance("description") < 0.85,
        tells_employees=chance("employees") < 0.3,
    )  # fmt: skip
