"""The page of results over the invented web, adverts included; who asks too often gets the challenge, with status 202."""

from flask import Flask, Response, render_template_string, request

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.web_index import WebIndex
from simulator.neighbours.windows import Rule

BASE_PATH = ""
_PAGE = """<!DOCTYPE html><html><body><div id="links" class="results">
<div class="result result--ad"><h2 class="result__title">
<a class="result__a" href="https://duckduckgo.com/y.js?ad_domain=ads.example.net">An advert</a></h2></div>
{% for hit in hits %}<div class="result web-result"><h2 class="result__title">
<a rel="nofollow" class="result__a" href="{{ hit.url }}">{{ hit.title }}</a></h2>
<a class="result__snippet" href="{{ hit.url }}">{{ hit.snippet }}</a></div>
{% endfor %}</div></body></html>"""


def _challenge() -> Response:
    body = '<!DOCTYPE html><html><body><form id="challenge-form" action="//duckduckgo.com/anomaly.js"></form></body></html>'
    return Response(body, 202, content_type="text/html")


DIALECT = keyless_dialect((Rule("minute", 10, 60.0),), lambda _usages: _challenge(), _challenge)


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application."""
    index = WebIndex(FactBook(settings.companies), "duckduckgo")
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, GateState())

    @app.post("/html/")
    def html() -> Response:
        query = request.form.get("q", "")
        if not query or len(query) >= 500:
            return _challenge()
        return Response(render_template_string(_PAGE, hits=index.search(query)), 200, content_type="text/html; charset=UTF-8")

    return app
