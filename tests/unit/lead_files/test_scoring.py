"""Rows checked, scored and given out."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.lead_files.checking import Checked, Checker
from integration.lead_files.columns.guess import guess_columns, with_target
from integration.lead_files.columns.mapping import ColumnMapping, mapping_of
from integration.lead_files.export import csv_pieces, neutralised
from integration.lead_files.plan import plan_reading
from integration.lead_files.reading.rows import Row
from integration.lead_files.scoring import build_sheet, tally_from_json, top_reasons
from integration.lead_files.streaming import RowScorer, bad_row, result_heading, score_stream
from integration.pipeline.decisions import decisions_for
from integration.providers.base import Field
from integration.scoring.render import score_text

_NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
_NAMES = ("Name", "Email", "Company", "Website", "Phone", "Country", "Employees", "Revenue", "Job title")
_SCORES = decisions_for({}).scores


def _mapping(names: tuple[str, ...] = _NAMES, object_type: str = CONTACTS, region: str = "") -> ColumnMapping:
    return mapping_of(guess_columns(names, [], object_type), object_type, region)


def _check(cells: tuple[str, ...], names: tuple[str, ...] = _NAMES, object_type: str = CONTACTS, region: str = "") -> Checked:
    return Checker(_mapping(names, object_type, region), names).check(Row(7, cells))


def test_a_row_becomes_facts_in_our_normal_forms() -> None:
    cells = ("Dr. Sample One", "One@Sample-Works.DE", "Sample Works GmbH", "https://www.sample-works.de/about", "030 1234567")
    checked = _check((*cells, "Deutschland", "51-200", "$2m", "Head of Sales"))
    assert checked.problem == ""
    assert checked.facts == {
        Field.FIRST_NAME: "Sample",
        Field.LAST_NAME: "One",
        Field.EMAIL: "one@sample-works.de",
        Field.COMPANY_NAME: "Sample Works GmbH",
        Field.DOMAIN: "sample-works.de",
        Field.PHONE: "+49301234567",
        Field.COUNTRY: "DE",
        Field.EMPLOYEE_COUNT: 125,
        Field.ANNUAL_REVENUE_USD: 2_000_000.0,
        Field.JOB_TITLE: "Head of Sales",
    }


def test_an_address_that_is_none_refuses_the_row() -> None:
    checked = _check(("Sample", "two@", "", "", "", "", "", "", ""))
    assert checked.problem == "Email: 'two@' is no e-mail address"
    assert bad_row(checked)[:4] == ("7", checked.problem, "Sample", "two@")


def test_any_other_cell_that_cannot_be_read_is_left_out_and_told() -> None:
    checked = _check(("Sample One", "", "", "gmail.com", "030 1234567", "", "many", "5 EUR", ""))
    assert checked.problem == ""
    assert checked.notes == (
        "Website: 'gmail.com' is no web address of a company, left out",
        "Employees: 'many' is no whole number, left out",
        "Revenue: '5 EUR' is in EUR, and no rate to US dollars is at hand, left out",
        "Phone: '030 1234567' is no telephone number with a country code, left out",
    )


def test_the_country_chosen_for_a_file_reads_its_telephone_numbers() -> None:
    assert _check(("Sample", "", "", "", "030 1234567", "", "", "", ""), region="DE").facts[Field.PHONE] == "+49301234567"


def test_a_row_about_nobody_is_refused() -> None:
    assert "neither" in _check(("", "", "Sample Works", "", "", "", "", "", "")).problem
    names = ("Name", "Website")
    assert _check(("", ""), names, COMPANIES).problem == "the row has neither name nor web site of a company"
    assert _check(("Sample", "n/a"), names, COMPANIES).problem == ""
    assert _check(("Sample", "not a site"), names, COMPANIES).problem == "Website: 'not a site' is no web address of a company"


@given(st.lists(st.text(max_size=40), min_size=9, max_size=9))
def test_no_cells_crash_the_checks_and_every_row_is_good_or_bad(cells: list[str]) -> None:
    scorer = RowScorer(_mapping(), _NAMES, _SCORES, _NOW)
    row = scorer.take(Row(3, tuple(cells)))
    assert (scorer.tally.good, scorer.tally.bad) in ((1, 0), (0, 1))
    assert bool(row.checked.problem) == (not row.added)
    assert row.checked.cells == tuple(cells)


def test_the_employer_is_known_from_the_address_when_no_column_tells() -> None:
    checked = _check(("Sample", "one@sample-works.de", "", "", "", "", "", "", ""))
    sheet = build_sheet(checked, CONTACTS, _NOW)
    assert sheet.text(Field.DOMAIN) == "sample-works.de"
    assert {finding.provider for finding in sheet.findings.values()} == {"csv"}
    private = build_sheet(_check(("Sample", "one@gmail.com", "", "", "", "", "", "", "")), CONTACTS, _NOW)
    assert private.company is None


def test_scores_of_a_row_are_those_of_its_facts_and_their_reasons_are_the_heaviest() -> None:
    scorer = RowScorer(_mapping(), _NAMES, _SCORES, _NOW)
    row = scorer.take(Row(2, ("Sample One", "one@sample.de", "", "", "", "DE", "120", "", "Head of Sales")))
    added = dict(zip(scorer.columns, row.added, strict=True))
    scores = {score.name: score for score in row.scores}
    assert added["leadlight_priority"] == score_text(scores["priority"].value)
    assert added["leadlight_heat"] == scores["priority"].label.replace("_", " ")
    assert added["leadlight_reasons"] == "; ".join(top_reasons(row.scores))
    assert added["leadlight_reasons"].count(";") == 2


def test_counts_survive_storing_and_add_up() -> None:
    data = b"Name,Email\nSample One,one@sample.com\nSample Two,two@\nx\n"
    beginning = plan_reading(data)
    scorer = RowScorer(_mapping(("Name", "Email")), beginning.plan.names, _SCORES, _NOW)
    rows = list(score_stream(io.BytesIO(data), beginning.plan, scorer))
    assert [row.checked.line for row in rows] == [2, 3, 4]
    stored = tally_from_json(scorer.tally.as_json())
    stored.absorb(scorer.tally)
    assert (stored.good, stored.bad) == (2, 4)
    assert stored.problems["Email: is no e-mail address"] == 2


def test_equal_problems_are_counted_together_and_quote_nobody() -> None:
    names = ("Name", "Contact: Email")
    mapping = mapping_of(
        [with_target(guess, target, []) for guess, target in zip(guess_columns(names, [], CONTACTS), ("", "email"), strict=True)],
        CONTACTS,
    )
    kinds = {Checker(mapping, names).check(Row(2, ("Sample", mail))).kind for mail in ("a@", "it's@", '"b')}
    assert kinds == {"Contact: Email: is no e-mail address"}
    ragged = {Checker(mapping, names).check(Row(2, ("x",) * count)).kind for count in (1, 3, 9)}
    assert len(ragged) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        '"=1',
        "'=1",
        "＝1+1",
        "\ufeff=1",
        "--1",
        "+1-2",
        "=",
        "\u00a0@x",
    ],
)
def test_formulas_are_neutralised(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["-5", "+5", "-1.234,56", "+49301234567", "+44 20 7946 0018", "-5%", "1e5", "-1e-5", "", "Sample", "a=b", "5-3", "Ärzte"],
)
def test_numbers_and_texts_stay_as_they_are(cell: str) -> None:
    assert neutralised(cell) == cell


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2), max_size=20),
    st.booleans(),
)
def test_what_is_given_out_reads_back_and_begins_no_formula(table: list[list[str]], marked: bool) -> None:
    data = b"".join(csv_pieces(["a", "=b"], table, with_mark=marked))
    assert data.startswith(b"\xef\xbb\xbf") is marked
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read[0] == ["a", "'=b"]
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in table
    ]
    for cell in (cell for row in read for cell in row):
        assert not cell.strip().startswith(("=", "@")), cell


def test_our_headings_do_not_collide_with_those_of_the_file() -> None:
    assert result_heading(("leadlight_heat",), ("leadlight_heat",)) == ("leadlight_heat", "leadlight_heat (2)")
