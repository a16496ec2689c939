"""The door of the console: the sign-in page, the way to HubSpot's consent page, and signing out.

HubSpot says who somebody is: the same app, the same redirect address, and a sealed `state` that says it is a sign-in. What happens when
HubSpot sends the person back is in `entrance.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from integration.access.audit_store import AuditStore
from integration.admin.console.gate import Gate
from integration.admin.console.problems import for_error
from integration.admin.install import InstallParts, begin_consent
from integration.admin.install_links import SIGN_IN
from integration.admin.install_problems import not_set_up
from integration.admin.pages import render_page, render_problem, secure
from integration.core.errors import AppError
from integration.hubspot.manifest import APP_NAME


def build_sign_in(parts: InstallParts, gate: Gate) -> Blueprint:
    """`/admin`, `/admin/sign-in`, `/admin/sign-out`."""
    door = _Door(parts, gate)
    blueprint = Blueprint("sign_in", __name__, template_folder="../templates")
    blueprint.add_url_rule("/admin", "door", door.show, methods=["GET"])
    blueprint.add_url_rule("/admin/sign-in", "start", door.start, methods=["GET"])
    blueprint.add_url_rule("/admin/<int:portal_id>/sign-out", "leave", door.leave, methods=["POST"])
    blueprint.add_url_rule("/admin/signed-out", "left", door.left, methods=["GET"])
    blueprint.after_request(lambda response: secure(response, is_https=gate.is_https))
    blueprint.register_error_handler(AppError, door.answer)
    return blueprint


@dataclass(frozen=True)
class _Door:
    parts: InstallParts
    gate: Gate

    def show(self) -> AnyResponse:
        """To the portal somebody is signed in to, otherwise the sign-in page."""
        portal_id = self.gate.signed_in_portal()
        if portal_id is not None:
            return redirect(f"/admin/{portal_id}", code=303)
        return render_page("console/sign_in.html", app_name=APP_NAME, goes_to=own_path(request.args.get("next", "")))

    def start(self) -> AnyResponse:
        if not self.parts.is_set_up:
            return render_problem(not_set_up(self.parts.manifest))
        return begin_consent(self.parts, SIGN_IN, goes_to=own_path(request.args.get("next", "")))

    def leave(self, portal_id: int) -> AnyResponse:
        """End this session, or with `everywhere` all of this person's."""
        visit = self.gate.visit(portal_id)
        self.gate.require_own_form(visit)
        with self.parts.database.begin() as connection:
            everywhere = bool(request.form.get("everywhere"))
            if everywhere:
                self.gate.sessions.end_all(connection, portal_id=portal_id, email=visit.email)
            self.gate.sessions.end(connection, portal_id=portal_id, cookie=self.gate.cookie())
            AuditStore().add(
                connection,
                portal_id=portal_id,
                actor=visit.email,
                role=visit.role.word,
                action="signed_out",
                target=visit.email,
                detail={"everywhere": everywhere},
                now=self.gate.clock(),
            )
        response = redirect(url_for("sign_in.left"), code=303)
        self.gate.take_cookie(response)
        return response

    def left(self) -> Response:
        return render_page("console/signed_out.html", app_name=APP_NAME)

    def answer(self, error: AppError) -> AnyResponse:
        if error.http_status in (401, 404):
            return redirect(url_for("sign_in.door"), code=303)
        problem = for_error(error)
        return render_page("console/problem.html", http_status=problem.http_status, problem=problem)


def own_path(text: str) -> str:
    """The text when it is a path of the console, otherwise "": nobody is sent elsewhere after a sign-in."""
    is_ours = text.startswith("/admin/") and "\\" not in text and "//" not in text and text.isprintable() and len(text) < 500
    return text if is_ours else ""
