"""RDAP: when a domain was registered and through whom, from the registry of its ending. Free.

Source: RFC 9082, 9083 and 9224 (https://www.rfc-editor.org/rfc/rfc9083) and https://data.iana.org/rdap/dns.json (as in November 2026).
The list of registries is read once a day; the registry's address comes from it, so it is fetched through the guard, over https only. Until
the list has been read a small copy of ours does.
Only date and registrar are read. Registries forbid the bulk use of people's data, so nothing else of an answer is looked at.
Limit: endings that the list does not name have no registry here, though some (de, io, us, ch) answer elsewhere.
Limit: what 403 means varies by registry; it counts as blocked. No registry documents its pace, and what one refuses says nothing about the
next, so there is no pace of ours: a lookup that came too fast fails and is made again at the next pass.
Limit: the addresses of the small copy are unverified.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply, ApiRequest
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Value
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, Subject
from integration.providers.http_base import HttpConversation, build_http_adapter
from integration.providers.http_exchange import ErrorRule, HttpProvider, Step
from integration.providers.json_reading import JsonObject, find_at, parse_object, read_list
from integration.providers.normalise import to_iso_date, to_text

NAME: Final = "rdap"
ACCEPTED: Final = "application/rdap+json, application/json"
REGISTRIES: Final = Step(ApiRequest("GET", "/dns.json"), keep_for=timedelta(days=1), accepts_failure=True)
SHIPPED: Final = Path(__file__).parents[1] / "rdap_bootstrap.json"
TRUST: Final = {Field.DOMAIN_REGISTERED_ON: 0.95, Field.DOMAIN_REGISTRAR: 0.95, Field.DOMAIN: 0.9}

INFO: Final = ProviderInfo(
    name=NAME,
    title="RDAP, the registries' directory of domains",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=30),
    not_found_lifetime=timedelta(days=30),
    documentation_url="https://www.rfc-editor.org/rfc/rfc9083",
    addresses={NAME: "https://data.iana.org/rdap"},
    known_limits=(
        "Only endings in IANA's list of registries; some countries' are not in it.",
        "Registries document no pace; who asks too fast is refused and asks again at the next pass. What 403 means varies; it counts as blocked.",
        "Date and registrar only; people's data is never read.",
    ),
)
RULES: Final = (ErrorRule(ErrorClass.NOT_FOUND, 404), ErrorRule(ErrorClass.THROTTLED, 429), ErrorRule(ErrorClass.BLOCKED, 403))


def build_adapter(kit: AdapterKit) -> Adapter:
    return build_http_adapter(kit, INFO, HttpProvider(kit.addresses(INFO), RULES, ("title", "description.0")), (DOMAIN,))


def look_up(subject: Subject) -> Generator[Step, ApiReply, Answer]:
    domain = subject.domain or ""
    listed = yield REGISTRIES
    server = find_server(parse_registries(listed.body) if listed.status else shipped_registries(), domain)
    if server is None:
        return Answer(detail=f"no registry is listed for .{domain.rpartition('.')[2]}")
    request = ApiRequest("GET", f"{server}domain/{domain}", headers={"Accept": ACCEPTED})
    reply = yield Step(request, is_strangers=True)
    return Answer(parse_domain(parse_object(reply.body, system=NAME), domain, request.url))


@lru_cache(maxsize=2)  # the same bytes come all day
def parse_registries(body: bytes) -> Mapping[str, str]:
    """The https address of each ending's registry, with a slash at its end."""
    found: dict[str, str] = {}
    for service in read_list(parse_object(body, system=NAME), "services", system=NAME):
        if not (isinstance(service, list) and len(service) == 2 and all(isinstance(part, list) for part in service)):
            raise UnexpectedReply("an entry of the list of registries cannot be read", system=NAME)
        server = next((one for one in service[1] if isinstance(one, str) and one.startswith("https://")), None)
        if server is not None:
            found.update({ending.lower(): f"{server.rstrip('/')}/" for ending in service[0] if isinstance(ending, str)})
    return found


@cache
def shipped_registries() -> Mapping[str, str]:
    return parse_registries(SHIPPED.read_bytes())


def find_server(registries: Mapping[str, str], domain: str) -> str | None:
    """The registry of the longest listed ending, None when none is listed."""
    labels = domain.split(".")
    endings = (".".join(labels[start:]) for start in range(1, len(labels)))
    return next((registries[ending] for ending in endings if ending in registries), None)


def parse_domain(body: JsonObject, domain: str, source_url: str) -> tuple[Value, ...]:
    name = body.get("ldhName")
    if body.get("objectClassName") != "domain" or not isinstance(name, str) or name.rstrip(".").lower() != domain:
        raise UnexpectedReply("the answer is about something else than the domain", system=NAME)
    found = {
        Field.DOMAIN_REGISTERED_ON: next(
            (on for event in _of(body, "events", "registration") if (on := to_iso_date(event.get("eventDate")))), None
        ),
        Field.DOMAIN_REGISTRAR: next((fn for entity in _of(body, "entities", "registrar") if (fn := _full_name(entity))), None),
    }
    values = tuple(Value(field, value, TRUST[field], source_url) for field, value in found.items() if value is not None)
    # The entry is the domain's own, so it tells whose facts these are.
    return (*values, Value(Field.DOMAIN, domain, TRUST[Field.DOMAIN], source_url)) if values else ()


def _of(body: JsonObject, list_name: str, kind: str) -> Iterator[JsonObject]:
    """The events of an action, or the entities of a role."""
    found = body.get(list_name)
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            roles = one.get("roles")
            if kind == one.get("eventAction") or (isinstance(roles, list) and kind in roles):
                yield one


def _full_name(entity: JsonObject) -> str | None:
    """The name of a registrar: `fn` of its card."""
    card = find_at(entity, "vcardArray.1")
    for line in card if isinstance(card, list) else ():
        if isinstance(line, list) and len(line) == 4 and line[0] == "fn":
            return to_text(line[3])
    return None


def _accepts(subject: Subject) -> bool:
    return subject.kind == "company" and bool(subject.domain) and "." in (subject.domain or "")


DOMAIN: Final = HttpConversation(Offer(INFO, "domain", Capability.COMPANY, TRUST, _accepts, requests=2), look_up)
