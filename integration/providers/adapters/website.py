"""The company's own site: what it says about itself, how to reach it, what it is built with. Free.

Source: https://schema.org/Organization and https://ogp.me (read 2026-11). A few pages per company, robots.txt obeyed.
Limit: pages as sent by the server; what scripts draw later is not seen.
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
from integration.providers.base import Capability, ErrorClass, Field, ProviderInfo, ProviderReply, Subject
from integration.providers.http_base import build_reply
from integration.providers.normalise import to_domain
from integration.providers.site.company_facts import SiteFact, read_site
from integration.providers.site.crawl import Crawl, CrawlBudget, Crawler
from integration.providers.site.robots import RobotsBook

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
    Field.STREET: 0.75,
    Field.POSTAL_CODE: 0.75,
}
# How sure we are of what is read out of a page's words: the precision measured by `leadlight bench site_contacts`, rounded down.
WORDS_TRUST: Final = {
    Field.COMPANY_NAME: 0.65,
    Field.STREET: 0.65,
    Field.CITY: 0.65,
    Field.STATE: 0.65,
    Field.COUNTRY: 0.65,
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
    known_limits=(
        "Reads a few pages of a site (home, contact, imprint, about, then careers, pricing, team), as the server sends them.",
        "Sites whose robots.txt says no are left alone; one that asks for long pauses tells no more than its home page.",
        "People named on the pages are not stored: nothing in the product needs them without a contact record.",
    ),
)
# Why a visit brought nothing, where that is worth another try later. Every other reason is an answer: the site has nothing for us.
FAILURES: Final = {
    "too_slow": ErrorClass.SERVER,
    "unreachable": ErrorClass.SERVER,
    "robots_unreadable": ErrorClass.SERVER,
    "site_busy": ErrorClass.SERVER,
}
STATUS_FAILURES: Final = {401: ErrorClass.BLOCKED, 403: ErrorClass.BLOCKED, 429: ErrorClass.THROTTLED}
LONGEST_DETAIL: Final = 400
OFFER: Final = Offer(INFO, "site", Capability.COMPANY, TRUST, lambda subject: subject.kind == "company" and bool(subject.domain))


def build_adapter(kit: AdapterKit) -> Adapter:
    robots = RobotsBook(kit.fetcher, kit.clock, kit.robots_lifetime)
    crawler = Crawler(kit.fetcher, robots, CrawlBudget(pages=kit.settings.site_pages))
    return Adapter(INFO, (CompanySite(OFFER, crawler, kit.clock),))


@dataclass(frozen=True, eq=False)
class CompanySite:
    """Reads a few pages of the site of each company asked about."""

    offer: Offer
    crawler: Crawler
    clock: Clock

    def ask(self, subjects: Sequence[Subject], *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002 - no key needed
        return tuple(build_reply(self.offer, self._visit(subject, until), self.clock) for subject in subjects)

    def _visit(self, subject: Subject, until: float) -> Answer:
        crawl = self.crawler.crawl(subject.domain or "", until=until)
        if crawl.home is None:
            return Answer(error=FAILURES.get(crawl.reason), detail=crawl.reason)
        status = crawl.home.status
        if status == 200:
            return Answer(parse(crawl, subject), about=_led_here(crawl.home, subject), detail=_left_out(crawl))
        return Answer(error=STATUS_FAILURES.get(status, ErrorClass.SERVER if status >= 500 else None), detail=f"status {status}")


def parse(crawl: Crawl, subject: Subject) -> tuple[Value, ...]:
    """What the site tells; nothing at all where its home page names neither itself nor a company."""
    return tuple(Value(one.field, one.value, _trust(one), one.url) for one in read_site(crawl.pages, subject.country))


def _trust(fact: SiteFact) -> float:
    return WORDS_TRUST.get(fact.field, TRUST[fact.field]) if fact.from_words else TRUST[fact.field]


def _led_here(page: FetchedPage, subject: Subject) -> tuple[Value, ...]:
    """The domain asked for, when its site sends visitors to another one."""
    asked = subject.domain or ""
    return (Value(Field.DOMAIN, asked, TRUST[Field.DOMAIN], page.url),) if to_domain(page.url) not in (None, asked) else ()


def _left_out(crawl: Crawl) -> str:
    """Each page that was chosen and not read, with its reason."""
    return ", ".join(f"{reason}: {url}" for url, reason in crawl.left_out)[:LONGEST_DETAIL]
