"""The front door for pages inside HubSpot: proves who asks, carries commands out once, and puts every answer into one envelope.

`{"ok": true, "data": ...}`, or `{"ok": false, "error": {"reason": ..., "message": ...}}` with status 200: HubSpot hides the body of any other status
from the card, and repeats a request after a 5xx. Only those who did not prove who they are get a plain refusal:

401 not signed by HubSpot · 400 no identity in the query · 404 no client secret set · 413 body over 256 kB · 503 our database cannot be used.
Sources: https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data (read 2026-12).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from flask import Blueprint, Request, Response, request
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge

from crm_cards.base import PREFIX, Body, CardParts, Command, Json, Question, Visitor
from crm_cards.identity import read_identity
from crm_cards.registry import find_routes
from crm_cards.request_store import RequestStore
from integration.core.errors import AppError, BadPayload, Conflict, NotFound, Unavailable
from integration.core.taming import tame

BODY_LIMIT_BYTES: Final = 256_000
ANSWER_LIMIT_BYTES: Final = 1_000_000
"""HubSpot cuts larger answers off."""
_DEAD_AFTER: Final = timedelta(seconds=60)
"""HubSpot gives up a request after 15 seconds."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


class BodyTooLarge(AppError):
    http_status = 413
    default_reason = "too_large"


class AnswerTooLarge(AppError):
    """A route made more than HubSpot lets through: its lists must be cut where they are made."""

    default_reason = "answer_too_large"


class StillAtWork(Conflict):
    """The same command is being carried out at this moment."""

    default_reason = "still_at_work"


def build_blueprint(parts: CardParts) -> Blueprint:
    """Every route under /cards. It answers all its own errors."""
    blueprint = Blueprint("cards", __name__, url_prefix=PREFIX)
    door = _Door(parts)
    for route in find_routes(parts):
        if isinstance(route, Question):
            blueprint.add_url_rule(f"/{route.rule}", route.endpoint, partial(door.ask, route), methods=["GET"])
        else:
            blueprint.add_url_rule(f"/{route.rule}", route.endpoint, partial(door.command, route), methods=["POST"])
    blueprint.register_error_handler(AppError, door.refuse)
    return blueprint


