"""Vendor values to our forms: known writings, and anything at all without an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers import normalise as n

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("translate", "raw", "value"),
    [
        (n.to_text, "  a \n\t b\x00 ", "a b"),
        (n.to_text, "", None),
        (n.to_texts, ["a", "A ", "a", 3, None], ("a", "A")),
        (n.to_count, "51-200", 125),
        (n.to_count, "10001+", 10001),
        (n.to_count, "1,200", 1200),
        (n.to_count, 0, None),
        (n.to_count, True, None),
        (n.to_count, "many", None),
        (n.to_amount, 18_000_000, 18_000_000.0),
        (n.to_amount, -1, None),
        (n.to_year, "1998-04-01", 1998),
        (n.to_year, 12, None),
        (n.to_iso_date, "2025-03-01T00:00:00.000+00:00", "2025-03-01"),
        (n.to_iso_date, "March", None),
        (n.to_country, "United States", "US"),
        (n.to_country, "united kingdom", "GB"),
        (n.to_country, "br", "BR"),
        (n.to_country, "South Korea", "KR"),
        (n.to_country, "Atlantis", None),
        (n.to_domain, "https://WWW.Acme.co.uk/path?x=1", "acme.co.uk"),
        (n.to_domain, "sales@mail.acme.com", "acme.com"),
        (n.to_domain, "bücher.de", "xn--bcher-kva.de"),
        (n.to_domain, "10.0.0.1", None),
        (n.to_domain, "co.uk", None),
        (n.to_domain, "shop.github.io", "shop.github.io"),
        (n.to_linkedin_url, "http://uk.linkedin.com/company/Acme/?trk=1", "https://www.linkedin.com/company/acme"),
        (n.to_linkedin_url, "in/sample-person", "https://www.linkedin.com/in/sample-person"),
        (n.to_linkedin_url, "https://linkedin.com.evil.example/company/acme", None),
        (n.to_linkedin_url, "https://www.linkedin.com/feed/", None),
        (n.to_email, "Sample.Contact@Acme.COM", "sample.contact@acme.com"),
        (n.to_email, "no at sign", None),
        (n.to_email, "two@@acme.com", None),
        (n.to_phone, "+44 20 7946 0958", "+442079460958"),
        (n.to_phone, "(202) 555-0143", None),
        (n.to_phone, "12", None),
    ],
)
def test_writing_becomes_our_form(translate: Callable[[object], object], raw: object, value: object) -> None:
    assert translate(raw) == value


def test_country_hint_completes_a_national_number() -> None:
    assert n.to_phone("(202) 555-0143", "US") == "+12025550143"


@pytest.mark.parametrize(
    "translate",
    [
        n.to_text,
        n.to_texts,
        n.to_count,
        n.to_amount,
        n.to_year,
        n.to_iso_date,
        n.to_country,
        n.to_domain,
        n.to_linkedin_url,
        n.to_email,
        n.to_phone,
    ],
)
@given(raw=JSON)
def test_anything_is_translated_or_refused_without_an_error(translate: Callable[[object], object], raw: object) -> None:
    translate(raw)


@given(st.from_regex(r"[a-z]{1,8}\.(com|co\.uk|de|com\.br)", fullmatch=True))
def test_domain_of_a_domain_is_itself(domain: str) -> None:
    assert n.to_domain(domain) == domain
    assert n.to_domain(f"https://www.{domain}:443/a#b") == domain


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("Bengaluru, KA, India; Remote", "IN"),
        ("San Francisco, CA, USA; Remote", "US"),
        ("Remote; London, England, United Kingdom", "GB"),
        ("San Francisco, CA", None),
        ("Atlanta, Georgia", None),
        ("Remote, Somewhere", None),
    ],
)
def test_the_country_at_the_end_of_a_place_is_read_and_a_states_letters_are_not(place: str, code: str | None) -> None:
    assert n.to_country(place) == code
