"""One application for every web site: the Host header chooses. Control routes answer on loopback names only.

`PUT /_control/pages` adds or replaces a page of any host, for tests that need one of their own.
"""

import ipaddress
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from simulator.neighbours.facts import CompanyFacts, FactBook
from simulator.neighbours.rdap.registry import REGISTRY_HOST, answer_registry
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.sites.hostile import find_attack
from simulator.neighbours.sites.pages import SITEMAP_PATHS, render_page, render_robots, render_sitemap
from simulator.neighbours.sites.style import Apex, style_of

BASE_PATH = ""
_METHODS = ["GET", "HEAD"]


@dataclass(frozen=True)
class RegisteredPage:
    """A page a test put there."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass
class SitesState:
    """Pages registered by tests, and how often each host was asked. Safe between threads."""

    book: FactBook
    pages: dict[tuple[str, str], RegisteredPage] = field(default_factory=dict)
    hits: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count_hit(self, host: str) -> None:
        with self.lock:
            self.hits[host] = self.hits.get(host, 0) + 1

    def reset(self) -> None:
        with self.lock:
            self.pages.clear()
            self.hits.clear()


def build_app(settings: NeighbourSettings) -> Flask:
    """The web as a WSGI application. Unknown hosts get a plain 404."""
    state = SitesState(FactBook(settings.companies))
    app = Flask(__name__, static_folder=None)

    @app.route("/", defaults={"path": ""}, methods=_METHODS)
    @app.route("/<path:path>", methods=_METHODS)
    def page(path: str) -> BaseResponse:
        host = request_host()
        state.count_hit(host)
        time.sleep(settings.latency_ms / 1000)
        return _answer(state, settings, host, f"/{path}")

    _add_control(app, state)
    return app


def request_host() -> str:
    """The host asked for, without port, lower case."""
    return (urlsplit(f"//{request.host}").hostname or "").rstrip(".")


def _answer(state: SitesState, settings: NeighbourSettings, host: str, path: str) -> BaseResponse:
    registered = state.pages.get((host, path))
    if registered is not None:
        return Response(registered.body, registered.status, registered.headers)
    special = _special_host(state, settings, host, path)
    if special is not None:
        return special
    facts = state.book.find_domain(host)
    if facts is None:
        return Response("no such site\n", 404, content_type="text/plain")
    return _answer_of_company(host, path, facts)


def _answer_of_company(host: str, path: str, facts: CompanyFacts) -> BaseResponse:
    style = style_of(facts)
    moved = {Apex.SAME: host, Apex.TO_WWW: f"www.{facts.domain}", Apex.TO_BARE: facts.domain}[style.apex]
    if moved != host:
        return redirect(_same_address_at(moved), 301)
    if path in SITEMAP_PATHS:
        return render_sitemap(path, facts, style)
    return render_robots(facts, style) if path == "/robots.txt" else render_page(path, facts, style)


def _special_host(state: SitesState, settings: NeighbourSettings, host: str, path: str) -> BaseResponse | None:
    """The answer of a host that is no company's site: the domain registry, and those that mean harm."""
    if host == REGISTRY_HOST:
        return answer_registry(state.book, path)
    attack = find_attack(host)
    if attack is not None and path == "/robots.txt" and host != "hostile-robots.example":
        return Response("not here\n", 404, content_type="text/plain")
    return None if attack is None else attack(settings)


def _same_address_at(host: str) -> str:
    """The address asked for at another host; port and scheme stay as the visitor sees them."""
    _, colon, port = request.host.partition(":")
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    return f"{scheme}://{host}{colon}{port}{request.full_path.rstrip('?')}"


def _add_control(app: Flask, state: SitesState) -> None:
    @app.before_request
    def guard() -> Response | None:
        if request.path.startswith("/_control/") and not _is_loopback(request_host()):
            return Response("no such page\n", 404, content_type="text/plain")
        return None

    @app.put("/_control/pages")
    def control_pages() -> Response:
        wanted = request.get_json()
        headers = {"Content-Type": "text/html; charset=utf-8"} | wanted.get("headers", {})
        page = RegisteredPage(int(wanted.get("status", 200)), headers, str(wanted.get("body", "")))
        with state.lock:
            state.pages[(str(wanted["host"]).lower(), str(wanted.get("path", "/")))] = page
        return jsonify({"registered": True})

    @app.get("/_control/ledger")
    def control_ledger() -> Response:
        with state.lock:
            return jsonify({"hits": dict(state.hits)})

    @app.post("/_control/reset")
    def control_reset() -> Response:
        state.reset()
        return jsonify({"reset": True})


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
