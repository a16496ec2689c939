"""What anyone wrote into a note is shown without anything that could act."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.pages.rich_text import clean_html, safe_link

PIECES = st.sampled_from(
    ["<p>", "</p>", "<b", ">", "<script>", "</script>", "<a href=", '"javascript:alert(1)"', "'https://x.example'", "<svg/onload=x>",
     "<img src=x onerror=alert(1)>", "&lt;", "&#60;script&#62;", "text", "<ul><li>", "</ul>", "<!--", "-->", "<![CDATA[", "<h1>", "\x00"]
)  # fmt: skip


class Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.depth: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        if tag not in {"br", "hr"}:
            self.depth.append(tag)

    def handle_endtag(self, tag):
        assert self.depth.pop() == tag


def inspect(text: str) -> Inspector:
    inspector = Inspector()
    inspector.feed(str(clean_html(text)))
    inspector.close()
    return inspector


@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join)))
def test_nothing_but_harmless_balanced_tags_comes_out(text):
    inspector = inspect(text)
    assert inspector.depth == []
    for tag, attrs in inspector.tags:
        assert tag not in {"script", "style", "iframe", "img", "svg", "object", "form", "input", "link", "meta", "base"}
        assert [name for name, _ in attrs] in ([], ["href", "rel"])
        assert all((value or "").split(":")[0].lower() in {"http", "https", "mailto"} for name, value in attrs if name == "href")


@given(st.text(alphabet=st.characters(exclude_characters="<>&\x00\r"), max_size=80))
def test_plain_text_is_kept_as_it_is(text):
    read = HTMLReader()
    read.feed(str(clean_html(text)))
    read.close()
    assert read.text == text


class HTMLReader(HTMLParser):
    text = ""

    def handle_data(self, data):
        self.text += data


def test_formatting_survives_without_attributes():
    assert clean_html('<p class="x" onclick="y"><strong>Hi</strong><br/>there</p>') == "<p><strong>Hi</strong><br>there</p>"


def test_headings_are_lowered_below_the_pages_own():
    assert clean_html("<h1>A</h1><h4>B</h4>") == "<h4>A</h4><h5>B</h5>"


def test_open_tags_are_closed_and_stray_ends_dropped():
    assert clean_html("</div><ul><li>one<li>two</ul></p>") == "<ul><li>one<li>two</li></li></ul>"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JaVaScRiPt:x", "data:text/html,x", "//x.example", "/x", "file:///etc", "http://["]
)
def test_links_to_other_schemes_lose_their_address(address):
    assert safe_link(address) is None
    assert "href" not in clean_html(f'<a href="{address}">x</a>')


def test_web_and_mail_links_are_kept():
    assert 'href="https://x.example/?a=1&amp;b=2"' in clean_html('<a href="https://x.example/?a=1&amp;b=2">x</a>')
    assert safe_link(" mailto:a@x.example ") == "mailto:a@x.example"
