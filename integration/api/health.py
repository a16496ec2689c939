"""`/healthz` (the process answers), `/readyz` (it can work: database reachable, schema current), `/metrics` (Prometheus).

Metrics are open to this machine; from elsewhere they need the bearer token of LEADLIGHT_METRICS_TOKEN.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import OperationalError

from integration.core.errors import NotAllowed
from integration.core.metrics import Metrics
from integration.core.settings import Secret
from integration.db.migrate import is_current
from integration.db.session import Database

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def build_blueprint(
    *, database: Database, metrics: Metrics, metrics_token: Secret, measure_backlog: Callable[[], None]
) -> Blueprint:
    """The three routes. `measure_backlog` sets the backlog gauges just before the page is rendered."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            current = is_current(database)
        except OperationalError:
            return jsonify(status="not ready", why="the database does not answer"), 503
        if not current:
            return jsonify(status="not ready", why="the schema is old: run `leadlight migrate`"), 503
        return jsonify(status="ready"), 200

    @blueprint.get("/metrics")
    def metrics_page() -> Response:
        if not _may_read(metrics_token):
            raise NotAllowed("Metrics need the bearer token of LEADLIGHT_METRICS_TOKEN.", reason="metrics_closed")
        measure_backlog()
        return Response(metrics.render(), mimetype="text/plain; version=0.0.4")

    return blueprint


def _may_read(token: Secret) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return request.remote_addr in _LOOPBACK and "X-Forwarded-For" not in request.headers
