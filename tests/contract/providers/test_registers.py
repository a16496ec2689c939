"""The register adapters in conversation with their stand-ins: search and profile, parent companies, rates, and letters in numbers."""

from __future__ import annotations

import pytest

from integration.core.outbound_session import ApiReply
from integration.providers.adapter import AdapterKit
from integration.providers.adapters.companies_house import read_rate
from integration.providers.base import ErrorClass, Field, FieldValue, ProviderReply, RateNews, Subject
from integration.providers.registry import build_adapters
from tests.contract.providers.conftest import PORTAL, Ask, Bench, soon


def ask(kit: AdapterKit, name: str, *, key: str = "key-demo", **known: object) -> ProviderReply:
    (endpoint,) = next(one.endpoints for one in build_adapters(kit) if one.info.name == name)
    subject = Subject("company", **known)  # type: ignore[arg-type]
    assert endpoint.offer.accepts(subject)
    return endpoint.ask([subject], key=key, until=soon())[0]


def said(reply: ProviderReply) -> dict[Field, FieldValue]:
    return {one.field: one.value for one in reply.findings}


@pytest.mark.parametrize("name", ["brasil_api", "minha_receita"])
def test_a_number_with_letters_reaches_the_register_whole(kit: AdapterKit, name: str) -> None:
    reply = ask(kit, name, register_numbers=("BR-12ABC34501DE35",))
    assert said(reply)[Field.LEGAL_NAME] == "EXEMPLO ALFANUMERICO LTDA"


def test_nothing_of_a_partner_is_in_the_answer(kit: AdapterKit) -> None:
    assert "ANA EXEMPLO" not in repr(ask(kit, "brasil_api", register_numbers=("BR-11222333000181",)))


def test_a_british_company_is_found_by_its_very_name(kit: AdapterKit) -> None:
    reply = ask(kit, "companies_house", company_name="Aurora Payroll Limited", country="GB")
    assert said(reply)[Field.REGISTER_NUMBER] == ("GB-01234567",)
    assert max(one.confidence_ratio for one in reply.findings) <= 0.8
    assert reply.rate_news[-1].remaining < 600


def test_the_living_one_of_two_namesakes_is_taken_and_two_living_ones_are_offered(kit: AdapterKit) -> None:
    assert said(ask(kit, "companies_house", company_name="Twice Sampled", country="GB"))[Field.CITY] == "Leeds"
    assert said(ask(kit, "gleif", company_name="Twice Sampled", country="GB"))[Field.STREET] == "6 Sample Street"
    for name, count in (("companies_house", 3), ("gleif", 2)):
        reply = ask(kit, name, company_name="Namesakes Sample", country="GB")
        assert (reply.findings, len(reply.candidates)) == ((), count)


def test_a_parent_is_named_where_the_register_has_one(kit: AdapterKit) -> None:
    assert said(ask(kit, "gleif", company_name="Borealis Sample", country="GB"))[Field.PARENT_COMPANY] == "AURORA HOLDINGS LTD"
    assert Field.PARENT_COMPANY not in said(ask(kit, "gleif", register_numbers=("LEI-9845000EXAMPLE000048",)))


def test_the_answer_says_whom_it_is_about(kit: AdapterKit) -> None:
    reply = ask(kit, "gleif", company_name="Borealis Sample", country="GB")
    assert {one.field: one.value for one in reply.about} == {Field.COMPANY_NAME: "BOREALIS SAMPLE LTD", Field.COUNTRY: "GB"}


@pytest.mark.parametrize(("key", "error"), [("key-bad", ErrorClass.AUTH), ("key-html", ErrorClass.BLOCKED)])
def test_a_refused_key_is_told_as_such(kit: AdapterKit, key: str, error: ErrorClass) -> None:
    assert ask(kit, "companies_house", key=key, register_numbers=("GB-01234567",)).error is error


@pytest.mark.parametrize(
    ("headers", "news"),
    [
        (
            {"x-ratelimit-remain": "7", "x-ratelimit-reset": "1763683800", "date": "Fri, 21 Nov 2025 00:08:00 GMT"},
            (RateNews(7, 120.0),),
        ),
        ({"x-ratelimit-remain": "7", "x-ratelimit-reset": "1763683800"}, (RateNews(7, 300.0),)),
        ({"x-ratelimit-remain": "many", "x-ratelimit-reset": "soon", "date": "Fri, 21 Nov 2025 00:08:00 GMT"}, ()),
        ({}, ()),
    ],
)
def test_rate_headers_are_read_by_the_answers_own_clock(headers: dict[str, str], news: tuple[RateNews, ...]) -> None:
    assert read_rate(ApiReply(200, headers, b"")) == news


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("brasil_api", Subject("company", domain="x.com.br", company_name="X")),
        ("companies_house", Subject("company", domain="x.co.uk", company_name="X", country="US")),
        ("companies_house", Subject("company", domain="x.co.uk")),
        ("gleif", Subject("company", domain="x.com")),
        ("gleif", Subject("person", company_name="X")),
    ],
)
def test_nobody_is_asked_without_enough_to_ask_with(kit: AdapterKit, name: str, subject: Subject) -> None:
    (endpoint,) = next(one.endpoints for one in build_adapters(kit) if one.info.name == name)
    assert not endpoint.offer.accepts(subject)


@pytest.mark.parametrize(
    ("register", "domain", "number"), [("brasil_api", "even.com.br", "BR-"), ("companies_house", "coats.com", "GB-")]
)
def test_the_number_printed_on_the_own_site_leads_to_the_register(bench: Bench, register: str, domain: str, number: str) -> None:
    bench.chosen = frozenset({"website", register})
    bench.use_keys(companies_house="key-demo")
    answer = bench.enricher().enrich(PORTAL, [Ask("1", Subject("company", domain=domain))])["1"]
    told = {one.field: one for one in answer.findings.values()}
    assert told[Field.LEGAL_NAME].provider == register
    assert any(str(one).startswith(number) for one in told[Field.REGISTER_NUMBER].value)  # type: ignore[union-attr]
