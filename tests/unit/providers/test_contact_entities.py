"""Contact entities of a page: what is found in plain writing, what is left alone, and that hostile text costs no time."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.site.contact_entities import Contacts, find_contacts
from integration.providers.site.email_mentions import decode_hidden_email
from integration.providers.site.entities import EntityKind
from integration.providers.site.text_lines import read_lines

URL = "https://sample-works.com/contact"


def read(markup: str, url: str = URL) -> Contacts:
    return find_contacts(markup, url)


def texts(markup: str, kind: EntityKind, url: str = URL) -> set[str]:
    return set(read(markup, url).texts(kind))


def test_lines_end_where_a_reader_sees_an_end() -> None:
    page = read_lines(
        "<h1>Sample  <b>Works</b></h1><table><tr><td>One<td>Two</td></tr></table><p>a<br>b<script>no</script><ul><li>c<li>d</ul>"
    )
    assert page.lines == ("Sample Works", "One", "Two", "a", "b", "c", "d")


def test_menus_of_forms_say_nothing_and_an_index_with_counts_stays() -> None:
    form = "<select><option>Germany<option>France</select>"
    index = "<select><option>Sample University (12)<option>Sample College (3)</select>"
    assert read_lines(form).lines == ()
    assert read_lines(index).lines == ("Sample University (12)", "Sample College (3)")


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ("<p>12 Sample Street<br>Austin, TX 78701</p>", ("12 Sample Street", "Austin", "TX", "78701")),
        (
            "<p>1200 W. Sample Blvd., Suite 300B, Santa Monica CA 90401-1234</p>",
            ("1200 W. Sample Blvd., Suite 300B", "Santa Monica", "CA", "90401-1234"),
        ),
        ("<td>4 Sample Ave</td><td>West Springfield , Massachusetts</td>", ("4 Sample Ave", "West Springfield", "Massachusetts", "")),
        ("<p>P.O. Box 12<br>Sampleton, NY 10001</p>", ("P.O. Box 12", "Sampleton", "NY", "10001")),
        ("<p>31 Sample Cres, Etobicoke, ON M9B 1P2</p>", ("31 Sample Cres", "Etobicoke", "ON", "M9B 1P2")),
        (
            "<p>Unit 29 Sample Road<br>Cheltenham<br>Gloucestershire<br>GL51 9PL</p>",
            ("Unit 29 Sample Road", "Cheltenham", "Gloucestershire", "GL51 9PL"),
        ),
        ("<p>Sample House, London NW3 6DN</p>", ("Sample House", "London", "", "NW3 6DN")),
        ("<p>493 Sample Street<br>North Perth WA 6006</p>", ("493 Sample Street", "North Perth", "WA", "6006")),
        ("<p>Musterstraße 12a<br>D-60325 Frankfurt am Main</p>", ("Musterstraße 12a", "Frankfurt am Main", "", "D-60325")),
        ("<p>Rua Exemplo 15<br>1000-205 Lisboa</p>", ("Rua Exemplo 15", "Lisboa", "", "1000-205")),
        ("<p>7 Sample Street<br>Singapore<br>Singapore</p>", ("7 Sample Street", "Singapore", "", "")),
    ],
)  # fmt: skip
def test_address_is_put_together_from_its_lines(markup: str, address: tuple[str, ...] | None) -> None:
    found = read(markup).address
    assert (found and (found.street, found.city, found.state, found.postal_code)) == address


@pytest.mark.parametrize(
    ("markup", "country"),
    [
        ("<p>12 Sample Street<br>Austin, TX 78701</p>", "US"),
        ("<p>12 Sample Street<br>Milano, MI<br>Italy</p>", "IT"),
        ("<p>Musterstraße 1<br>10115 Berlin<br>Deutschland</p>", "DE"),
        ("<p>12 Sample Street</p>", ""),
        ("<p>We serve Germany and France</p>", ""),
    ],
)
def test_country_is_the_one_of_the_address(markup: str, country: str) -> None:
    assert read(markup).country == country


def test_text_without_an_address_gives_none() -> None:
    assert read("<p>Founded in 1999 by 12 people. 2026-11-20. In the street we met 300 Spartans.</p>").address is None


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("Call 202-555-0143 today", {"202-555-0143"}),
        ("Phone: +44 (0) 20 7946 0958", {"+44 (0) 20 7946 0958"}),
        ("Tel. (030) 23125 012", {"(030) 23125 012"}),
        ("Tel: 202-555-0143 Fax: 202-555-0144", {"202-555-0143"}),
        ("1-800-SAMPLES", {"1-800-SAMPLES"}),
        ("Order 4711 1234 5678 of 2026-11-20, ISBN 978-3-16-148410-0", set()),
        ("1999-2026, 01/02/2026, 78701-1234", set()),
    ],
)
def test_phones_are_told_by_form_or_label_and_fax_is_left_out(text: str, phones: set[str]) -> None:
    assert texts(f"<p>{text}</p>", EntityKind.TEL, "https://sample-werke.de/" if "030" in text else URL) == phones


@pytest.mark.parametrize(
    "text",
    ["info@sample-works.com", "info [at] sample-works [dot] com", "info (at) sample-works.com", "info AT sample-works DOT com"],
)
def test_mail_addresses_are_read_in_each_writing(text: str) -> None:
    assert texts(f"<p>Write to {text} now</p>", EntityKind.EMAIL) == {"info@sample-works.com"}


def test_hidden_mail_address_is_uncovered() -> None:
    key = 0x2A
    code = bytes([key, *(one ^ key for one in b"info@sample-works.com")]).hex()
    assert decode_hidden_email(code) == "info@sample-works.com"
    markup = f'<a href="/cdn-cgi/l/email-protection"><span data-cfemail="{code}">[email protected]</span></a>'
    assert texts(markup, EntityKind.EMAIL) == {"info@sample-works.com"}
    assert decode_hidden_email("zz") == decode_hidden_email("") == decode_hidden_email("2a") == ""


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Copyright © 2019-2026 Sample Works Inc. All rights reserved.</p>",
        "<p>© Sample Works Inc | Privacy</p>",
        "<title>Contact | Sample Works Inc</title><p>Sample Works Inc welcomes you</p>",
        '<meta property="og:site_name" content="Sample Works Inc"><p>x</p>',
        '<img alt="Sample Works Inc"><p>x</p>',
    ],
)
def test_own_name_is_told_by_copyright_title_head_or_logo(markup: str) -> None:
    assert read(markup).own_name.rstrip(".") == "Sample Works Inc"


def test_other_organisations_are_told_by_legal_form_or_kind() -> None:
    found = texts(
        "<p>We work with Probe Partners LLC and the University of Sampleton.</p><li>Sample Valley High School</li>", EntityKind.ORG
    )
    assert found == {"Probe Partners LLC", "University of Sampleton", "Sample Valley High School"}


def test_people_are_told_apart_from_places_and_companies() -> None:
    markup = "<p>Ask Maria Sample or Dr. Probe. Offices in San Diego and Virginia Beach. Charlotte Services. © Sample Works</p>"
    assert texts(markup, EntityKind.PER) == {"Maria Sample", "Dr. Probe"}


def test_no_stretch_of_text_is_two_things() -> None:
    found = [
        one for one in read("<p>Sample Works Inc, 12 Paris Road, Austin, TX 78701, Tel 202-555-0143</p>").entities if one.start >= 0
    ]
    spans = sorted((one.start, one.start + len(one.text)) for one in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    read(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "12 Sample Street",
                "<br>",
                "Austin",
                ", ",
                "TX",
                " 78701",
                "©",
                "Inc.",
                "Maria ",
                "Tel: ",
                "202-555-0143",
                "\n",
                "London ",
                "NW3 6DN",
            ]
        ),
        max_size=30,
    )
)
def test_any_mixture_of_parts_is_read(parts: list[str]) -> None:
    read("".join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "A" * 200_000, "Aa " * 60_000, "1 " * 100_000, "12 Aa " * 30_000, "a@" * 100_000, "© " * 60_000, "Aa of " * 30_000, "Dr. Aa-" * 25_000,
        "(1" * 90_000, ",\n" * 90_000, "Aa, Inc " * 20_000,
    ],
    ids=["letters", "words", "digits", "streets", "ats", "signs", "links", "doctors", "brackets", "commas", "legal"],
)  # fmt: skip
def test_hostile_text_costs_little_time(text: str) -> None:
    started = time.process_time()
    read(f"<p>{text}</p>")
    read(f"<p>{text.replace(' ', '<br>')}</p>")
    assert time.process_time() - started < 4.0
