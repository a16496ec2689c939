"""The items of an invented Wikidata: companies and what they point at, built from the facts.

Web sites are written as volunteers write them, with and without "www.", slash and path. For some companies there is also a program of the
same web site, which is no company. Shapes follow https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON, state of November 2026.
"""

import threading
from dataclasses import dataclass, field

from simulator.neighbours.chance import draw, pick
from simulator.neighbours.facts import CompanyFacts, FactBook, Glasses, bare_domain
from simulator.neighbours.register_numbers import lei_of

WIKIDATA = Glasses("wikidata")
Body = dict[str, object]
FIRST_COMPANY, FIRST_PROGRAM, FIRST_THING = 900_000_001, 940_000_001, 970_000_001
PROGRAM_SHARE = 0.15
_SITES = ("https://www.{}", "https://www.{}/", "https://{}/", "http://www.{}/", "http://{}", "https://www.{}/en/")
_NEVER_BLANK = ("P31", "P856", "P4264")
_EXCHANGES = {"US": "New York Stock Exchange", "GB": "London Stock Exchange", "BR": "B3", "JP": "Tokyo Stock Exchange"}
_SAMPLE_PARENTS = ("Sample Group", "Sample Holding", "Sample Partners")


@dataclass
class Items:
    """Every item by its number, made when it is first asked for. Safe between threads."""

    book: FactBook
    _numbers: dict[str, int] = field(default_factory=dict)
    _facts: dict[str, CompanyFacts] = field(default_factory=dict)
    _things: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find_site(self, url: str) -> list[str]:
        """The ids of the items whose web site is written exactly like this."""
        facts = self.book.find_domain(bare_domain(url))
        if facts is None or not WIKIDATA.knows(facts.domain) or site_of(facts) != url:
            return []
        number = self._number(facts)
        program = [f"Q{FIRST_PROGRAM + number}"] if has_program(facts) else []
        return [*program, f"Q{FIRST_COMPANY + number}"]

    def search(self, name: str) -> list[str]:
        """Companies of that name or whose name begins with it, and programs likewise."""
        wanted = name.strip().casefold()
        listed = (facts for domain in self.book.domains() if (facts := self.book.find_domain(domain)))
        found = [*self.book.find_namesakes(name), *(one for one in listed if one.company.name.casefold().startswith(wanted))]
        known = {one.domain: one for one in found if WIKIDATA.knows(one.domain)}
        return [f"Q{FIRST_COMPANY + self._number(one)}" for one in known.values()]

    def entity(self, qid: str) -> Body | None:
        """The item as JSON, None when there is none of that id."""
        label = self._things.get(qid)
        if label is not None:
            return _entity(qid, label, "", {})
        facts = self._facts.get(qid)
        if facts is None:
            return None
        if int(qid[1:]) >= FIRST_PROGRAM:
            claims: Body = {"P856": [_statement("P856", site_of(facts), "string")], "P31": [self._pointer("P31", "software")]}
            return _entity(qid, f"{facts.company.name} Suite", "computer program", claims)
        return _entity(qid, facts.company.name, f"company in {facts.company.city}", self._claims(facts))

    def _claims(self, facts: CompanyFacts) -> Body:
        company = facts.company
        employees = WIKIDATA.employees(facts)
        maybe: dict[str, list[Body] | None] = {
            "P31": [self._pointer("P31", "business")],
            "P856": [_statement("P856", site_of(facts), "string")],
            "P17": [self._pointer("P17", company.country)],
            "P159": [self._pointer("P159", company.city)] if company.city else None,
            "P452": [self._pointer("P452", company.industry.lower())] if company.industry else None,
            "P571": [_statement("P571", _time(company.founded_year), "time")] if company.founded_year else None,
            "P1128": _headcounts(employees) if employees else None,
            "P1278": [_statement("P1278", lei_of(facts), "string")] if draw("lei", company.domain) < 0.5 else None,
            "P749": [self._pointer("P749", pick(_SAMPLE_PARENTS, "parent", company.domain))]
            if draw("owned", company.domain) < 0.2
            else None,
            "P414": [self._listing(facts)] if company.country_code in _EXCHANGES and draw("listed", company.domain) < 0.4 else None,
            "P4264": [_statement("P4264", facts.linkedin_slug, "string")],
        }
        return {
            name: found
            for name, found in maybe.items()
            if found and (name in _NEVER_BLANK or not WIKIDATA.is_blank(company.domain, name))
        }

    def _listing(self, facts: CompanyFacts) -> Body:
        listing = self._pointer("P414", _EXCHANGES[facts.company.country_code])
        ticker = facts.slug.replace("-", "").upper()[:4]
        listing["qualifiers"] = {"P249": [_snak("P249", ticker, "string")]}
        return listing

    def _pointer(self, name: str, label: str) -> Body:
        with self._lock:
            known = {text: qid for qid, text in self._things.items()}
            qid = known.get(label) or f"Q{FIRST_THING + len(known)}"
            self._things[qid] = label
        return _statement(name, {"entity-type": "item", "numeric-id": int(qid[1:]), "id": qid}, "wikibase-entityid")

    def _number(self, facts: CompanyFacts) -> int:
        with self._lock:
            number = self._numbers.setdefault(facts.domain, len(self._numbers))
            self._facts[f"Q{FIRST_COMPANY + number}"] = facts
            if has_program(facts):
                self._facts[f"Q{FIRST_PROGRAM + number}"] = facts
        return number


def site_of(facts: CompanyFacts) -> str:
    """The one spelling of its web site that the item has."""
    return pick(_SITES, "wikidata site", facts.domain).format(facts.domain)


def has_program(facts: CompanyFacts) -> bool:
    return draw("wikidata program", facts.domain) < PROGRAM_SHARE


def _headcounts(employees: int) -> list[Body]:
    """An old count and a newer one; the newer says when."""
    old = _statement("P1128", _quantity(max(1, employees // 2)), "quantity")
    old["qualifiers"] = {"P585": [_snak("P585", _time(2015), "time")]}
    new = _statement("P1128", _quantity(employees), "quantity")
    new["qualifiers"] = {"P585": [_snak("P585", _time(2025), "time")]}
    return [new, old]


def _quantity(amount: int) -> Body:
    return {"amount": f"+{amount}", "unit": "1"}


def _time(year: int) -> Body:
    return {"time": f"+{year:04}-00-00T00:00:00Z", "timezone": 0, "before": 0, "after": 0, "precision": 9,
            "calendarmodel": "http://www.wikidata.org/entity/Q1985727"}  # fmt: skip


def _snak(name: str, value: object, kind: str) -> Body:
    return {"snaktype": "value", "property": name, "hash": "0", "datavalue": {"value": value, "type": kind}}


def _statement(name: str, value: object, kind: str) -> Body:
    return {"mainsnak": _snak(name, value, kind), "type": "statement", "id": f"Q0${name}", "rank": "normal"}


def _entity(qid: str, label: str, description: str, claims: Body) -> Body:
    return {
        "pageid": int(qid[1:]), "ns": 0, "title": qid, "lastrevid": 1, "modified": "2026-10-01T00:00:00Z", "type": "item", "id": qid,
        "labels": {"en": {"language": "en", "value": label}}, "descriptions": {"en": {"language": "en", "value": description}},
        "aliases": {}, "claims": claims, "sitelinks": {},
    }  # fmt: skip
