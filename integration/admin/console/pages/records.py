"""Search for a record by its id, and one record's whole story on one page."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from integration.admin.console.base import ConsoleParts, Page, Routes, Visit, address, render
from integration.admin.console.pages.runs import OBJECT_TYPES, OUTCOMES
from integration.admin.console.record_store import RecordStore
from integration.admin.console.story import tell
from integration.core.errors import NotFound
from integration.hubspot.objects import OBJECT_TYPE_IDS
from integration.pipeline.record_state_store import RecordStateStore, Status
from integration.providers.reasons import is_contradiction
from integration.reporting.runs_store import RunsStore

_CHANGES: Final = 200
_LATELY: Final = 25
_RECORD_ADDRESS: Final = re.compile(r"/record/(?P<type_id>[\d-]+)/(?P<object_id>\d+)")


def routes(parts: ConsoleParts) -> Routes:
    store, runs, states = RecordStore(), RunsStore(), RecordStateStore()

    def search(visit: Visit) -> AnyResponse:
        object_type, object_id = _wanted(request.args.get("object_type", ""), request.args.get("object_id", ""))
        with parts.database.begin() as connection:
            lately = store.lately(connection, portal_id=visit.portal_id, limit=_LATELY)
            is_known = bool(object_id) and store.knows(
                connection, portal_id=visit.portal_id, object_type=object_type, object_id=object_id
            )
        if is_known:
            return redirect(address(visit, "record", object_type=object_type, object_id=object_id), code=303)
        return render(
            visit,
            "records.html",
            title="Records",
            object_types=OBJECT_TYPES,
            object_type=object_type,
            object_id=object_id,
            lately=lately,
        )

    def show(visit: Visit, object_type: str, object_id: str) -> Response:
        if object_type not in OBJECT_TYPES or not object_id.isdigit():
            raise NotFound("There is no such record.")
        with parts.database.begin() as connection:
            is_known = store.knows(connection, portal_id=visit.portal_id, object_type=object_type, object_id=object_id)
            status = states.status_of(connection, visit.portal_id, object_type, [object_id])[object_id]
            if not is_known and status.status is Status.LIVE:
                raise NotFound("Nothing is known about this record.")
            kept = store.find(
                connection, portal_id=visit.portal_id, object_type=object_type, object_id=object_id, now=parts.clock()
            )
            changes = runs.changes_of_record(
                connection, portal_id=visit.portal_id, object_type=object_type, object_id=object_id, limit=_CHANGES
            )
            events = parts.events_of_record(connection, visit.portal_id, object_type, object_id)
        return render(
            visit,
            "record.html",
            title=f"{object_type.removesuffix('s').capitalize()} {object_id}",
            object_type=object_type,
            object_id=object_id,
            status=status,
            kept=kept,
            story=tell(kept, changes, events),
            disputed=sorted({found.field for found in kept.findings if is_contradiction(found.lost_because or "")}),
            cost_usd=sum(found.cost_usd for found in kept.findings),
            is_cut=len(changes) == _CHANGES,
            kinds_of_outcome=OUTCOMES,
        )

    return (
        Page("records", "records", search, menu="Records", position=20),
        Page("records/<object_type>/<object_id>", "record", show),
    )


def _wanted(object_type: str, text: str) -> tuple[str, str]:
    """The record that was asked for by its id, or by the address of its page in HubSpot; ids are "" when there is none in the text."""
    named = _RECORD_ADDRESS.search(text)
    if named:
        types = {type_id: name for name, type_id in OBJECT_TYPE_IDS.items()}
        return types.get(named["type_id"], object_type), named["object_id"]
    digits = text.strip()
    return (object_type if object_type in OBJECT_TYPES else OBJECT_TYPES[0]), digits if digits.isdigit() and len(
        digits
    ) < 19 else ""
