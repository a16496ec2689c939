"""Proof that a request comes from HubSpot: the three versions of its signature, over the raw address and the raw body.

Does not read requests and does not decide which versions are accepted; the callers do. HubSpot's own SDK is not used for it: it leaves the
escapes of the address alone, cuts the time to seconds and accepts times far in the future.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation (read 2026-09), checked
against its published examples and the test vectors of https://github.com/HubSpot/hubspot-api-nodejs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import Clock, to_epoch_ms
from integration.core.errors import BadSignature

SIGNATURE_V3_HEADER: Final = "X-HubSpot-Signature-v3"
TIMESTAMP_HEADER: Final = "X-HubSpot-Request-Timestamp"
SIGNATURE_HEADER: Final = "X-HubSpot-Signature"
"""Holds v1 or v2; which of them says `VERSION_HEADER`."""
VERSION_HEADER: Final = "X-HubSpot-Signature-Version"

WINDOW: Final = timedelta(minutes=5)
"""HubSpot documents the past only; a time as far in the future is refused too, or a captured request could be kept for later."""

_DECODED: Final = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""The only escapes HubSpot decodes before it signs; every other one stays as it is."""
_ESCAPE: Final = re.compile("|".join(_DECODED), re.IGNORECASE)
_TIMESTAMP: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


def verify_v3(*, secret: str, method: str, uri: str, body: bytes, timestamp: str, signature: str, now: datetime) -> None:
    """Returns when the signature holds. `uri` is the full address as HubSpot called it, `timestamp` the header's text in ms.

    The address counts both with HubSpot's escapes decoded and as it stands: some senders sign the raw one, and neither can be made without
    the secret. Raises BadSignature with the reason stale_timestamp, bad_timestamp or bad_signature.
    """
    _check_window(timestamp, now)
    raw = _equal(sign_v3(secret=secret, method=method, uri=uri, body=body, timestamp=timestamp), signature)
    decoded_uri = decode_uri(uri)
    if decoded_uri == uri:
        genuine = raw
    else:
        genuine = raw | _equal(sign_v3(secret=secret, method=method, uri=decoded_uri, body=body, timestamp=timestamp), signature)
    if not genuine:
        raise BadSignature("The v3 signature does not match this request.")


def verify_v2(*, secret: str, method: str, uri: str, body: bytes, signature: str) -> None:
    """For callers that HubSpot signs with v2 only (workflow actions). It proves no time, so a captured request can be sent again."""
    if not _equal(sign_v2(secret=secret, method=method, uri=uri, body=body), signature):
        raise BadSignature("The v2 signature does not match this request.")


def verify_v1(*, secret: str, body: bytes, signature: str) -> None:
    """The weakest form: it proves neither time nor address."""
    if not _equal(sign_v1(secret=secret, body=body), signature):
        raise BadSignature("The v1 signature does not match this request.")


def sign_v3(*, secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """Base64 of HMAC-SHA256 over method, address, body and time, over exactly the address given."""
    digest = hmac.new(secret.encode(), f"{method}{uri}".encode(), hashlib.sha256)
    digest.update(body)
    digest.update(timestamp.encode())
    return base64.b64encode(digest.digest()).decode()


def sign_v2(*, secret: str, method: str, uri: str, body: bytes) -> str:
    """Hexadecimal SHA-256 over secret, method, address and body."""
    return hashlib.sha256(f"{secret}{method}{uri}".encode() + body).hexdigest()


def sign_v1(*, secret: str, body: bytes) -> str:
    """Hexadecimal SHA-256 over secret and body."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def decode_uri(uri: str) -> str:
    """The address with the twelve escapes decoded that HubSpot decodes before signing with v3."""
    return _ESCAPE.sub(lambda found: _DECODED[found.group().upper()], uri) if "%" in uri else uri


def signature_headers(*, secret: str, method: str, uri: str, body: bytes, clock: Clock) -> dict[str, str]:
    """The v1 and v3 headers HubSpot would send now, for benchmarks and for checking a set-up by hand."""
    timestamp = str(to_epoch_ms(clock()))
    return {
        SIGNATURE_HEADER: sign_v1(secret=secret, body=body),
        VERSION_HEADER: "v1",
        SIGNATURE_V3_HEADER: sign_v3(secret=secret, method=method, uri=decode_uri(uri), body=body, timestamp=timestamp),
        TIMESTAMP_HEADER: timestamp,
    }


def _check_window(timestamp: str, now: datetime) -> None:
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature(f"{TIMESTAMP_HEADER} should hold milliseconds since 1970.", reason="bad_timestamp")
    if abs(to_epoch_ms(now) - int(timestamp)) > WINDOW.total_seconds() * 1000:
        raise BadSignature(f"{TIMESTAMP_HEADER} is more than five minutes away from now.", reason="stale_timestamp")


def _equal(ours: str, theirs: str) -> bool:
    """In constant time. The header may hold any character, and only bytes compare safely then."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogateescape"))
