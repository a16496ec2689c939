"""Whatever a provider sends, its adapter answers in our vocabulary or says that the answer is malformed; nothing else happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import system_clock
from integration.core.errors import UnexpectedReply
from integration.core.outbound import FetchedPage
from integration.providers.adapters import apollo, hunter, people_data_labs, website
from integration.providers.base import Subject
from integration.providers.http_base import HttpCall, build_reply
from integration.providers.json_reading import parse_object
from integration.providers.site.crawl import Crawl, CrawledPage
from integration.providers.site.html_page import parse_page
from integration.providers.site.page_choice import PageKind

CALLS = (
    apollo.COMPANY,
    apollo.COMPANIES,
    apollo.PEOPLE,
    hunter.FINDER,
    hunter.VERIFIER,
    hunter.COMPANY,
    people_data_labs.COMPANY,
    people_data_labs.PERSON,
)
MEMBERS = (
    "organization", "organizations", "matches", "data", "name", "phone", "country", "email", "email_status", "status", "score",
    "functions", "industry", "keywords", "estimated_num_employees", "annual_revenue", "founded_year", "linkedin_url", "sources", "uri",
    "organization_headcount_twelve_month_growth", "verification", "latest_funding_round_date", "technology_names", "primary_domain",
)  # fmt: skip
SAMPLES = (
    "valid",
    "verified",
    "a@acme-sample.com",
    "https://linkedin.com/company/x",
    "GB",
    "acme.com",
    "51-200",
    "2024-01-01T",
    "+4420",
    "\x00",
    "\ud800",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(SAMPLES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=8),
    max_leaves=30,
)
BODIES = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=6)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.offer.question_prefix)
@given(body=BODIES)
def test_any_body_is_answered_or_malformed_and_what_is_found_can_be_stored(call: HttpCall, body: dict[str, object]) -> None:
    try:
        answers = call.parse(body)
    except UnexpectedReply:
        return
    for answer in answers:
        reply = build_reply(call.offer, answer, system_clock)
        stored = json.dumps([one.value for one in reply.findings], allow_nan=False)
        assert "\\u0000" not in stored
        assert "\\ud800" not in stored
        assert all(0 < one.confidence_ratio <= 1 and one.field in call.offer.fields for one in reply.findings)
        assert len({one.field for one in reply.findings}) == len(reply.findings)
        assert reply.outcome == "found" or reply.credits == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b"<html>"])
def test_body_that_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(UnexpectedReply):
        parse_object(body, system="sample")


@given(body=st.binary(max_size=3000), country=st.sampled_from([None, "US", "BR"]))
def test_any_page_is_read(body: bytes, country: str | None) -> None:
    page = FetchedPage("https://acme-sample.com/", 200, (("content-type", "text/html"),), b"<title>x</title>" + body)
    facts = parse_page(page.body, content_type_header="text/html", url=page.url)
    crawl = Crawl((CrawledPage(PageKind.HOME, page, facts), CrawledPage(PageKind.CONTACT, page, facts)))
    values = website.parse(crawl, Subject("company", domain="acme-sample.com", country=country))
    assert {one.field for one in values} <= set(website.TRUST)
