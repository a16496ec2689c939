"""Brave's web search over the invented web, with rate headers that hold one figure for each window."""

from collections.abc import Sequence

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import Dialect, GateState, current_caller, mount_gate
from simulator.neighbours.keys import Behaviour, Ledger
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule, Usage

BASE_PATH = "/res/v1"
_SECOND, _MONTH = 50, 15_000


def refuse(status: int, code: str, detail: str, meta: dict[str, object]) -> Response:
    error = {"id": "5d832250-9396-4f6e-b84a-000000000001", "status": status, "code": code, "detail": detail, "meta": meta}
    response = jsonify({"type": "ErrorResponse", "error": error, "time": 1763683200})
    response.status_code = status
    return response


def rate_headers(usages: Sequence[Usage]) -> dict[str, str]:
    left = [str(max(0, (usage.rule.limit or most) - usage.used)) for usage, most in zip(usages, (_SECOND, _MONTH), strict=False)]
    return {
        "X-RateLimit-Limit": f"{_SECOND}, {_MONTH}",
        "X-RateLimit-Policy": f"{_SECOND};w=1, {_MONTH};w=2592000",
        "X-RateLimit-Remaining": ", ".join(left),
        "X-RateLimit-Reset": "1, 1234567",
    }


DIALECT = Dialect(
    read_key=lambda: request.headers.get("X-Subscription-Token") or None,
    rules=lambda _operation: (Rule("second", _SECOND, 1.0), Rule("month", _MONTH, 2_592_000.0)),
    throttled=lambda _usages: refuse(429, "RATE_LIMITED", "Request rate limit exceeded for plan.", {"component": "rate_limiter"}),
    rate_headers=rate_headers,
    refusals={
        Behaviour.BAD: lambda: refuse(
            422, "SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid.", {"component": "authentication"}
        )
    },
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own ledger."""
    gate = GateState(Ledger(settings.credit_limit))
    index = WebIndex(FactBook(settings.companies), "brave")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, gate)

    @app.get(f"{BASE_PATH}/web/search")
    def web() -> Response:
        query = request.args.get("q", "")
        if not query or len(query) > 400:
            errors = [{"type": "missing", "loc": ["query", "q"], "msg": "Field required", "input": None}]
            return refuse(422, "VALIDATION", "Unable to validate request parameter(s)", {"errors": errors})
        gate.ledger.charge(current_caller().key, "web", 1)
        hits = index.search(query, int(request.args.get("count", "20")))
        body: dict[str, object] = {"type": "search", "query": {"original": query, "more_results_available": False}}
        if hits:
            results = [
                {"title": hit.title, "url": hit.url, "description": f"<strong>{hit.title}</strong> {hit.snippet}"} for hit in hits
            ]
            body["web"] = {"type": "search", "results": results}
        return jsonify(body)

    return app
