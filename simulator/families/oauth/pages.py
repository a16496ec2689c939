"""The consent page of an install: choose the account, read the scopes, connect or refuse.

It checks the request the way HubSpot does and says what is wrong with it in HubSpot's words where they are known.
Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
(read 2026-09). What the callback carries on refusal is not documented: RFC 6749's `error=access_denied` is sent.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from simulator.apps import App
from simulator.families.oauth.errors import ConsentRefused
from simulator.families.oauth.state import Challenge, Grant

if TYPE_CHECKING:
    from simulator.world import World

INSUFFICIENT_SCOPES = "Authorization failed because insufficient scopes were provided."
NO_ACCESS = "This account doesn't have access to some HubSpot features required by this app."


@dataclass(frozen=True)
class _Consent:
    """A checked authorization request."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    optional: tuple[str, ...]
    state: str | None
    challenge: Challenge | None


def add_consent_pages(blueprint: Blueprint, world: "World") -> None:
    """The page and its two buttons, with and without an account in the path."""

    def show(portal_id: int | None = None) -> Response:
        consent = _read_consent(world)
        accounts = _accounts(world, portal_id)
        page = render_template("consent.html", consent=consent, accounts=accounts, query=request.query_string.decode())
        return Response(page, content_type="text/html; charset=utf-8")

    def decide(portal_id: int | None = None) -> BaseResponse:
        consent = _read_consent(world)
        if request.form.get("decision") != "connect":
            refused = {"error": "access_denied", "error_description": "The user refused to connect the app."}
            return _callback(consent, refused)
        grant = _grant(world, consent, portal_id)
        code = world.oauth.issue_code(
            grant,
            consent.redirect_uri,
            life_s=world.settings.authorization_code_life_s,
            challenge=consent.challenge,
        )
        return _callback(consent, {"code": code})

    for rule, name in (("/oauth/authorize", "any"), ("/oauth/<int:portal_id>/authorize", "account")):
        blueprint.add_url_rule(rule, f"show_{name}", show, methods=["GET"])
        blueprint.add_url_rule(rule, f"decide_{name}", decide, methods=["POST"])
    blueprint.register_error_handler(ConsentRefused, _refused_page)


def _refused_page(error: ConsentRefused) -> Response:
    page = render_template("consent_refused.html", message=str(error), hint=error.hint)
    return Response(page, status=400, content_type="text/html; charset=utf-8")


def _read_consent(world: "World") -> _Consent:
    query = request.args
    app = world.find_app(query.get("client_id", ""))
    if app is None:
        raise ConsentRefused("Authorization failed because the client id is missing or unknown.", "Check client_id.")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in app.redirect_urls:
        raise ConsentRefused(
            "Authorization failed because the redirect URL doesn't match the app's registered redirect URLs.",
            "redirect_uri must equal one of the app's redirectUrls, character for character.",
        )
    scopes, optional = tuple(query.get("scope", "").split()), tuple(query.get("optional_scope", "").split())
    missing = [scope for scope in app.required_scopes if scope not in scopes]
    if missing:
        raise ConsentRefused(INSUFFICIENT_SCOPES, f"The scope parameter lacks: {', '.join(missing)}.")
    undeclared = [scope for scope in (*scopes, *optional) if scope not in app.declared_scopes]
    if undeclared:
        raise ConsentRefused(
            "Authorization failed because the app asks for scopes that its configuration does not declare.",
            f"Not declared: {', '.join(undeclared)}.",
        )
    challenge = query.get("code_challenge")
    pkce = Challenge(challenge, query.get("code_challenge_method", "plain")) if challenge else None
    return _Consent(app, redirect_uri, scopes, optional, query.get("state"), pkce)


def _accounts(world: "World", portal_id: int | None) -> list[int]:
    if portal_id is None:
        return sorted(world.portals)
    if portal_id not in world.portals:
        raise ConsentRefused("You don't have access to this account.", f"No account {portal_id} is simulated.")
    return [portal_id]


def _grant(world: "World", consent: _Consent, portal_id: int | None) -> Grant:
    chosen = request.form.get("portal_id", "") if portal_id is None else str(portal_id)
    if not chosen.isdigit() or int(chosen) not in world.portals:
        raise ConsentRefused("Choose an account to connect the app to.", "The form names no account that exists.")
    account = world.accounts[int(chosen)]
    if any(scope in account.unavailable_scopes for scope in consent.scopes):
        raise ConsentRefused(NO_ACCESS, "The account's subscription cannot grant a scope of the scope parameter.")
    optional = [scope for scope in consent.optional if scope not in account.unavailable_scopes]
    scopes = tuple(dict.fromkeys((*consent.scopes, *optional)))
    user = request.form.get("user_id", "")
    return Grant(consent.app.app_id, int(chosen), int(user) if user.isdigit() else account.installer_user_id, scopes)


def _callback(consent: _Consent, parameters: dict[str, str]) -> BaseResponse:
    if consent.state is not None:
        parameters = {**parameters, "state": consent.state}
    joint = "&" if "?" in consent.redirect_uri else "?"
    return redirect(f"{consent.redirect_uri}{joint}{urlencode(parameters)}", code=302)
