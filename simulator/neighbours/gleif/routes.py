"""GLEIF's routes and refusals over one register.

Limit: the limit of 60 calls a minute and the bodies of the refusals are not confirmed against the live service.
"""

from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from simulator.neighbours.gate import Dialect, GateState, mount_gate
from simulator.neighbours.gleif.bodies import (
    GLEIF,
    GOLDEN_COPY,
    SAMPLES,
    Body,
    Record,
    completion,
    page_body,
    record_body,
    record_of,
)
from simulator.neighbours.keys import Behaviour
from simulator.neighbours.register_numbers import Register
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.windows import Rule

BASE_PATH = "/api/v1"
MEDIA_TYPE = "application/vnd.api+json"
DEFAULT_PAGE, LARGEST_PAGE, COMPLETIONS = 10, 200, 10


def build_app(settings: NeighbourSettings) -> Flask:
    """The stand-in as a WSGI application, with its own state."""
    listed = [record_of(one) for one in Register(settings.companies, "").companies if GLEIF.knows(one.domain)]
    register = {one.lei: one for one in (*SAMPLES, *listed)}
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, GateState())

    @app.get(f"{BASE_PATH}/lei-records")
    def search() -> Response:
        number, size = _page("page[number]", 1), _page("page[size]", DEFAULT_PAGE)
        if not number or not 0 < (size or 0) <= LARGEST_PAGE:
            return refuse(400, "Bad Request", "page[size] must be 1 to 200")
        found = [one for one in register.values() if _matches(one)]
        return answer(page_body(found, number, size or DEFAULT_PAGE))

    @app.get(f"{BASE_PATH}/lei-records/<lei>")
    def record(lei: str) -> Response:
        one = register.get(lei)
        return answer({"meta": GOLDEN_COPY, "data": record_body(one)}) if one else not_found()

    @app.get(f"{BASE_PATH}/lei-records/<lei>/direct-parent")
    def direct_parent(lei: str) -> Response:
        one = register.get(lei)
        parent = register.get(one.parent) if one else None
        return answer({"meta": GOLDEN_COPY, "data": record_body(parent)}) if parent else not_found()

    @app.get(f"{BASE_PATH}/fuzzycompletions")
    def fuzzy_completions() -> Response:
        asked = request.args.get("q", "").casefold()
        found = [one for one in register.values() if asked and asked in one.name.casefold()]
        return answer({"data": [completion(one) for one in found[:COMPLETIONS]]})

    return app


def answer(body: Body, status: int = 200) -> Response:
    response = jsonify(body)
    response.status_code, response.content_type = status, MEDIA_TYPE
    return response


def refuse(status: int, title: str, detail: str = "") -> Response:
    return answer({"errors": [{"status": str(status), "title": title} | ({"detail": detail} if detail else {})]}, status)


def not_found() -> Response:
    return refuse(404, "Not Found", "No LEI record found.")


def read_key() -> str:
    """Nobody needs a key; the header is only for misbehaviour on request."""
    return request.headers.get("X-Simulator-Key") or Behaviour.NORMAL.value


DIALECT = Dialect(
    read_key=read_key,
    rules=lambda _operation: (Rule("minute", 60, 60.0),),
    throttled=lambda _usages: refuse(429, "Too Many Requests"),
    rate_headers=lambda _usages: {},
    refusals={Behaviour.BAD: lambda: refuse(403, "Forbidden")},
)


def _matches(one: Record) -> bool:
    names = " ".join((one.name, *one.other_names)).casefold()
    wanted: dict[str, Callable[[str], bool]] = {
        "entity.legalName": lambda text: all(word in one.name.casefold() for word in text.casefold().split()),
        "fulltext": lambda text: all(word in names for word in text.casefold().split()),
        "entity.legalAddress.country": lambda text: text == one.country,
        "entity.jurisdiction": lambda text: text == one.country,
        "entity.status": lambda text: text == one.status,
    }
    return all(matches(text) for name, matches in wanted.items() if (text := request.args.get(f"filter[{name}]")))


def _page(name: str, otherwise: int) -> int | None:
    text = request.args.get(name, str(otherwise))
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None
