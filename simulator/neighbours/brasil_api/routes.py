"""The routes of BrasilAPI (under /api) and Minha Receita (under /minhareceita) over one register."""

import re

from flask import Flask, Response, jsonify

from simulator.neighbours.brasil_api.bodies import SAMPLES, Body, company_body, sample_body
from simulator.neighbours.brasil_api.errors import DAY_CACHE, DIALECT, refuse
from simulator.neighbours.gate import GateState, mount_gate
from simulator.neighbours.register_numbers import Register, with_check_digits
from simulator.neighbours.settings import NeighbourSettings

BASE_PATH = "/api"
PATHS = {"brasil_api": BASE_PATH, "minha_receita": "/minhareceita"}
UPSTREAM_DOWN = with_check_digits("ZZ5035030001")
"""Whoever asks for this number finds the register down: a 503 at Minha Receita, a 500 at BrasilAPI."""
UPDATED_ON = "2026-11-08"


def build_app(settings: NeighbourSettings) -> Flask:
    """Both as one WSGI application."""
    known = Register(settings.companies, "BR").by_cnpj()
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    mount_gate(app, DIALECT, settings, GateState())

    def find(cnpj: str) -> Body | None:
        if cnpj in SAMPLES:
            return sample_body(cnpj)
        return company_body(cnpj, known[cnpj]) if cnpj in known else None

    @app.get(f"{BASE_PATH}/cnpj/v1/<path:written>")
    def brasil_api_cnpj(written: str) -> Response:
        cnpj = read_cnpj(written)
        if cnpj is None:
            return refuse(400, f"CNPJ {written} inválido.", "bad_request", "BadRequestError")
        if cnpj == UPSTREAM_DOWN:
            return refuse(500, "Request failed with status code 503", "internal_error", "AxiosError")
        body = find(cnpj)
        return _cached(body) if body else refuse(404, f"CNPJ {masked(cnpj)} não encontrado.", "not_found", "NotFoundError")

    @app.get("/minhareceita/updated")
    def minha_receita_updated() -> Response:
        return jsonify({"message": UPDATED_ON})

    @app.get("/minhareceita/<path:written>")
    def minha_receita_cnpj(written: str) -> Response:
        cnpj = read_cnpj(written)
        if cnpj is None:
            return refuse(400, f"CNPJ {written} inválido.")
        if cnpj == UPSTREAM_DOWN:
            return refuse(503, "Service unavailable")
        body = find(cnpj)
        return _cached(body) if body else refuse(404, f"CNPJ {masked(cnpj)} não encontrado.")

    return app


def read_cnpj(written: str) -> str | None:
    """Fourteen characters with right check digits; points, slash and hyphen are allowed."""
    bare = re.sub(r"[./-]", "", written).upper()
    is_right = re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", bare) and len(set(bare)) > 1 and with_check_digits(bare[:12]) == bare
    return bare if is_right else None


def masked(cnpj: str) -> str:
    return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"


def _cached(body: Body) -> Response:
    response = jsonify(body)
    response.headers["Cache-Control"] = DAY_CACHE
    return response
