"""IANA's list of registries. Every ending of the demo companies has one but those that IANA's own list leaves out."""

from flask import Flask, Response, jsonify

from simulator.neighbours.facts import FactBook
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.keyless import keyless_dialect
from simulator.neighbours.rdap.registry import REGISTRY_HOST
from simulator.neighbours.settings import NeighbourSettings
from simulator.neighbours.windows import Rule

BASE_PATH = "/rdap"
UNLISTED = frozenset({"de", "jp", "cn", "es", "tr"})
DIALECT = keyless_dialect(
    (Rule("minute", 600, 60.0),),
    lambda _usages: Response("Too Many Requests", 429, {"Retry-After": "60"}, content_type="text/plain"),
    lambda: Response("Forbidden", 403, content_type="text/plain"),
)


def build_app(settings: NeighbourSettings) -> Flask:
    """The list as a WSGI application."""
    app = Flask(__name__, static_folder=None)
    mount_gate(app, DIALECT, settings, GateState())
    endings = {domain.rpartition(".")[2] for domain in FactBook(settings.companies).domains()} | {"example"}
    services = [[[ending], [f"https://{REGISTRY_HOST}/{ending}/"]] for ending in sorted(endings - UNLISTED)]

    @app.get(f"{BASE_PATH}/dns.json")
    def registries() -> Response:
        return jsonify(
            {
                "version": "1.0",
                "publication": "2026-11-18T20:00:01Z",
                "description": "RDAP bootstrap file for Domain Name System registrations",
                "services": [[["plaintext-only"], [f"http://{REGISTRY_HOST}/plaintext-only/"]], *services],
            }
        )

    return app