class _Door:
    """The two ways in, on the parts of this installation."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._requests = RequestStore()

    def ask(self, question: Question, **arguments: str) -> Response:
        """A question: read only, answered inside the envelope."""

        def answered(visitor: Visitor) -> Json:
            return question.answer(visitor, request.args, **arguments)

        return self._enveloped(b"", answered)

    def command(self, command: Command, **arguments: str) -> Response:
        """A command: carried out once, whoever repeats it."""
        raw = read_body(request)
        carry = self._carried_apart if command.in_own_transactions else self._carried

        def answered(visitor: Visitor) -> Json:
            body = parse_body(raw)
            key = _request_id(body)
            digest = hashlib.sha256(
                f"{command.endpoint}\n{visitor.user_id}\n{sorted(arguments.items())}\n".encode() + raw
            ).hexdigest()
            record = (arguments.get("object_type", ""), arguments.get("object_id", ""))
            return carry(command, visitor, body, arguments, _Claim(key, digest, record))

        return self._enveloped(raw, answered)

    def refuse(self, error: AppError) -> Response:
        """For those who are not let in: the reason in plain text, and nothing about any account."""
        self._parts.metrics.error(error.reason)
        return Response(
            f"{error.message}\n", status=error.http_status, mimetype="text/plain", headers={"Cache-Control": "no-store"}
        )

    def _enveloped(self, raw: bytes, answered: Callable[[Visitor], Json]) -> Response:
        identity = read_identity(request, raw, settings=self._parts.settings, clock=self._parts.clock)
        try:
            with self._parts.database.begin() as connection:
                portal = self._parts.portals.find(connection, portal_id=identity.portal_id)
            if portal is None or portal.erased_at is not None:
                raise NotFound("Leadlight is not installed in this HubSpot account.", reason="unknown_portal")
            told: dict[str, Any] = {"ok": True, "data": answered(Visitor(portal, identity.user_id, identity.email))}
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable("Our database cannot be used right now. Try again in a minute.", system="database") from error
        except AppError as error:
            self._parts.metrics.error(error.reason)
            told = {"ok": False, "error": {"reason": error.reason, "message": error.message}}
        return _as_json(told)

    def _carried(self, command: Command, visitor: Visitor, body: Body, arguments: dict[str, str], claim: _Claim) -> Json:
        with self._parts.database.begin() as connection:
            earlier = self._claim(connection, visitor, claim)
            if earlier is not None:
                return earlier
            answer = command.act(connection, visitor, body, **arguments)
            self._requests.save_answer(connection, portal_id=visitor.portal_id, key=claim.key, answer=answer)
        return answer

    def _carried_apart(self, command: Command, visitor: Visitor, body: Body, arguments: dict[str, str], claim: _Claim) -> Json:
        with self._parts.database.begin() as connection:
            earlier = self._claim(connection, visitor, claim)
        if earlier is not None:
            return earlier
        try:
            answer = command.act(visitor, body, **arguments)
        except BaseException:
            with self._parts.database.begin() as connection:
                self._requests.forget(connection, portal_id=visitor.portal_id, key=claim.key)
            raise
        with self._parts.database.begin() as connection:
            self._requests.save_answer(connection, portal_id=visitor.portal_id, key=claim.key, answer=answer)
        return answer

    def _claim(self, connection: Connection, visitor: Visitor, claim: _Claim) -> Json | None:
        """None for the first; the answer of the first for a repeat. Raises Conflict for another request under the same key."""
        now = self._parts.clock()
        known = self._requests.claim(
            connection,
            portal_id=visitor.portal_id,
            key=claim.key,
            digest=claim.digest,
            record=claim.record,
            now=now,
            dead_before=now - _DEAD_AFTER,
        )
        if known is None:
            return None
        if known.digest != claim.digest:
            raise Conflict(
                "This request id was used for something else. Make a new one for each thing a person does.", reason="reused_id"
            )
        if known.answer is None:
            raise StillAtWork("This is being done at this moment. Look again in a few seconds.")
        answer: Json = known.answer
        return answer


class _Claim:
    """The key of a command, what it stands for, and the record it is about."""

    __slots__ = ("digest", "key", "record")

    def __init__(self, key: str, digest: str, record: tuple[str, str]) -> None:
        self.key = key
        self.digest = digest
        self.record = record


def read_body(received: Request) -> bytes:
    """Reads no more than the limit, whatever Content-Length says."""
    received.max_content_length = BODY_LIMIT_BYTES + 1
    try:
        body = received.get_data(cache=False)
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > BODY_LIMIT_BYTES:
        raise BodyTooLarge(f"The body is larger than {BODY_LIMIT_BYTES:,} bytes.")
    return body


def parse_body(raw: bytes) -> Body:
    """The JSON object of a body. Raises BadPayload for anything else."""
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadPayload("The body is not JSON.", reason="not_json") from error
    if not isinstance(parsed, dict):
        raise BadPayload(f"The body should be a JSON object, not {type(parsed).__name__}.", reason="not_an_object")
    return tame(parsed)


def _request_id(body: Body) -> str:
    key = body.at("request_id").text()
    if not _REQUEST_ID.fullmatch(key):
        raise BadPayload("must be 8 to 64 letters, digits, - or _", path="request_id")
    return key


def _as_json(told: dict[str, Any]) -> Response:
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > ANSWER_LIMIT_BYTES:
        raise AnswerTooLarge(f"The answer has {len(body):,} bytes; HubSpot lets {ANSWER_LIMIT_BYTES:,} through.")
    return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})
