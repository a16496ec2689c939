"""What is read from Wikidata's items: current and preferred statements only, the company among the items of one web site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import UnexpectedReply
from integration.providers.adapters.wikidata import build_sparql, choose, could_be, parse_search, parse_sparql, read_item
from integration.providers.base import Field, FieldValue, Subject
from integration.providers.wikibase import Item, parse_items, to_moment, to_whole_quantity, to_year_of_time

NAMES = st.sampled_from(["id", "amount", "time", "rank", "mainsnak", "value"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def claim(value: object, rank: str = "normal", **qualifiers: object) -> dict[str, object]:
    known = {name: [{"datavalue": {"value": one}}] for name, one in qualifiers.items()}
    return {"mainsnak": {"datavalue": {"value": value}}, "rank": rank, "qualifiers": known}


def amount(number: int) -> dict[str, str]:
    return {"amount": f"+{number}", "unit": "1"}


def year(number: int, precision: int = 9) -> dict[str, object]:
    return {"time": f"+{number:04}-00-00T00:00:00Z", "precision": precision}


def pointer(qid: str) -> dict[str, str]:
    return {"entity-type": "item", "id": qid}


def item(qid: str = "Q900000001", label: str = "Sample Co", **claims: Any) -> Item:
    return Item(qid, label, claims)


def values(one: Item, **labels: str) -> dict[Field, FieldValue]:
    return {found.field: found.value for found in read_item(one, labels)}


def test_newest_headcount_wins_and_a_preferred_one_beats_it() -> None:
    counts = [claim(amount(90), P585=year(2019)), claim(amount(180), P585=year(2025)), claim(amount(70))]
    assert values(item(P1128=counts))[Field.EMPLOYEE_COUNT] == 180
    assert values(item(P1128=[*counts, claim(amount(60), "preferred", P585=year(2018))]))[Field.EMPLOYEE_COUNT] == 60


def test_deprecated_and_ended_statements_are_not_told() -> None:
    one = item(
        P749=[claim(pointer("Q1"), "deprecated"), claim(pointer("Q2"), P582=year(2020))], P1128=[claim(amount(5), "deprecated")]
    )
    assert values(one, Q1="Sample One", Q2="Sample Two") == {Field.COMPANY_NAME: "Sample Co"}


def test_founding_known_to_the_decade_only_is_no_year() -> None:
    assert Field.FOUNDED_YEAR not in values(item(P571=[claim(year(1990, precision=8))]))
    assert values(item(P571=[claim(year(1990))]))[Field.FOUNDED_YEAR] == 1990


@pytest.mark.parametrize(
    ("exchange", "ticker"), [("New York Stock Exchange", "NYSE:SMPL"), ("Exchange of Nowhere", "SMPL"), ("Nasdaq", "NASDAQ:SMPL")]
)
def test_ticker_carries_the_exchange_where_its_prefix_is_known(exchange: str, ticker: str) -> None:
    assert values(item(P414=[claim(pointer("Q1"), P249="SMPL")]), Q1=exchange)[Field.TICKER] == ticker


def test_of_the_items_of_one_web_site_the_described_company_is_meant() -> None:
    site = [claim("https://www.sample-made.example/en/")]
    brand = item("Q3", "Sample", P856=site, P4264=[claim("sample")])
    company = item("Q7", "Sample Group", P856=site, P4264=[claim("sample")], P452=[claim(pointer("Q1"))])
    assert choose([brand, company], Subject("company", domain="sample-made.example")) == company
    assert choose([brand, company], Subject("company", domain="sample-made.example", company_name="SAMPLE Inc")) == brand
    assert choose([brand, company], Subject("company", domain="other.example")) is None


def test_of_several_web_sites_the_one_asked_for_is_told() -> None:
    one = item(P856=[claim("https://sample.de"), claim("https://www.sample.com/")])
    told = {
        asked: next(found.value for found in read_item(one, {}, asked) if found.field is Field.DOMAIN)
        for asked in ("sample.com", None)
    }
    assert told == {"sample.com": "sample.com", None: "sample.de"}


def test_equal_name_is_never_enough_for_more_than_a_candidate() -> None:
    same = item(label="Sample Co", P452=[claim(pointer("Q1"))])
    elsewhere = item(label="Sample Co", P856=[claim("https://sample.com")])
    subject = Subject("company", domain="sample.org", company_name="Sample")
    assert choose([same, elsewhere], subject) is None
    assert [could_be(one, subject) for one in (same, elsewhere)] == [True, False]
    assert could_be(elsewhere, Subject("company", company_name="Sample"))
    assert not could_be(item(label="Sample Bakery"), subject)


def test_question_names_every_spelling_of_the_home_page() -> None:
    (query, _) = (value for _, value in build_sparql("sample.com").request.params)
    for site in ("<https://www.sample.com>", "<https://www.sample.com/>", "<http://sample.com>", "<https://sample.com/>"):
        assert site in query


@given(ANYTHING)
def test_values_of_any_shape_are_read_or_left_out(value: object) -> None:
    found = to_whole_quantity(value)
    assert found is None or found > 0
    assert isinstance(to_moment(value), str)
    assert to_year_of_time(value) is None or isinstance(to_year_of_time(value), int)


@given(st.dictionaries(st.sampled_from(["P856", "P1128", "P571", "P414", "P17", "P1278", "P5531", "P4264"]), ANYTHING, max_size=5))
def test_item_with_statements_of_any_shape_is_read_without_failing(claims: dict[str, object]) -> None:
    for one in read_item(Item("Q1", "Sample", claims), {}):
        assert one.value not in (None, "", ())


@given(ANYTHING)
def test_answers_of_any_shape_are_read_or_refused(body: object) -> None:
    raw = json.dumps(body).encode()
    for parse in (parse_sparql, parse_search, lambda one: parse_items(one, system="x")):
        with pytest.raises(UnexpectedReply):
            parse(raw)


@given(st.integers(1, 10**9), st.integers(1500, 2100))
def test_quantities_and_years_come_back_as_they_were_written(number: int, when: int) -> None:
    assert to_whole_quantity(amount(number)) == number
    assert to_year_of_time(year(when)) == when
