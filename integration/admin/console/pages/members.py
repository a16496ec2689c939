"""Who may use the console: let somebody in by e-mail address, change a role, take it away."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask import Response

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.admin.console.membership import Membership
from integration.core.errors import BadInput


def routes(parts: ConsoleParts) -> Routes:
    membership = Membership(parts.clock)

    def show(visit: Visit) -> Response:
        with parts.database.begin() as connection:
            members = membership.roles.members(connection, portal_id=visit.portal_id)
        return render(visit, "members.html", title="Members", members=members, roles=list(Role))

    def grant(visit: Visit, form: Form) -> Outcome:
        email, role = _address(form), Role.from_word(form.get("role", ""))
        with parts.database.begin() as connection:
            before = membership.grant(connection, portal_id=visit.portal_id, email=email, role=role, by=visit.email)
        return Outcome(
            f"{email} is {role.word} now. They sign in with HubSpot at /admin.",
            address(visit, "members"),
            "granted_role",
            email,
            {"role": role.word, "before": before.word if before else ""},
        )

    def revoke(visit: Visit, form: Form) -> Outcome:
        email = _address(form)
        with parts.database.begin() as connection:
            membership.revoke(connection, portal_id=visit.portal_id, email=email)
        return Outcome(
            f"{email} has no access any more and is signed out everywhere.", address(visit, "members"), "revoked_role", email
        )

    return (
        Page("members", "members", show, menu="Members", group=MenuGroup.SET_UP, position=80),
        Action("members/grant", "grant_role", grant, Role.ADMIN),
        Action("members/revoke", "revoke_role", revoke, Role.ADMIN),
    )


def _address(form: Form) -> str:
    text = form.get("email", "").strip()
    try:
        # No look into the DNS: HubSpot decides who this is when they sign in.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise BadInput(f"{text!r} is no e-mail address. Use the one they sign in to HubSpot with.") from error
