"""What a signed request looks like to us: the address HubSpot called, and the proof over it. Knows WSGI, not the web framework.

A signature covers the public address and the request target as it came over the wire, since frameworks decode what was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from integration.core.clock import Clock
from integration.core.errors import BadSignature, NotFound
from integration.core.settings import Secret
from integration.hubspot import signature


def called_uri(environ: Mapping[str, object], public_url: str) -> str:
    """The full address as HubSpot called it, undecoded. A path in the public address is added unless the request target has it already."""
    target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or _rebuilt_target(environ))
    if not target.startswith("/"):  # the absolute form that proxies may use
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    public = urlsplit(public_url)
    prefix = public.path.rstrip("/")
    if prefix and (target == prefix or target.startswith(f"{prefix}/")):
        prefix = ""
    return f"{public.scheme}://{public.netloc}{prefix}{target}"


def verify_signed(
    environ: Mapping[str, object],
    *,
    method: str,
    body: bytes,
    given: str,
    timestamp: str,
    secret: Secret,
    public_url: str,
    clock: Clock,
) -> None:
    """Returns when HubSpot sent this, through `hubspot.fetch` or by itself: then the identity in the query is HubSpot's word. Only v3 counts.

    `body` is as it was received, `given` and `timestamp` are the texts of the two headers, "" when absent. Raises NotFound without a secret to
    check with, BadSignature with the reason no_signature, bad_timestamp, stale_timestamp or bad_signature.
    """
    if not secret:
        raise NotFound("Nothing is answered here before the app's client secret is set.")
    if not given:
        raise BadSignature(f"The request has no {signature.SIGNATURE_V3_HEADER}.", reason="no_signature")
    signature.verify_v3(
        secret=secret,
        method=method,
        uri=called_uri(environ, public_url),
        body=body,
        timestamp=timestamp,
        signature=given,
        now=clock(),
    )


def verify_signed_either(
    environ: Mapping[str, object],
    *,
    method: str,
    body: bytes,
    header: Callable[[str], str],
    secret: Secret,
    public_url: str,
    clock: Clock,
) -> None:
    """For callers that HubSpot may sign with v2 only (workflow actions): v3 wherever it is sent, else v2, which proves no time.

    A request with a v3 signature that does not hold is refused whatever v2 says, so nobody can choose the weaker proof for a request that has the
    stronger. `header` gives the text of a header, "" when absent. Raises as `verify_signed` does.
    """
    given = header(signature.SIGNATURE_V3_HEADER)
    if given or header(signature.VERSION_HEADER).lower() != "v2":
        timestamp = header(signature.TIMESTAMP_HEADER)
        verify_signed(
            environ,
            method=method,
            body=body,
            given=given,
            timestamp=timestamp,
            secret=secret,
            public_url=public_url,
            clock=clock,
        )
        return
    if not secret:
        raise NotFound("Nothing is answered here before the app's client secret is set.")
    signature.verify_v2(
        secret=secret,
        method=method,
        uri=called_uri(environ, public_url),
        body=body,
        signature=header(signature.SIGNATURE_HEADER),
    )


def _rebuilt_target(environ: Mapping[str, object]) -> str:
    """For servers that keep no raw target: right unless the path itself holds escapes, and ours holds none."""
    path = quote(f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}", encoding="latin-1")
    query = environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path
