"""The invented registry, at its own host name. Names ask for trouble: `rdap-busy-...` is refused as too fast, and so on.

Shapes follow RFC 9083 (https://www.rfc-editor.org/rfc/rfc9083), state of November 2026.
"""

import json
from collections.abc import Callable

from flask import Response

from simulator.neighbours.chance import draw, pick
from simulator.neighbours.facts import CompanyFacts, FactBook, Glasses

RDAP = Glasses("rdap")
Body = dict[str, object]
REGISTRY_HOST = "rdap.registry.example"
TYPE = "application/rdap+json"
CONFORMANCE = ["rdap_level_0", "icann_rdap_technical_implementation_guide_1"]
REGISTRARS = ("Sample Registrar, Inc.", "Example Names GmbH", "Registro Exemplo Ltda.", "Sample Domains Ltd")


def answer_registry(book: FactBook, path: str) -> Response:
    """The registry's answer to `/<ending>/domain/<name>`."""
    parts = path.strip("/").split("/")
    if len(parts) != 3 or parts[1] != "domain":
        return _error(400, "Bad Request", "The query is not one of a domain.")
    ending, name = parts[0], parts[2].lower()
    for prefix, trouble in _TROUBLES.items():
        if name.startswith(prefix):
            return trouble(name)
    facts = book.find_domain(name)
    if facts is None or facts.domain != name or not name.endswith(f".{ending}") or not RDAP.knows(name):
        return _error(404, "Not Found", "The object was not found.")
    return _json(200, domain_body(facts, ending))


def registered_on(facts: CompanyFacts) -> str:
    """The day a company took its domain: after its founding, and not before the web."""
    year = min(2024, max(1995, facts.company.founded_year or 1995) + int(draw("registered", facts.domain) * 6))
    return f"{year}-{1 + int(draw('month', facts.domain) * 12):02}-{1 + int(draw('day', facts.domain) * 28):02}"


def registrar_of(facts: CompanyFacts) -> str:
    return pick(REGISTRARS, "registrar", facts.domain)


def domain_body(facts: CompanyFacts, ending: str) -> Body:
    name = facts.domain.upper()
    address = f"https://{REGISTRY_HOST}/{ending}/domain/{name}"
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", registrar_of(facts)]]]
    return {
        "objectClassName": "domain", "handle": f"{int(draw('handle', name) * 1e9)}_DOMAIN-SAMPLE", "ldhName": name,
        "links": [{"value": address, "rel": "self", "href": address, "type": TYPE}], "status": ["client transfer prohibited"],
        "entities": [
            {"objectClassName": "entity", "handle": "9999", "roles": ["registrar"],
             "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}], "vcardArray": card, "entities": []},
            {"objectClassName": "entity", "handle": "REDACTED", "roles": ["registrant"], "remarks": [{"title": "REDACTED FOR PRIVACY"}]},
        ],
        "events": [
            {"eventAction": "last changed", "eventDate": "2026-08-14T07:01:34Z"},
            {"eventAction": "registration", "eventDate": f"{registered_on(facts)}T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2027-08-13T04:00:00Z"},
        ],
        "secureDNS": {"delegationSigned": draw("signed", name) < 0.3},
        "nameservers": [{"objectClassName": "nameserver", "ldhName": "A.SAMPLE-DNS.EXAMPLE"}],
        "rdapConformance": CONFORMANCE, "notices": [{"title": "Terms of Use", "description": ["Use is limited."], "links": []}],
    }  # fmt: skip


def _error(status: int, title: str, description: str) -> Response:
    return _json(status, {"errorCode": status, "title": title, "description": [description], "rdapConformance": CONFORMANCE[:1]})


def _json(status: int, body: Body) -> Response:
    return Response(json.dumps(body), status, content_type=TYPE)


def _moved(address: str) -> Callable[[str], Response]:
    return lambda name: Response("", 302, {"Location": address.format(name)}, content_type="text/plain")


_TROUBLES: dict[str, Callable[[str], Response]] = {
    "rdap-busy-": lambda _name: _error(429, "Too Many Requests", "Slow down."),
    "rdap-forbidden-": lambda _name: _error(403, "Forbidden", "Not from there."),
    "rdap-down-": lambda _name: Response("Service Unavailable", 503, content_type="text/plain"),
    "rdap-page-": lambda _name: Response("<html><body>Please solve this puzzle</body></html>", 200, content_type="text/html"),
    "rdap-broken-": lambda _name: Response('{"objectClassName": "domain", ', 200, content_type=TYPE),
    "rdap-stranger-": lambda _name: _json(200, {"objectClassName": "domain", "ldhName": "STRANGER.EXAMPLE"}),
    "rdap-inside-": _moved("https://127.0.0.1/domain/{}"),
    "rdap-plain-": _moved(f"http://{REGISTRY_HOST}/plain/domain/{{}}"),
}
