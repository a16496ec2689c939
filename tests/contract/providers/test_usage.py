"""What a provider says about its own account: read, refused, lied about; compared with our ledger; and shared calls priced once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.settings import Secret
from integration.pipeline.budget_desk import Comparison, ask_usage, compare_usage
from integration.providers.adapter import Adapter, Answer
from integration.providers.adapters.apollo import parse_companies, parse_people
from integration.providers.base import ErrorClass, Subject
from integration.providers.registry import build_adapters
from integration.providers.spending import Spending
from tests.contract.providers.conftest import PORTAL, Ask, Bench


def adapter(bench: Bench, name: str) -> Adapter:
    return next(one for one in build_adapters(bench.kit) if one.info.name == name)


@pytest.mark.parametrize("name", ["apollo", "hunter"])
def test_an_account_tells_what_was_used_and_costs_nothing(bench: Bench, name: str) -> None:
    reply = ask_usage(adapter(bench, name), Secret("key-demo-usage"))
    assert reply is not None
    assert reply.usage is not None
    assert (reply.usage.used, reply.usage.limit) == (Decimal(0), Decimal(10_000))
    assert reply.usage.starts_on is not None
    assert reply.usage.starts_on.isoformat() == "2026-11-01"
    assert reply.usage.resets_on is not None
    assert reply.usage.resets_on.isoformat() == "2026-12-01"


@pytest.mark.parametrize("name", ["apollo", "hunter"])
@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("key-bad", ErrorClass.AUTH),
        ("key-down", ErrorClass.SERVER),
        ("key-cut", ErrorClass.SERVER),
        ("key-invalid-json", ErrorClass.MALFORMED),
        ("key-wrong-types", ErrorClass.MALFORMED),
        ("key-html", ErrorClass.BLOCKED),
    ],
)
def test_an_account_that_cannot_be_read_says_how(bench: Bench, name: str, key: str, error: ErrorClass) -> None:
    reply = ask_usage(adapter(bench, name), Secret(key))
    assert reply is not None
    assert (reply.usage, reply.error) == (None, error)


def test_a_provider_without_an_account_is_not_asked(bench: Bench) -> None:
    assert ask_usage(adapter(bench, "website"), Secret("x")) is None


def compared(bench: Bench, provider: str = "") -> list[Comparison]:
    return compare_usage(
        bench.database, build_adapters(bench.kit), bench.keys, portal_id=PORTAL, provider=provider, now=datetime.now(UTC)
    )


def test_our_month_is_the_providers_month_and_unanswered_calls_explain_the_rest(bench: Bench) -> None:
    assert compared(bench) == []
    bench.use_keys(apollo="key-demo-compare", hunter="key-demo-compare")
    people = [Subject("person", email=f"sample.contact.{number:03d}@north-wind-made.example") for number in range(20)]
    bench.enricher().enrich(PORTAL, [Ask(str(number), one) for number, one in enumerate(people)])
    found = compared(bench)
    assert [one.provider for one in found] == ["apollo", "hunter"]
    assert all(one.agrees and one.ours for one in found)
    assert all("They agree" in one.in_words() for one in found)
    bench.use_keys(apollo="key-hang")
    bench.enricher(batch_s=4.0).enrich(PORTAL, [Ask("one", Subject("company", domain="east-wind-made.example"))])
    bench.use_keys(apollo="key-demo-compare")
    (unsure,) = compared(bench, "apollo")
    assert (unsure.unanswered, unsure.agrees) == (Decimal(1), True)
    with bench.database.begin() as connection:
        spending = Spending(lambda *_: None)
        spending.resolve_unknown(connection, portal_id=PORTAL, provider="apollo", charged=False, now=datetime.now(UTC))
    assert compared(bench, "apollo")[0].difference == 0


def test_a_key_that_is_used_elsewhere_too_shows(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-shared")
    bench.enricher().enrich(PORTAL, [Ask("one", Subject("company", domain="west-wind-made.example"))])
    with bench.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM credit_charge")
    (one,) = compared(bench)
    assert not one.agrees
    assert "the key is used elsewhere too" in one.in_words()
    bench.use_keys(apollo="key-down")
    (one,) = compared(bench)
    assert (one.agrees, one.theirs) == (False, None)
    assert "could not be compared" in one.in_words()


def _person(number: int) -> dict[str, object]:
    return {"first_name": "Sample", "last_name": f"Contact {number}"}


@given(
    st.lists(st.booleans(), min_size=1, max_size=10),
    st.one_of(st.none(), st.integers(0, 30), st.floats(0, 30).map(lambda one: round(one, 3))),
)
def test_a_bulk_call_costs_what_the_provider_says_it_consumed(found: Sequence[bool], consumed: float | None) -> None:
    matches = [_person(number) if one else None for number, one in enumerate(found)]
    answers = parse_people({"matches": matches, "credits_consumed": consumed})
    total = sum((answer.credits for answer in answers), Decimal(0))
    assert total == (sum(found) if consumed is None else Decimal(str(consumed)))
    assert all(answer.credits >= 0 for answer in answers)
    assert [bool(answer.values) for answer in answers] == list(found)


def test_one_company_found_twice_is_charged_once() -> None:
    body = {"organizations": [{"name": "Sample"}, None, {"name": "Sample"}], "unique_enriched_records": 1}
    answers: Sequence[Answer] = parse_companies(body)
    assert [answer.credits for answer in answers] == [Decimal("0.5"), Decimal(0), Decimal("0.5")]
