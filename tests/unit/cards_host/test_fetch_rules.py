"""What HubSpot sends of a card's request, and what it refuses to send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cards.host.fetch_rules import LONGEST_S, SIZE_LIMIT_BYTES, Asker, Carried, FetchRules, Refused, wrapped
from integration.core.settings import Secret
from integration.hubspot import signature

PUBLIC, LOCAL = "https://leadlight.example.com", "http://127.0.0.1:5055"
SECRET = Secret("sample-secret")
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ASKER = Asker(4242, "9001", "sample.rep@example.com", "31337")
RULES = FetchRules(permitted=(PUBLIC,), local={PUBLIC: LOCAL}, secret=SECRET, clock=lambda: NOW)


def carry(url: str = f"{PUBLIC}/cards/home", **options: Any) -> Carried:
    return RULES.carry(url, options, ASKER)


@pytest.mark.parametrize(
    "url",
    [
        "http://leadlight.example.com/cards/home",
        "https://other.example.com/cards/home",
        "https://leadlight.example.com.evil.example/cards/home",
        "https://leadlight.example.com@evil.example/cards/home",
        "https://leadlight.example.com:8443/cards/home",
        "//leadlight.example.com/cards/home",
        "/cards/home",
        "",
    ],
)
def test_only_https_at_a_permitted_origin_is_asked(url: str) -> None:
    with pytest.raises(Refused):
        carry(url)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(Refused):
        carry(method=method)


@pytest.mark.parametrize("header", ["X-HubSpot-Signature-v3", "Cookie", "Content-Type", "Host"])
def test_no_header_but_authorization_is_taken_along(header: str) -> None:
    with pytest.raises(Refused, match="Authorization"):
        carry(headers={header: "sample"})
    assert carry(headers={"authorization": "Bearer sample"}).headers["authorization"] == "Bearer sample"


def test_a_body_over_one_megabyte_is_refused_and_one_below_is_sent_compact_and_unescaped() -> None:
    with pytest.raises(Refused, match="1 MB"):
        carry(method="POST", body={"text": "x" * SIZE_LIMIT_BYTES})
    sent = carry(method="POST", body={"text": "Grüße", "steps": [1]})
    assert sent.body == '{"text":"Grüße","steps":[1]}'.encode()
    assert sent.headers["Content-Type"] == "application/json"


def test_a_get_has_no_body() -> None:
    assert carry(body={"text": "x"}).body == b""


@pytest.mark.parametrize(("asked_ms", "given_s"), [(None, LONGEST_S), (2_000, 2.0), (120_000, LONGEST_S)])
def test_nobody_waits_longer_than_fifteen_seconds(asked_ms: int | None, given_s: float) -> None:
    assert carry(timeout=asked_ms).timeout_s == given_s


def test_who_asks_is_told_in_the_query_after_what_the_card_asked() -> None:
    parts = urlsplit(carry(f"{PUBLIC}/cards/record/0-1/501/progress?since=2026-12-01").url)
    assert f"{parts.scheme}://{parts.netloc}" == LOCAL
    assert parse_qsl(parts.query) == [
        ("since", "2026-12-01"),
        ("userId", "9001"),
        ("portalId", "4242"),
        ("userEmail", "sample.rep@example.com"),
        ("appId", "31337"),
    ]


@given(
    path=st.from_regex(r"/cards/[a-z0-9/%._-]{0,40}", fullmatch=True),
    email=st.emails(),
    body=st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3),
    method=st.sampled_from(["GET", "POST"]),
)
def test_both_signatures_hold_over_the_mapped_address_and_the_body(
    path: str, email: str, body: dict[str, str], method: str
) -> None:
    sent = RULES.carry(PUBLIC + path, {"method": method, "body": body}, Asker(4242, "9001", email, "31337"))
    stamp, given_v3 = sent.headers[signature.TIMESTAMP_HEADER], sent.headers[signature.SIGNATURE_V3_HEADER]
    signature.verify_v3(
        secret=SECRET, method=sent.method, uri=sent.url, body=sent.body, timestamp=stamp, signature=given_v3, now=NOW
    )
    assert sent.headers[signature.VERSION_HEADER] == "v2"
    v2 = signature.sign_v2(secret=SECRET, method=sent.method, uri=sent.url, body=sent.body)
    assert sent.headers[signature.SIGNATURE_HEADER] == v2


def test_an_answer_that_is_no_success_is_wrapped_as_hubspot_does() -> None:
    assert wrapped(503, "gone")["category"] == "BAD_GATEWAY"
    assert wrapped(503, "gone")["context"] == {"appServerStatusCode": ["503"], "responseBody": ["gone"]}
