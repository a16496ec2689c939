"""The Flask application: every family's routes behind one pipeline of fault, authentication, scopes and rate limit.

Control API, consent pages and the local portal pages stand outside the pipeline: they are never limited, spoiled or recorded.
Sources: https://developers.hubspot.com/docs/api-reference/error-handling and
https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-09); the bodies of 401 and 403 are
as observed in public bug reports.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from simulator import families
from simulator.control.routes import build_blueprint as build_control
from simulator.errors import HubSpotError
from simulator.operation import Operation, OperationTable
from simulator.pages.routes import build_blueprint as build_pages
from simulator.pipeline import Pipeline, correlation_id
from simulator.world import World


def build_app(world: World) -> Flask:
    """The application for this world, ready for `simulator.server.serve`."""
    app = Flask("simulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, its base class does not say so
    app.json.compact = True  # type: ignore[attr-defined]
    pipeline = Pipeline(world, OperationTable(operations()))
    app.before_request(pipeline.before)
    app.after_request(pipeline.after)
    app.register_error_handler(HubSpotError, _render_error)
    app.register_error_handler(HTTPException, _render_http_error)
    app.register_error_handler(Exception, _Crash(app))
    for module in family_modules():
        app.register_blueprint(module.build_blueprint(world))
    app.register_blueprint(build_control(world))
    app.register_blueprint(build_pages(world))
    return app


def family_modules() -> Iterator[ModuleType]:
    """The `routes` module of each API family, by name: a folder with a routes.py is a family."""
    for found in sorted(pkgutil.iter_modules(families.__path__), key=lambda each: each.name):
        name = f"{families.__name__}.{found.name}.routes"
        if found.ispkg and find_spec(name) is not None:
            yield import_module(name)


def operations() -> list[Operation]:
    """Every operation that a family lists."""
    return [operation for module in family_modules() for operation in module.OPERATIONS]


def _render_error(error: HubSpotError) -> Response:
    answer = jsonify(error.body(correlation_id()))
    answer.status_code = error.status
    return answer


def _render_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:  # a redirect of the router
        return Response(status=status, headers={"Location": error.get_response().headers.get("Location", "/")})
    category = {404: "OBJECT_NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(status, "VALIDATION_ERROR")
    return _render_error(HubSpotError(status, category, error.description or error.name))


class _Crash:
    """The edge for faults of the simulator itself: logged with its trace, answered as HubSpot's own 500."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, error: Exception) -> Response:
        self._app.logger.error("the simulator failed", exc_info=error)
        return _render_error(HubSpotError(500, "INTERNAL_ERROR", "internal error"))
