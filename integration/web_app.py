"""The Flask application of the web process: every front door, and the edge where errors become answers."""

from __future__ import annotations

from contextlib import ExitStack

import structlog
from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from integration.admin import install
from integration.admin.disconnect import add_disconnect_routes
from integration.admin.install import InstallParts
from integration.api import health
from integration.app import Parts, build_parts, database_url
from integration.core.errors import AppError
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.pipeline.decisions import declared_properties
from integration.pipeline.lanes import LANE_NAMES
from webhooks import receiver

_SPARE_CONNECTIONS = 4
_log = structlog.get_logger(__name__)


def create_app(settings: Settings) -> Flask:
    """The application on the configured database. Its connections live as long as the process."""
    database = Database(
        database_url(settings), pool_size=settings.web.threads + _SPARE_CONNECTIONS, application_name="leadlight-web"
    )
    return build_app(build_parts(settings, database, ExitStack()))


def build_app(parts: Parts) -> Flask:
    """The application on parts that somebody else owns."""
    app = Flask("leadlight", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64_000  # the webhook endpoint sets its own, larger bound
    app.register_blueprint(
        receiver.build_blueprint(database=parts.database, settings=parts.settings, clock=parts.clock, metrics=parts.metrics)
    )
    admin = install.build_blueprint(_install_parts(parts))
    add_disconnect_routes(admin, database=parts.database, links=parts.links, portals=parts.portals, disconnector=parts.disconnector)
    app.register_blueprint(admin)
    app.register_blueprint(
        health.build_blueprint(
            database=parts.database,
            metrics=parts.metrics,
            metrics_token=parts.settings.web.metrics_token,
            measure_backlog=lambda: _measure_backlog(parts),
        )
    )
    app.register_error_handler(AppError, lambda error: _answer(parts, error))
    app.register_error_handler(Exception, lambda error: _answer_unexpected(parts, error))
    return app


def _install_parts(parts: Parts) -> InstallParts:
    return InstallParts(
        settings=parts.settings,
        database=parts.database,
        oauth=parts.oauth,
        tokens=parts.tokens,
        token_store=parts.token_store,
        portals=parts.portals,
        links=parts.links,
        deferrer=parts.engine,
        manifest=MANIFEST,
        declarations=declared_properties(),
        clock=parts.clock,
    )


def _measure_backlog(parts: Parts) -> None:
    now = parts.clock()
    with parts.database.begin() as connection:
        waiting = parts.worklist.portals_with_work(connection, now=now)
    for lane, name in LANE_NAMES.items():
        entries = [entry for entry in waiting if entry.lane == lane]
        oldest_s = max(((now - entry.oldest).total_seconds() for entry in entries), default=0.0)
        parts.metrics.backlog(name, sum(entry.due_count for entry in entries), oldest_s)


def _answer(parts: Parts, error: AppError) -> tuple[Response, int]:
    parts.metrics.error(error.reason)
    return jsonify(error=error.reason, message=error.message), error.http_status


def _answer_unexpected(parts: Parts, error: Exception) -> Response | HTTPException | tuple[Response, int]:
    if isinstance(error, HTTPException):
        return error
    parts.metrics.error("unexpected")
    _log.error("request_failed", exc_info=error)
    return jsonify(error="unexpected", message="Something went wrong on our side; it is in our log."), 500
