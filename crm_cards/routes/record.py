"""The record's card: what is known, how far the work is, enrich now, take a field back, and the run that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from crm_cards.base import Body, CardParts, Command, Json, OpenedRecord, Question, Routes, Visitor
from crm_cards.record_reader import RecordReader, parts_of
from crm_cards.rights import CardDoor
from crm_cards.run_line import run_line
from crm_cards.run_store import CardRunStore
from integration.access.audit_store import AuditStore
from integration.access.roles import Role
from integration.core.errors import BadInput, Conflict, NotFound
from integration.hubspot.objects import BATCH_LIMIT, COMPANIES, CONTACTS, DEALS
from integration.jobs.lanes import slots_for
from integration.pipeline.deals.deal_link_store import DealLinkStore
from integration.pipeline.lanes import DRY, LIVE, process_request
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.provenance_store import ProvenanceStore
from integration.pipeline.undo.jobs import start_undo
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.worklist_store import WorkRequest

CARD_CAUSE: Final = "card"
REP: Final = "rep"
"""The role the audit log names for somebody who has none in Leadlight."""
_RECORD: Final = "record/<object_type>/<object_id>"
_LONGEST_PROPERTY: Final = 100
_NOT_CONNECTED: Final = "Leadlight is not connected to this account any more. Ask an admin to connect it again."


def routes(parts: CardParts) -> Routes:
    pages = _RecordPages(parts)
    return (
        Question(_RECORD, "record", pages.show),
        Question(f"{_RECORD}/progress", "record_progress", pages.progress),
        Question("runs/<run_id>", "run", pages.run),
        Command(f"{_RECORD}/enrich", "record_enrich", pages.enrich, in_own_transactions=True),
        Command(f"{_RECORD}/undo", "record_undo", pages.undo),
    )


class _RecordPages:
    """The answers, on the parts of this installation."""

    def __init__(self, parts: CardParts) -> None:
        self._parts = parts
        self._door = CardDoor(parts)
        self._reader = RecordReader(parts, self._door)
        self._runs = CardRunStore()
        self._audit = AuditStore()
        self._deals = DealLinkStore()
        self._provenance = ProvenanceStore()
        self._undos = UndoRunner(
            database=parts.database,
            clients=parts.clients,
            portals=parts.portals,
            app_id=parts.settings.hubspot.app_id,
            clock=parts.clock,
        )

    def show(self, visitor: Visitor, _query: Mapping[str, str], object_type: str, object_id: str) -> Json:
        """GET: everything the card shows."""
        with self._parts.database.begin() as connection:
            opened = self._door.open(connection, visitor, object_type, object_id)
            return self._reader.view(connection, visitor, opened)

    def progress(self, visitor: Visitor, query: Mapping[str, str], object_type: str, object_id: str) -> Json:
        """GET: how far the work is since the moment a command gave, by default since now."""
        since = _moment(query["since"]) if query.get("since") else self._parts.clock()
        with self._parts.database.begin() as connection:
            opened = self._door.open(connection, visitor, object_type, object_id)
            state = self._reader.state(connection, visitor, opened)
            position = self._reader.position(connection, visitor, opened) if state.is_busy else None
        elapsed_s = max(0.0, (self._parts.clock() - since).total_seconds())
        return {"state": state.as_json(), "done": not state.is_busy, "position": position, "elapsed_s": round(elapsed_s, 1)}

    def enrich(self, visitor: Visitor, _body: Body, object_type: str, object_id: str) -> Json:
        """POST: the record is looked at again, before everything that waits in the background."""
        with self._parts.database.begin() as connection:
            opened = self._door.open(connection, visitor, object_type, object_id)
        _refuse_where_nothing_can_be_done(visitor, opened)
        since, lane = self._parts.clock(), DRY if is_dry(visitor.portal.preferences) else LIVE
        with self._parts.database.begin() as connection:
            records = self._records_to_enrich(connection, visitor, opened)
            requests = [WorkRequest(kind, record_id, lane, (CARD_CAUSE,)) for kind, record_id in records]
            self._parts.worklist.add(connection, visitor.portal_id, requests, now=since)
            for kind in sorted({kind for kind, _ in records}):
                count = sum(one == kind for one, _ in records)
                for slot in slots_for(count, batch_limit=BATCH_LIMIT, cap=1):
                    self._parts.deferrer.defer(connection, process_request(visitor.portal_id, kind, lane, slot))
            self._note(connection, visitor, opened, "enrich", since)
            state = self._reader.state(connection, visitor, opened)
        return {"since": since.isoformat(), "state": state.as_json()}

    def undo(self, connection: Connection, visitor: Visitor, body: Body, object_type: str, object_id: str) -> Json:
        """POST: one field gets back what stood there before we wrote it."""
        property_name = body.at("property").text()[:_LONGEST_PROPERTY]
        opened = self._door.open(connection, visitor, object_type, object_id)
        _refuse_where_nothing_can_be_done(visitor, opened)
        fields = self._provenance.fields(
            connection, portal_id=visitor.portal_id, object_type=opened.object_type, object_id=opened.object_id
        )
        if property_name not in {field.property_name for field in fields}:
            raise Conflict(
                "This field does not hold a value of Leadlight's any more, so there is nothing to take back.", reason="not_ours"
            )
        now = self._parts.clock()
        scope = UndoScope("record", object_type=opened.object_type, object_id=opened.object_id, property_name=property_name)
        request = UndoRequest(visitor.portal_id, scope, requested_by=visitor.email)
        run_id = start_undo(connection, self._undos, self._parts.deferrer, request)
        self._note(connection, visitor, opened, "undo", now, property=property_name, run_id=run_id)
        return {"run_id": run_id, "since": now.isoformat()}

    def run(self, visitor: Visitor, _query: Mapping[str, str], run_id: str) -> Json:
        """GET: a run that the visitor asked for; for operators and admins any run of the account."""
        with self._parts.database.begin() as connection:
            found = self._runs.find(connection, portal_id=visitor.portal_id, run_id=run_id)
            role = self._door.role_of(connection, visitor)
        may_see = role is not None and role >= Role.OPERATOR
        if found is None or not (may_see or (visitor.email and found.requested_by == visitor.email)):
            raise NotFound("There is no such run, or it was asked for by somebody else.", reason="not_visible")
        return {"run": run_line(found, portal_id=visitor.portal_id, public_url=self._parts.settings.web.public_url)}

    def _records_to_enrich(self, connection: Connection, visitor: Visitor, opened: OpenedRecord) -> list[tuple[str, str]]:
        """The record; of a deal, what it hangs on. Raises Conflict for a deal that hangs on nothing."""
        if opened.object_type in (CONTACTS, COMPANIES):
            return [(opened.object_type, opened.object_id)]
        link = self._deals.find(connection, portal_id=visitor.portal_id, deal_id=opened.object_id)
        records = [] if link is None or opened.object_type != DEALS else parts_of(link)
        if not records:
            raise Conflict(
                "This deal has no company and no contacts in HubSpot, so there is nothing to enrich.", reason="nothing_there"
            )
        return records

    def _note(
        self, connection: Connection, visitor: Visitor, opened: OpenedRecord, action: str, now: datetime, **detail: str
    ) -> None:
        self._audit.add(
            connection,
            portal_id=visitor.portal_id,
            actor=visitor.email,
            role=opened.role.word if opened.role else REP,
            action=action,
            target=f"{opened.object_type}/{opened.object_id}",
            now=now,
            detail={"from": CARD_CAUSE, **detail},
        )


def _refuse_where_nothing_can_be_done(visitor: Visitor, opened: OpenedRecord) -> None:
    if not visitor.portal.is_connected:
        raise Conflict(_NOT_CONNECTED, reason="disconnected")
    if opened.is_erased:
        raise Conflict("The person behind this record asked to be forgotten; nothing can be done about it.", reason="erased")


def _moment(text: str) -> datetime:
    """The moment a command gave, with its zone. Raises BadInput for anything else."""
    try:
        # "+" in an address is a blank once it is read.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise BadInput("since must be the moment that the command answered.", reason="bad_since") from error
    if moment.tzinfo is None:
        raise BadInput("since must be a moment with its zone.", reason="bad_since")
    return moment
