"""An answer that Hunter is still working on is taken up at a later pass and paid for exactly once: its account against our rows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from integration.core.outbound_session import ApiRequest
from integration.db.models import CreditCallRow
from integration.hubspot.objects import CONTACTS
from integration.pipeline.ask_again import DELAYS, leaves_questions
from integration.providers.base import ErrorClass, FactSheet, ProviderReply, Subject
from simulator.neighbours.running import build_neighbours
from simulator.neighbours.settings import NeighbourSettings
from tests.contract.providers.conftest import PORTAL, Ask, Bench
from tests.contract.providers.test_waterfall import ledger
from tests.factories import NOW

KEY = "key-demo-pending"
FIRM = "north-wind-made.example"
# Eighty of each, so that some are of the fifth which takes a while.
CHECKED = tuple(Subject("person", email=f"sample.contact.{number:03d}@{FIRM}", domain=FIRM) for number in range(1, 81))
SOUGHT = tuple(
    Subject("person", first_name="Sample", last_name=f"Contact {number:03d}", domain=FIRM, company_name="North Wind")
    for number in range(1, 81)
)


@pytest.fixture
def slow_hunter(bench: Bench) -> Iterator[Bench]:
    """The bench with a Hunter that answers only the second question about some people."""
    settings = NeighbourSettings(rates_enforced=False, pending_calls=1, pending_finds=1)
    with build_neighbours(settings) as running:
        kit = replace(bench.kit, settings=replace(bench.kit.settings, addresses=running.addresses))
        slow = replace(bench, neighbours=running, kit=kit, chosen=frozenset({"hunter"}))
        slow.use_keys(hunter=KEY)
        yield slow


def hunters(bench: Bench, subjects: tuple[Subject, ...]) -> list[list[ProviderReply]]:
    """What Hunter replied about each subject, in order: one reply for each question it was asked."""
    answers = bench.enricher().enrich(PORTAL, [Ask(str(place), subject) for place, subject in enumerate(subjects)])
    return [[one for one in answers[str(place)].replies if one.provider == "hunter"] for place in range(len(subjects))]


def pending(replies: list[list[ProviderReply]]) -> dict[int, list[ProviderReply]]:
    """The replies that say "still working", by the place of their subject."""
    found = {place: [one for one in some if one.error is ErrorClass.PENDING] for place, some in enumerate(replies)}
    return {place: some for place, some in found.items() if some}


def rows(bench: Bench) -> list[tuple[str, Decimal | None]]:
    with bench.database.begin() as connection:
        return [
            (row.state, row.credits)
            for row in connection.execute(
                select(CreditCallRow.state, CreditCallRow.credits).where(CreditCallRow.provider == "hunter")
            )
        ]


def their_charges(bench: Bench) -> list[dict[str, object]]:
    base = bench.neighbours.servers["hunter"].base_url
    request = ApiRequest("GET", f"{base}/_control/charges", params=(("key", KEY),))
    return list(json.loads(bench.kit.session.send(request, until=time.monotonic() + 3, wait_s=lambda _: None).body))


def assert_paid_alike(bench: Bench) -> None:
    ours, theirs = rows(bench), their_charges(bench)
    assert {state for state, _ in ours} == {"settled"}
    assert sorted(credits for _, credits in ours if credits) == [Decimal(1)] * len(theirs)


@pytest.mark.parametrize(("subjects", "endpoint"), [(CHECKED, "verifier"), (SOUGHT, "finder")])
def test_what_hunter_still_works_on_is_taken_up_later_and_paid_for_once(
    slow_hunter: Bench, subjects: tuple[Subject, ...], endpoint: str
) -> None:
    operation = f"email_{endpoint}"
    first = hunters(slow_hunter, subjects)
    waiting = pending(first)
    assert 0 < len(waiting) < len(subjects)
    for place, replies in waiting.items():
        assert {(one.outcome, one.credits, one.may_be_charged) for one in replies} == {("failed", Decimal(0), False)}
        assert leaves_questions(FactSheet(CONTACTS, str(place), NOW, {}, replies=tuple(first[place])))
    assert_paid_alike(slow_hunter)
    calls = ledger(slow_hunter, "hunter", KEY)["calls"]
    assert calls[operation] == len(subjects)  # type: ignore[index]
    assert sum(calls.values()) == len(rows(slow_hunter))  # type: ignore[attr-defined]

    later = first
    for _ in DELAYS:
        still = pending(later)
        later = hunters(slow_hunter, subjects)
        assert all(one.cached for place, replies in enumerate(later) if place not in still for one in replies)
        assert_paid_alike(slow_hunter)
    assert pending(later) == {}
    assert all(one.error is None for replies in later for one in replies)

    twice = sum(one.endpoint == endpoint for replies in waiting.values() for one in replies)
    final = ledger(slow_hunter, "hunter", KEY)
    assert final["calls"][operation] == len(subjects) + twice  # type: ignore[index]
    assert final["credits"][operation] <= len(subjects)  # type: ignore[index]
    assert final["credits_total"] == sum(credits or 0 for _, credits in rows(slow_hunter))
