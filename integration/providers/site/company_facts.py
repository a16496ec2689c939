"""The facts of all pages of a site as one set of values, each with the address of the page it stands on. Pure.

What the company says about itself in structured data goes before what is read out of its words; the words of a page are searched only while
the name, the telephone number or the address is still missing, because that search is the dear part (see `leadlight bench site_contacts`).
Limit: people named on the pages are dropped: personal data without a purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from integration.providers.base import Field, FieldValue
from integration.providers.normalise import (
    to_count,
    to_country,
    to_domain,
    to_linkedin_url,
    to_phone,
    to_register_numbers,
    to_text,
    to_texts,
    to_year,
)
from integration.providers.site.contact_entities import find_contacts
from integration.providers.site.crawl import CrawledPage
from integration.providers.site.entities import EntityKind
from integration.providers.site.fingerprints import find_technologies, load_fingerprints
from integration.providers.site.html_page import PageFacts, decode_page, parsable, to_domain_of_social
from integration.providers.site.json_ld import JsonThing, address_of, employee_count, texts_of
from integration.providers.site.page_choice import PageKind

_WHERE_IT_TELLS_OF_ITSELF: Final = (PageKind.HOME, PageKind.ABOUT, PageKind.CONTACT, PageKind.IMPRINT)
_WHERE_CONTACTS_STAND: Final = (PageKind.CONTACT, PageKind.IMPRINT, PageKind.HOME, PageKind.ABOUT)
_WHERE_NUMBERS_STAND: Final = (PageKind.IMPRINT, PageKind.HOME, PageKind.CONTACT, PageKind.ABOUT)
_PLACE: Final = frozenset({Field.STREET, Field.POSTAL_CODE, Field.CITY})
_WORTH_A_SEARCH: Final = frozenset({Field.COMPANY_NAME, Field.COMPANY_PHONE, Field.CITY})
_MOST_EMAILS: Final = 10


@dataclass(frozen=True)
class SiteFact:
    """One value of one field and the page it stands on. `from_words`: read out of its words, not stated in its markup."""

    field: Field
    value: FieldValue
    url: str
    from_words: bool = False


def read_site(pages: Sequence[CrawledPage], country: str | None) -> tuple[SiteFact, ...]:
    """One value for each field found; empty where the home page names neither itself nor a company. `country`: what is known already."""
    home = pages[0].facts if pages else None
    if home is None or not (home.title or home.site_name or home.organization):
        return ()
    found: dict[Field, SiteFact] = {}
    for fact in _from_markup(pages, home, country):
        found.setdefault(fact.field, fact)
    stated = found.get(Field.COUNTRY)
    known = str(stated.value) if stated else country
    for page in _by_kind(pages, _WHERE_CONTACTS_STAND):
        if not _WORTH_A_SEARCH - found.keys():
            break
        for fact in _from_words(page, known, frozenset(found)):
            found.setdefault(fact.field, fact)
    return tuple(found.values())


def _from_markup(pages: Sequence[CrawledPage], home: PageFacts, country: str | None) -> Iterator[SiteFact]:
    """What the markup tells, the best of each field first."""
    home_url = pages[0].page.url
    yield from _as_facts(
        home_url,
        {
            Field.DOMAIN: to_domain(home_url),
            Field.PAGE_TITLE: home.title or None,
            Field.TECHNOLOGIES: _technologies(pages),
        },
    )
    known, has_place = country, False
    for url, facts in _in_order(pages, _WHERE_IT_TELLS_OF_ITSELF):
        if facts.organization:
            known = to_country(_country(facts.organization)) or known
            yield from _as_facts(url, _from_organization(facts.organization, known))
            place = {} if has_place else _place(facts.organization)
            has_place = has_place or any(place.values())
            yield from _as_facts(url, place)
    yield from _as_facts(home_url, {Field.COMPANY_NAME: home.site_name or None, Field.DESCRIPTION: home.description or None})
    yield from _emails(pages)
    yield from _social(pages)
    yield from _register_numbers(pages)
    for url, facts in _in_order(pages, _WHERE_CONTACTS_STAND):
        yield from _as_facts(url, {Field.COMPANY_PHONE: _first_phone(facts.phones, known)})


def _from_words(one: CrawledPage, country: str | None, known: Set[Field]) -> Iterator[SiteFact]:
    """What the words of a page tell. An address is taken whole or not at all: pieces of two addresses make a third that nobody has."""
    page = one.page
    contacts = find_contacts(decode_page(parsable(page.body), page.header("content-type")), page.url)
    facts: dict[Field, FieldValue | None] = {
        Field.COMPANY_NAME: to_text(contacts.own_name),
        Field.COMPANY_PHONE: _first_phone(contacts.texts(EntityKind.TEL), country or contacts.country or None),
    }
    address = contacts.address
    if address and not _PLACE & known and contacts.country in ("", country or contacts.country):
        facts |= {
            Field.STREET: to_text(address.street),
            Field.POSTAL_CODE: to_text(address.postal_code),
            Field.CITY: to_text(address.city),
            Field.STATE: to_text(address.state),
            Field.COUNTRY: contacts.country or None,
        }
    yield from (replace(fact, from_words=True) for fact in _as_facts(page.url, facts))


def _in_order(pages: Sequence[CrawledPage], kinds: Sequence[PageKind]) -> Iterator[tuple[str, PageFacts]]:
    """Address and facts of the pages of these kinds, in the order of the kinds."""
    for one in _by_kind(pages, kinds):
        if one.facts is not None:
            yield one.page.url, one.facts


def _by_kind(pages: Sequence[CrawledPage], kinds: Sequence[PageKind]) -> Iterator[CrawledPage]:
    by_kind = {one.kind: one for one in reversed(pages)}
    return (by_kind[kind] for kind in kinds if kind in by_kind)


def _as_facts(url: str, values: dict[Field, FieldValue | None]) -> Iterator[SiteFact]:
    return (SiteFact(name, value, url) for name, value in values.items() if value is not None)


def _from_organization(organization: JsonThing, country: str | None) -> dict[Field, FieldValue | None]:
    return {
        Field.COMPANY_NAME: to_text(organization.get("name")),
        Field.DESCRIPTION: to_text(organization.get("description")),
        Field.EMPLOYEE_COUNT: to_count(employee_count(organization)),
        Field.FOUNDED_YEAR: to_year(organization.get("foundingDate")),
        Field.COMPANY_PHONE: _first_phone(texts_of(organization.get("telephone")), country),
    }


def _place(organization: JsonThing) -> dict[Field, FieldValue | None]:
    address = address_of(organization)
    return {
        Field.COUNTRY: to_country(_country(organization)),
        Field.STATE: to_text(address.get("addressRegion")),
        Field.CITY: to_text(address.get("addressLocality")),
        Field.STREET: to_text(address.get("streetAddress")),
        Field.POSTAL_CODE: to_text(address.get("postalCode")),
    }


def _technologies(pages: Sequence[CrawledPage]) -> tuple[str, ...] | None:
    """What the home page's markup, and the headers and cookies of all pages, give away."""
    home = pages[0].page
    return (
        find_technologies(
            load_fingerprints(),
            markup=decode_page(parsable(home.body), home.header("content-type")),
            headers=[header for one in reversed(pages) for header in one.page.headers],
            cookie_names=[name for one in pages for name in one.page.cookie_names],
        )
        or None
    )


