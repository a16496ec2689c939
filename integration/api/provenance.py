"""`GET /api/records/<object_type>/<object_id>/provenance`: where the values on a record came from, for the card on that record.

Asked through `hubspot.fetch`, which adds portalId, userId, userEmail and appId to the query and signs the whole address. The portal comes from
there and from nowhere else, so a card reads its own portal only. The answer stays under 100 kB and is not to be stored.

200 · 400 identity or record name unreadable · 401 not signed by HubSpot · 404 portal without the app, or a record we do not know there.
Limit: a user whom HubSpot lets see a card may ask about any record of the same portal; we know nothing of record permissions.
Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensibility/fetching-data (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, request

from integration.core.clock import Clock
from integration.core.errors import BadInput, NotFound
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.objects import OBJECT_TYPE_IDS
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.signature import SIGNATURE_V3_HEADER, TIMESTAMP_HEADER
from integration.hubspot.signed_request import verify_signed
from integration.pipeline.decisions import declared_properties
from integration.pipeline.provenance import provenance_as_json
from integration.pipeline.provenance_store import ProvenanceStore

_BY_TYPE_ID: Final[Mapping[str, str]] = {type_id: name for name, type_id in OBJECT_TYPE_IDS.items()}
_LONGEST_ID: Final = 20


def build_blueprint(*, database: Database, settings: Settings, clock: Clock) -> Blueprint:
    """The route. A record's type may be given by name ("contacts") or by HubSpot's id ("0-1"), as the card's context has it."""
    blueprint = Blueprint("provenance", __name__)
    portals, store = PortalStore(), ProvenanceStore()
    labels = {entry.name: entry.label for entry in declared_properties()}

    @blueprint.get("/api/records/<object_type>/<object_id>/provenance")
    def provenance(object_type: str, object_id: str) -> Response:
        verify_signed(
            request.environ,
            method=request.method,
            body=b"",
            given=request.headers.get(SIGNATURE_V3_HEADER, ""),
            timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
            secret=settings.hubspot.client_secret,
            public_url=settings.web.public_url,
            clock=clock,
        )
        portal_id = _signed_portal(settings.hubspot.app_id)
        kind = _object_type(object_type)
        if not object_id.isdecimal() or len(object_id) > _LONGEST_ID:
            raise BadInput(f"A record id is a number, not {object_id[:_LONGEST_ID]!r}.")
        with database.begin() as connection:
            portal = portals.find(connection, portal_id=portal_id)
            if portal is None or not portal.is_connected:
                raise NotFound("Leadlight is not connected to this HubSpot account.", reason="unknown_portal")
            if not store.is_known(connection, portal_id=portal_id, object_type=kind, object_id=object_id):
                raise NotFound("Leadlight has not worked on this record yet.", reason="unknown_record")
            fields = store.fields(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
            facts = store.facts(connection, portal_id=portal_id, object_type=kind, object_id=object_id)
        told = {"object_type": kind, "object_id": object_id, **provenance_as_json(fields, facts, labels=labels)}
        answer = Response(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return blueprint


def _signed_portal(app_id: str) -> int:
    """The portal of the signed query. Raises BadInput when it is not there exactly once, or when the request is for another app."""
    given = request.args.getlist("portalId")
    if len(given) != 1 or not given[0].isdecimal() or len(given[0]) > _LONGEST_ID:
        raise BadInput("The query names no portal; ask through hubspot.fetch, which adds it.", reason="no_portal")
    if app_id and request.args.get("appId") != app_id:
        raise BadInput("The query names another app.", reason="wrong_app")
    return int(given[0])


def _object_type(text: str) -> str:
    kind = _BY_TYPE_ID.get(text, text)
    if kind not in OBJECT_TYPE_IDS:
        raise BadInput(
            f"There are no records of type {text[:_LONGEST_ID]!r}; ask for contacts or companies.", reason="unknown_type"
        )
    return kind
