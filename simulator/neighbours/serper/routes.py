"""Serper's search and news over the invented web. One credit for each answered question, found or not; no rate headers."""

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import Dialect, GateState, current_caller, mount_gate
from simulator.neighbours.keys import Behaviour, Ledger
from simulator.neighbours.news_desk import NewsDesk
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule

BASE_PATH = ""


def refuse(status: int, message: str) -> Response:
    response = jsonify({"message": message, "statusCode": status})
    response.status_code = status
    return response


DIALECT = Dialect(
    read_key=lambda: request.headers.get("X-API-KEY") or None,
    rules=lambda _operation: (Rule("second", 50, 1.0),),
    throttled=lambda _usages: refuse(429, "Too many requests"),
    rate_headers=lambda _usages: {},
    refusals={
        Behaviour.BAD: lambda: refuse(403, "Unauthorized."),
        Behaviour.QUOTA: lambda: refuse(400, "Not enough credits"),
    },
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own ledger."""
    gate = GateState(Ledger(settings.credit_limit))
    book = FactBook(settings.companies)
    index, desk = WebIndex(book, "serper"), NewsDesk(book, "serper")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, gate)

    def asked() -> str:
        body = request.get_json(silent=True)
        return str(body.get("q") or "") if isinstance(body, dict) else ""

    @app.post("/search")
    def search() -> Response:
        if not asked():
            return refuse(400, "Missing query parameter")
        gate.ledger.charge(current_caller().key, "search", 1)
        organic = [
            {"title": hit.title, "link": hit.url, "snippet": hit.snippet, "position": place}
            for place, hit in enumerate(index.search(asked()), 1)
        ]
        return jsonify({"searchParameters": {"q": asked(), "type": "search", "engine": "google"}, "organic": organic, "credits": 1})

    @app.post("/news")
    def news() -> Response:
        if not asked():
            return refuse(400, "Missing query parameter")
        gate.ledger.charge(current_caller().key, "news", 1)
        items = [
            {"title": one.title, "link": one.url, "snippet": "", "date": one.days_ago, "source": one.paper, "position": place}
            for place, one in enumerate(desk.stories(asked()), 1)
        ]
        return jsonify({"searchParameters": {"q": asked(), "type": "news", "engine": "google"}, "news": items, "credits": 1})

    return app
