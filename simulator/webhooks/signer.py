"""HubSpot's request signatures v1, v2 and v3, as the sender computes them.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation (read 2026-09).
"""

import base64
import hashlib
import hmac
import re

# The only escapes that are decoded before signing; everything else in the address stays as it is.
_DECODED = {
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
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)


def signature_headers(secret: str, method: str, url: str, body: bytes, timestamp_ms: int) -> dict[str, str]:
    """The v1 and v3 headers of one delivery; `url` is the full address as it is called, query included."""
    return {
        "X-HubSpot-Signature": sign_v1(secret, body),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": sign_v3(secret, method, url, body, timestamp_ms),
        "X-HubSpot-Request-Timestamp": str(timestamp_ms),
    }


def action_headers(secret: str, method: str, url: str, body: bytes, timestamp_ms: int, *, with_v3: bool) -> dict[str, str]:
    """The headers of a call of a workflow action: v2, and v3 beside it where that is sent."""
    headers = {"X-HubSpot-Signature": sign_v2(secret, method, url, body), "X-HubSpot-Signature-Version": "v2"}
    if with_v3:
        headers["X-HubSpot-Signature-v3"] = sign_v3(secret, method, url, body, timestamp_ms)
        headers["X-HubSpot-Request-Timestamp"] = str(timestamp_ms)
    return headers


def sign_v2(secret: str, method: str, url: str, body: bytes) -> str:
    """Hexadecimal SHA-256 over secret, method, address and body."""
    return hashlib.sha256(f"{secret}{method}{url}".encode() + body).hexdigest()


def sign_v1(secret: str, body: bytes) -> str:
    """Hexadecimal SHA-256 over secret and body."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def sign_v3(secret: str, method: str, url: str, body: bytes, timestamp_ms: int) -> str:
    """Base64 of the HMAC-SHA256 over method, decoded address, body and timestamp."""
    decoded = _ESCAPE.sub(lambda match: _DECODED[match.group().upper()], url)
    message = method.encode() + decoded.encode() + body + str(timestamp_ms).encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
