"""Searches of the web fall back on each other: the next is asked when the one before failed or found nothing, and nobody pays for a second answer."""

from __future__ import annotations

import pytest

from integration.providers.base import ErrorClass, Field, ProviderReply, Subject
from tests.contract.providers.conftest import PORTAL, Ask, Bench

NAMED = Subject("company", company_name="Hardide plc", country="GB")


def search(bench: Bench, subject: Subject = NAMED) -> dict[str, ProviderReply]:
    answer = bench.enricher().enrich(PORTAL, [Ask("1", subject)])["1"]
    return {reply.provider: reply for reply in answer.replies}


def test_the_first_search_that_answers_is_enough(bench: Bench) -> None:
    bench.chosen = frozenset({"serper", "tavily", "brave"})
    bench.use_keys(serper="key-demo-first", tavily="key-demo-first", brave="key-demo-first")
    replies = search(bench)
    assert set(replies) == {"serper"}
    domains = [one.value for candidate in replies["serper"].candidates for one in candidate.findings if one.field is Field.DOMAIN]
    assert domains == ["hardide.com"]
    assert replies["serper"].findings == ()


@pytest.mark.parametrize(
    ("key", "error"), [("key-quota", ErrorClass.QUOTA), ("key-down", ErrorClass.SERVER), ("key-bad", ErrorClass.AUTH)]
)
def test_a_search_that_fails_is_followed_by_the_next(bench: Bench, key: str, error: ErrorClass) -> None:
    bench.chosen = frozenset({"serper", "brave"})
    bench.use_keys(serper=key, brave=f"key-demo-{error}")
    replies = search(bench)
    assert (replies["serper"].outcome, replies["serper"].error) == ("failed", error)
    assert replies["brave"].outcome == "found"
    assert [int(replies[name].credits) for name in ("serper", "brave")] == [0, 1]


def test_the_free_search_is_asked_first_and_the_paid_one_only_for_what_it_does_not_find(bench: Bench) -> None:
    bench.chosen = frozenset({"tavily_keyless", "serper"})
    bench.use_keys(serper="key-demo-last")
    assert set(search(bench)) == {"tavily_keyless"}
    unknown = search(bench, Subject("company", company_name="Nobody Has Heard Of Sample", country="GB"))
    assert [(name, unknown[name].outcome) for name in ("tavily_keyless", "serper")] == [
        ("tavily_keyless", "not_found"),
        ("serper", "not_found"),
    ]


def test_when_every_search_is_down_the_record_says_so_and_nothing_is_kept(bench: Bench) -> None:
    bench.chosen = frozenset({"serper", "brave"})
    bench.use_keys(serper="key-down", brave="key-down")
    replies = search(bench)
    assert {one.outcome for one in replies.values()} == {"failed"}
    bench.use_keys(serper="key-demo-again", brave="key-demo-again")
    assert search(bench)["serper"].outcome == "found"


def test_a_company_with_a_domain_is_not_searched_for(bench: Bench) -> None:
    bench.chosen = frozenset({"serper"})
    bench.use_keys(serper="key-demo-domain")
    replies = search(bench, Subject("company", domain="hardide.com", company_name="Hardide plc"))
    assert replies["serper"].endpoint.endswith("news")
