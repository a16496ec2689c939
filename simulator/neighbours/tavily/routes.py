"""Tavily's search and usage over the invented web. A basic search costs one credit; without a key it is free and soon used up."""

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import Dialect, GateState, current_caller, mount_gate
from simulator.neighbours.keyless import read_pseudo_key
from simulator.neighbours.keys import Behaviour, Ledger
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule

BASE_PATH = ""
PATHS = {"tavily": BASE_PATH, "tavily_keyless": BASE_PATH}


def _is_keyless() -> bool:
    return "Authorization" not in request.headers and request.headers.get("X-Tavily-Access-Mode") == "keyless"


def read_key() -> str | None:
    if _is_keyless():
        return read_pseudo_key()
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or None


def refuse(status: int, message: str) -> Response:
    response = jsonify({"detail": {"error": message}})
    response.status_code = status
    return response


def too_many() -> Response:
    if not _is_keyless():
        return refuse(429, "Your request has been blocked due to excessive requests.")
    error = {
        "code": "keyless_rate_limited",
        "message": "Keyless limit reached; use an API key for more.",
        "window": "day",
        "retry_after_seconds": 3600,
        "next_actions": [{"type": "signup", "url": "https://app.tavily.com"}],
    }
    response = jsonify({"error": error})
    response.status_code = 429
    return response


DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: (Rule("day", 1000, 86_400.0),) if _is_keyless() else (Rule("minute", 100, 60.0),),
    throttled=lambda _usages: too_many(),
    rate_headers=lambda _usages: {},
    refusals={
        Behaviour.BAD: lambda: refuse(401, "Unauthorized: missing or invalid API key."),
        Behaviour.QUOTA: lambda: (
            too_many()
            if _is_keyless()
            else refuse(432, "This request exceeds your plan's set usage limit. Please upgrade your plan or contact support.")
        ),
    },
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own ledger."""
    gate = GateState(Ledger(settings.credit_limit))
    index = WebIndex(FactBook(settings.companies), "tavily")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, gate)

    @app.post("/search")
    def search() -> Response:
        body = request.get_json(silent=True)
        query = str(body.get("query") or "") if isinstance(body, dict) else ""
        if not query:
            return refuse(400, "Query is missing.")
        if not _is_keyless():
            gate.ledger.charge(current_caller().key, "search", 1)
        results = [
            {"url": hit.url, "title": hit.title, "content": hit.snippet, "score": round(0.9 - place / 20, 2), "raw_content": None}
            for place, hit in enumerate(index.search(query))
        ]
        return jsonify(
            {"query": query, "answer": None, "images": [], "results": results, "response_time": 0.4, "request_id": "sample"}
        )

    @app.get("/usage")
    def usage() -> Response:
        used = gate.ledger.credits_used(current_caller().key)
        figures = {"usage": used, "limit": settings.credit_limit, "search_usage": used}
        account = {
            "current_plan": "Sample",
            "plan_usage": used,
            "plan_limit": settings.credit_limit,
            "paygo_usage": 0,
            "paygo_limit": 0,
        }
        return jsonify({"key": figures, "account": account})

    return app
