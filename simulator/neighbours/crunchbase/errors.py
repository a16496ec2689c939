"""Crunchbase's refusals, in three shapes, and no rate headers. Source: https://data.crunchbase.com/docs, state of November 2026."""

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule

_RULES = (Rule("minute", 200, 60.0),)


def read_key() -> str | None:
    return request.headers.get("X-cb-user-key") or request.args.get("user_key") or None


def refuse(status: int, code: str, message: str) -> Response:
    """The shape of a list with one refusal."""
    response = jsonify([{"status": status, "code": code, "message": message}])
    response.status_code = status
    return response


def not_found() -> Response:
    response = jsonify({"error": "requested resource could not be found", "code": "CS404"})
    response.status_code = 404
    return response


def bad_query(message: str) -> Response:
    return refuse(400, "MD101", message)


CRUNCHBASE_DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: _RULES,
    throttled=lambda _usages: refuse(429, "LA429", "Too many requests"),
    rate_headers=lambda _usages: {},
    refusals={Behaviour.BAD: lambda: refuse(401, "LA401", "Unauthorized user_key")},
)
