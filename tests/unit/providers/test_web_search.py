"""From search results to candidate sites: the company's own before others, nobody's pages left out, nothing ever taken for a fact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.base import Field, Subject
from integration.providers.web_search import SearchResult, accepts, answer_of, query_of, results_of

STEEL = Subject("company", company_name="Sample Steel GmbH", country="DE", city="Essen")
texts = st.text(max_size=60)


def domains(*results: SearchResult, subject: Subject = STEEL) -> list[str]:
    answer = answer_of(subject, results)
    assert answer.values == ()
    return [str(one.value) for candidate in answer.candidates for one in candidate if one.field is Field.DOMAIN]


def test_the_own_site_comes_before_those_that_only_speak_of_the_company() -> None:
    assert (
        domains(
            SearchResult("Sample Steel - Startup database", "https://startups.example.org/sample-steel", position=1),
            SearchResult("Sample Steel | Stahl aus Essen", "https://www.samplesteel.de/", position=2),
        )[0]
        == "samplesteel.de"
    )


@pytest.mark.parametrize(
    "address",
    ["https://www.linkedin.com/company/sample-steel", "https://de.wikipedia.org/wiki/Sample_Steel", "https://10.0.0.1/", "x"],
)
def test_networks_encyclopedias_and_what_is_no_site_are_left_out(address: str) -> None:
    assert domains(SearchResult("Sample Steel", address)) == []


def test_a_result_of_another_name_is_no_candidate() -> None:
    assert domains(SearchResult("Other Works | Home", "https://www.other-works.example.com/")) == []


def test_the_name_of_a_candidate_is_what_the_title_says() -> None:
    answer = answer_of(
        STEEL,
        [SearchResult("Home", "https://samplesteel.de/"), SearchResult("Sample Steel | Home", "https://sample-steel.example.net/")],
    )
    told = [{one.field: one.value for one in candidate} for candidate in answer.candidates]
    assert {Field.DOMAIN: "samplesteel.de"} in told


def test_only_companies_without_a_domain_are_searched_for() -> None:
    assert accepts(STEEL)
    assert not accepts(Subject("company", company_name="Sample Steel", domain="samplesteel.de"))
    assert not accepts(Subject("person", company_name="Sample Steel"))
    assert query_of(STEEL) == '"Sample Steel GmbH" Essen DE'


@given(texts, st.lists(st.tuples(texts, texts, texts), max_size=12))
def test_no_result_is_too_strange_and_at_most_five_are_offered(name: str, results: list[tuple[str, str, str]]) -> None:
    subject = Subject("company", company_name=name)
    found = answer_of(subject, [SearchResult(title, f"https://{address}", snippet) for title, address, snippet in results])
    assert len(found.candidates) <= 5
    assert found.values == ()


@given(st.lists(st.dictionaries(st.sampled_from(["title", "url", "text"]), st.one_of(texts, st.none(), st.integers())), max_size=6))
def test_results_are_read_from_whatever_stands_in_an_answer(items: list[dict[str, object]]) -> None:
    for one in results_of(items, title="title", address="url", snippet="text"):
        assert one.title
        assert one.address.startswith("http")
