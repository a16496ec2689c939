"""What a rep does with a drafted sequence on the record card: edit, reset, approve, reject, reopen. Each deed stands in the audit log.

Whoever may see the record may decide about its draft. The answer is the draft as it is then; tasks are made a moment later by a job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from crm_cards.base import Body, CardParts, Command, Json, NotVisible, Routes, Visitor
from crm_cards.draft_view import draft_view
from crm_cards.rights import CardDoor
from integration.access.audit_store import AuditStore
from integration.core.errors import BadPayload
from integration.hubspot.objects import RecordKey
from integration.pipeline.drafts.desk import Actor, DraftDesk
from integration.pipeline.drafts.edits import NewWording
from integration.pipeline.record_card.draft_store import DraftReader

_MOST_STEPS: Final = 20
_RULE: Final = "record/<object_type>/<object_id>/draft"


@dataclass(frozen=True)
class _Request:
    """One deed: who does it on which record, in which transaction, and what the page said."""

    connection: Connection
    actor: Actor
    record: RecordKey
    version: int
    body: Body


Deed = Callable[[DraftDesk, _Request], dict[str, Any]]
"""Does it, and gives what the answer says beside the draft."""


def routes(parts: CardParts) -> Routes:
    """The five commands. Each is one transaction with the memory of its answer."""
    desk = DraftDesk(parts.portals, parts.worklist, parts.deferrer, parts.clock)
    counter = _Counter(parts, desk)
    return tuple(
        Command(f"{_RULE}/{word}", f"draft_{word}", partial(counter.serve, word, deed)) for word, deed in sorted(_DEEDS.items())
    )


class _Counter:
    """Opens the record, has the deed done, notes it down, and answers with the draft."""

    def __init__(self, parts: CardParts, desk: DraftDesk) -> None:
        self._clock = parts.clock
        self._door = CardDoor(parts)
        self._desk = desk
        self._reader = DraftReader()
        self._audit = AuditStore()

    def serve(
        self, word: str, deed: Deed, connection: Connection, visitor: Visitor, body: Body, object_type: str, object_id: str
    ) -> Json:
        opened = self._door.open(connection, visitor, object_type, object_id)
        record = RecordKey(visitor.portal_id, opened.object_type, opened.object_id)
        asked = _Request(connection, Actor(visitor.email, visitor.user_id), record, body.at("version").positive(), body)
        more = deed(self._desk, asked)
        self._note(asked, visitor, word, more)
        stored = self._reader.find(
            connection, portal_id=record.portal_id, object_type=record.object_type, object_id=record.object_id
        )
        if stored is None:
            raise NotVisible("The draft is gone: the record was erased or merged at this very moment.")
        return {"draft": draft_view(stored, visitor.portal), **more}

    def _note(self, asked: _Request, visitor: Visitor, word: str, more: Json) -> None:
        role = self._door.role_of(asked.connection, visitor)
        self._audit.add(
            asked.connection,
            portal_id=visitor.portal_id,
            actor=asked.actor.name,
            role="user" if role is None else role.word,
            action=f"draft_{word}",
            target=f"{asked.record.object_type}/{asked.record.object_id}",
            now=self._clock(),
            detail={"version": asked.version, **more},
        )


def _edit(desk: DraftDesk, asked: _Request) -> dict[str, Any]:
    desk.edit(asked.connection, asked.actor, asked.record, version=asked.version, wordings=_read_wordings(asked.body))
    return {}


def _reset(desk: DraftDesk, asked: _Request) -> dict[str, Any]:
    desk.reset(asked.connection, asked.actor, asked.record, version=asked.version)
    return {}


def _approve(desk: DraftDesk, asked: _Request) -> dict[str, Any]:
    approved = desk.approve(asked.connection, asked.actor, asked.record, version=asked.version)
    return {"run_id": approved.run_id}


def _reject(desk: DraftDesk, asked: _Request) -> dict[str, Any]:
    reason = asked.body.at("reason")
    said = reason.text() if reason.present else ""
    desk.reject(asked.connection, asked.actor, asked.record, version=asked.version, reason=said)
    return {}


def _reopen(desk: DraftDesk, asked: _Request) -> dict[str, Any]:
    desk.reopen(asked.connection, asked.actor, asked.record, version=asked.version)
    return {}


_DEEDS: Final[dict[str, Deed]] = {"edit": _edit, "reset": _reset, "approve": _approve, "reject": _reject, "reopen": _reopen}


def _read_wordings(body: Body) -> list[NewWording]:
    steps = body.at("steps").items()
    if len(steps) > _MOST_STEPS:
        raise BadPayload(f"must be at most {_MOST_STEPS} steps", path="steps")
    return [NewWording(step.at("position").whole(), step.at("subject").text(), step.at("body").text()) for step in steps]
