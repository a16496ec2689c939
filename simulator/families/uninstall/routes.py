"""The app removes itself from an account: its tokens end, its webhooks stop, what it wrote stays.

Source: https://developers.hubspot.com/docs/api-reference/latest/app-management/app-uninstalls/guide (read 2026-09).
Limit: the mail to the account's admins is not sent.
"""

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from simulator.families.versions import DATED
from simulator.identity import current_caller
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

OPERATIONS = [Operation("DELETE", "/appinstalls/{version}/external-install", scopes=("oauth",))]


def build_blueprint(world: "World") -> Blueprint:
    """The uninstall call."""
    blueprint = Blueprint("uninstall", __name__)

    def uninstall() -> Response:
        caller = current_caller()
        world.uninstall(caller.app_id, caller.portal_id)
        return Response(status=204)

    for version in ("v3", *DATED):
        blueprint.add_url_rule(f"/appinstalls/{version}/external-install", version, uninstall, methods=["DELETE"])
    return blueprint
