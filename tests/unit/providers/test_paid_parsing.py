"""The adapters of paid data, whatever is sent to them: an answer for each subject in our vocabulary, or "malformed"; and what they make of details."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import system_clock
from integration.core.errors import ConfigError, UnexpectedReply
from integration.core.outbound import Fetcher
from integration.core.outbound_session import ApiReply, ApiSession
from integration.core.settings import Settings
from integration.providers.adapter import AdapterKit, Answer, Offer
from integration.providers.adapters import apollo, builtwith, crunchbase, people_data_labs
from integration.providers.base import Capability, ErrorClass, Field, RateNews, Subject
from integration.providers.http_base import build_reply, share_credits

MEMBERS = (
    "Results", "Errors", "Lookup", "Code", "Message", "Result", "Paths", "Technologies", "Name", "LastDetected", "LastIndexed", "Meta",
    "Attributes", "CompanyName", "Telephones", "Emails", "Social", "Country", "Umbrella", "Employees",
)  # fmt: skip
CRUNCHBASE_MEMBERS = (
    "entities", "properties", "identifier", "value", "name", "founded_on", "num_employees_enum", "location_identifiers", "location_type",
    "categories", "linkedin", "last_funding_at", "last_funding_type", "funding_total", "value_usd", "investor_identifiers", "phone_number",
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


_LEFT = '{"minute": 7, "day": 0, "month": null}'
_CLOCK = {"date": "Fri, 20 Nov 2026 10:00:48 GMT", "x-ratelimit-reset": "2026-11-20T10:01:00Z"}


@pytest.mark.parametrize(
    ("headers", "news"),
    [
        ({"x-ratelimit-remaining": _LEFT, **_CLOCK}, (RateNews(7, 12.0), RateNews(0, 86_400.0))),
        ({"x-ratelimit-remaining": _LEFT}, (RateNews(7, 60.0), RateNews(0, 86_400.0))),
        ({"x-ratelimit-remaining": _LEFT, **_CLOCK, "x-ratelimit-reset": "soon"}, (RateNews(7, 60.0), RateNews(0, 86_400.0))),
        ({"x-ratelimit-remaining": "99"}, ()),
        ({"x-ratelimit-remaining": '{"minute": true, "day": -1, "month": "9"}'}, ()),
        ({"x-ratelimit-remaining": '{"minute"'}, ()),
        ({}, ()),
    ],
)
def test_people_data_labs_tells_its_pace_as_json(headers: dict[str, str], news: tuple[RateNews, ...]) -> None:
    assert people_data_labs.read_rate(ApiReply(200, headers, b"{}")) == news


@given(
    st.dictionaries(
        st.sampled_from(["x-ratelimit-remaining", "x-ratelimit-reset", "date", "x-call-credits-spent"]), st.text(max_size=30)
    )
)
def test_headers_of_people_data_labs_are_read_or_left_alone(headers: dict[str, str]) -> None:
    reply = ApiReply(200, headers, b"{}")
    assert all(one.remaining >= 0 and one.resets_in_s > 0 for one in people_data_labs.read_rate(reply))
    spent = people_data_labs.read_credits(reply)
    assert spent is None or 0 <= spent < 10**6


@given(st.integers(1, 9))
def test_a_likelier_match_is_trusted_more(likelihood: int) -> None:
    assert people_data_labs.confidence_ratio(likelihood) < people_data_labs.confidence_ratio(likelihood + 1) <= 1


@pytest.mark.parametrize("likelihood", [None, "9", True, 0, 11, 9.5, float("nan")])
def test_a_match_without_a_likelihood_counts_as_the_least_asked_for(likelihood: object) -> None:
    assert people_data_labs.confidence_ratio(likelihood) == people_data_labs.confidence_ratio(people_data_labs.LEAST_LIKELIHOOD)


@given(
    st.lists(st.sampled_from([Decimal(0), Decimal(1)]), min_size=1, max_size=10),
    st.none() | st.decimals(0, 1000, places=3, allow_nan=False),
)
def test_what_a_call_cost_is_shared_to_the_last_digit(prices: list[Decimal], total: Decimal | None) -> None:
    answers = [Answer(credits=price) for price in prices]
    shared = share_credits(answers, total)
    assert len(shared) == len(answers)
    assert sum(one.credits for one in shared) == (sum(prices) if total is None else total)
    assert all(one.credits >= 0 for one in shared)


@pytest.mark.parametrize(
    ("headers", "status", "news"),
    [
        ({"x-rate-limit-minute": "200", "x-minute-requests-left": "197", "x-rate-limit-hourly": ""}, 200, (RateNews(197, 60.0),)),
        (
            {"x-minute-requests-left": "3", "x-hourly-requests-left": "0", "x-24-hour-requests-left": "1100"},
            200,
            (RateNews(3, 60.0), RateNews(0, 3600.0), RateNews(1100, 86400.0)),
        ),
        ({"x-minute-requests-left": "-1", "x-hourly-requests-left": "many"}, 200, ()),
        ({"x-minute-requests-left": "0", "retry-after": "37"}, 429, ()),
        ({}, 200, ()),
    ],
)
def test_apollo_tells_what_is_left_of_its_windows(headers: dict[str, str], status: int, news: tuple[RateNews, ...]) -> None:
    assert apollo.read_rate(ApiReply(status, headers, b"{}")) == news


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


@pytest.mark.parametrize("package", crunchbase.PACKAGES)
@given(body=bodies(CRUNCHBASE_MEMBERS))
def test_crunchbase_answers_or_is_malformed(package: str, body: dict[str, object]) -> None:
    call = crunchbase.build_call(crunchbase.PACKAGES[package])
    try:
        answers = call.parse(body)
    except UnexpectedReply:
        return
    assert len(answers) == 1
    assert_storable(call.offer, answers[0])


FUNDED = {
    "entities": [
        {
            "properties": {
                "identifier": {"value": "Acme Sample"},
                "last_funding_type": "series_a",
                "last_funding_at": {"value": "2025-03-01", "precision": "day"},
                "investor_identifiers": [{"value": "Sample Ventures"}, {"value": "Example Capital"}],
                "funding_total": {"value": 12_500_000, "currency": "GBP", "value_usd": 14_000_000},
            }
        }
    ]
}


@pytest.mark.parametrize(
    ("package", "funding"),
    [
        ("firmographic", {}),
        (
            "core",
            {
                "latest_funding_stage": "Series A",
                "latest_funding_on": "2025-03-01",
                "investors": ("Sample Ventures", "Example Capital"),
            },
        ),
        (
            "advanced",
            {
                "latest_funding_stage": "Series A",
                "latest_funding_on": "2025-03-01",
                "investors": ("Sample Ventures", "Example Capital"),
                "total_funding_usd": 14_000_000.0,
            },
        ),
    ],
)
def test_crunchbase_asks_for_and_reads_what_the_package_has(package: str, funding: dict[str, object]) -> None:
    call = crunchbase.build_call(crunchbase.PACKAGES[package])
    request = call.build_request([Subject("company", domain="acme-sample.com")])
    (answer,) = call.parse(FUNDED)
    read = {one.field.value: one.value for one in answer.values}
    assert read == {"company_name": "Acme Sample", **funding}
    assert isinstance(request.json_body, dict)
    asked = request.json_body["field_ids"]
    assert ("last_funding_type" in asked, "funding_total" in asked) == (package != "firmographic", package == "advanced")


@pytest.mark.parametrize(
    ("band", "middle"),
    [("c_00001_00010", 5), ("c_00051_00100", 75), ("c_10001_max", 10_001), ("c_1_2", None), ("51-100", None), (7, None)],
)
def test_crunchbase_headcount_is_the_middle_of_its_band(band: object, middle: int | None) -> None:
    call = crunchbase.build_call(crunchbase.FIRMOGRAPHIC)
    (answer,) = call.parse({"entities": [{"properties": {"num_employees_enum": band}}]})
    assert [one.value for one in answer.values] == ([middle] if middle else [])


def test_a_package_nobody_sells_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigError, match="firmographic, core, advanced"):
        crunchbase.build_adapter(kit_with(packages={"crunchbase": "gold"}))


def test_the_package_of_the_settings_widens_what_is_declared() -> None:
    lean, wide = (crunchbase.build_adapter(kit_with(packages=packages)) for packages in ({}, {"crunchbase": "advanced"}))
    more = wide.info.fields[Capability.COMPANY] - lean.info.fields[Capability.COMPANY]
    assert more == {Field.LATEST_FUNDING_STAGE, Field.LATEST_FUNDING_ON, Field.INVESTORS, Field.TOTAL_FUNDING_USD}


def kit_with(*, packages: Mapping[str, str]) -> AdapterKit:
    settings = replace(Settings.from_env({}).providers, packages=packages)
    session = ApiSession(system="x", timeout_s=1, user_agent="x")
    return AdapterKit(settings, session, Fetcher(contact_address="x"), system_clock)
