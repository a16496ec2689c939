"""Refusals and headers of People Data Labs. Source: https://docs.peopledatalabs.com/docs/errors and usage-limits, state of November 2026.

Rate headers hold JSON objects by window; a window without a limit is null in them.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule, Usage

_RULES = (Rule("minute", 100, 60.0), Rule("day", None, 86_400.0), Rule("month", None, 2_592_000.0))


def read_key() -> str | None:
    return request.headers.get("X-Api-Key") or request.args.get("api_key") or None


def refuse(status: int, kind: str, message: str) -> Response:
    response = jsonify({"status": status, "error": {"type": kind, "message": message}})
    response.status_code = status
    return response


def not_found() -> Response:
    """The answer when nobody matches; it is free."""
    return refuse(404, "not_found", "No records were found matching your request")


def bad_question() -> Response:
    return refuse(400, "invalid_request_error", "Request contained either missing or invalid parameters")


def throttled(usages: Sequence[Usage]) -> Response:
    response = refuse(429, "rate_limit_error", "An error occurred due to requests hitting the API too quick")
    response.headers.update(rate_headers(usages))
    return response


def rate_headers(usages: Sequence[Usage]) -> dict[str, str]:
    """Limit and rest as JSON objects, and when the minute ends."""
    limits = {usage.rule.name: usage.rule.limit for usage in usages}
    left = {usage.rule.name: usage.left if usage.rule.limit is not None else None for usage in usages}
    ends = datetime.now(UTC) + timedelta(seconds=usages[0].resets_in_s if usages else 0.0)
    return {
        "x-ratelimit-limit": json.dumps(limits),
        "x-ratelimit-remaining": json.dumps(left),
        "x-ratelimit-reset": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: _RULES,
    throttled=throttled,
    rate_headers=rate_headers,
    refusals={
        Behaviour.BAD: lambda: refuse(401, "authentication_error", "Request contained a missing or invalid key"),
        Behaviour.QUOTA: lambda: refuse(
            402, "payment_required", "You have reached your account maximum (all matches have been used)"
        ),
    },
)
