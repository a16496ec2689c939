"""Owners, active and archived, by id or by user id.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide (read 2026-09).
"""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from simulator.errors import not_found, validation_error
from simulator.families.owners.state import Owner
from simulator.families.versions import spellings
from simulator.identity import current_caller
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

_SCOPES = ("crm.objects.owners.read",)
OPERATIONS = [
    Operation("GET", "/crm/owners/{version}", scopes=_SCOPES),
    Operation("GET", "/crm/owners/{version}/{ownerId}", scopes=_SCOPES),
]
_MAX_PAGE = 500


def build_blueprint(world: "World") -> Blueprint:
    """List and read."""
    blueprint = Blueprint("owners", __name__)

    def list_owners() -> Response:
        owners = world.owners[current_caller().portal_id]
        found = owners.list(archived=_archived(), email=request.args.get("email"))
        after, limit = _number("after", 0), _number("limit", 100)
        if not 1 <= limit <= _MAX_PAGE:
            raise validation_error(f"limit must be between 1 and {_MAX_PAGE}")
        # The cursor is the last id shown: an owner that is added or archived between two pages shifts nothing.
        left = [owner for owner in found if int(owner.id) > after]
        body: dict[str, object] = {"results": [_body(owner) for owner in left[:limit]]}
        if len(left) > limit:
            body["paging"] = {"next": {"after": left[limit - 1].id, "link": f"?after={left[limit - 1].id}"}}
        return jsonify(body)

    def read_owner(owner_id: str) -> Response:
        owners = world.owners[current_caller().portal_id]
        id_property = request.args.get("idProperty", "id")
        if id_property not in ("id", "userId"):
            raise validation_error("idProperty must be id or userId")
        find = owners.find if id_property == "id" else owners.find_by_user_id
        owner = find(owner_id, archived=_archived())
        if owner is None:
            raise not_found("resource not found")
        return jsonify(_body(owner))

    for rule in dict.fromkeys(spellings("/crm/owners/{version}")):
        # HubSpot's own clients write the list with a slash at its end.
        blueprint.add_url_rule(f"{rule}/", f"list {rule}", list_owners, methods=["GET"], strict_slashes=False)
        blueprint.add_url_rule(f"{rule}/<owner_id>", f"read {rule}", read_owner, methods=["GET"])
    return blueprint


def _archived() -> bool:
    return request.args.get("archived", "false").lower() == "true"


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdigit():
        raise validation_error(f"{name} must be a whole number")
    return int(text)


def _body(owner: Owner) -> dict[str, object]:
    at = owner.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body: dict[str, object] = {
        "id": owner.id,
        "email": owner.email,
        "type": owner.kind,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": at,
        "updatedAt": at,
        "archived": owner.archived,
    }
    if owner.teams:
        body["teams"] = [{"id": team_id, "name": name, "primary": place == 0} for place, (team_id, name) in enumerate(owner.teams)]
    return body
