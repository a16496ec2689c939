"""GDELT's list of articles: one call in five seconds, refusals in plain text, `{}` for no news."""

from flask import Flask, Response, jsonify, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.news_desk import NewsDesk
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.windows import Rule

BASE_PATH = "/api/v2"


def _plain(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain")


DIALECT = keyless_dialect(
    (Rule("five seconds", 1, 5.0),),
    lambda _usages: _plain("Please limit requests to one every 5 seconds.", 429),
    lambda: _plain("Forbidden", 403),
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application."""
    desk = NewsDesk(FactBook(settings.companies), "gdelt")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, GateState())

    @app.get(f"{BASE_PATH}/doc/doc")
    def doc() -> Response:
        query = request.args.get("query", "")
        if len(query.strip('" ')) < 5:
            return _plain("The specified phrase is too short.", 200)
        articles = [
            {
                "url": one.url,
                "url_mobile": "",
                "title": one.title,
                "seendate": one.at.strftime("%Y%m%dT%H%M%SZ"),
                "socialimage": "",
                "domain": one.host,
                "language": "English",
                "sourcecountry": "United Kingdom",
            }
            for one in desk.stories(query)
        ]
        return jsonify({"articles": articles} if articles else {})

    return app
