"""Choosing among findings: what must hold of every merge, and the reasons people are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.providers.base import CRM_PROVIDER, Field, FieldValue, Finding
from integration.providers.likeness import agree
from integration.providers.merge import Board, losers_of, merge_findings, weigh_findings
from integration.providers.questions import Source, Weighing, sources_of
from integration.providers.reasons import is_contradiction
from integration.providers.registry import provider_infos

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ONE_REGISTER = Weighing({"brasil_api": Source("receita", True), "minha_receita": Source("receita", True)})
AS_DECLARED = Weighing(sources_of(provider_infos()))
BRAZILIAN = ("brasil_api", "minha_receita", "receita_open_data")
FIELDS = (Field.INDUSTRY, Field.EMPLOYEE_COUNT, Field.TECHNOLOGIES, Field.EMAIL, Field.EMAIL_STATUS, Field.DOMAIN, Field.JOB_TITLE)
VALUES = ("software", "retail", "valid", "invalid", "sample-works.com", 100, 115, 900, ("Stripe", "HubSpot"), ("Segment",))


def said(name: Field, value: FieldValue, provider: str = "a", trust: float = 0.8, days: int = 0) -> Finding:
    return Finding(name, value, provider, NOW - timedelta(days=days), trust)


def board(*findings: Finding, weighing: Weighing | None = None) -> Board:
    return weigh_findings(findings, as_of=NOW, weighing=weighing)[findings[0].field]


MADE = st.builds(
    said,
    st.sampled_from(FIELDS),
    st.sampled_from(VALUES),
    st.sampled_from(["a", "b", "c", "brasil_api", "minha_receita", CRM_PROVIDER]),
    st.sampled_from([0.2, 0.6, 0.8, 0.95, 1.0]),
    st.integers(0, 3000),
)
MANY = st.lists(MADE, min_size=1, max_size=9)


@given(MANY, st.randoms(use_true_random=False))
def test_order_of_arrival_never_matters(findings: list[Finding], random: object) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = weigh_findings(findings, as_of=NOW, weighing=ONE_REGISTER)
    assert first == weigh_findings(shuffled, as_of=NOW, weighing=ONE_REGISTER)


@given(MANY)
def test_merging_what_was_merged_changes_nothing_and_loses_nothing(findings: list[Finding]) -> None:
    boards = weigh_findings(findings, as_of=NOW, weighing=ONE_REGISTER)
    again = [*(one.chosen for one in boards.values()), *(one for lost in losers_of(boards).values() for one in lost)]
    assert len(again) == len(findings)
    assert weigh_findings(again, as_of=NOW, weighing=ONE_REGISTER) == boards


@given(MANY)
def test_every_finding_has_a_reason_and_only_other_values_contradict(findings: list[Finding]) -> None:
    for name, one in weigh_findings(findings, as_of=NOW, weighing=ONE_REGISTER).items():
        assert all(ranked.reason for ranked in one.ranked)
        for lost in one.ranked[1:]:
            assert is_contradiction(lost.reason) == lost.differs
            assert not (lost.differs and agree(name, lost.finding.value, one.chosen.value))


@given(MANY)
def test_what_a_person_put_into_the_crm_always_wins(findings: list[Finding]) -> None:
    owned = {one.field for one in findings if one.provider == CRM_PROVIDER and one.confidence_ratio >= 1}
    chosen, _ = merge_findings(findings, as_of=NOW, weighing=ONE_REGISTER)
    assert all(chosen[name].provider == CRM_PROVIDER for name in owned)


@given(MANY, st.integers(0, 3000), st.floats(0.05, 1))
def test_one_more_independent_source_that_agrees_never_lowers_the_winner(findings: list[Finding], days: int, trust: float) -> None:
    first = findings[0].field
    before = weigh_findings(findings, as_of=NOW, weighing=ONE_REGISTER)[first].ranked[0]
    more = [*findings, said(first, before.finding.value, "new", trust, days)]
    assert weigh_findings(more, as_of=NOW, weighing=ONE_REGISTER)[first].ranked[0].weight >= before.weight - 1e-12


@given(MANY, st.integers(1, 3000))
def test_ageing_never_raises(findings: list[Finding], days: int) -> None:
    def weight_of(first: Finding) -> float:
        ranked = weigh_findings([first, *findings[1:]], as_of=NOW, weighing=ONE_REGISTER)[first.field].ranked
        return max(one.weight for one in ranked if one.finding == first)

    older = replace(findings[0], seen_at=findings[0].seen_at - timedelta(days=days))
    assert weight_of(older) <= weight_of(findings[0]) + 1e-12


def test_one_register_told_by_two_providers_counts_once() -> None:
    twice = [said(Field.LEGAL_NAME, "Sample Ltda", name, 0.9) for name in ("brasil_api", "minha_receita")]
    assert board(*twice, weighing=ONE_REGISTER).ranked[0].weight == board(twice[0], weighing=ONE_REGISTER).ranked[0].weight
    assert board(*twice).ranked[0].weight > board(twice[0]).ranked[0].weight


def test_a_title_ages_faster_than_a_founding_year() -> None:
    def left(name: Field, value: FieldValue) -> float:
        return board(said(name, value, days=1000)).ranked[0].weight

    assert left(Field.JOB_TITLE, "Buyer") < left(Field.EMPLOYEE_COUNT, 5) + 0.2 < left(Field.FOUNDED_YEAR, 1999)


@pytest.mark.parametrize(
    ("winner", "losers", "weighing", "reason"),
    [
        (said(Field.CITY, "Bonn", CRM_PROVIDER, 1.0, 900), [said(Field.CITY, "Ulm")], None, "a person's value stands in HubSpot"),
        (said(Field.CITY, "Bonn"), [said(Field.CITY, "Ulm", "b", 0.9, 2500)], None, "older: seen in January 2020"),
        (said(Field.CITY, "Bonn"), [said(Field.CITY, "Ulm", "b", 0.6)], None, "less trusted source"),
        (said(Field.CITY, "Bonn"), [said(Field.CITY, "bonn", "b", 0.6)], None, "says the same, with less certainty"),
        (said(Field.CITY, "Bonn", "brasil_api"), [said(Field.CITY, "Ulm", "b", 0.85)], ONE_REGISTER, "contradicts the register"),
        (
            said(Field.CITY, "Bonn"), [said(Field.CITY, "Ulm", "b", 0.85)], Weighing(trust={("b", Field.CITY): 0.2}),
            "its source was right less often on your records",
        ),
        (
            said(Field.TECHNOLOGIES, ("Stripe",)), [said(Field.TECHNOLOGIES, ("Segment", "stripe"), "b", 0.6)], None,
            "adds to the list: Segment",
        ),
    ],
)  # fmt: skip
def test_the_reason_names_what_told_them_apart(
    winner: Finding, losers: list[Finding], weighing: Weighing | None, reason: str
) -> None:
    found = board(winner, *losers, weighing=weighing)
    assert (found.chosen, found.ranked[-1].reason) == (winner, reason)


def test_two_sources_outvote_one_and_the_dispute_is_told() -> None:
    found = board(
        said(Field.EMPLOYEE_COUNT, 1200, trust=0.85), said(Field.EMPLOYEE_COUNT, 250, "b"), said(Field.EMPLOYEE_COUNT, 240, "c")
    )
    assert found.chosen.value == 250
    assert found.dispute is not None and found.dispute.value == 1200
    assert found.ranked[-1].reason == "two sources say otherwise"


def test_an_address_that_was_checked_beats_one_that_was_not() -> None:
    found = board(
        said(Field.EMAIL, "sample.one@sample-works.com", "a", 0.9),
        said(Field.EMAIL, "s.one@sample-works.com", "b", 0.7),
        said(Field.EMAIL_STATUS, "valid", "b", 0.9),
    )
    assert (found.chosen.provider, found.ranked[1].reason) == ("b", "another address was checked and works")


def test_a_list_has_the_items_of_all_its_sources_each_with_those_that_name_it() -> None:
    one, two = said(Field.TECHNOLOGIES, ("Stripe", "HubSpot")), said(Field.TECHNOLOGIES, ("stripe", "Segment"), "b", 0.6)
    old = said(Field.TECHNOLOGIES, ("Flash",), "c", 0.6, 2000)
    assert [(item.text, item.findings) for item in board(one, two, old).items] == [
        ("Stripe", (one, two)),
        ("HubSpot", (one,)),
        ("Segment", (two,)),
    ]


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        (Field.PHONE, "+49 30 901820", "+4930901820", True),
        (Field.DOMAIN, "https://www.sample-works.co.uk/x", "sample-works.co.uk", True),
        (Field.COMPANY_NAME, "Sample Works GmbH", "SAMPLE WORKS", True),
        (Field.COMPANY_NAME, "Sample Works", "Sample Farms", False),
        (Field.EMPLOYEE_COUNT, 125, 60, True),  # the middle of 51 to 200
        (Field.EMPLOYEE_COUNT, 126, 60, False),
        (Field.INDUSTRY, "COMPUTER_SOFTWARE", "Software", True),
        (Field.INDUSTRY, "Software", "Retail", False),
        (Field.JOB_TITLE, "VP Sales", "Vice President of Sales", True),
        (Field.JOB_TITLE, "Managing Director", "Director", False),
        (Field.FOUNDED_YEAR, 1999, 2000, True),
        (Field.POSTAL_CODE, "94107", "94107-1234", True),
    ],
)
def test_values_agree_as_people_mean_it(name: Field, one: FieldValue, other: FieldValue, same: bool) -> None:
    assert agree(name, one, other) is agree(name, other, one) is same


@pytest.mark.parametrize("name", [Field.LEGAL_NAME, Field.INDUSTRY_CODES])
def test_three_providers_of_one_register_are_one_voice_as_they_declare_it(name: Field) -> None:
    one, other = ("Acme Sample", "Beta Sample") if name is Field.LEGAL_NAME else (("CNAE-6201501",), ("CNAE-4711301",))
    alone = board(said(name, one, "brasil_api", 0.6), weighing=AS_DECLARED).ranked[0].weight
    thrice = board(*(said(name, one, provider, 0.6) for provider in BRAZILIAN), weighing=AS_DECLARED)
    assert thrice.ranked[0].weight == pytest.approx(alone)
    strangers = board(said(name, one, "brasil_api", 0.6), said(name, one, "apollo", 0.6), weighing=AS_DECLARED)
    assert strangers.ranked[0].weight > alone
    assert {AS_DECLARED.upstream_of(provider) for provider in BRAZILIAN} == {"receita_federal"}
    contested = board(
        *(said(name, one, provider, 0.3) for provider in BRAZILIAN), said(name, other, "gleif", 0.9), weighing=AS_DECLARED
    )
    assert contested.chosen.provider == "gleif"


def test_registers_say_that_they_are_registers_and_sellers_of_data_do_not() -> None:
    registers = {info.name for info in provider_infos() if info.is_register}
    assert registers == {*BRAZILIAN, "companies_house", "gleif", "sec_edgar"}
