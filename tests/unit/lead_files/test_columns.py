"""What columns stand for, and how their numbers and dates are read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.lead_files.columns.evidence import WholeColumns
from integration.lead_files.columns.forms import (
    Money,
    read_count,
    read_date,
    read_money,
    read_number,
    tell_date_order,
    tell_decimal,
)
from integration.lead_files.columns.guess import guess_columns, with_target
from integration.lead_files.columns.mapping import (
    Column,
    ColumnMapping,
    check_mapping,
    fingerprint,
    mapping_as_json,
    mapping_from_json,
    mapping_of,
)


def _targets(names: list[str], rows: list[list[str]] | None = None, object_type: str = CONTACTS) -> list[str]:
    return [guess.target for guess in guess_columns(names, rows or [], object_type)]


@pytest.mark.parametrize(
    ("names", "targets"),
    [
        (["Email", "First Name", "Last Name", "Company"], ["email", "first_name", "last_name", "company_name"]),
        (["E-Mail-Adresse", "Vorname", "Nachname", "Firma"], ["email", "first_name", "last_name", "company_name"]),
        (["Courriel", "Prénom", "Nom", "Société"], ["email", "first_name", "last_name", "company_name"]),
        (["Correo electrónico", "Nombre", "Apellidos", "Empresa"], ["email", "first_name", "last_name", "company_name"]),
        (["EMAIL_ADDRESS", "job-title", "Nº", "País"], ["email", "job_title", "", "country"]),
    ],
)
def test_headings_are_known_in_several_languages(names: list[str], targets: list[str]) -> None:
    assert _targets(names) == targets


def test_values_tell_a_column_whose_heading_says_nothing() -> None:
    rows = [[f"s{n}@sample-{n}.com", f"+49 30 55512{n:02}", f"https://www.sample-{n}.com", "Germany"] for n in range(20)]
    guesses = guess_columns(["A", "B", "C", "D"], rows, CONTACTS)
    assert [guess.target for guess in guesses] == ["email", "phone", "domain", "country"]
    assert guesses[0].because == "20 of the first 20 values are e-mail addresses"


def test_a_heading_that_its_values_contradict_gives_way() -> None:
    rows = [["+49 30 5551234", "one@sample.com"]] * 10
    assert _targets(["E-Mail", "Telefon"], rows) == ["phone", "email"]


def test_a_heading_and_its_values_are_both_named_as_reasons() -> None:
    rows = [[f"s{n}@sample.com"] for n in range(97)] + [["none"]] * 3
    [guess] = guess_columns(["Mail"], rows, CONTACTS)
    assert guess.because == "the heading says 'e-mail address'; 97 of the first 100 values are addresses"


def test_one_target_goes_to_one_column_and_the_other_says_why() -> None:
    work, private = guess_columns(["Work email", "Email"], [["one@sample.com", "x"]] * 5, CONTACTS)
    assert (work.target, private.target) == ("email", "")
    assert "'Work email' is taken for 'E-mail address' already" in private.because


def test_in_a_file_of_companies_a_bare_name_is_the_companys() -> None:
    assert _targets(["Name", "Phone", "LinkedIn", "Email"], object_type=COMPANIES) == [
        "company_name",
        "company_phone",
        "company_linkedin_url",
        "",
    ]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2026", "25/04/2026"], "day_first"),
        (["03/04/2026", "04/25/2026"], "month_first"),
        (["2026-04-25"], "day_first"),
        (["03/04/2026"], "day_first"),
        (["12.31.2026", "1.2.2026"], "month_first"),
    ],
)
def test_the_order_of_dates_is_told_from_the_whole_column(values: list[str], order: str) -> None:
    assert tell_date_order(values).value == order


def test_a_column_that_does_not_tell_day_from_month_says_so() -> None:
    assert "change it if that is wrong" in tell_date_order(["03/04/2026"]).because


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_date_is_read_in_every_form(day: date) -> None:
    iso = day.isoformat()
    assert read_date(iso, "month_first") == iso
    assert read_date(f"{iso}T10:00:00Z", "day_first") == iso
    assert read_date(day.strftime("%d/%m/%Y"), "day_first") == iso
    assert read_date(day.strftime("%m/%d/%Y"), "month_first") == iso
    assert read_date(day.strftime("%B %d, %Y"), "day_first") == iso
    assert read_date(f"{day.day}. März {day.year}", "day_first") == day.replace(month=3, day=min(day.day, 31)).isoformat()


@pytest.mark.parametrize("text", ["31.02.2026", "soon", "", "13/13/2026", "0/0/0", "2026-13-01"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, "day_first") is None


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.234,56", "point", 1234.56),
        ("1,234.56", "comma", 1234.56),
        ("1.234", "comma", 1234.0),
        ("1.234", "point", 1.234),
        ("1 234", "point", 1234.0),
        ("-5", "point", -5.0),
        ("1.23.4", "point", None),
        ("12a", "point", None),
    ],
)
def test_numbers_are_read_as_their_column_writes_them(text: str, decimal: str, number: float | None) -> None:
    assert read_number(text, decimal) == number


@given(st.floats(0.01, 1e12), st.sampled_from(["point", "comma"]))
def test_a_number_with_its_groups_is_read_back(number: float, decimal: str) -> None:
    text = f"{number:,.2f}"
    if decimal == "comma":
        text = text.translate(str.maketrans(",.", ".,"))
    assert read_number(text, decimal) == pytest.approx(round(number, 2))
    assert tell_decimal([text]).value == decimal


@pytest.mark.parametrize(
    ("text", "count"),
    [("1,200", 1200), ("1.200", 1200), ("51-200", 125), ("10001+", 10001), ("120 employees", 120), ("12.5", None), ("many", None)],
)
def test_counts_are_whole_numbers_or_ranges(text: str, count: int | None) -> None:
    assert read_count(text, "point") == count


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("$3.5M", Money(3_500_000, "USD")),
        ("€ 1,5 Mio", Money(1_500_000, "EUR")),
        ("1.000.000 EUR", Money(1_000_000, "EUR")),
        ("R$ 2 milhões", Money(2_000_000, "BRL")),
        ("2500000", Money(2_500_000, "")),
        ("-5", None),
        ("about 5", None),
        ("lots", None),
    ],
)
def test_amounts_are_read_with_scale_and_currency(text: str, money: Money | None) -> None:
    assert read_money(text, "point") == money


@given(st.text(max_size=30), st.sampled_from(["point", "comma"]), st.sampled_from(["day_first", "month_first"]))
def test_no_text_crashes_a_reading(text: str, decimal: str, order: str) -> None:
    read_number(text, decimal)
    read_count(text, decimal)
    money = read_money(text, decimal)
    assert money is None or money.amount > 0
    told = read_date(text, order)
    assert told is None or date.fromisoformat(told)


def test_a_mapping_needs_somebody_and_no_two_columns_for_one_thing() -> None:
    names = ["Email", "Mail 2"]
    mapping = mapping_of(guess_columns(names, [], CONTACTS), CONTACTS)
    check_mapping(mapping, names)
    twice = mapping_of([with_target(guess, "email", []) for guess in guess_columns(names, [], CONTACTS)], CONTACTS)
    with pytest.raises(BadInput, match="'Email' and 'Mail 2' both stand for 'E-mail address'"):
        check_mapping(twice, names)
    nobody = mapping_of(guess_columns(["City"], [], CONTACTS), CONTACTS)
    with pytest.raises(BadInput, match="No column tells whom a row is about"):
        check_mapping(nobody, ["City"])


def test_a_mapping_survives_storing() -> None:
    mapping = mapping_of(
        guess_columns(["Email", "Revenue", "Last contact"], [["a@b.com", "1,5", "25/1/2026"]], CONTACTS), CONTACTS, "DE"
    )
    assert mapping_from_json(mapping_as_json(mapping)) == mapping


def test_files_with_the_same_headings_are_known_again() -> None:
    assert fingerprint(["E-Mail", "Firma"], CONTACTS) == fingerprint(["email", "FIRMA"], CONTACTS)
    assert fingerprint(["E-Mail"], CONTACTS) != fingerprint(["E-Mail"], COMPANIES)


@pytest.mark.parametrize(
    ("values", "chosen", "order"),
    [
        (["03/04/2026"] * 900 + ["04/25/2026"], "day_first", "month_first"),
        (["03/04/2026"] * 900 + ["25/04/2026"], "month_first", "day_first"),
        (["25/04/2026", "04/25/2026"], "month_first", "month_first"),
        (["03/04/2026"], "month_first", "month_first"),
    ],
)
def test_one_date_far_down_tells_the_order_of_its_column(values: list[str], chosen: str, order: str) -> None:
    mapping = ColumnMapping(CONTACTS, (Column("last_activity_at", chosen), Column("email")))
    told = WholeColumns(mapping)
    for value in values:
        told.take((value, "25/04/2026"))
    assert [column.date_order for column in told.corrected().columns] == [order, "day_first"]


def test_one_amount_far_down_tells_the_decimal_mark() -> None:
    told = WholeColumns(ColumnMapping(CONTACTS, (Column("annual_revenue_usd"),)))
    for value in ["1.500"] * 900 + ["2.000,50"]:
        told.take((value,))
    [column] = told.corrected().columns
    assert column.decimal == "comma"
    assert read_money("1.500", column.decimal) == Money(1_500, "")
