"""Which addresses tell a company, and which never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.domains import company_domain, email_domain, is_free_mail
from simulator.data.demo import load_companies


@pytest.mark.parametrize(
    "email",
    [
        "a@gmail.com", "A@GMAIL.COM", "a@mail.gmail.com", "a@yahoo.co.nz", "a@gmx.info", "a@gmail.con", "a@gmial.com", "a@gmаil.com",
        "a@privaterelay.appleid.com", "a@mailinator.net", "a@1secmail.org", "a@acme.onmicrosoft.com", "a@t-online.de", "a@rr.com",
        "a@tampabay.rr.com", "a@acme.zendesk.com", "a@alumni.example.edu", "a@students.uni.example.de", "no address", "a@", "@example.com",
        "a@127.0.0.1", "a@co.uk",
    ],
)  # fmt: skip
def test_no_company_is_made_of_this_address(email: str) -> None:
    assert email_domain(email) is None


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("a@sample-works.com", "sample-works.com"),
        ("a@mg.sample-works.co.uk", "sample-works.co.uk"),
        ("a@cs.example.edu", "example.edu"),
        ("a@finance.example.gov.uk", "example.gov.uk"),
        ("a@linkedin.com", "linkedin.com"),
        ("a@student-housing.example", "student-housing.example"),
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("a@gmailer-works.com", "gmailer-works.com"),
    ],
)
def test_this_address_names_its_company(email: str, domain: str) -> None:
    assert email_domain(email) == domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.facebook.com/sampleworks", None),
        ("sampleworks.wordpress.com", None),
        ("https://sites.google.com/view/sampleworks", None),
        ("https://www.facebook.com/", "facebook.com"),
        ("linkedin.com", "linkedin.com"),
        ("sampleworks.github.io", "sampleworks.github.io"),
        ("https://shop.sample-works.co.uk/a?b#c", "sample-works.co.uk"),
    ],
)
def test_a_page_at_a_shared_host_is_not_the_host(address: str, domain: str | None) -> None:
    assert company_domain(address) == domain


def test_no_demo_company_is_taken_for_a_mailbox_provider() -> None:
    assert [one.domain for one in load_companies() if company_domain(one.domain) is None] == []


@given(st.text(max_size=60))
def test_any_text_gives_a_domain_or_none(text: str) -> None:
    for found in (company_domain(text), email_domain(text), email_domain(f"a@{text}")):
        assert found is None or not is_free_mail(found)
