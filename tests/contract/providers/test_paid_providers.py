"""The paid providers through the product's own wiring: what they charged is what our ledger has, and nothing is asked twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from integration.core.settings import Secret
from integration.db.models import CreditCallRow
from integration.pipeline.budget_desk import ask_usage
from integration.providers.base import ErrorClass, Field, ProviderReply, Subject
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
    ("subjects", "operation"),
    [
        (COMPANIES, "company_enrich"),
        (tuple(Subject("person", email=f"sample.contact.{n:03d}@paid-1-made.example") for n in range(40)), "person_enrich"),
    ],
)
def test_people_data_labs_charges_matches_only_and_we_book_what_its_headers_say(
    bench: Bench, subjects: tuple[Subject, ...], operation: str
) -> None:
    bench.use_keys(people_data_labs="key-demo-pdl")
    before = ledger(bench, "people_data_labs", "key-demo-pdl").get("credits_total", 0)
    replies = replies_of(bench, "people_data_labs", subjects)
    theirs = ledger(bench, "people_data_labs", "key-demo-pdl")
    found = [reply for reply in replies if reply.outcome == "found"]
    assert {reply.outcome for reply in replies} == {"found", "not_found"}
    assert theirs["calls"][operation] == 40  # type: ignore[index]
    assert theirs["credits_total"] - before == len(found) == credits_spent(bench, "people_data_labs")  # type: ignore[operator]
    assert all(reply.credits == 0 for reply in replies if reply.outcome == "not_found")
    assert all(reply.cached for reply in replies_of(bench, "people_data_labs", subjects))
    assert ledger(bench, "people_data_labs", "key-demo-pdl") == theirs


def test_hunter_tells_companies_and_charges_those_it_knows(bench: Bench) -> None:
    bench.use_keys(hunter="key-demo-firms")
    replies = replies_of(bench, "hunter", COMPANIES)
    theirs = ledger(bench, "hunter", "key-demo-firms")
    found = [reply for reply in replies if reply.outcome == "found"]
    assert {reply.outcome for reply in replies} == {"found", "not_found"}
    assert theirs["calls"] == {"companies_find": 40}
    assert theirs["credits_total"] == len(found) == credits_spent(bench, "hunter")
    assert all(reply.cached for reply in replies_of(bench, "hunter", COMPANIES))


def test_apollo_is_asked_for_ten_people_at_a_time_and_for_the_last_few_together(bench: Bench) -> None:
    bench.use_keys(apollo="key-demo-tens")
    people = tuple(Subject("person", email=f"sample.contact.{n:03d}@paid-2-made.example") for n in range(23))
    replies = replies_of(bench, "apollo", people)
    theirs = ledger(bench, "apollo", "key-demo-tens")
    assert theirs["calls"] == {"people_bulk_match": 3}
    assert theirs["credits_total"] == sum(reply.outcome == "found" for reply in replies) == credits_spent(bench, "apollo")
    places = {one.field for reply in replies for one in reply.findings}
    assert {Field.PERSON_CITY, Field.PERSON_COUNTRY} <= places


@pytest.mark.parametrize(
    ("provider", "key", "error"),
    [
        ("people_data_labs", "key-bad", ErrorClass.AUTH),
        ("people_data_labs", "key-quota", ErrorClass.QUOTA),
        ("people_data_labs", "key-scope", ErrorClass.AUTH),
        ("people_data_labs", "key-html", ErrorClass.BLOCKED),
        ("people_data_labs", "key-down", ErrorClass.SERVER),
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
