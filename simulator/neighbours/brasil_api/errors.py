"""Refusals: Minha Receita says `{message}`, BrasilAPI adds type and name and turns every other failure behind it into a 500.

Limit: neither publishes a rate; what they would say to a caller who is too fast is not known, and a plain 429 stands in for it.
"""

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule

DAY_CACHE = "public, max-age=86400, s-maxage=86400"


def refuse(status: int, message: str, kind: str = "", name: str = "") -> Response:
    """A refusal; `kind` and `name` only in BrasilAPI's."""
    response = jsonify({"message": message} | ({"type": kind, "name": name} if kind else {}))
    response.status_code = status
    return response


def read_key() -> str:
    """Nobody needs a key; the header is only for misbehaviour on request."""
    return request.headers.get("X-Simulator-Key") or Behaviour.NORMAL.value


DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: (Rule("second", None, 1.0),),
    throttled=lambda _usages: refuse(429, "Too many requests"),
    rate_headers=lambda _usages: {},
    refusals={Behaviour.BAD: lambda: refuse(401, "Unauthorized", "unauthorized", "UnauthorizedError")},
)
