"""Token, introspection and revocation on v1, v3, 2026-03 and 2026-09: form bodies only, RFC 6749 errors.

Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens (read 2026-09).
Limit: `client_assertion` is not read; introspection gives no `signed_access_token`; no `id_token`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request

from simulator.apps import App
from simulator.errors import HubSpotError, not_found
from simulator.families.oauth.errors import TokenRefused
from simulator.families.oauth.pages import add_consent_pages
from simulator.families.oauth.state import AccessToken, Grant, TokenPair
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

OPERATIONS = [
    Operation("POST", "/oauth/{version}/token", note="`client_assertion` is not read", token=False, bucket="none"),
    Operation("POST", "/oauth/{version}/token/introspect", "partial", "no `signed_access_token`", token=False, bucket="none"),
    Operation("POST", "/oauth/{version}/token/revoke", token=False, bucket="none"),
    Operation("GET", "/oauth/v1/access-tokens/{token}", note="v1 only", token=False, bucket="none"),
    Operation("GET", "/oauth/v1/refresh-tokens/{token}", note="v1 only", token=False, bucket="none"),
    Operation("DELETE", "/oauth/v1/refresh-tokens/{token}", note="v1 only", token=False, bucket="none"),
]

_VERSIONS = ("v1", "v3", "2026-03", "2026-09")
_Grants = Callable[["World", App], TokenPair]


def build_blueprint(world: "World") -> Blueprint:
    """The consent pages and the token endpoints, on the world's OAuth state."""
    blueprint = Blueprint("oauth", __name__)
    add_consent_pages(blueprint, world)
    blueprint.register_error_handler(TokenRefused, _refusal)
    for version in _VERSIONS:
        blueprint.add_url_rule(f"/oauth/{version}/token", f"token {version}", lambda: _token(world), methods=["POST"])
        if version != "v1":
            base = f"/oauth/{version}/token"
            blueprint.add_url_rule(f"{base}/introspect", f"introspect {version}", lambda: _introspect(world), methods=["POST"])
            blueprint.add_url_rule(f"{base}/revoke", f"revoke {version}", lambda: _revoke(world), methods=["POST"])
    _add_v1_routes(blueprint, world)
    return blueprint


def _add_v1_routes(blueprint: Blueprint, world: "World") -> None:
    @blueprint.get("/oauth/v1/access-tokens/<token>")
    def read_access(token: str) -> Response:
        access = world.oauth.find_access(token)
        if access is None or not world.oauth.is_live(access):
            raise not_found("access token not found")
        return jsonify(_access_facts(world, access))

    @blueprint.get("/oauth/v1/refresh-tokens/<token>")
    def read_refresh(token: str) -> Response:
        grant = world.oauth.find_refresh(token)
        if grant is None:
            raise not_found("refresh token not found")
        return jsonify(_refresh_facts(world, token, grant))

    @blueprint.delete("/oauth/v1/refresh-tokens/<token>")
    def delete_refresh(token: str) -> Response:
        world.oauth.revoke(token)
        return Response(status=204)


def _token(world: "World") -> Response:
    _require_form()
    app = _client(world)
    handler = _GRANTS.get(request.form.get("grant_type", ""))
    if handler is None:
        raise TokenRefused("BAD_GRANT_TYPE")
    return jsonify(_pair_body(handler(world, app)))


def _introspect(world: "World") -> Response:
    _require_form()
    app = _client(world)
    token = request.form.get("token", "")
    access = world.oauth.find_access(token)
    if access is not None and access.grant.app_id == app.app_id and world.oauth.is_live(access):
        return jsonify({"active": True, "token_use": "access_token", **_access_facts(world, access)})
    grant = world.oauth.find_refresh(token)
    if grant is not None and grant.app_id == app.app_id:
        return jsonify({"active": True, "token_use": "refresh_token", **_refresh_facts(world, token, grant)})
    return jsonify({"active": False})


def _revoke(world: "World") -> Response:
    _require_form()
    _client(world)
    world.oauth.revoke(request.form.get("token", ""))
    return Response(status=200)


def _require_form() -> None:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise HubSpotError(415, "UNSUPPORTED_MEDIA_TYPE", "HTTP 415 Unsupported Media Type")


def _client(world: "World") -> App:
    # HubSpot looks at the client before it looks at the grant type.
    app = world.find_app(request.form.get("client_id", ""))
    if app is None:
        raise TokenRefused("BAD_CLIENT_ID")
    if request.form.get("client_secret", "") != app.client_secret:
        raise TokenRefused("BAD_CLIENT_SECRET")
    return app


def _by_code(world: "World", app: App) -> TokenPair:
    form = request.form
    return world.oauth.redeem_code(
        app,
        form.get("code", ""),
        form.get("redirect_uri", ""),
        form.get("code_verifier", ""),
        life_s=world.settings.access_token_life_s,
    )


def _by_refresh_token(world: "World", app: App) -> TokenPair:
    return world.oauth.refresh(app, request.form.get("refresh_token", ""), life_s=world.settings.access_token_life_s)


def _by_client_credentials(world: "World", app: App) -> TokenPair:
    scopes = tuple(request.form.get("scope", "").split())
    return world.oauth.client_credentials(app, scopes, life_s=world.settings.access_token_life_s)


_GRANTS: dict[str, _Grants] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client_credentials,
}


def _pair_body(pair: TokenPair) -> dict[str, object]:
    grant = pair.access.grant
    g.recorded_grant = grant  # the record shows whose tokens were asked for
    body: dict[str, object] = {
        "access_token": pair.access.token,
        "expires_in": pair.expires_in_s,
        "token_type": "bearer",
        "token_use": "client_credentials" if pair.refresh_token is None else "access_token",
    }
    if pair.refresh_token is not None:
        body |= {
            "refresh_token": pair.refresh_token,
            "hub_id": grant.portal_id,
            "user_id": grant.user_id,
            "scopes": list(grant.scopes),
        }
    return body


def _refresh_facts(world: "World", token: str, grant: Grant) -> dict[str, object]:
    app = world.apps[grant.app_id]
    return {
        "token": token,
        "token_type": "bearer",
        "client_id": app.client_id,
        "hub_id": grant.portal_id,
        "hub_domain": f"portal-{grant.portal_id}.example.com",
        "user_id": grant.user_id,
        "user": f"user-{grant.user_id}@portal-{grant.portal_id}.example.com",
        "scopes": list(grant.scopes),
    }


def _access_facts(world: "World", access: AccessToken) -> dict[str, object]:
    left_s = max(0, (access.expires_at_ms - world.clock.now_ms()) // 1000)
    return {
        **_refresh_facts(world, access.token, access.grant),
        "app_id": access.grant.app_id,
        "expires_in": left_s,
        "is_private_distribution": False,
    }


def _refusal(refused: TokenRefused) -> Response:
    refusal = refused.refusal
    answer = jsonify(
        {
            "error": refusal.error,
            "error_description": refusal.message,
            "status": refusal.status,
            "message": refusal.message,
        }
    )
    answer.status_code = 400
    return answer
