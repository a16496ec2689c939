"""Programmable Search over the invented web; totals are texts, and `items` is left out when nothing is found."""

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import Dialect, GateState, current_caller, mount_gate
from simulator.neighbours.keys import Behaviour, Ledger
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule

BASE_PATH = "/customsearch/v1"


def refuse(code: int, message: str, status: str) -> Response:
    response = jsonify(
        {"error": {"code": code, "message": message, "errors": [{"message": message, "domain": "global"}], "status": status}}
    )
    response.status_code = code
    return response


def _used_up() -> Response:
    return refuse(429, "Quota exceeded for quota metric 'Queries' and limit 'Queries per day'.", "RESOURCE_EXHAUSTED")


DIALECT = Dialect(
    read_key=lambda: request.headers.get("X-Goog-Api-Key") or request.args.get("key") or None,
    rules=lambda _operation: (Rule("minute", 100, 60.0),),
    throttled=lambda _usages: refuse(
        429, "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.", "RESOURCE_EXHAUSTED"
    ),
    rate_headers=lambda _usages: {},
    refusals={
        Behaviour.BAD: lambda: refuse(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"),
        Behaviour.QUOTA: _used_up,
        Behaviour.PLAN: lambda: refuse(
            403, "This project does not have the access to Custom Search JSON API.", "PERMISSION_DENIED"
        ),
    },
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own ledger."""
    gate = GateState(Ledger(settings.credit_limit))
    index = WebIndex(FactBook(settings.companies), "google_cse")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, gate)

    @app.get(BASE_PATH)
    def search() -> Response:
        query = request.args.get("q", "")
        if not query or not request.args.get("cx"):
            return refuse(400, "Request contains an invalid argument.", "INVALID_ARGUMENT")
        gate.ledger.charge(current_caller().key, "search", 1)
        hits = index.search(query, int(request.args.get("num", "10")))
        found = {"totalResults": str(len(hits)), "searchTime": 0.2}
        body: dict[str, object] = {"kind": "customsearch#search", "searchInformation": found}
        if hits:
            body["items"] = [
                {"kind": "customsearch#result", "title": hit.title, "link": hit.url, "snippet": hit.snippet} for hit in hits
            ]
        return jsonify(body)

    return app
