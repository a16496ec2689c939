"""Register numbers in the words of a page: the company's own are found, others and look-alikes are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.site.register_mentions import find_register_numbers
from simulator.neighbours.register_numbers import with_check_digits

LEI = "529900T8BM49AURSDO55"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sample Ltda - CNPJ 11.222.333/0001-81 - Rua Exemplo", ("BR-11222333000181",)),
        ("CNPJ: 11222333000181", ("BR-11222333000181",)),
        ("Registered in England and Wales, company number 03977902", ("GB-03977902",)),
        ("Sample Ltd is registered in England & Wales (No. 3977902). VAT", ("GB-03977902",)),
        ("Registered in Scotland No SC123456", ("GB-SC123456",)),
        ("Company No. 03977902. Registered office: 1 Sample Street, London, England", ("GB-03977902",)),
        ("Companies House number: 03977902", ("GB-03977902",)),
        (f"LEI: {LEI}", (f"LEI-{LEI}",)),
        (f"LEI code: {LEI}.", (f"LEI-{LEI}",)),
        ("USt-IdNr.: DE129273398", ("VAT-DE129273398",)),
        ("VAT registration number GB 123 4567 89", ("VAT-GB123456789",)),
        ("Partita IVA: IT01234567890", ("VAT-IT01234567890",)),
    ],
)
def test_own_number_is_found(text: str, found: tuple[str, ...]) -> None:
    assert find_register_numbers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "CNPJ 11.222.333/0001-82 has wrong check digits",
        "Order 11222333000181 was sent",
        "Company number 03977902, incorporated in Singapore",
        "Registered in 1998 with 12345678 visitors a year",
        f"LEI: {LEI[:-1]}6",
        "LEI stands for legal entity identifier",
        "VAT is charged where it applies",
        "",
    ],
)
def test_what_only_looks_like_one_is_left(text: str) -> None:
    assert find_register_numbers(text) == ()


def test_numbers_of_two_companies_on_one_page_say_nothing() -> None:
    text = "CNPJ 11.222.333/0001-81, pagamentos por CNPJ 00.000.000/0001-91. Registered in England No 03977902"
    assert find_register_numbers(text) == ("GB-03977902",)


def test_establishments_of_one_company_are_all_taken() -> None:
    numbers = [with_check_digits(f"11222333{place}") for place in ("0001", "0002")]
    assert find_register_numbers(" ".join(f"CNPJ: {one}" for one in numbers)) == tuple(f"BR-{one}" for one in numbers)


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    assert all("-" in one for one in find_register_numbers(text))


@given(st.text(alphabet="LEI VAT:0123456789ABC.-/ companyregisteredinEnglandNo", max_size=3000))
def test_found_numbers_stand_in_the_text(text: str) -> None:
    bare = "".join(char for char in text.upper() if char.isalnum())
    assert all(one.partition("-")[2].lstrip("0") in bare for one in find_register_numbers(text))
