"""The company's own home page: what it says about itself, how to reach it, what it is built with. Free.

Source: https://schema.org/Organization and https://ogp.me (read 2026-11). One page per company, robots.txt obeyed.
Limit: home page only, as sent by the server; what scripts draw later is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from integration.core.clock import Clock
from integration.core.outbound import FetchedPage
from integration.providers.adapter import Adapter, AdapterKit, Answer, Offer, Value
from integration.providers.base import Capability, ErrorClass, Field, FieldValue, ProviderInfo, ProviderReply, Subject
from integration.providers.html_page import PageFacts, decode_page, parse_page, to_domain_of_social
from integration.providers.http_base import build_reply
from integration.providers.json_ld import JsonThing, address_of, employee_count, texts_of
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
from integration.providers.site.fingerprints import find_technologies, load_fingerprints
from integration.providers.site_visit import SiteVisitor

NAME: Final = "website"
TRUST: Final = {
    Field.DOMAIN: 0.9,
    Field.PAGE_TITLE: 0.95,
    Field.COMPANY_NAME: 0.8,
    Field.DESCRIPTION: 0.8,
    Field.COMPANY_EMAILS: 0.8,
    Field.COMPANY_PHONE: 0.8,
    Field.SOCIAL_URLS: 0.85,
    Field.COMPANY_LINKEDIN_URL: 0.85,
    Field.TECHNOLOGIES: 0.9,
    Field.EMPLOYEE_COUNT: 0.6,
    Field.FOUNDED_YEAR: 0.8,
    Field.COUNTRY: 0.8,
    Field.STATE: 0.8,
    Field.CITY: 0.8,
    Field.REGISTER_NUMBER: 0.8,
}
INFO: Final = ProviderInfo(
    name=NAME,
    title="The company's web site",
    capabilities=frozenset({Capability.COMPANY}),
    fields={Capability.COMPANY: frozenset(TRUST)},
    needs_key=False,
    usd_per_credit=Decimal(0),
    found_lifetime=timedelta(days=14),
    not_found_lifetime=timedelta(days=7),
    documentation_url="https://www.rfc-editor.org/rfc/rfc9309",
    known_limits=("Reads one page, as the server sends it.", "Sites whose robots.txt says no are left alone."),
)
# Why a visit brought nothing, where that is worth another try later. Every other reason is an answer: the site has nothing for us.
FAILURES: Final = {
    "too_slow": ErrorClass.SERVER,
    "unreachable": ErrorClass.SERVER,
    "robots_unreadable": ErrorClass.SERVER,
}
STATUS_FAILURES: Final = {401: ErrorClass.BLOCKED, 403: ErrorClass.BLOCKED, 429: ErrorClass.THROTTLED}
OFFER: Final = Offer(INFO, "home", Capability.COMPANY, TRUST, lambda subject: subject.kind == "company" and bool(subject.domain))


def build_adapter(kit: AdapterKit) -> Adapter:
    return Adapter(INFO, (HomePage(OFFER, SiteVisitor(kit.fetcher, kit.clock, kit.robots_lifetime), kit.clock),))


@dataclass(frozen=True, eq=False)
class HomePage:
    """Reads one home page for each company asked about."""

    offer: Offer
    visitor: SiteVisitor
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002 - no key needed
        return tuple(build_reply(self.offer, self._visit(subject, until), self.clock) for subject in subjects)

    def _visit(self, subject: Subject, until: float) -> Answer:
        visit = self.visitor.visit(subject.domain or "", until=until)
        if visit.page is None:
            return Answer(error=FAILURES.get(visit.reason), detail=visit.reason)
        status = visit.page.status
        if status == 200:
            return Answer(parse_home(visit.page, subject), about=_led_here(visit.page, subject))
        return Answer(error=STATUS_FAILURES.get(status, ErrorClass.SERVER if status >= 500 else None), detail=f"status {status}")


def parse_home(page: FetchedPage, subject: Subject) -> tuple[Value, ...]:
    """What the page tells; nothing at all for a page that names neither itself nor a company."""
    facts = parse_page(page.body, content_type_header=page.header("content-type"), url=page.url)
    organization = facts.organization or {}
    if not (facts.title or facts.site_name or organization):
        return ()
    country = to_country(_country(organization)) or subject.country
    social = tuple(dict.fromkeys((*facts.social_urls, *filter(to_domain_of_social, texts_of(organization.get("sameAs"))))))
    phones = (*texts_of(organization.get("telephone")), *facts.phones)
    markup = decode_page(page.body, page.header("content-type"))
    technologies = find_technologies(load_fingerprints(), markup=markup, headers=page.headers, cookie_names=page.cookie_names)
    found: dict[Field, FieldValue | None] = {
        **_from_markup(facts, organization),
        Field.DOMAIN: to_domain(page.url),
        Field.COMPANY_PHONE: next((phone for raw in phones if (phone := to_phone(raw, country))), None),
        Field.SOCIAL_URLS: to_texts(social),
        Field.COMPANY_LINKEDIN_URL: next((link for url in social if (link := to_linkedin_url(url))), None),
        Field.TECHNOLOGIES: technologies or None,
    }
    return tuple(Value(name, value, TRUST[name], page.url) for name, value in found.items() if value is not None)


def _led_here(page: FetchedPage, subject: Subject) -> tuple[Value, ...]:
    """The domain asked for, when its site sends visitors to another one."""
    asked = subject.domain or ""
    return (Value(Field.DOMAIN, asked, TRUST[Field.DOMAIN], page.url),) if to_domain(page.url) not in (None, asked) else ()


def _from_markup(facts: PageFacts, organization: JsonThing) -> dict[Field, FieldValue | None]:
    address = address_of(organization)
    return {
        Field.PAGE_TITLE: facts.title or None,
        Field.COMPANY_NAME: to_text(organization.get("name")) or facts.site_name or None,
        Field.DESCRIPTION: facts.description or to_text(organization.get("description")),
        Field.COMPANY_EMAILS: facts.emails or None,
        Field.EMPLOYEE_COUNT: to_count(employee_count(organization)),
        Field.FOUNDED_YEAR: to_year(organization.get("foundingDate")),
        Field.COUNTRY: to_country(_country(organization)),
        Field.STATE: to_text(address.get("addressRegion")),
        Field.CITY: to_text(address.get("addressLocality")),
        Field.REGISTER_NUMBER: to_register_numbers(organization.get("leiCode"), organization.get("vatID")),
    }


def _country(organization: JsonThing) -> object:
    """The country of the address: a code, a name, or an object with a name."""
    country = address_of(organization).get("addressCountry")
    return country.get("name") if isinstance(country, dict) else country
