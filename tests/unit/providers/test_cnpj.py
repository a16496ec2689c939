"""CNPJs keep their letters, are believed only with right check digits, and are found where a page writes them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_docbr import CNPJ

from integration.providers.cnpj import cnpj_among, find_cnpjs, to_cnpj

CHECK = CNPJ()


def checked(front: str) -> str:
    """The number with these twelve characters in front, its check digits counted by hand."""
    digits = ""
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        rest = sum((ord(char) - 48) * weight for char, weight in zip(front + digits, weights, strict=True)) % 11
        digits += str(0 if rest < 2 else 11 - rest)
    return front + digits


def masked(cnpj: str) -> str:
    return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"


fronts = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(lambda text: len(set(text)) > 1)
cnpjs = fronts.map(checked)


@given(cnpjs)
def test_every_right_number_is_taken_in_any_writing_and_keeps_its_letters(cnpj: str) -> None:
    assert to_cnpj(cnpj) == to_cnpj(masked(cnpj)) == to_cnpj(cnpj.lower()) == to_cnpj(f" {masked(cnpj)} ") == cnpj


@given(cnpjs, st.integers(0, 13), st.integers(1, 9))
def test_a_number_with_one_wrong_digit_is_refused_unless_its_check_digits_agree(cnpj: str, place: int, step: int) -> None:
    if not cnpj[place].isdigit():
        return
    wrong = cnpj[:place] + str((int(cnpj[place]) + step) % 10) + cnpj[place + 1 :]
    assert to_cnpj(wrong) == (wrong if wrong == checked(wrong[:12]) else None)


@pytest.mark.parametrize(
    "raw",
    [None, 11222333000181, 11222333000181.0, "", "0" * 14, "11222333000182", "1122233300018", "112223330001811", "１" * 14, "x"],
)
def test_what_is_no_cnpj_is_none_and_a_number_never_is_one(raw: object) -> None:
    assert to_cnpj(raw) is None


@given(st.text(max_size=200))
def test_any_text_is_searched_and_all_that_is_found_is_right(text: str) -> None:
    assert all(CHECK.validate(one) and re.fullmatch("[0-9A-Z]{12}[0-9]{2}", one) for one in find_cnpjs(text))


@given(st.lists(cnpjs, max_size=4), st.sampled_from([" ", "\n", " | CNPJ ", ", "]))
def test_written_numbers_are_found_in_order_and_each_once(numbers: list[str], between: str) -> None:
    text = f"Sample Ltda.{between}" + between.join(masked(one) for one in numbers) + f"{between}Rua Exemplo, 37"
    assert find_cnpjs(text) == tuple(dict.fromkeys(numbers))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CNPJ: 11222333000181", ("11222333000181",)),
        ("CNPJ 11222333/0001-81.", ("11222333000181",)),
        ("cnpj: 12.abc.345/01de-35", ("12ABC34501DE35",)),
        ("11.222.333 / 0001 \u2013 81", ("11222333000181",)),
        ("order 11222333000181", ()),
        ("v11.222.333/0001-81", ()),
        ("11.222.333/0001-812", ()),
        ("11.222.333/0001-82", ()),
        ("CPF 123.456.789-09", ()),
    ],
)
def test_numbers_count_only_where_they_are_written_as_such(text: str, found: tuple[str, ...]) -> None:
    assert find_cnpjs(text) == found


def test_a_head_office_is_asked_about_before_its_branches() -> None:
    branch, head = checked("112223330002"), checked("112223330001")
    assert cnpj_among(("LEI-9845000EXAMPLE000048", f"BR-{branch}", f"BR-{head}")) == head
    assert cnpj_among((f"BR-{branch}", "BR-1")) == branch
    assert cnpj_among(("GB-01234567", "BR-11222333000182")) is None
