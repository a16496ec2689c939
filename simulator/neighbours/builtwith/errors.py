"""BuiltWith's refusals: a 200 with `Errors`, but for too many calls. Source: https://api.builtwith.com/domain-api, state of November 2026."""

import math
from collections.abc import Sequence

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule, Usage

_DOMAIN_RULES = (Rule("second", 10, 1.0),)
_FREE_RULES = (Rule("second", 1, 1.0),)
CONCURRENT = 8


def read_key() -> str | None:
    """The header is preferred; the query still works."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return (key.strip() if scheme.lower() == "api" else "") or request.args.get("KEY") or None


def rules_of(operation: str) -> Sequence[Rule]:
    return _FREE_RULES if operation == "free" else _DOMAIN_RULES


def rate_headers(usages: Sequence[Usage]) -> dict[str, str]:
    usage = usages[0]
    return {
        "X-RATELIMIT-CURRENT-CONCURRENT": "1",
        "X-RATELIMIT-CURRENT-PERSECOND": str(usage.used),
        "X-RATELIMIT-LIMIT-CONCURRENT": str(CONCURRENT),
        "X-RATELIMIT-LIMIT-PERSECOND": str(usage.rule.limit or 10),
    }


def throttled(usages: Sequence[Usage]) -> Response:
    usage = usages[0]
    response = jsonify(
        {
            "error": "Rate limit exceeded",
            "maxConcurrentRequests": CONCURRENT,
            "maxRequestsPerSecond": usage.rule.limit,
            "currentConcurrentRequests": 0,
            "currentRequestsInWindow": usage.used,
            "retryAfterSeconds": max(1, math.ceil(usage.resets_in_s)),
        }
    )
    response.status_code = 429
    return response


def refuse(code: int, message: str) -> Response:
    """The whole call refused: a 200 all the same."""
    return jsonify({"Results": None, "Errors": [{"Lookup": None, "Code": code, "Message": message}]})


def bad_domain() -> Response:
    return refuse(-8, "Invalid root domain name or unsupported.")


BUILTWITH_DIALECT = Dialect(
    read_key=read_key,
    rules=rules_of,
    throttled=throttled,
    rate_headers=rate_headers,
    refusals={
        Behaviour.BAD: lambda: refuse(-2, "API Key is wrong - it needs to be a Guid."),
        Behaviour.PLAN: lambda: refuse(-5, "Your plan does not include this API."),
        Behaviour.QUOTA: lambda: refuse(-3, "You've run out of API Credits."),
    },
)
