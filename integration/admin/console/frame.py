"""The frame around every console page: checks the visit, calls the page, audits actions, and turns errors into pages.

Pages are found in `pages/`; this file knows none of them.
Limit: the audit row is written right after the action and not in its transaction, since actions that ask HubSpot (merge, disconnect, accept) need
several transactions of their own. A process that dies between the two has done the deed without the row; merges, undos and accepts then still
say in their run who asked for them. Limit: a refused form loses what was typed into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from integration.access.audit_store import AuditStore
from integration.access.role_store import RoleStore
from integration.admin.console import problems
from integration.admin.console.base import BLUEPRINT, Action, ConsoleParts, Outcome, Page, Visit, render
from integration.admin.console.discovery import find_routes
from integration.admin.console.gate import Gate, NoRole, SignInNeeded
from integration.admin.console.presenting import Notice, Notices, Presenter
from integration.admin.console.session_store import SessionStore
from integration.admin.pages import Problem, render_page, secure
from integration.core.errors import AppError, NotAllowed, NotFound
from integration.core.metrics import Metrics

_NOTICE_COOKIE: Final = "leadlight_notice"
_NOTICE_LIFE_S: Final = 60
_log = structlog.get_logger(__name__)


def build_gate(parts: ConsoleParts) -> Gate:
    """The gate of this installation's console."""
    return Gate(parts.settings, parts.database, parts.clock, parts.portals, SessionStore(), RoleStore())


def build_console(parts: ConsoleParts, gate: Gate, metrics: Metrics) -> Blueprint:
    """Everything under /admin but the sign-in."""
    routes = find_routes(parts)
    frame = _Frame(
        parts, gate, metrics, Presenter(routes, parts.clock, parts.settings.hubspot.app_base_url), Notices(), AuditStore()
    )
    blueprint = Blueprint(BLUEPRINT, __name__, template_folder="../templates")
    for route in routes:
        rule = f"/admin/<int:portal_id>/{route.rule}".rstrip("/")
        if isinstance(route, Page):
            blueprint.add_url_rule(rule, route.endpoint, partial(frame.show, route), methods=["GET"])
        else:
            blueprint.add_url_rule(rule, route.endpoint, partial(frame.act, route), methods=["POST"])
    blueprint.add_url_rule("/admin/<path:unknown>", "unknown", frame.unknown, methods=["GET", "POST"])
    blueprint.context_processor(frame.template_values)
    blueprint.after_request(frame.finish)
    blueprint.register_error_handler(AppError, frame.answer)
    blueprint.register_error_handler(Exception, frame.answer_unexpected)
    return blueprint


@dataclass(frozen=True)
class _Frame:
    parts: ConsoleParts
    gate: Gate
    metrics: Metrics
    presenter: Presenter
    notices: Notices
    audit: AuditStore

    def show(self, page: Page, portal_id: int, **arguments: Any) -> AnyResponse:
        visit = self._enter(portal_id)
        self.gate.require_role(visit, page.role)
        return page.show(visit, **arguments)

    def act(self, action: Action, portal_id: int, **arguments: Any) -> AnyResponse:
        visit = self._enter(portal_id)
        if action.body_limit is not None and visit.role >= action.role:
            request.max_content_length = action.body_limit  # larger files go to the disk as they come in, never into memory
        self.gate.require_own_form(visit)
        self.gate.require_role(visit, action.role)
        try:
            outcome: Outcome = action.act(visit, request.form, **arguments)
        except (NotFound, NotAllowed):
            raise
        except AppError as error:
            self.metrics.error(error.reason)
            return self._go(visit, self._came_from(visit), Notice("wrong", error.message))
        with self.parts.database.begin() as connection:
            self.audit.add(
                connection,
                portal_id=visit.portal_id,
                actor=visit.email,
                role=visit.role.word,
                action=outcome.audit_action,
                target=outcome.audit_target,
                detail=outcome.detail,
                now=self.parts.clock(),
            )
        return self._go(visit, outcome.to, Notice("done", outcome.message))

    def unknown(self, unknown: str) -> Response:
        first = unknown.split("/", maxsplit=1)[0]
        if first.isdigit():
            self._enter(int(first))
        raise NotFound("There is no such page.")

    def template_values(self) -> dict[str, Any]:
        visit: Visit | None = g.get("console_visit")
        if visit is None:
            return {}
        notice = self.notices.open(visit, request.cookies.get(_NOTICE_COOKIE, ""))
        g.console_notice_shown = notice is not None
        return dict(self.presenter.values(visit, notice))

    def finish(self, response: Response) -> Response:
        if g.get("console_notice_shown"):
            response.delete_cookie(_NOTICE_COOKIE, path="/admin", httponly=True, samesite="Lax", secure=self.gate.is_https)
        request.close()  # uploaded files lie in temporary ones, which nobody else closes
        return secure(response, is_https=self.gate.is_https)

    def answer(self, error: AppError) -> AnyResponse:
        if isinstance(error, SignInNeeded):
            goes_to = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("sign_in.door", next=goes_to), code=303)
        self.metrics.error(error.reason)
        if isinstance(error, NoRole):
            return render_page("console/problem.html", http_status=403, problem=problems.no_role_any_more(error.message))
        return self._problem_page(problems.for_error(error))

    def answer_unexpected(self, error: Exception) -> AnyResponse:
        if isinstance(error, HTTPException):
            return self._problem_page(problems.for_http(error.code or 500))
        self.metrics.error("unexpected")
        _log.error("console_request_failed", path=request.path, exc_info=error)
        return self._problem_page(problems.our_fault())

    def _enter(self, portal_id: int) -> Visit:
        visit = self.gate.visit(portal_id)
        g.console_visit = visit
        return visit

    def _problem_page(self, problem: Problem) -> Response:
        visit: Visit | None = g.get("console_visit")
        if visit is None:
            return render_page("console/problem.html", http_status=problem.http_status, problem=problem)
        return render(visit, "wrong.html", title=problem.title, http_status=problem.http_status, problem=problem)

    def _go(self, visit: Visit, to: str, notice: Notice) -> AnyResponse:
        response = redirect(to, code=303)
        response.set_cookie(
            _NOTICE_COOKIE,
            self.notices.seal(visit, notice),
            max_age=_NOTICE_LIFE_S,
            path="/admin",
            httponly=True,
            samesite="Lax",
            secure=self.gate.is_https,
        )
        return response

    def _came_from(self, visit: Visit) -> str:
        """The page the form stood on, as the form says; only ever a page of this portal's console."""
        home = f"/admin/{visit.portal_id}"
        back = request.form.get("back", "")
        is_ours = (back == home or back.startswith((f"{home}/", f"{home}?"))) and "\\" not in back and back.isprintable()
        return back if is_ours else home
