"""The main text of a page: paragraphs kept, surroundings left out; hostile markup costs little time and breaks nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.providers.site.main_text import main_text

PARAGRAPHS = [
    "Sample Works builds measuring instruments for water suppliers and has done so since its founding in a small town by the river.",
    "Today two hundred people work on sensors, software and service, and every second device leaves the factory for another country.",
    "In spring the company opened a laboratory in which customers try new devices under pressure before they decide to buy them.",
]
PAGE = (
    "<html><head><title>Sample Works</title><style>p{color:red}</style></head><body><nav><ul><li><a href='/'>Home</a></li>"
    "<li><a href='/shop'>Shop</a></li></ul></nav><article><h1>About Sample Works</h1>"
    + "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    + "</article><div class='comments'><p>First! I have a comment that nobody should take for the company's word.</p></div>"
    "<footer>All rights reserved. Cookie notice.</footer><script>var hidden = 'secret'</script></body></html>"
)


def test_paragraphs_stay_and_surroundings_go() -> None:
    text = main_text(PAGE, "https://sample-works.example/about")
    assert all(one in text for one in PARAGRAPHS)
    assert not any(word in text for word in ("Shop", "Cookie notice", "hidden", "First!", "color"))


@pytest.mark.parametrize(
    "html", ["", "   ", "<html></html>", "<p>", "plain words", "<!--", "\x00", "<?xml version='1.0' encoding='utf-8'?><a/>"]
)
def test_page_without_an_article_has_no_text_and_makes_no_trouble(html: str) -> None:
    assert isinstance(main_text(html, "https://sample.example/"), str)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_a_page_at_any_address(html: str, url: str) -> None:
    assert isinstance(main_text(f"<html><body><p>{html}", url), str)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 400_000,
        "<b><i><a>" * 200_000,
        "<table><tr><td>" * 100_000,
        "<p>" * 500_000,
        "<ul><li>" * 200_000,
        "<p>x<br>" * 200_000,
        "<div " + "a=b " * 300_000 + ">",
    ],
    ids=["open", "mixed", "tables", "paragraphs", "lists", "breaks", "attributes"],
)
def test_hostile_markup_costs_little_time(body: str) -> None:
    started = time.process_time()
    main_text(f"<html><body>{body}", "https://sample.example/")
    assert time.process_time() - started < 4.0
