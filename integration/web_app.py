"""The Flask application of the web process: every front door, and the edge where errors become answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException

from crm_cards import api as cards
from crm_cards.base import CardParts
from crm_cards.workflow import endpoint as workflow_actions
from crm_cards.workflow.endpoint import WorkflowParts
from integration.access.audit_store import AuditStore
from integration.admin import install
from integration.admin.console.base import ConsoleParts, RecordEvent
from integration.admin.console.entrance import Entrance
from integration.admin.console.frame import build_console, build_gate
from integration.admin.console.gate import Gate
from integration.admin.console.sign_in import build_sign_in
from integration.admin.disconnect import add_disconnect_routes
from integration.admin.install import InstallParts
from integration.api import health
from integration.app import Parts, build_parts, database_url, portal_doctor
from integration.core.errors import AppError
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.manifest import MANIFEST
from integration.pipeline.decisions import declared_properties
from integration.pipeline.lanes import LANE_NAMES
from integration.pipeline.owners.keeping import OwnerKeeper
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.workflow.desk import WorkflowDesk
from integration.pipeline.workflow.owners import RoutingOwners
from webhooks import receiver
from webhooks.heard import find_heard
from webhooks.replay import LetterSelection, replay_dead_letters

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
    console = console_parts(parts)
    gate = build_gate(console)
    install_parts = _install_parts(parts, gate)
    admin = install.build_blueprint(install_parts)
    add_disconnect_routes(admin, database=parts.database, links=parts.links, portals=parts.portals, disconnector=parts.disconnector)
    app.register_blueprint(admin)
    app.register_blueprint(build_sign_in(install_parts, gate))
    app.register_blueprint(build_console(console, gate, parts.metrics))
    app.register_blueprint(
        health.build_blueprint(
            database=parts.database,
            metrics=parts.metrics,
            metrics_token=parts.settings.web.metrics_token,
            measure_backlog=lambda: _measure_backlog(parts),
        )
    )
    app.register_blueprint(cards.build_blueprint(card_parts(parts)))
    app.register_blueprint(workflow_actions.build_blueprint(_workflow_parts(parts)))
    app.register_error_handler(AppError, lambda error: _answer(parts, error))
    app.register_error_handler(Exception, lambda error: _answer_unexpected(parts, error))
    return app


def _install_parts(parts: Parts, gate: Gate) -> InstallParts:
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
        entrance=Entrance(gate, AuditStore()),
    )


def console_parts(parts: Parts) -> ConsoleParts:
    """What the console's pages work with, including what lies in packages they may not import."""
    doctor = portal_doctor(parts)

    def replay(connection: Connection, portal_id: int, letter_ids: Sequence[int] | None) -> int:
        selection = LetterSelection(letter_ids=letter_ids, portal_id=portal_id)
        return replay_dead_letters(connection, selection, deferrer=parts.engine, now=parts.clock())

    def events_of_record(connection: Connection, portal_id: int, object_type: str, object_id: str) -> Sequence[RecordEvent]:
        heard = find_heard(connection, portal_id=portal_id, object_type=object_type, object_id=object_id)
        return [RecordEvent(one.received_at, one.kind, one.property_name, one.change_source) for one in heard]

    return ConsoleParts(
        settings=parts.settings,
        database=parts.database,
        clock=parts.clock,
        portals=parts.portals,
        clients=parts.clients,
        deferrer=parts.engine,
        worklist=parts.worklist,
        keys=parts.keys,
        cache=parts.cache,
        adapters=parts.adapters,
        spending=parts.spending,
        declarations=declared_properties(),
        manifest=MANIFEST,
        disconnector=parts.disconnector,
        diagnose=doctor.diagnose,
        replay_dead_letters=replay,
        events_of_record=events_of_record,
    )


def card_parts(parts: Parts) -> CardParts:
    """What the routes for pages inside HubSpot work with."""
    return CardParts(
        settings=parts.settings,
        database=parts.database,
        clock=parts.clock,
        metrics=parts.metrics,
        portals=parts.portals,
        clients=parts.clients,
        quick_clients=parts.quick_clients,
        deferrer=parts.engine,
        worklist=parts.worklist,
        keys=parts.keys,
        adapters=parts.adapters,
        spending=parts.spending,
        declarations=declared_properties(),
        manifest=MANIFEST,
        diagnose=portal_doctor(parts).diagnose,
    )


def _workflow_parts(parts: Parts) -> WorkflowParts:
    """What the doors for HubSpot's workflows and agents work with."""
    desk = WorkflowDesk(
        database=parts.database,
        portals=parts.portals,
        worklist=parts.worklist,
        states=RecordStateStore(),
        quick_clients=parts.quick_clients,
        owners=RoutingOwners(parts.database, parts.quick_clients, OwnerKeeper(parts.database, parts.clock)),
        deferrer=parts.engine,
        clock=parts.clock,
    )
    return WorkflowParts(settings=parts.settings, clock=parts.clock, metrics=parts.metrics, desk=desk)


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
