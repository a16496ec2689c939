"""Names in their comparable form: settled once and for all, in every alphabet, without the forms of law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.company_names import company_name, normal_company
from integration.core.folding import folded, spelling_key, words
from integration.matching.features import settled_email, settled_postcode, settled_street
from integration.matching.names import call_names, person_name

_CHARACTERS = st.characters(codec="utf-8")
_NAMES = st.text(_CHARACTERS, max_size=40) | st.lists(
    st.sampled_from(
        ["The", "Sample", "Ltd", "GmbH & Co. KG", "S/A", "(dba Other)", "ООО", "and", "of", "Ω", "Lowe&#8217;s", "U.S.", "ß", "1"]
    ),
    max_size=6,
).map(" ".join)


@given(_NAMES)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(_NAMES, st.sampled_from(["", "DE", "BR", "ID", "SE"]))
def test_a_normal_company_name_stays_as_it_is(name: str, country: str) -> None:
    once = normal_company(name, country)
    assert normal_company(once, country) == once
    assert bool(once) == bool(words(name))


@given(_NAMES, _NAMES)
def test_a_normal_person_name_stays_as_it_is(first: str, last: str) -> None:
    once = person_name(first, last)
    again = person_name(" ".join(once.first), " ".join(once.last))
    assert person_name(" ".join(again.first), " ".join(again.last)) == again
    assert bool(once.first or once.last) == bool(words(first) or words(last))


@pytest.mark.parametrize(
    ("name", "country", "normal"),
    [
        ("Lowe&#8217;s", "", "lowes"),
        ("Müller GmbH & Co. KG", "DE", "muller"),
        ("Padaria Exemplo LTDA ME", "BR", "padaria exemplo"),
        ("Sociedade Exemplo S/A", "BR", "sociedade exemplo"),
        ("Exemplo EIRELI", "BR", "exemplo"),
        ("The Sample Companies, Inc.", "US", "sample"),
        ("PT Contoh Tbk", "ID", "contoh"),
        ("PT Contoh Tbk", "US", "pt contoh"),
        ("ООО Ромашка", "RU", "romashka"),
        ("Sample Sp. z o.o.", "PL", "sample"),
        ("U.S. Sample Foods", "US", "us sample foods"),
        ("Ltd", "", "ltd"),
        ("&", "", "and"),
        ("株式会社サンプル", "JP", "株式会社サンプル"),
    ],
)
def test_legal_forms_are_taken_off_by_country(name: str, country: str, normal: str) -> None:
    assert normal_company(name, country) == normal


def test_names_in_brackets_and_behind_dba_are_other_names() -> None:
    assert company_name("Laboratory Sample Corp. (Labsample)").spellings == (("laboratory", "sample"), ("labsample",))
    assert company_name("Sample Holding LLC d/b/a Other Sample").other_names == (("other", "sample"),)
    assert company_name("Sample Financial (U.S.)").other_names == ()
    assert company_name("Sample GmbH").legal_form == "gmbh"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Dr. Ana", "Exemplo", (("ana",), ("exemplo",))),
        ("", "Exemplo, Ana", (("ana",), ("exemplo",))),
        ("Ana Maria Exemplo", "", (("ana", "maria"), ("exemplo",))),
        ("Ana", "Ana Exemplo", (("ana",), ("exemplo",))),
        ("", "", ((), ())),
    ],
)
def test_the_parts_of_a_persons_name_are_found(first: str, last: str, expected: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    name = person_name(first, last)
    assert (name.first, name.last) == expected


def test_a_short_name_stands_for_its_long_ones_and_not_for_others_short_for_the_same() -> None:
    assert "robert" in call_names("bob")
    assert "bob" in call_names("robert")
    assert call_names("unheard") == {"unheard"}


def test_spellings_of_one_sound_have_one_key() -> None:
    assert spelling_key("mueller") == spelling_key("muller") == spelling_key("muler")
    assert spelling_key("schmidt") != spelling_key("schneider")


@given(st.emails())
def test_a_settled_address_stays_as_it_is(address: str) -> None:
    assert settled_email(settled_email(address)) == settled_email(address)


def test_tags_and_dots_lead_to_one_mailbox() -> None:
    assert settled_email("Sample.Contact+news@GoogleMail.com") == "samplecontact@gmail.com"
    assert settled_email("sample.contact+news@example.com") == "sample.contact@example.com"
    assert settled_email("no address") == settled_email("@example.com") == ""
    assert settled_street("12 Sample St.") == ("12", "sample", "street")
    assert settled_postcode("94107-1234") == settled_postcode("94107") == "94107"
    assert settled_postcode("SW1A 1AA") == "sw1a1aa"
