"""Refusals and headers: HTTP Basic with the key as user name, a 429 without body or Retry-After, undocumented rate headers.

Limit: the 401's body is not confirmed against the live service.
"""

import time
from collections.abc import Sequence

from flask import Response, jsonify, request

from simulator.neighbours.gate import Dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.windows import Rule, Usage

WINDOW = Rule("5m", 600, 300.0)


def read_key() -> str | None:
    given = request.authorization
    return given.username if given is not None and given.type == "basic" else None


def rate_headers(usages: Sequence[Usage]) -> dict[str, str]:
    one = usages[0]
    limit = WINDOW.limit if one.rule.limit is None else one.rule.limit
    return {
        "X-Ratelimit-Limit": str(limit),
        "X-Ratelimit-Remain": str(max(0, (limit or 0) - one.used)),
        "X-Ratelimit-Reset": str(int(time.time() + one.resets_in_s)),
        "X-Ratelimit-Window": "5m",
    }


def throttled(usages: Sequence[Usage]) -> Response:
    response = Response("", 429, content_type="text/plain")
    response.headers.update(rate_headers(usages))
    return response


def bad_key() -> Response:
    response = jsonify({"error": "Invalid Authorization", "type": "ch:service"})
    response.status_code = 401
    return response


def profile_not_found() -> Response:
    response = jsonify({"errors": [{"type": "ch:service", "error": "company-profile-not-found"}]})
    response.status_code = 404
    return response


DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: (WINDOW,),
    throttled=throttled,
    rate_headers=rate_headers,
    refusals={Behaviour.BAD: bad_key},
)
