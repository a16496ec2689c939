"""POST /webhooks/hubspot: prove the sender, keep the raw body, answer. Everything else happens later, in `unpack`.

The signature is checked over the address HubSpot called: the public address from the settings and the request target as it came over the
wire, since frameworks decode what was signed.

A body that is no JSON array is refused while its sender listens. Small bodies are parsed whole for that; of large ones only both ends are
looked at, because parsing 100 events halves what a process can acknowledge (measured) and would be done again by `unpack`. A body cut short on
the way fails its signature; one that HubSpot signed but that is broken inside becomes a dead letter.

204 stored · 400 no JSON array · 401 not signed by HubSpot · 404 no client secret configured · 405 not POST · 413 over 5 MB · 503 not stored.
"""

from __future__ import annotations

import json
import re
from typing import Final, Protocol

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from integration.core.clock import Clock
from integration.core.errors import AppError, BadPayload, BadSignature, NotFound
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot import signature
from integration.hubspot.signed_request import called_uri
from integration.jobs.triggers import UNPACK
from webhooks.inbox_store import InboxStore, NewDelivery
from webhooks.intake import Intake

PATH: Final = "/webhooks/hubspot"
BODY_LIMIT_BYTES: Final = 5_000_000

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PARSED_WHOLE_BYTES: Final = 8_192
_BLANKS: Final = b" \t\r\n"
_PORTAL_ID: Final = re.compile(rb'"portalId"\s*:\s*([1-9][0-9]{0,17})\b')
_HEAD_BYTES: Final = 2_048


class DeliveryMetrics(Protocol):
    """What is counted here."""

    def delivery(self, outcome: str) -> None: ...


class BodyTooLarge(AppError):
    http_status = 413
    default_reason = "too_large"


class MethodNotAllowed(AppError):
    http_status = 405
    default_reason = "method_not_allowed"


def build_blueprint(*, database: Database, settings: Settings, clock: Clock, metrics: DeliveryMetrics) -> Blueprint:
    """The blueprint of the webhook endpoint. It answers all its own errors, in plain text."""
    blueprint = Blueprint("webhooks", __name__)
    intake = Intake(database=database, inbox=InboxStore(), unpack=UNPACK)

    @blueprint.route(PATH, methods=_METHODS, provide_automatic_options=False)
    def receive() -> Response:
        if request.method != "POST":
            raise MethodNotAllowed("HubSpot posts webhooks here; nothing else is answered.")
        if not settings.hubspot.client_secret:
            raise NotFound("No webhooks are received here.")
        with intake.expecting():
            body = _read_body(request)
            _verify(request, body, settings, clock)
            _check_array(body)
        intake.store(NewDelivery(_named_portal(body), body, clock()))
        metrics.delivery("stored")
        return Response(status=204)

    @blueprint.errorhandler(AppError)
    def refuse(error: AppError) -> Response:
        metrics.delivery(error.reason)
        response = Response(f"{error}\n", status=error.http_status, mimetype="text/plain")
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = "POST"
        return response

    return blueprint


def _read_body(received: Request) -> bytes:
    """Reads no more than the limit, whatever Content-Length says or when it says nothing."""
    received.max_content_length = BODY_LIMIT_BYTES + 1
    try:
        body = received.get_data(cache=False)
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > BODY_LIMIT_BYTES:
        raise BodyTooLarge(f"The body is larger than {BODY_LIMIT_BYTES} bytes.")
    return body


def _verify(received: Request, body: bytes, settings: Settings, clock: Clock) -> None:
    """v3 where it is sent; v1 alone only when the settings accept it, so that nobody can choose the weaker proof."""
    secret, headers = settings.hubspot.client_secret, received.headers
    if signature.SIGNATURE_V3_HEADER in headers:
        signature.verify_v3(
            secret=secret,
            method=received.method,
            uri=called_uri(received.environ, settings.web.public_url),
            body=body,
            timestamp=headers.get(signature.TIMESTAMP_HEADER, ""),
            signature=headers[signature.SIGNATURE_V3_HEADER],
            now=clock(),
        )
    elif settings.hubspot.accept_v1_signature and headers.get(signature.VERSION_HEADER) == "v1":
        signature.verify_v1(secret=secret, body=body, signature=headers.get(signature.SIGNATURE_HEADER, ""))
    else:
        raise BadSignature(f"The request has no {signature.SIGNATURE_V3_HEADER}.", reason="no_signature")


def _check_array(body: bytes) -> None:
    """Raises BadPayload unless the body is a JSON array; of a large one only the ends are looked at."""
    if len(body) > _PARSED_WHOLE_BYTES and body.lstrip(_BLANKS).startswith(b"[") and body.rstrip(_BLANKS).endswith(b"]"):
        return
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise BadPayload(f"The body is not JSON: {_place(error)}", reason="not_json") from error
    except RecursionError as error:
        raise BadPayload("The body is nested too deeply.", reason="not_json") from error
    if not isinstance(parsed, list):
        raise BadPayload(f"The body should be a JSON array of events, not {type(parsed).__name__}.", reason="not_an_array")


def _place(error: ValueError) -> str:
    """Where parsing stopped, without quoting the body."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    return "it is not UTF-8." if isinstance(error, UnicodeDecodeError) else "a number in it is too long."


def _named_portal(body: bytes) -> int | None:
    """What the first event says, for people who look at the table; `unpack` reads every event for itself."""
    found = _PORTAL_ID.search(body, 0, _HEAD_BYTES)
    return int(found.group(1)) if found else None
