"""The adapters of paid data, whatever is sent to them: an answer for each subject in our vocabulary, or "malformed"; and what they make of details."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import system_clock
from integration.core.errors import UnexpectedReply
from integration.core.outbound_session import ApiReply
from integration.providers.adapter import Answer, Offer
from integration.providers.adapters import builtwith
from integration.providers.base import ErrorClass, RateNews, Subject
from integration.providers.http_base import build_reply

MEMBERS = (
    "Results", "Errors", "Lookup", "Code", "Message", "Result", "Paths", "Technologies", "Name", "LastDetected", "LastIndexed", "Meta",
    "Attributes", "CompanyName", "Telephones", "Emails", "Social", "Country", "Umbrella", "Employees",
)  # fmt: skip
SAMPLES = ("acme-sample.com", "linkedin.com/company/x", "GB", "a@acme-sample.com", "c_00051_00100", "2024-01-01", "\x00", "\ud800")


def values(members: tuple[str, ...]) -> st.SearchStrategy[object]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(SAMPLES),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(members), inner, max_size=8),
        max_leaves=30,
    )


def bodies(members: tuple[str, ...]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(members), values(members), max_size=8)


def assert_storable(offer: Offer, answer: Answer) -> None:
    reply = build_reply(offer, answer, system_clock)
    stored = json.dumps([one.value for one in reply.findings], allow_nan=False)
    assert "\\u0000" not in stored
    assert "\\ud800" not in stored
    assert all(0 < one.confidence_ratio <= 1 and one.field in offer.fields for one in reply.findings)
    assert len({one.field for one in reply.findings}) == len(reply.findings)
    assert reply.outcome == "found" or reply.credits == 0 or offer.charges_misses


@given(body=bodies(MEMBERS), domains=st.lists(st.sampled_from(["acme-sample.com", "b.com", "c.com"]), min_size=1, unique=True))
def test_builtwith_answers_each_domain_or_is_malformed(body: dict[str, object], domains: list[str]) -> None:
    subjects = [Subject("company", domain=domain) for domain in domains]
    try:
        answers = builtwith.parse_companies(builtwith.align(body, subjects))
    except UnexpectedReply:
        return
    assert len(answers) == len(subjects)
    for answer in answers:
        assert_storable(builtwith.COMPANIES.offer, answer)


@given(order=st.permutations(["a-sample.com", "b-sample.com", "c-sample.com", "d-sample.com"]), kept=st.integers(1, 4))
def test_builtwith_never_gives_one_domain_the_answer_of_another(order: list[str], kept: int) -> None:
    body = {"Results": [{"Lookup": one, "Meta": {"CompanyName": one}} for one in order[:kept]], "Errors": []}
    asked = sorted(order)
    answers = builtwith.parse_companies(builtwith.align(body, [Subject("company", domain=one) for one in asked]))
    for domain, answer in zip(asked, answers, strict=True):
        assert [one.value for one in answer.values] == ([domain] if domain in order[:kept] else [])
        assert answer.credits == (1 if domain in order[:kept] else 0)


@pytest.mark.parametrize(
    ("headers", "status", "body", "news"),
    [
        ({"x-ratelimit-limit-persecond": "10", "x-ratelimit-current-persecond": "2"}, 200, b"{}", (RateNews(8, 1.0),)),
        ({"x-ratelimit-limit-persecond": "10", "x-ratelimit-current-persecond": "12"}, 200, b"{}", (RateNews(0, 1.0),)),
        ({"x-ratelimit-limit-persecond": "ten"}, 200, b"{}", ()),
        ({}, 429, b'{"error": "x", "retryAfterSeconds": 3}', (RateNews(0, 3.0),)),
        ({}, 429, b"slow down", ()),
    ],
)
def test_builtwith_tells_its_pace(headers: dict[str, str], status: int, body: bytes, news: tuple[RateNews, ...]) -> None:
    assert builtwith.read_rate(ApiReply(status, headers, body)) == news


@pytest.mark.parametrize(
    "body", [{}, {"used": "x", "remaining": "1"}, {"used": -1, "remaining": 1}, {"used": True, "remaining": 1}]
)
def test_builtwith_account_without_figures_is_malformed(body: dict[str, object]) -> None:
    with pytest.raises(UnexpectedReply):
        builtwith.parse_account(body)


def test_builtwith_account_adds_what_is_used_and_what_is_left() -> None:
    usage = builtwith.parse_account({"used": "1,200", "remaining": 800})
    assert (usage.used, usage.limit, usage.resets_on) == (Decimal(1200), Decimal(2000), None)


def test_builtwith_refusal_without_a_domain_is_everybodys() -> None:
    body = {"Results": None, "Errors": [{"Lookup": None, "Code": -3, "Message": "out of credits"}]}
    answers = builtwith.parse_companies(
        builtwith.align(body, [Subject("company", domain="a.com"), Subject("company", domain="b.com")])
    )
    assert [answer.error for answer in answers] == [ErrorClass.QUOTA, ErrorClass.QUOTA]
