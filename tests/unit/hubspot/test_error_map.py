"""HubSpot's refusals in our words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import RateLimited, ReauthRequired, Rejected, Unavailable, UpstreamError
from integration.hubspot.error_map import error_for, property_names, rate_refusal, read_refusal, write_failure
from integration.hubspot.transport import Reply


def reply(status: int, body: object = None, **headers: str) -> Reply:
    return Reply(status, headers, b"" if body is None else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Rejected, "rejected"),
        (401, ReauthRequired, "unauthorised"),
        (403, Rejected, "forbidden"),
        (404, Rejected, "rejected"),
        (408, Unavailable, "unavailable"),
        (409, Rejected, "rejected"),
        (414, Rejected, "rejected"),
        (423, RateLimited, "rate_limited"),
        (429, RateLimited, "rate_limited"),
        (477, RateLimited, "rate_limited"),
        (500, Unavailable, "unavailable"),
        (502, Unavailable, "unavailable"),
        (521, Unavailable, "unavailable"),
        (524, Unavailable, "unavailable"),
    ],
)
def test_a_status_has_its_error(status: int, kind: type[UpstreamError], reason: str) -> None:
    error = error_for(reply(status, {"message": "Sorry.", "correlationId": "c-1"}))

    assert type(error) is kind
    assert (error.reason, error.status, error.correlation_id, error.message) == (reason, status, "c-1", "Sorry.")


@pytest.mark.parametrize(
    ("policy", "wait_s"), [("TEN_SECONDLY_ROLLING", 10.0), ("SECONDLY", 1.0), ("DAILY", 3600.0), ("SOMETHING_NEW", 10.0)]
)
def test_a_policy_says_how_long_to_wait(policy: str, wait_s: float) -> None:
    refused = rate_refusal(reply(429, {"errorType": "RATE_LIMIT", "policyName": policy}))

    assert refused is not None
    assert (refused.retry_after_s, refused.code) == (wait_s, policy)


def test_a_locked_record_rests_at_least_two_seconds() -> None:
    error = error_for(reply(423))
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 2.0
    assert rate_refusal(reply(423)) is None


def test_a_data_centre_move_waits_as_told_but_not_beyond_a_day() -> None:
    told = {seconds: rate_refusal(reply(477, None, **{"retry-after": seconds})) for seconds in ("900", "9999999", "soon")}

    assert [refusal.retry_after_s for refusal in told.values() if refusal] == [900.0, 86400.0, 60.0]


def test_a_missing_scope_is_called_so() -> None:
    assert error_for(reply(403, {"category": "MISSING_SCOPES"})).reason == "missing_scopes"


def test_a_write_failure_names_the_properties() -> None:
    body = {
        "category": "VALIDATION_ERROR",
        "message": "Property values were not valid",
        "errors": [{"message": "x", "context": {"propertyName": ["leadlight_fit"]}}, {"context": {"propertyName": "city"}}],
    }

    failure = write_failure(reply(400, body))

    assert (failure.category, failure.property_names) == ("VALIDATION_ERROR", ("leadlight_fit", "city"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "category", "errors", "context"]), inner)
    ),
    max_leaves=12,
)


@given(st.integers(300, 599), json_values | st.binary(max_size=20))
def test_no_body_breaks_the_reading_of_a_refusal(status: int, body: object) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    broken = Reply(status, {}, raw)

    assert isinstance(error_for(broken), UpstreamError)
    assert read_refusal(broken).message
    assert write_failure(broken).category
    assert property_names(body) is not None
