"""Hunter's refusals: always `{"errors": [{id, code, details}]}`. Source: https://hunter.io/api-documentation/v2, state of November 2026.

The two refusals are the wrong way round and stay so: 403 means too fast, 429 means the period's allowance is used up. There
are no rate headers.
Limit: the error ids of 400, 403, 404 and 429 are not confirmed against the live service.
"""

from collections.abc import Sequence

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule

_DEFAULT_RULES = (Rule("second", 15, 1.0), Rule("minute", 500, 60.0))
_VERIFIER_RULES = (Rule("second", 10, 1.0), Rule("minute", 300, 60.0))


def read_key() -> str | None:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return request.headers.get("X-API-KEY") or bearer or request.args.get("api_key") or None


def rules_of(operation: str) -> Sequence[Rule]:
    return _VERIFIER_RULES if operation == "email_verifier" else _DEFAULT_RULES


def refuse(status: int, error_id: str, details: str) -> Response:
    response = jsonify({"errors": [{"id": error_id, "code": status, "details": details}]})
    response.status_code = status
    return response


def missing_parameter(*names: str) -> Response:
    return refuse(400, "wrong_params", f"You are missing one of the following parameters: {', '.join(names)}")


def not_found() -> Response:
    return refuse(404, "not_found", "No data found for this resource")


def claimed_email() -> Response:
    """The person asked for processing to stop; the caller must not process the address either."""
    return refuse(451, "claimed_email", "The owner of this address asked for its processing to stop; do not process it")


HUNTER_DIALECT = Dialect(
    read_key=read_key,
    rules=rules_of,
    throttled=lambda _usages: refuse(403, "rate_limit_reached", "Rate limit reached for this endpoint"),
    rate_headers=lambda _usages: {},
    refusals={
        Behaviour.BAD: lambda: refuse(401, "authentication_failed", "No user found for the API key supplied"),
        Behaviour.QUOTA: lambda: refuse(429, "usage_exceeded", "Usage limit for the billing period is exceeded"),
        Behaviour.LEGAL: claimed_email,
    },
    open_operations=frozenset({"email_count"}),
)
