"""The parts of the crawl that decide without asking anybody: which pages, what a sitemap lists, what microdata says."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from integration.providers.site.html_page import parse_page
from integration.providers.site.microdata import find_items
from integration.providers.site.page_choice import Link, PageKind, choose_pages
from integration.providers.site.sitemap import MAX_UNPACKED, parse_sitemap

ROOT = "https://www.acme-sample.com"


def chosen(*links: Link, listed: tuple[str, ...] = ()) -> dict[PageKind, str]:
    return {one.kind: one.url for one in choose_pages(links, listed, domain="acme-sample.com")}


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/contact-us/", "", PageKind.CONTACT),
        ("/p/17", "Kontakt", PageKind.CONTACT),
        ("/es/contáctenos", "", PageKind.CONTACT),
        ("/fale-conosco.html", "", PageKind.CONTACT),
        ("/Impressum.php", "", PageKind.IMPRINT),
        ("/mentions-legales", "", PageKind.IMPRINT),
        ("/de/%C3%BCber-uns", "", PageKind.ABOUT),
        ("/x", "Über uns", PageKind.ABOUT),
        ("/qui-sommes-nous", "", PageKind.ABOUT),
        ("/about-acme", "", PageKind.ABOUT),
        ("/stellenangebote", "", PageKind.CAREERS),
        ("/x", "Trabalhe Conosco", PageKind.CAREERS),
        ("/x", "We're hiring", PageKind.CAREERS),
        ("/pricing", "", PageKind.PRICING),
        ("/x", "Preise", PageKind.PRICING),
        ("/company/leadership", "", PageKind.TEAM),
        ("/x", "Notre équipe", PageKind.TEAM),
    ],
)
def test_kind_of_a_page_is_told_by_its_path_or_the_words_of_the_link(path: str, text: str, kind: PageKind) -> None:
    assert chosen(Link(ROOT + path, text)) == {kind: ROOT + path}


@pytest.mark.parametrize(
    "url",
    [
        "https://other-sample.com/contact",
        "https://acme-sample.com.evil-sample.net/contact",
        "https://notacme-sample.com/contact",
        "mailto:contact@acme-sample.com",
        "javascript:contact()",
        "https://www.acme-sample.com/contact.pdf",
        "https://www.acme-sample.com/#contact",
        "https://[bad/contact",
        "https://www.acme-sample.com/how-we-stay-in-contact-with-our-customers-all-year",
    ],
)
def test_other_companies_and_things_that_are_no_page_are_not_chosen(url: str) -> None:
    assert chosen(Link(url, "")) == {}


def test_plain_words_beat_hints_links_beat_the_sitemap_and_short_paths_beat_long_ones() -> None:
    assert chosen(Link(f"{ROOT}/contact-sales", ""), Link(f"{ROOT}/contact", "")) == {PageKind.CONTACT: f"{ROOT}/contact"}
    assert chosen(Link(f"{ROOT}/a/b/contact", ""), listed=(f"{ROOT}/contact",)) == {PageKind.CONTACT: f"{ROOT}/a/b/contact"}
    assert chosen(Link(f"{ROOT}/a/contact", ""), Link(f"{ROOT}/contact", "")) == {PageKind.CONTACT: f"{ROOT}/contact"}


def test_one_page_for_two_purposes_is_read_once() -> None:
    both = choose_pages([Link(f"{ROOT}/contact", "About us")], (), domain="acme-sample.com")
    assert [one.url for one in both] == [f"{ROOT}/contact"]


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=30)), max_size=10))
def test_any_links_are_chosen_from(links: list[tuple[str, str]]) -> None:
    found = choose_pages([Link(f"https://acme-sample.com/{path}", text) for path, text in links], (), domain="acme-sample.com")
    assert len({one.kind for one in found}) == len(found)


def test_sitemap_is_read_in_each_writing() -> None:
    body = b"<?xml version='1.0'?><urlset><url><loc> https://a-sample.com/x?a=1&amp;b=2 </loc></url><url><loc><![CDATA[https://a-sample.com/y]]></loc></url></urlset>"
    assert parse_sitemap(body).urls == ("https://a-sample.com/x?a=1&b=2", "https://a-sample.com/y")
    assert parse_sitemap(gzip.compress(body)).urls == parse_sitemap(body).urls
    assert parse_sitemap(b"https://a-sample.com/x\nftp://a\n\nhttps://a-sample.com/y\n").urls == (
        "https://a-sample.com/x",
        "https://a-sample.com/y",
    )
    assert parse_sitemap(b"<sitemapindex><sitemap><loc>https://a-sample.com/s.xml</loc></sitemap></sitemapindex>").is_index


def test_sitemap_bomb_and_broken_gzip_are_refused_quickly() -> None:
    bomb = gzip.compress(b"<urlset>" + bytes(64 << 20))
    started = time.process_time()
    assert parse_sitemap(bomb).reason == "sitemap_too_large"
    assert parse_sitemap(b"x" * (MAX_UNPACKED + 1)).reason == "sitemap_too_large"
    assert parse_sitemap(b"\x1f\x8bnot really").reason == "bad_encoding"
    assert time.process_time() - started < 0.5


def test_entities_of_xml_do_not_unfold() -> None:
    body = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>https://a-sample.com/&b;</loc></url></urlset>'
    )
    assert parse_sitemap(body).urls == ("https://a-sample.com/&b;",)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_sitemap_or_refused(body: bytes) -> None:
    parse_sitemap(body)
    parse_sitemap(b"\x1f\x8b" + body)


ITEM = """
<div itemscope itemtype="https://schema.org/LocalBusiness"><h1 itemprop="name">Acme <b>Sample</b></h1>
<a itemprop="url" href="https://acme-sample.com/">site</a><span itemprop="telephone">+1 202-555-0143</span>
<div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><span itemprop="streetAddress">12 Sample Street</span>
<span itemprop="addressLocality">Austin</span><meta itemprop="addressCountry" content="US"></div>
<a itemprop="sameAs" href="https://x.com/acme">x</a><a itemprop="sameAs" href="https://www.linkedin.com/company/acme">l</a></div>
"""


def test_microdata_has_the_shape_of_json_ld() -> None:
    (item,) = find_items(LexborHTMLParser(ITEM))
    assert item == {
        "@type": "LocalBusiness",
        "name": "Acme Sample",
        "url": "https://acme-sample.com/",
        "telephone": "+1 202-555-0143",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "12 Sample Street",
            "addressLocality": "Austin",
            "addressCountry": "US",
        },
        "sameAs": ["https://x.com/acme", "https://www.linkedin.com/company/acme"],
    }


def test_microdata_counts_where_json_ld_names_no_organisation() -> None:
    facts = parse_page(ITEM.encode(), content_type_header="text/html", url="https://acme-sample.com/")
    assert facts.organization is not None
    assert facts.organization["name"] == "Acme Sample"
    both = ITEM + '<script type="application/ld+json">{"@type": "Organization", "name": "Acme by script"}</script>'
    stated = parse_page(both.encode(), content_type_header="text/html", url="https://acme-sample.com/").organization
    assert stated is not None
    assert stated["name"] == "Acme by script"


@given(
    st.lists(
        st.sampled_from(["<div itemscope>", "<p itemprop='a b'>", "</div>", "text", "<div itemprop=x itemscope itemtype='u'>"]),
        max_size=40,
    )
)
def test_any_microdata_is_read(parts: list[str]) -> None:
    find_items(LexborHTMLParser("".join(parts)))
