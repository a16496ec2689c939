"""The paid providers through the product's own wiring: what they charged is what our ledger has, and nothing is asked twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from integration.core.settings import Secret
from integration.db.models import CreditCallRow
from integration.pipeline.budget_desk import ask_usage
from integration.providers.base import ErrorClass, ProviderReply, Subject
from integration.providers.registry import build_adapters
from tests.contract.providers.conftest import PORTAL, Ask, Bench
from tests.contract.providers.test_waterfall import ledger

COMPANIES = tuple(Subject("company", domain=f"paid-{number}-made.example") for number in range(40))


def credits_spent(bench: Bench, provider: str) -> Decimal:
    total = select(func.coalesce(func.sum(CreditCallRow.credits), 0)).where(
        CreditCallRow.provider == provider, CreditCallRow.state == "settled"
    )
    with bench.database.begin() as connection:
        return Decimal(connection.execute(total).scalar_one() or 0)


def replies_of(bench: Bench, provider: str, subjects: tuple[Subject, ...]) -> list[ProviderReply]:
    bench.chosen = frozenset({provider})
    answers = bench.enricher().enrich(PORTAL, [Ask(str(place), subject) for place, subject in enumerate(subjects)])
    return [reply for answer in answers.values() for reply in answer.replies if reply.provider == provider]


def test_builtwith_is_asked_sixteen_at_a_time_and_charges_what_we_booked(bench: Bench) -> None:
    bench.use_keys(builtwith="key-demo-bw")
    replies = replies_of(bench, "builtwith", COMPANIES)
    theirs = ledger(bench, "builtwith", "key-demo-bw")
    assert {reply.outcome for reply in replies} == {"found", "not_found"}
    assert theirs["calls"] == {"domain": 3}
    assert theirs["credits_total"] == credits_spent(bench, "builtwith") == 40
    again = replies_of(bench, "builtwith", COMPANIES)
    assert all(reply.cached for reply in again)
    assert ledger(bench, "builtwith", "key-demo-bw")["credits_total"] == 40


def test_crunchbase_answers_under_its_licence_and_books_no_credit(bench: Bench) -> None:
    bench.use_keys(crunchbase="key-demo-licence")
    replies = replies_of(bench, "crunchbase", COMPANIES[:10])
    assert {reply.outcome for reply in replies} == {"found", "not_found"}
    assert ledger(bench, "crunchbase", "key-demo-licence")["calls"] == {"search_organizations": 10}
    assert credits_spent(bench, "crunchbase") == 0


@pytest.mark.parametrize(
    ("provider", "key", "error"),
    [
        ("builtwith", "key-bad", ErrorClass.AUTH),
        ("builtwith", "key-plan", ErrorClass.PLAN),
        ("builtwith", "key-quota", ErrorClass.QUOTA),
        ("builtwith", "key-html", ErrorClass.BLOCKED),
        ("builtwith", "key-wrong-types", ErrorClass.MALFORMED),
        ("crunchbase", "key-bad", ErrorClass.AUTH),
        ("crunchbase", "key-wrong-types", ErrorClass.MALFORMED),
    ],
)
def test_a_refused_key_is_told_apart_and_books_nothing(bench: Bench, provider: str, key: str, error: ErrorClass) -> None:
    bench.use_keys(PORTAL, **{provider: key})
    replies = replies_of(bench, provider, COMPANIES[:1])
    assert [reply.error for reply in replies] == [error]
    assert credits_spent(bench, provider) == 0


@pytest.mark.parametrize(
    ("provider", "key", "error"),
    [
        ("builtwith", "key-bad", ErrorClass.AUTH),
        ("builtwith", "key-quota", ErrorClass.QUOTA),
        ("builtwith", "key-down", ErrorClass.SERVER),
        ("builtwith", "key-wrong-types", ErrorClass.MALFORMED),
    ],
)
def test_an_account_that_cannot_be_read_says_how(bench: Bench, provider: str, key: str, error: ErrorClass) -> None:
    adapter = next(one for one in build_adapters(bench.kit) if one.info.name == provider)
    reply = ask_usage(adapter, Secret(key))
    assert reply is not None
    assert (reply.usage, reply.error) == (None, error)
