"""SearXNG's search over the invented web. "key-plan" is a server without JSON answers; a query with "silence" finds only silent engines."""

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule

BASE_PATH = ""


def _forbidden() -> Response:
    return Response("<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1>", 403, content_type="text/html")


DIALECT = keyless_dialect(
    (Rule("minute", 600, 60.0),),
    lambda _usages: Response("Too Many Requests", 429, content_type="text/plain"),
    _forbidden,
    more_refusals={Behaviour.PLAN: _forbidden},
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application."""
    index = WebIndex(FactBook(settings.companies), "searxng")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, GateState())

    @app.get("/search")
    def search() -> Response:
        query = request.args.get("q", "")
        if request.args.get("format") != "json":
            return Response("<!doctype html><title>SearXNG</title>", 200, content_type="text/html")
        results = [
            {
                "url": hit.url,
                "title": hit.title,
                "content": hit.snippet,
                "engine": "sample",
                "engines": ["sample"],
                "category": "general",
            }
            for hit in index.search(query)
        ]
        silent = [["sample", "CAPTCHA"]] if "silence" in query.casefold() else []
        return jsonify(
            {
                "query": query,
                "results": results,
                "answers": [],
                "corrections": [],
                "infoboxes": [],
                "suggestions": [],
                "unresponsive_engines": silent,
            }
        )

    return app
