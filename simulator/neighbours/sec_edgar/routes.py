"""The register's routes on its two hosts. It refuses with web pages, and wants to know who calls."""

from flask import Blueprint, Flask, Response, jsonify

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.sec_edgar import bodies
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.windows import Rule

BASE_PATH = "/www"
DATA_PATH = "/data"
PATHS = {"sec_edgar": BASE_PATH, "sec_edgar_data": DATA_PATH}
_PAGE = "<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>{}</body></html>"
_UNDECLARED = "Your Request Originates from an Undeclared Automated Tool"
_TOO_FAST = "Request Rate Threshold Exceeded"
_NO_KEY = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>'


def _page(status: int, text: str) -> Response:
    return Response(_PAGE.format(text), status, content_type="text/html")


def _missing() -> Response:
    return Response(_NO_KEY, 404, content_type="application/xml")


DIALECT = keyless_dialect(
    (Rule("second", 10, 1.0),), lambda _usages: _page(429, _TOO_FAST), lambda: _page(403, _UNDECLARED), refuses_anonymous=True
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The register as a WSGI application."""
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, GateState())
    filers = bodies.find_filers(FactBook(settings.companies))
    app.register_blueprint(_files(filers), url_prefix=BASE_PATH)
    app.register_blueprint(_data(filers), url_prefix=DATA_PATH)
    return app


def _files(filers: dict[str, bodies.Filer]) -> Blueprint:
    blueprint = Blueprint("files", __name__)

    @blueprint.get("/files/company_tickers.json")
    def tickers() -> Response:
        return jsonify(bodies.tickers(filers))

    return blueprint


def _data(filers: dict[str, bodies.Filer]) -> Blueprint:
    blueprint = Blueprint("data", __name__)

    @blueprint.get("/submissions/CIK<cik>.json")
    def submissions(cik: str) -> Response:
        return jsonify(bodies.submissions(filers[cik])) if cik in filers else _missing()

    @blueprint.get("/api/xbrl/companyfacts/CIK<cik>.json")
    def company_facts(cik: str) -> Response:
        return jsonify(bodies.company_facts(filers[cik])) if cik in filers else _missing()

    return blueprint
