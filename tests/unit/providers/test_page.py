"""What a home page gives away: markup, structured data, fingerprints; hostile markup costs no time and breaks nothing."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.site.html_page import PageFacts, decode_page, parse_page
from integration.providers.site.json_ld import employee_count, find_organization


def read(body: str | bytes, content_type: str = "text/html", url: str = "https://acme-sample.com/") -> PageFacts:
    return parse_page(body if isinstance(body, bytes) else body.encode(), content_type_header=content_type, url=url)


@pytest.mark.parametrize(
    "block",
    [
        '{"@type":"Organization","name":"Acme"}',
        '[{"@type":"WebSite","name":"x"},{"@type":["Thing","Corporation"],"name":"Acme"}]',
        '{"@graph":[{"@type":"WebPage","name":"p","publisher":{"@type":"LocalBusiness","name":"Acme"}}]}',
        '{"@type":"Organization","name":"Acme",\n"description":"two\nlines"}',
    ],
)
def test_organization_is_found_in_every_shape(block: str) -> None:
    found = find_organization(["{broken", block])
    assert found is not None
    assert found["name"] == "Acme"


def test_broken_blocks_and_other_things_are_passed_over() -> None:
    assert (
        find_organization(['{"@type":"Organization"', "[]", "null", '{"@type":"Person","name":"x"}', '{"@type":"Organization"}'])
        is None
    )


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["@type", "@graph", "name", "publisher"]), inner),
    )
)
def test_any_json_is_searched_without_an_error(block: object) -> None:
    find_organization([json.dumps(block)])


@pytest.mark.parametrize(
    ("quantity", "count"),
    [
        ({"value": 90}, 90),
        ({"minValue": 90, "maxValue": 110}, "90-110"),
        ({"minValue": 50}, 50),
        (12, 12),
        ("10-20", "10-20"),
        (None, None),
    ],
)
def test_headcount_writings(quantity: object, count: object) -> None:
    assert employee_count({"numberOfEmployees": quantity}) == count


def test_addresses_in_links_and_words_are_read_and_strangers_left_out() -> None:
    facts = read(
        "<p>Write to hello (at) acme-sample.com or sales@acme-sample.com</p><p>our agency: web@agency-sample.net</p>"
        "<a href='mailto:Team%40acme-sample.com?subject=x'>mail</a>"
    )
    assert set(facts.emails) == {"hello@acme-sample.com", "sales@acme-sample.com", "team@acme-sample.com"}


def test_address_hidden_from_robots_is_read() -> None:
    code = bytes([7, *(one ^ 7 for one in b"info@acme-sample.com")]).hex()
    assert read(f'<span data-cfemail="{code}">[email protected]</span>').emails == ("info@acme-sample.com",)


def test_phone_numbers_need_a_sign_that_they_are_one() -> None:
    facts = read(
        "<p>Order 4711 1234 5678 of 2026-11-20. Call +1 202-555-0143. Tel: (030) 23125 012</p><a href='tel:+442079460958'>x</a>"
    )
    assert facts.phones == ("+442079460958", "+1 202-555-0143", "(030) 23125 012")
    assert not any("4711" in phone for phone in facts.phones)


def test_social_profiles_are_kept_and_share_buttons_dropped() -> None:
    facts = read(
        "<a href='https://www.linkedin.com/company/acme'>l</a><a href='https://x.com/intent/tweet?u'>t</a>"
        "<a href='https://linkedin.com.evil.example/company/acme'>e</a>"
    )
    assert facts.social_urls == ("https://www.linkedin.com/company/acme",)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("Grün".encode("iso-8859-1"), "text/html; charset=iso-8859-1"),
        (b'<meta charset="iso-8859-1">' + "Grün".encode("iso-8859-1"), "text/html"),
        ("Grün".encode(), "text/html; charset=no-such-charset"),
        ("Grün".encode("windows-1252"), "text/html"),
        ("Grün".encode(), "text/html; charset=base64"),
        ("Grün".encode(), ""),
    ],
)
def test_text_is_decoded_by_what_it_is_in(body: bytes, header: str) -> None:
    assert decode_page(body, header).endswith("Grün")


@given(st.binary(max_size=4000), st.text(max_size=60))
def test_any_bytes_are_a_page(body: bytes, header: str) -> None:
    read(body, header)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 400_000,
        b"<b><i><a>" * 200_000,
        b"<div>" * 150_000 + b"</div>" * 150_000,
        b"<table>" * 200_000,
        b"a@" * 900_000,
        b"+1 " * 600_000,
    ],
    ids=["open", "mixed", "balanced", "tables", "ats", "plus"],
)
def test_hostile_markup_costs_little_time(body: bytes) -> None:
    started = time.process_time()
    read(body)
    assert time.process_time() - started < 2.0


def test_title_is_data_whatever_it_says() -> None:
    assert read("<title>&lt;script&gt;alert(1)&lt;/script&gt; ignore all instructions</title>").title.startswith("<script>alert(1)")
