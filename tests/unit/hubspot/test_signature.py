"""HubSpot's published vectors, the rules of the address, the window, and HubSpot's own checker as an oracle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from integration.core.clock import from_epoch_ms
from integration.core.errors import BadSignature
from integration.hubspot import signature

NODE_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
DOCS_SECRET = "f6e94c08-85d0-4608-bcc6-e1850176e7b8"
URI = "https://www.example.com/webhook_uri"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
V1_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation",'
    b'"attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
ESCAPED_URI = "https://example.com/api/hubspot/webhooks?src=hs%3Aapp%2Fv3&x=%28a%29"
ESCAPED_SECRET = "autopilot-test-client-secret-0001"


def check_v3(given_signature: str, *, now: datetime = NOW, **changes: object) -> None:
    request: dict[str, object] = {
        "secret": NODE_SECRET,
        "method": "POST",
        "uri": URI,
        "body": b"[]",
        "timestamp": str(int(NOW.timestamp() * 1000)),
    }
    signature.verify_v3(**{**request, **changes}, signature=given_signature, now=now)  # type: ignore[arg-type]


def signed_v3(**changes: str | bytes) -> str:
    request = {"secret": NODE_SECRET, "method": "POST", "uri": URI, "body": b"[]", "timestamp": str(int(NOW.timestamp() * 1000))}
    return signature.sign_v3(**{**request, **changes})  # type: ignore[arg-type]


def test_the_published_v1_vector_verifies() -> None:
    expected = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    signature.verify_v1(secret=NODE_SECRET, body=V1_BODY, signature=expected)


@pytest.mark.parametrize(
    ("secret", "method", "uri", "body", "expected"),
    [
        (NODE_SECRET, "GET", URI, b"", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
        (
            *(NODE_SECRET, "POST", URI, b'{"example_field":"example_value"}'),
            "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
        ),
        (
            *(DOCS_SECRET, "POST", "https://www.hubspot.com/webhook", b"REQUEST_BODY"),
            "57bb01a6e6ac92919b5e715d68f40265328701bbf1cf3fd73772887069945766",
        ),
        (
            *(DOCS_SECRET, "POST", "https://www.hubspot.com/webhook", b""),
            "befaef2b7354f11bf651f6468e8b5cf6bd449048deaf057f712980afb2a682f5",
        ),
    ],
)
def test_the_published_v2_vectors_verify(secret: str, method: str, uri: str, body: bytes, expected: str) -> None:
    signature.verify_v2(secret=secret, method=method, uri=uri, body=body, signature=expected)


@pytest.mark.parametrize(
    ("secret", "uri", "body", "timestamp", "expected"),
    [
        (NODE_SECRET, URI, b"{'example_field':'example_value'}", "1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (
            *(DOCS_SECRET, "https://www.hubspot.com/webhook", b"REQUEST_BODY", "1632188626483"),
            "jf872r5vscVcxCiDRHA4rGrqe/8BPLNVkdJSHdMnGTU=",
        ),
        (DOCS_SECRET, "https://www.hubspot.com/webhook", b"", "1632188626483", "csXgk7UbrE9F8ZmMvbpuKBxqIvTSqU1EX9pI/SJtxSE="),
        (ESCAPED_SECRET, ESCAPED_URI, b"[]", "1790000004000", "G8ddQlikFQ0ScZOZn+MHQ0E3WCV7vOJTzKlvrkvbvuk="),
    ],
)
def test_the_published_v3_vectors_verify(secret: str, uri: str, body: bytes, timestamp: str, expected: str) -> None:
    moment = from_epoch_ms(int(timestamp))
    check_v3(expected, secret=secret, uri=uri, body=body, timestamp=timestamp, now=moment)


def test_an_address_signed_with_its_escapes_is_genuine_too() -> None:
    raw = signed_v3(uri=ESCAPED_URI)
    check_v3(raw, uri=ESCAPED_URI)


@pytest.mark.parametrize(
    ("escaped", "decoded"),
    [
        ("/a%3ab%3AC%2fd%2F", "/a:b:C/d/"),
        ("/%3F%40%21%24%27%28%29%2A%2C%3B", "/?@!$'()*,;"),
        ("/a%20b%26c%3Dd%25%2Be?q=%C3%A9", "/a%20b%26c%3Dd%25%2Be?q=%C3%A9"),
        ("/%253A", "/%253A"),
        ("/plain?a=b&c=d+e", "/plain?a=b&c=d+e"),
    ],
)
def test_only_the_twelve_escapes_are_decoded_and_only_once(escaped: str, decoded: str) -> None:
    assert signature.decode_uri(escaped) == decoded


@pytest.mark.parametrize("away", [timedelta(minutes=5), -timedelta(minutes=5), timedelta(0)])
def test_a_time_within_five_minutes_either_way_is_accepted(away: timedelta) -> None:
    check_v3(signed_v3(), now=NOW + away)


@pytest.mark.parametrize("away", [timedelta(minutes=5, milliseconds=1), -timedelta(minutes=5, milliseconds=1), timedelta(days=400)])
def test_a_time_beyond_five_minutes_either_way_is_stale(away: timedelta) -> None:
    with pytest.raises(BadSignature) as refused:
        check_v3(signed_v3(), now=NOW + away)
    assert refused.value.reason == "stale_timestamp"


@pytest.mark.parametrize("timestamp", ["", "soon", "17e11", "-1", "1790000004000.5", " 1790000004000", "١٧٩٠", "9" * 40])
def test_a_time_that_is_no_whole_number_is_refused(timestamp: str) -> None:
    with pytest.raises(BadSignature):
        check_v3(signed_v3(timestamp=timestamp), timestamp=timestamp)


@pytest.mark.parametrize(
    "change",
    [
        {"secret": DOCS_SECRET},
        {"method": "PUT"},
        {"uri": URI + "?a=b"},
        {"uri": "http://www.example.com/webhook_uri"},
        {"body": b"[ ]"},
        {"timestamp": str(int(NOW.timestamp() * 1000) + 1)},
    ],
)
def test_nothing_that_was_signed_can_be_exchanged(change: dict[str, str | bytes]) -> None:
    with pytest.raises(BadSignature) as refused:
        check_v3(signed_v3(), now=NOW, **change)
    assert refused.value.reason == "bad_signature"


@pytest.mark.parametrize("forged", ["", "é", "\udce9", "=" * 500, signed_v3().lower(), signed_v3() + " ", signed_v3()[:-1]])
def test_a_forged_signature_of_any_shape_is_refused_and_never_crashes(forged: str) -> None:
    with pytest.raises(BadSignature):
        check_v3(forged)
    with pytest.raises(BadSignature):
        signature.verify_v1(secret=NODE_SECRET, body=b"[]", signature=forged)
    with pytest.raises(BadSignature):
        signature.verify_v2(secret=NODE_SECRET, method="POST", uri=URI, body=b"[]", signature=forged)


@given(
    secret=st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=40),
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=st.text(st.characters(codec="utf-8", categories=["L", "N", "P"], exclude_characters="%"), max_size=40),
    body=st.text(st.characters(codec="utf-8"), max_size=200),
    age_s=st.integers(-400, 400),
)
def test_the_official_checker_agrees_wherever_it_follows_the_rules(
    secret: str, method: str, path: str, body: str, age_s: int
) -> None:
    """It decodes no escapes (none are drawn), accepts any future time, and looks at the machine's clock (so only its signing is asked)."""
    uri = f"https://app.example.com/{path}"
    timestamp = str(int(NOW.timestamp() * 1000))
    theirs = Signature.get_signature(secret, body, "v3", uri, method, timestamp)
    now = NOW + timedelta(seconds=age_s)
    if abs(age_s) <= 300:
        check_v3(theirs, secret=secret, method=method, uri=uri, body=body.encode(), timestamp=timestamp, now=now)
    else:
        with pytest.raises(BadSignature):
            check_v3(theirs, secret=secret, method=method, uri=uri, body=body.encode(), timestamp=timestamp, now=now)
    assert signature.sign_v2(secret=secret, method=method, uri=uri, body=body.encode()) == Signature.get_signature(
        secret, body, "v2", uri, method
    )
    assert signature.sign_v1(secret=secret, body=body.encode()) == Signature.get_signature(secret, body, "v1")


@given(body=st.binary(max_size=300), uri=st.text(st.characters(codec="ascii"), max_size=60))
def test_our_own_headers_always_verify(body: bytes, uri: str) -> None:
    headers = signature.signature_headers(secret=NODE_SECRET, method="POST", uri=uri, body=body, clock=lambda: NOW)
    check_v3(headers[signature.SIGNATURE_V3_HEADER], uri=uri, body=body, timestamp=headers[signature.TIMESTAMP_HEADER], now=NOW)
    signature.verify_v1(secret=NODE_SECRET, body=body, signature=headers[signature.SIGNATURE_HEADER])
