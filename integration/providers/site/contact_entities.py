"""Contact entities of one page: organisations, people, telephone numbers, mail addresses and the parts of postal addresses.

Rules only, no model: each finder takes its stretches of text, the surest first. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from integration.core.countries import country_code
from integration.providers.normalise import host_of, to_domain
from integration.providers.site.address_mentions import find_addresses
from integration.providers.site.address_parts import PostalAddress
from integration.providers.site.email_mentions import find_emails
from integration.providers.site.entities import Entity, EntityKind, Findings
from integration.providers.site.org_mentions import find_other_organisations, find_whole_line_organisations
from integration.providers.site.own_name import find_own_mentions, own_names
from integration.providers.site.person_mentions import find_people
from integration.providers.site.phone_mentions import find_phones
from integration.providers.site.place_mentions import find_places
from integration.providers.site.text_lines import read_lines
from integration.providers.site.vocabulary import country_of_region

_BASE: Final = re.compile(r"""<(?:base|link)\b[^<>]{0,200}?href=["']?(https?://[^"'\s>]{4,200})""", re.IGNORECASE)
# Country domains whose code is not that of the number plan, and those whose numbers the plans below read.
_PLANS: Final = "AU CA DE AT CH IE NZ FR BR PT ES IT NL BE SE DK NO FI PL IN SG ZA MX"
_REGIONS: Final = {"uk": "GB"} | {code.lower(): code for code in _PLANS.split(" ")}
"""The number plan by the ending of a domain."""
_ADDRESS_CHARS: Final = 120
_MAIL_HOSTS: Final = frozenset({"gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "msn.com"})


@dataclass(frozen=True)
class Contacts:
    """What one page tells: every mention in the order of its kind, the addresses put together, and the page's own organisation.

    `country`: the ISO code of the country of its address; empty where it cannot be told.
    """

    entities: tuple[Entity, ...]
    addresses: tuple[PostalAddress, ...]
    own_name: str
    country: str = ""

    def texts(self, kind: EntityKind) -> tuple[str, ...]:
        """The mentions of one kind, each once."""
        return tuple(dict.fromkeys(one.text for one in self.entities if one.kind is kind))

    @property
    def address(self) -> PostalAddress | None:
        """The address that says most, the first of equals; None for a page where no address has a city and a street or postcode."""
        whole = [one for one in self.addresses if one.city and (one.street or one.postal_code)]
        return max(whole, key=lambda one: (bool(one.street) + bool(one.postal_code), -one.start), default=None)


def find_contacts(markup: str, url: str, stated_names: Iterable[str] = ()) -> Contacts:
    """The contact entities of a page's markup. `stated_names`: what its structured data calls the company. Cost: some ten milliseconds."""
    page = read_lines(markup)
    text = "\n".join(page.lines)
    findings = Findings(len(text))
    find_emails(text, findings)
    domains = _own_domains(markup, url, findings)
    find_phones(text, findings, _regions(domains))
    addresses = find_addresses(text, findings)
    names = own_names(page, text, [domain.partition(".")[0] for domain in domains], stated_names)
    find_own_mentions(text, findings, names, page.title)
    find_whole_line_organisations(text, findings)
    find_other_organisations(text, findings)
    find_people(text, findings)
    find_places(text, findings)
    found = Contacts(tuple(findings.entities), addresses, names[0] if names else "")
    return replace(found, country=_country(found))


def _country(found: Contacts) -> str:
    """The country written below the page's address, else the one its region lies in, else the only one named on the page."""
    address = found.address
    if address is None:
        return ""
    named = [(one.start, code) for one in found.entities if one.kind is EntityKind.COUNTRY and (code := country_code(one.text))]
    below = next((code for start, code in named if 0 <= start - address.start <= _ADDRESS_CHARS), None)
    if code := below or country_of_region(address.state):
        return code
    return named[0][1] if len({code for _, code in named}) == 1 else ""


def _own_domains(markup: str, url: str, findings: Findings) -> tuple[str, ...]:
    """The page's own registrable domains: of its address, its base and canonical links, and of the mail addresses on it."""
    hosts = [url, *_BASE.findall(markup[:20_000])[:1]]
    mails = Counter(one.text.rpartition("@")[2].lower() for one in findings.entities if one.kind is EntityKind.EMAIL)
    found = [to_domain(host_of(one)) for one in (*hosts, *(host for host, _ in mails.most_common(2)))]
    return tuple(dict.fromkeys(domain for domain in found if domain and domain not in _MAIL_HOSTS))


def _regions(domains: Iterable[str]) -> tuple[str, ...]:
    """Where numbers without a country code may belong: the country of the domain first."""
    named = [region for domain in domains if (region := _REGIONS.get(domain.rpartition(".")[2]))]
    return tuple(dict.fromkeys((*named, "US", "GB")))
