"""The one table of retries."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy.exc
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import (
    BadPayload,
    BudgetExhausted,
    ConfigError,
    NotFound,
    RateLimited,
    ReauthRequired,
    Rejected,
    Unavailable,
    UnexpectedReply,
    Unsupported,
    UpstreamError,
)
from integration.jobs.retry import DeadLetter, Drop, PausePortal, RetryLater, decide, reason_of


def limited(retry_after_s: float) -> RateLimited:
    return RateLimited("too many", system="hubspot", retry_after_s=retry_after_s)


ERRORS: list[BaseException] = [
    limited(3),
    Unavailable("down", system="hubspot"),
    UnexpectedReply("not JSON", system="hubspot"),
    UpstreamError("odd", system="hubspot"),
    Rejected("no", system="hubspot"),
    ReauthRequired("revoked", system="hubspot"),
    ConfigError(["no client secret"]),
    BadPayload("must be a text"),
    NotFound("gone"),
    BudgetExhausted("no credits"),
    Unsupported("not in this plan"),
    psycopg.OperationalError("server closed the connection"),
    sqlalchemy.exc.TimeoutError("no connection in the pool"),
    ZeroDivisionError(),
]


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (limited(7.5), RetryLater("rate_limited", 7.5)),
        (limited(0), RetryLater("rate_limited", 1.0)),
        (limited(10_000_000), RetryLater("rate_limited", 86_400.0)),
        (Unavailable("down", system="hubspot"), RetryLater("unavailable", 5)),
        (UnexpectedReply("not JSON", system="hubspot"), RetryLater("unexpected_reply", 30)),
        (ReauthRequired("revoked", system="hubspot", reason="invalid_grant"), PausePortal("invalid_grant")),
        (Rejected("no", system="hubspot"), DeadLetter("rejected")),
        (BadPayload("must be a text"), DeadLetter("bad_payload")),
        (NotFound("gone"), Drop("not_found")),
        (ConfigError(["no client secret"]), RetryLater("bad_settings", 60, alarm=True)),
        (psycopg.OperationalError("closed"), RetryLater("OperationalError", 1)),
        (ZeroDivisionError(), RetryLater("ZeroDivisionError", 10)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_the_first_failure_is_judged_by_its_class(error: BaseException, decision: object) -> None:
    assert decide(error, 0) == decision


@given(st.sampled_from(ERRORS), st.integers(0, 200))
def test_every_failure_gets_a_decision_that_names_its_reason(error: BaseException, attempt: int) -> None:
    decision = decide(error, attempt)
    assert decision.reason == reason_of(error)
    if isinstance(decision, RetryLater):
        assert 1.0 <= decision.delay_s <= 86_400.0


@given(st.sampled_from(ERRORS))
def test_nothing_is_retried_for_ever(error: BaseException) -> None:
    assert not isinstance(decide(error, 50), RetryLater)


@given(st.sampled_from(ERRORS), st.integers(0, 60))
def test_waits_never_get_shorter_and_a_job_given_up_stays_given_up(error: BaseException, attempt: int) -> None:
    now, later = decide(error, attempt), decide(error, attempt + 1)
    if isinstance(later, RetryLater):
        assert isinstance(now, RetryLater)
        assert later.delay_s >= now.delay_s


def test_an_error_nobody_foresaw_is_tried_three_times_more() -> None:
    assert [type(decide(KeyError("x"), attempt)) for attempt in range(5)] == [RetryLater] * 3 + [DeadLetter] * 2
