"""Apollo's refusals, word for shape. Source: https://docs.apollo.io/reference/status-codes, state of November 2026.

The 401 is plain text; 403 has two shapes (scope, plan); the bulk calls refuse in a shape of their own. That credits run out
with a 422 is documented for the conversation endpoints only and assumed for the others.
"""

import math
from collections.abc import Sequence

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule, Usage

ENRICHMENT_OPERATIONS = frozenset({"organizations_enrich", "organizations_bulk_enrich", "people_match", "people_bulk_match"})
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
# Paid plans: enrichment is limited by the minute alone, everything else by three windows at once.
_ENRICHMENT_RULES = (Rule("minute", 1000, _MINUTE), Rule("hourly", None, _HOUR), Rule("24-hour", None, _DAY))
_OTHER_RULES = (Rule("minute", 200, _MINUTE), Rule("hourly", 400, _HOUR), Rule("24-hour", 2000, _DAY))
_WINDOW_WORDS = {"minute": "minute", "hourly": "hour", "24-hour": "day"}


def read_key() -> str | None:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return request.headers.get("x-api-key") or bearer or None


def rules_of(operation: str) -> Sequence[Rule]:
    return _ENRICHMENT_RULES if operation in ENRICHMENT_OPERATIONS else _OTHER_RULES


def rate_headers(usages: Sequence[Usage]) -> dict[str, str]:
    """Limit, usage and rest per window; a window without a limit has an empty limit and nothing else."""
    headers: dict[str, str] = {}
    for usage in usages:
        name, limit = usage.rule.name, usage.rule.limit
        headers[f"x-rate-limit-{name}"] = "" if limit is None else str(limit)
        if limit is not None:
            headers[f"x-{name}-usage"] = str(usage.used)
            headers[f"x-{name}-requests-left"] = str(usage.left)
    return headers


def bad_key() -> Response:
    text = "Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate."
    return Response(text, 401, content_type="text/plain; charset=utf-8")


def no_scope() -> Response:
    text = (
        f"This API key is not authorized to access {_path()}. Request an API key from your administrator that includes "
        "this endpoint in its configured scope."
    )
    return refuse(403, {"error": text, "error_code": "API_INACCESSIBLE"})


def no_plan() -> Response:
    return refuse(403, {"message": "This endpoint is only available to Apollo users on paid plans."})


def no_credits() -> Response:
    return refuse(422, {"error": "Insufficient credits. Please upgrade your plan."})


def throttled(usages: Sequence[Usage]) -> Response:
    full = next(usage for usage in usages if usage.exceeded)
    text = (
        f"The maximum number of api calls allowed for {_path()} is {full.rule.limit} times per "
        f"{_WINDOW_WORDS[full.rule.name]}. Please upgrade your plan from https://app.apollo.io/#/settings/plans/upgrade."
    )
    response = refuse(429, {"message": text})
    response.headers.update(rate_headers(usages))
    response.headers["retry-after"] = str(max(1, math.ceil(full.resets_in_s)))
    return response


def refuse(status: int, body: dict[str, object]) -> Response:
    """A refusal in JSON."""
    response = jsonify(body)
    response.status_code = status
    return response


def missing_parameter(name: str) -> Response:
    return refuse(422, {"error": f"Required parameter '{name}' missing"})


def bulk_refusal(status: int, code: str, message: str) -> Response:
    """The bulk calls' own shape; codes INVALID_REQUEST, RECORD_LIMIT_EXCEEDED."""
    return refuse(status, {"status": "failed", "error_code": code, "error_message": message})


def _path() -> str:
    return request.path.strip("/")


APOLLO_DIALECT = Dialect(
    read_key=read_key,
    rules=rules_of,
    throttled=throttled,
    rate_headers=rate_headers,
    refusals={
        Behaviour.BAD: bad_key,
        Behaviour.SCOPE: no_scope,
        Behaviour.PLAN: no_plan,
        Behaviour.QUOTA: no_credits,
    },
)
