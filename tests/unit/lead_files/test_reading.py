"""Rows of a file: nothing crashes the reader, and nothing of a file is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.lead_files.plan import Chosen, plan_as_json, plan_from_json, plan_reading, read_leads
from integration.lead_files.reading.dialect import Dialect
from integration.lead_files.reading.encoding import tell_encoding
from integration.lead_files.reading.heading import distinct_names, fit_to_heading, tell_heading
from integration.lead_files.reading.limits import Limits
from integration.lead_files.reading.rows import ByteStream, Row, open_text, read_rows

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12)
_TABLES = st.lists(st.lists(_CELLS, min_size=2, max_size=4), min_size=1, max_size=8)


def _rows(text: str, dialect: Dialect | None = None) -> list[Row]:
    return list(read_rows(io.StringIO(text, newline=""), dialect or Dialect()))


def _written(table: list[list[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(table)
    return buffer.getvalue()


@given(_TABLES, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_was_written_is_read_back(table: list[list[str]], delimiter: str, encoding: str) -> None:
    data = _written(table, delimiter).encode(encoding)
    rows = list(read_rows(open_text(io.BytesIO(data), encoding), Dialect(delimiter)))
    wanted = [tuple(cells) for cells in table if any(cell and not cell.isspace() for cell in cells)]
    assert [row.cells for row in rows if not row.problem or "\ufffd" in "".join(row.cells)] == wanted


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        beginning = plan_reading(data)
    except BadInput as error:
        assert error.message.endswith(".")
        return
    rows = list(read_leads(io.BytesIO(data), beginning.plan))
    assert all(row.line >= 1 for row in rows)
    assert [row.line for row in rows] == sorted(row.line for row in rows)


@given(st.lists(st.text(st.sampled_from('ab",\n '), max_size=12), min_size=1, max_size=12), st.booleans())
def test_every_line_with_anything_in_it_ends_in_a_row(lines: list[str], escaped: bool) -> None:
    """Characters are counted: none outside marks and blanks may vanish."""
    text = "\n".join(lines)
    rows = _rows(text, Dialect(escape="\\" if escaped else ""))
    kept = "".join("".join(row.cells) for row in rows)
    assert sorted(char for char in kept if char in "ab") == sorted(char for char in text if char in "ab")


@given(st.binary(max_size=300), st.integers(1, 7))
def test_pieces_of_any_size_make_the_same_file(data: bytes, size: int) -> None:
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    assert io.BufferedReader(ByteStream(pieces)).read() == data


def test_a_quotation_mark_that_is_never_closed_costs_one_line() -> None:
    rows = _rows('a,b\n"open,1\nSample,2\nOther,3\n')
    assert [(row.line, row.cells) for row in rows] == [
        (1, ("a", "b")),
        (2, ('"open,1',)),
        (3, ("Sample", "2")),
        (4, ("Other", "3")),
    ]
    assert rows[1].problem == "a quotation mark is opened here and never closed"


def test_a_quotation_mark_left_open_over_a_large_file_costs_one_line() -> None:
    rows = _rows('a,b\n"open,1\n' + "Sample,2\n" * 40_000)
    assert len(rows) == 40_002
    assert "131,072" in rows[1].problem


def test_quoted_line_breaks_count_as_lines() -> None:
    rows = _rows('a,b\r\n"one\r\ntwo",1\r\n\r\nx,2\r\n')
    assert [(row.line, row.cells) for row in rows] == [(1, ("a", "b")), (2, ("one\r\ntwo", "1")), (5, ("x", "2"))]


def test_old_line_ends_of_a_mac_part_rows() -> None:
    assert [row.cells for row in _rows("a,b\rx,1\r")] == [("a", "b"), ("x", "1")]


def test_a_zero_byte_and_an_overlong_cell_make_a_bad_row() -> None:
    zero, long = _rows(f"a\x00,1\n{'x' * 40_000},2\n")
    assert "zero byte" in zero.problem
    assert "40,000 characters" in long.problem


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    endless = ByteStream(b"x" * 65_536 for _ in range(1_000_000))
    with pytest.raises(BadInput, match="Line 1 is longer than 1,000,000"):
        list(read_rows(open_text(endless, "utf-8"), Dialect()))


def test_bytes_that_do_not_fit_are_told_and_kept() -> None:
    data = "name,city\nSample,Köln\n".encode() + "Other,München\n".encode("cp1252")
    rows = list(read_rows(open_text(io.BytesIO(data), "utf-8"), Dialect()))
    assert rows[2].problem == "cell 2 holds bytes that do not fit the encoding of the file"
    assert rows[2].cells[1].encode("utf-8", "surrogateescape") == "München".encode("cp1252")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbfa,b", "utf-8-sig"),
        ("a,b\nx,y".encode("utf-16"), "utf-16"),
        ("name,city\nSample,y".encode("utf-16-le"), "utf-16-le"),
        ("name,city\nSample,y".encode("utf-16-be"), "utf-16-be"),
        ("Straße,b".encode(), "utf-8"),
        ("Straße,b".encode("cp1252"), "cp1252"),
        (b"a,b", "utf-8"),
    ],
)
def test_the_encoding_is_told(data: bytes, encoding: str) -> None:
    assert tell_encoding(data).name == encoding


def test_a_letter_cut_off_at_the_end_of_the_beginning_is_no_other_encoding() -> None:
    assert tell_encoding("a,Köln".encode()[:4]).name == "utf-8"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'[{"email": "a@b.com"}]', "JSON"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x00\x01\x00" * 99, "no text"),
    ],
)
def test_what_is_no_csv_is_refused_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plan_reading(data)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told(delimiter: str) -> None:
    lines = [["Name", "Mail", "Ort"], *[[f"Sample {n}", f"s{n}@sample-{n}.com", "Ulm, Donau"] for n in range(20)]]
    plan = plan_reading(_written(lines, delimiter).encode()).plan
    assert plan.dialect.delimiter == delimiter
    assert plan.names == ("Name", "Mail", "Ort")


def test_the_line_that_excel_writes_about_its_delimiter_is_followed() -> None:
    beginning = plan_reading(b"sep=;\r\nName;Mail\r\nSample;a@b.com\r\n")
    assert beginning.plan.names == ("Name", "Mail")
    assert [(row.line, row.cells) for row in beginning.rows] == [(3, ("Sample", "a@b.com"))]


def test_a_file_without_heading_is_told_and_can_be_overruled() -> None:
    data = b"Sample One,one@sample.com\nSample Two,two@sample.com\n"
    told = plan_reading(data)
    assert not told.plan.heading.is_there
    assert told.plan.names == ("Column 1", "Column 2")
    assert len(told.rows) == 2
    assert len(plan_reading(data, Chosen(has_heading=True)).rows) == 1


def test_too_many_rows_and_columns_are_refused() -> None:
    plan = plan_reading(b"a,b\n1,2\n").plan
    with pytest.raises(BadInput, match="more than 3 rows"):
        list(read_leads(io.BytesIO(b"a,b\n" + b"1,2\n" * 4), plan, Limits(rows=3)))
    with pytest.raises(BadInput, match="501 cells"):
        plan_reading(b",".join(b"c%d" % number for number in range(501)) + b"\n")


def test_a_plan_survives_storing() -> None:
    plan = plan_reading("Näme;Mail\nSample;a@b.com\n".encode("cp1252")).plan
    assert plan_from_json(plan_as_json(plan)) == plan


@given(st.lists(st.sampled_from(["", "a", "A", "a (2)", "Column 1", "Column 2"]), min_size=1, max_size=8))
def test_names_of_columns_are_never_blank_or_alike(names: list[str]) -> None:
    given_names = distinct_names(names)
    assert all(given_names)
    assert len({name.casefold() for name in given_names}) == len(names)


def test_duplicate_and_blank_names_are_numbered() -> None:
    assert tell_heading(["Mail", "", "Mail"]).names == ("Mail", "Column 2", "Mail (2)")


def test_ragged_rows_are_refused_unless_what_is_over_is_blank() -> None:
    assert fit_to_heading(("a", "b", " "), 2) == (("a", "b"), "")
    assert fit_to_heading(("a",), 2)[1] == "the row has 1 cells and the heading 2"
    assert fit_to_heading(("a", "b", "c"), 2)[1] == "the row has 3 cells and the heading 2"
