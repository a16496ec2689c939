"""Companies House's routes over one register."""

from collections.abc import Iterable

from flask import Flask, Response, jsonify, request

from simulator.neighbours.companies_house.bodies import (
    NAMESAKES,
    SAMPLE,
    Entry,
    advanced_hit,
    entry_of,
    officers,
    profile,
    search_hit,
)
from simulator.neighbours.companies_house.errors import DIALECT, profile_not_found
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.register_numbers import Register
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = ""
DEFAULT_PAGE = 20


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own state."""
    british = [entry_of(one) for one in Register(settings.companies, "GB").companies]
    register = {entry.number: entry for entry in (*british, SAMPLE, *NAMESAKES)}
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, GateState())

    @app.get("/company/<number>")
    def company(number: str) -> Response:
        entry = register.get(number)
        return jsonify(profile(entry)) if entry else profile_not_found()

    @app.get("/company/<number>/officers")
    def company_officers(number: str) -> Response:
        entry = register.get(number)
        return jsonify(officers(entry)) if entry else profile_not_found()

    @app.get("/search/companies")
    def search_companies() -> Response:
        found = ranked(register.values(), request.args.get("q", ""))
        start, size = _number("start_index", 0), _number("items_per_page", DEFAULT_PAGE)
        page = {"kind": "search#companies", "items_per_page": size, "start_index": start, "page_number": start // max(1, size) + 1}
        return jsonify(page | {"total_results": len(found), "items": [search_hit(one) for one in found[start : start + size]]})

    @app.get("/advanced-search/companies")
    def advanced_search() -> Response:
        wanted, status = request.args.get("company_name_includes", "").upper(), request.args.get("company_status", "")
        found = [one for one in register.values() if wanted in one.name and status in ("", one.status)]
        start, size = _number("start_index", 0), _number("size", DEFAULT_PAGE)
        items = [advanced_hit(one) for one in found[start : start + size]]
        top = {"top_hit": items[0]} if items else {}
        return jsonify({"etag": "sample", "kind": "search#advanced-search", "hits": len(found)} | top | {"items": items})

    return app


def ranked(entries: Iterable[Entry], asked: str) -> list[Entry]:
    """Those that share a word with what was asked, most words first: the real search too answers with everything similar."""
    words = set(asked.upper().split())
    shared = [(len(words & set(one.name.split())), one) for one in entries]
    return [one for count, one in sorted(shared, key=lambda pair: (-pair[0], pair[1].name)) if count]


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else otherwise
