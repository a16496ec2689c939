"""Account details.

Source: https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide (read 2026-09).
Limit: API usage of private apps is absent; OAuth apps have none.
"""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify

from simulator.families.versions import DATED
from simulator.identity import current_caller
from simulator.operation import Operation

if TYPE_CHECKING:
    from simulator.world import World

OPERATIONS = [Operation("GET", "/account-info/{version}/details", scopes=("oauth",))]


def build_blueprint(world: "World") -> Blueprint:
    """The details of the caller's account."""
    blueprint = Blueprint("account", __name__)

    def details() -> Response:
        portal_id = current_caller().portal_id
        settings = world.portals[portal_id].settings
        offset = world.clock.now().astimezone(ZoneInfo(settings.time_zone)).utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset is not None else 0
        return jsonify(
            {
                "portalId": portal_id,
                "accountType": settings.account_type,
                "timeZone": settings.time_zone,
                "companyCurrency": settings.currency,
                "additionalCurrencies": list(settings.additional_currencies),
                "utcOffset": f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
                "utcOffsetMilliseconds": minutes * 60_000,
                "uiDomain": settings.ui_domain,
                "dataHostingLocation": settings.data_hosting_location,
            }
        )

    for version in ("v3", *DATED):
        blueprint.add_url_rule(f"/account-info/{version}/details", version, details, methods=["GET"])
    return blueprint