def _emails(pages: Sequence[CrawledPage]) -> Iterator[SiteFact]:
    """The addresses of all pages together, those of the contact page first."""
    found: dict[str, str] = {}
    for url, facts in _in_order(pages, (*_WHERE_CONTACTS_STAND, PageKind.CAREERS)):
        for email in facts.emails:
            found.setdefault(email, url)
    if found:
        yield SiteFact(Field.COMPANY_EMAILS, tuple(found)[:_MOST_EMAILS], next(iter(found.values())))


def _register_numbers(pages: Sequence[CrawledPage]) -> Iterator[SiteFact]:
    """What structured data states of them, then the words of the pages where companies print them; one page speaks for a register."""
    found: dict[str, str] = {}
    for url, facts in _in_order(pages, _WHERE_NUMBERS_STAND):
        stated = facts.organization or {}
        numbers = (*(to_register_numbers(stated.get("leiCode"), stated.get("vatID")) or ()), *facts.register_numbers)
        taken = {_register(one) for one in found}
        found |= {one: url for one in numbers if _register(one) not in taken and one not in found}
    if found:
        yield SiteFact(Field.REGISTER_NUMBER, tuple(found), next(iter(found.values())))


def _register(number: str) -> str:
    return number.partition("-")[0]


def _social(pages: Sequence[CrawledPage]) -> Iterator[SiteFact]:
    links: dict[str, str] = {}
    for url, facts in _in_order(pages, tuple(PageKind)):
        stated = filter(to_domain_of_social, texts_of((facts.organization or {}).get("sameAs")))
        for link in (*facts.social_urls, *stated):
            links.setdefault(link, url)
    if links:
        yield SiteFact(Field.SOCIAL_URLS, to_texts(tuple(links)) or (), next(iter(links.values())))
    for link, url in links.items():
        if profile := to_linkedin_url(link):
            yield SiteFact(Field.COMPANY_LINKEDIN_URL, profile, url)


def _first_phone(written: Sequence[str], country: str | None) -> str | None:
    return next((phone for raw in written if (phone := to_phone(raw, country))), None)


def _country(organization: JsonThing) -> object:
    """The country of the address: a code, a name, or an object with a name."""
    country = address_of(organization).get("addressCountry")
    return country.get("name") if isinstance(country, dict) else country
