"""The pure parts of the waterfall: order, whom to ask next, choosing among findings, the day's budget, gates, identities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.outbound_session import ApiReply
from integration.providers.adapter import Adapter, Offer
from integration.providers.base import Capability, ErrorClass, Field, Finding, ProviderInfo, ProviderReply, Subject
from integration.providers.cases import Case, next_lookups, open_cases
from integration.providers.http_exchange import ErrorRule, HttpProvider, classify
from integration.providers.likeness import agree
from integration.providers.merge import merge_findings, rank
from integration.providers.order import channels_of, waterfall_order
from integration.providers.questions import identities, question_id, question_ids_of, suppression_ids

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COMPANY = Subject("company", domain="acme-sample.com")


@dataclass(frozen=True, eq=False)
class Paper:
    """An endpoint that is only looked at."""

    offer: Offer

    def ask(self, subjects: object, *, key: str, until: float) -> tuple[ProviderReply, ...]:  # noqa: ARG002
        raise AssertionError("nobody asks here")


def info(name: str, price: str = "0.02") -> ProviderInfo:
    return ProviderInfo(name, name, frozenset(), {}, True, Decimal(price), timedelta(1), timedelta(1), "")


def adapter(
    name: str, *fields: dict[Field, float], credits: str = "1", accepts: Callable[[Subject], bool] = lambda _: True
) -> Adapter:
    known = info(name)
    offers = [
        Offer(known, f"q{number}", Capability.COMPANY, trust, accepts, Decimal(credits)) for number, trust in enumerate(fields)
    ]
    return Adapter(known, tuple(Paper(offer) for offer in offers))


def finding(
    value: str | int | float, provider: str = "a", trust: float = 0.8, age_days: int = 0, name: Field = Field.INDUSTRY
) -> Finding:
    return Finding(name, value, provider, NOW - timedelta(days=age_days), trust)


SITE = adapter("site", {Field.DESCRIPTION: 0.6, Field.EMPLOYEE_COUNT: 0.9}, credits="0")
DATA = adapter(
    "data",
    {Field.DESCRIPTION: 0.9, Field.EMPLOYEE_COUNT: 0.8},
    {Field.DESCRIPTION: 0.9, Field.EMPLOYEE_COUNT: 0.8, Field.ANNUAL_REVENUE_USD: 0.7},
)
DEAR = adapter("dear", {Field.DESCRIPTION: 0.5}, credits="3")
CHANNELS = channels_of([DEAR, DATA, SITE])
ORDER = waterfall_order(CHANNELS)


def test_free_comes_first_then_the_most_trusted_for_its_price() -> None:
    assert [channel.provider.name for channel in ORDER[Field.DESCRIPTION]] == ["site", "data", "dear"]


def asked(case: Case) -> list[str]:
    return sorted(lookup.endpoint.offer.question_prefix for lookup in next_lookups([case], ORDER))


def test_only_the_free_provider_is_asked_first_when_it_may_be_enough() -> None:
    assert asked(Case(COMPANY, {Field.DESCRIPTION})) == ["site.q0"]


def test_paid_provider_that_alone_knows_a_field_is_asked_together_with_the_free_one() -> None:
    assert asked(Case(COMPANY, {Field.DESCRIPTION, Field.ANNUAL_REVENUE_USD})) == ["data.q1", "site.q0"]


def test_next_provider_is_asked_when_the_first_was_not_sure_enough() -> None:
    case = Case(COMPANY, {Field.DESCRIPTION})
    assert asked(case) == ["site.q0"]
    case.take(ProviderReply("site", "found", (finding("x", "site", 0.6, name=Field.DESCRIPTION),)))
    assert asked(case) == ["data.q0"]
    case.take(ProviderReply("data", "found", (finding("y", "data", 0.9, name=Field.DESCRIPTION),)))
    assert asked(case) == []


def test_nobody_is_asked_twice_about_one_subject() -> None:
    case = Case(COMPANY, {Field.DESCRIPTION, Field.ANNUAL_REVENUE_USD})
    seen = [name for _ in range(6) for name in asked(case)]
    assert sorted(seen) == ["data.q1", "dear.q0", "site.q0"]


@dataclass(frozen=True)
class Ask:
    key: str
    subject: Subject
    known: tuple[Finding, ...] = ()


def test_equal_subjects_share_a_case_and_nameless_ones_ask_nobody() -> None:
    same = replace(COMPANY, company_name="Acme", domain="ACME-sample.com")
    cases, by_key = open_cases([Ask("1", COMPANY), Ask("2", same), Ask("3", Subject("company"))], frozenset(ORDER))
    assert by_key["1"] is by_key["2"]
    assert len(cases) == 2
    assert asked(by_key["3"]) == []


def test_legal_block_empties_the_case() -> None:
    case = Case(Subject("person", email="a@acme-sample.com"), {Field.EMAIL_STATUS}, [finding("x")])
    case.take(ProviderReply("v", "failed", error=ErrorClass.LEGAL_BLOCK))
    case.take(ProviderReply("w", "found", (finding("y"),)))
    assert (case.findings, case.wanted, case.suppressed) == ([], set(), True)


def test_agreement_beats_one_confident_voice() -> None:
    best, others = merge_findings(
        [finding("Steel", "a", 0.8), finding("software", "b", 0.7), finding("Software ", "c", 0.7)], as_of=NOW
    )
    assert str(best[Field.INDUSTRY].value).lower().strip() == "software"
    assert len(others[Field.INDUSTRY]) == 2


def test_fresh_beats_stale_and_the_crm_beats_all() -> None:
    stale, fresh = finding("old", "a", 0.8, age_days=1500), finding("new", "b", 0.75)
    typed = finding("typed", "hubspot", 1.0, age_days=3000)
    assert rank([stale, fresh], as_of=NOW)[0] is fresh
    assert rank([stale, fresh, typed], as_of=NOW)[0] is typed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(100, 115, True), (100, 150, False), ("A  b", "a B", True), (("x", "Y"), ("y", "x"), True), (1, "1", False)],
)
def test_agreement_of_values(one: str | int, other: str | int, same: bool) -> None:
    assert agree(Field.KEYWORDS, one, other) is same


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["x", "y", 10, 11, 50]),
        st.sampled_from(["a", "b", "hubspot"]),
        st.floats(0, 1),
        st.integers(0, 4000),
        st.sampled_from([Field.INDUSTRY, Field.CITY]),
    ),
    max_size=8,
)


@given(FINDINGS, st.randoms(use_true_random=False))
def test_order_of_arrival_never_changes_the_choice(findings: list[Finding], random: object) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge_findings(findings, as_of=NOW)[0] == merge_findings(shuffled, as_of=NOW)[0]
    best, others = merge_findings(findings, as_of=NOW)
    assert len(best) + sum(map(len, others.values())) == len(findings)


def test_person_is_known_by_every_sure_name_and_hashes_hide_them() -> None:
    person = Subject("person", email="A@acme-sample.com", first_name="Sample", last_name="One", domain="acme-sample.com")
    assert identities(person) == ("email|a@acme-sample.com", "name|sample|one|acme-sample.com")
    assert len(set(suppression_ids(person))) == 2
    assert suppression_ids(COMPANY) == ()
    assert question_id("apollo.people", identities(person)[0]) in question_ids_of(person, ("hunter.finder", "apollo.people"))
    assert "acme" not in "".join(question_ids_of(person, ("x",)))


def reply(status: int, body: bytes = b"{}", content_type: str = "application/json") -> ApiReply:
    return ApiReply(status, {"content-type": content_type}, body)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(200), None),
        (reply(401), ErrorClass.AUTH),
        (reply(402), ErrorClass.QUOTA),
        (reply(429), ErrorClass.THROTTLED),
        (reply(451), ErrorClass.LEGAL_BLOCK),
        (reply(404), ErrorClass.NOT_FOUND),
        (reply(418), ErrorClass.INVALID),
        (reply(302), ErrorClass.INVALID),
        (reply(503, b"<html>", "text/html"), ErrorClass.SERVER),
        (reply(200, b"<html>", "text/html"), ErrorClass.BLOCKED),
        (reply(200, b'{"error": "QUOTA gone"}'), ErrorClass.QUOTA),
    ],
)
def test_answers_are_classified_body_before_status(answer: ApiReply, error: ErrorClass | None) -> None:
    assert classify(HttpProvider({}, (ErrorRule(ErrorClass.QUOTA, None, "quota gone"),)), answer) is error


@given(st.integers(100, 599), st.binary(max_size=200), st.text(max_size=30))
def test_any_answer_has_a_class_or_is_parsed(status: int, body: bytes, content_type: str) -> None:
    assert classify(HttpProvider({}, ()), ApiReply(status, {"content-type": content_type}, body)) is not None or status < 300
