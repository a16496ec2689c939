"""What is read from the register's documents: names matched but for their legal form, the newest whole year, one member of a big document."""

from __future__ import annotations

import json
import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.company_names import normal_company
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply
from integration.providers.adapters.sec_edgar import look_up, parse_facts, parse_tickers
from integration.providers.base import Field, Subject
from integration.providers.json_scanning import scan_member

NAMES = st.lists(st.text(string.ascii_lowercase, min_size=4, max_size=9), min_size=1, max_size=3).map(
    lambda words: "sample " + " ".join(words)
)


def report(start: str, end: str, value: int, **changes: object) -> dict[str, object]:
    return {"start": start, "end": end, "val": value, "fy": 2025, "fp": "FY", "form": "10-K", "filed": "2026-02-20", **changes}


def facts(*reports: dict[str, object], tag: str = "Revenues", unit: str = "USD") -> bytes:
    return json.dumps({"facts": {"us-gaap": {tag: {"label": tag, "units": {unit: list(reports)}}}}}).encode()


def revenue(body: bytes) -> object:
    return next((one.value for one in parse_facts(body) if one.field is Field.ANNUAL_REVENUE_USD), None)


@pytest.mark.parametrize(
    "title", ["SAMPLE HOLDINGS CORP", "Sample Holdings, Inc.", "SAMPLE HOLDINGS CORP /DE/", "The Sample Holdings Co., Ltd."]
)
def test_spellings_that_differ_in_legal_form_and_state_are_one_name(title: str) -> None:
    listed = parse_tickers(json.dumps({"0": {"cik_str": 5, "ticker": "SMPL", "title": title}}).encode())
    assert [one.title for one in listed["sample holdings"]] == [title]


@given(NAMES, st.sampled_from(["Inc", "INC.", "Corp", "Ltd", "LLC"]))
def test_company_is_found_by_its_name_without_form(name: str, form: str) -> None:
    listed = parse_tickers(json.dumps({"0": {"cik_str": 5, "ticker": "SMPL", "title": f"{name.upper()} {form}"}}).encode())
    assert normal_company(name) in listed


def test_newest_whole_year_of_annual_reports_is_the_revenue() -> None:
    body = facts(
        report("2024-01-01", "2024-12-31", 780),
        report("2025-01-01", "2025-12-31", 812),
        report("2025-10-01", "2025-12-31", 205),
        report("2025-04-01", "2026-03-31", 999, form="10-Q"),
    )
    assert revenue(body) == 812.0


def test_newer_tag_wins_whatever_its_place_in_the_table() -> None:
    old = {"units": {"USD": [report("2018-01-01", "2018-12-31", 500)]}}
    new = {"units": {"USD": [report("2025-01-01", "2025-12-31", 812)]}}
    tags = {"RevenueFromContractWithCustomerExcludingAssessedTax": old, "Revenues": new}
    assert revenue(json.dumps({"facts": {"us-gaap": tags}}).encode()) == 812.0


def test_revenue_in_another_currency_is_left_out() -> None:
    assert revenue(facts(report("2025-01-01", "2025-12-31", 812), unit="EUR")) is None


@given(st.lists(st.tuples(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(300, 400), st.integers(1, 10**12)), max_size=8))
def test_revenue_is_always_one_that_was_reported_for_a_whole_year(rows: list[tuple[date, int, int]]) -> None:
    reports = [report(start.isoformat(), (start + timedelta(days)).isoformat(), value) for start, days, value in rows]
    whole = {float(value) for _, days, value in rows if 350 <= days <= 380}
    found = revenue(facts(*reports))
    assert found in whole if whole else found is None


@given(
    st.dictionaries(st.text(max_size=12), st.text(max_size=40) | st.integers() | st.lists(st.text(max_size=5)), max_size=6),
    st.text(max_size=8),
)
def test_scanned_member_is_the_one_that_parsing_the_whole_document_gives(document: dict[str, object], name: str) -> None:
    for ensure_ascii in (True, False):
        body = json.dumps({"facts": document}, ensure_ascii=ensure_ascii).encode("utf-8", "replace")
        if name in document and name != "facts" and name.isascii() and not any(name in str(value) for value in document.values()):
            assert scan_member(body, name, system="x") == json.loads(body)["facts"][name]


def test_name_inside_a_text_is_no_member() -> None:
    body = json.dumps({"description": 'they say "Revenues": 5', "Revenues": {"val": 7}}).encode()
    assert scan_member(body, "Revenues", system="x") == {"val": 7}


def test_member_cut_short_is_told_from_a_missing_one() -> None:
    assert scan_member(b'{"a": 1}', "Revenues", system="x") is None
    with pytest.raises(UnexpectedReply):
        scan_member(b'{"Revenues": {"label": ', "Revenues", system="x")


def test_list_of_tickers_joins_the_shares_of_one_company() -> None:
    rows = {
        "0": {"cik_str": 5, "ticker": "SMPA", "title": "Sample Inc"},
        "1": {"cik_str": 5, "ticker": "SMPB", "title": "Sample Inc"},
    }
    (found,) = parse_tickers(json.dumps(rows).encode())["sample"]
    assert (found.cik, found.ticker) == ("0000000005", "SMPA")


def test_name_nobody_has_costs_one_request() -> None:
    talk = look_up(Subject("company", company_name="Nobody Sample"))
    assert next(talk).keep_for == timedelta(days=7)
    with pytest.raises(StopIteration) as end:
        talk.send(_reply(b'{"0": {"cik_str": 5, "ticker": "SMPA", "title": "Sample Inc"}}'))
    assert end.value.value.values == ()


def _reply(body: bytes) -> ApiReply:
    return ApiReply(200, {"content-type": "application/json"}, body)
