"""Undo: choose what goes back, see exactly how much that is, start it, watch it, and take it back again.

Addresses others may link to: /undo?run=<id>, /undo?record=contacts/123 (&field=<name>), /undo?provider=<name>, /undo?since=<moment>&until=<moment>.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Response, request
from sqlalchemy import Connection

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, MenuGroup, Outcome, Page, Routes, Visit, address, render
from integration.admin.console.presenting import zone_of
from integration.core.errors import BadInput, NotFound
from integration.pipeline.undo.jobs import start_undo
from integration.pipeline.undo.reasons import reason_in_words
from integration.pipeline.undo.request import UndoRequest, UndoScope, read_moment, read_record
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.undo.undo_run_store import Sample, UndoRunStore
from integration.providers.registry import provider_infos

_PAST: Final = 30
_SAMPLES: Final = 50
_PARTS: Final = ("run", "since", "until", "provider", "record", "field")


def routes(parts: ConsoleParts) -> Routes:
    pages = _UndoPages(parts)
    return (
        Page("undo", "undo", pages.choose, menu="Undo", group=MenuGroup.DECIDE, position=60),
        Page("undo/<run_id>", "undo_run", pages.result),
        Action("undo/start", "undo_start", pages.start, Role.OPERATOR),
    )


class _UndoPages:
    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._undos = UndoRunStore()
        self._runner = UndoRunner(
            database=parts.database,
            clients=parts.clients,
            portals=parts.portals,
            app_id=parts.settings.hubspot.app_id,
            clock=parts.clock,
        )

    def choose(self, visit: Visit) -> Response:
        """The choice and the undos so far; with a choice in the address, what it would touch."""
        asked = {name: request.args.get(name, "").strip() for name in _PARTS}
        problem, scope, preview = "", None, None
        with self._parts.database.begin() as connection:
            try:
                scope = _scope(asked, zone_of(visit))
                if scope is not None:
                    preview = self._runner.preview(connection, UndoRequest(visit.portal_id, scope, visit.email))
            except BadInput as error:
                problem = error.message
            past = self._undos.past(connection, portal_id=visit.portal_id, limit=_PAST)
        return render(
            visit,
            "undo.html",
            title="Undo",
            asked=asked,
            since=_local(scope.since, visit) if scope else "",
            until=_local(scope.until, visit) if scope else "",
            scope=scope,
            preview=preview,
            problem=problem,
            past=past,
            providers=sorted({*(info.name for info in provider_infos()), "leadlight"}),
        )

    def result(self, visit: Visit, run_id: str) -> Response:
        """How far an undo is, or what it did."""
        chosen = request.args.get("result") or None
        with self._parts.database.begin() as connection:
            run = self._undos.find(connection, portal_id=visit.portal_id, run_id=run_id)
            if run is None:
                raise NotFound("This account has no undo with that id.")
            samples = self._samples(connection, visit.portal_id, run_id, chosen) if run.is_finished else []
        return render(
            visit,
            "undo_run.html",
            title="Undo" if not run.is_dry else "Undo, dry run",
            run=run,
            samples=samples,
            chosen=chosen,
            words=reason_in_words,
            again=_as_arguments(run.scope),
        )

    def _samples(self, connection: Connection, portal_id: int, run_id: str, result: str | None) -> list[Sample]:
        return self._undos.samples(connection, portal_id=portal_id, run_id=run_id, limit=_SAMPLES, result=result)

    def start(self, visit: Visit, form: Form) -> Outcome:
        asked = {name: form.get(name, "").strip() for name in _PARTS}
        scope = _scope(asked, zone_of(visit))
        if scope is None:
            raise BadInput("Say what shall be undone: a run, a time range, a provider or a record.")
        is_dry = form.get("dry_run") == "yes"
        with self._parts.database.begin() as connection:
            wanted = UndoRequest(visit.portal_id, scope, visit.email, is_dry)
            run_id = start_undo(connection, self._runner, self._parts.deferrer, wanted)
        return Outcome(
            message="The dry run has begun." if is_dry else "The undo has begun.",
            to=address(visit, "undo_run", run_id=run_id),
            audit_action="undo_dry_run" if is_dry else "undo",
            audit_target=run_id,
            detail={"scope": scope.in_words},
        )


def _scope(asked: Mapping[str, str], zone: ZoneInfo) -> UndoScope | None:
    """What the address or form names; None for nothing. Raises BadInput."""
    since = _moment(asked["since"], "The beginning", zone)
    until = _moment(asked["until"], "The end", zone)
    if asked["run"]:
        return UndoScope("run", run_id=asked["run"])
    if asked["provider"]:
        return UndoScope("provider", provider=asked["provider"], since=since, until=until)
    if asked["record"]:
        object_type, object_id = read_record(asked["record"])
        return UndoScope(
            "record", object_type=object_type, object_id=object_id, property_name=asked["field"], since=since, until=until
        )
    return UndoScope("time", since=since, until=until) if since or until else None


def _as_arguments(scope: UndoScope) -> dict[str, str]:
    """The scope as the parts of an address."""
    given = {
        "run": scope.run_id,
        "since": scope.since.isoformat() if scope.since else "",
        "until": scope.until.isoformat() if scope.until else "",
        "provider": scope.provider,
        "record": f"{scope.object_type}/{scope.object_id}" if scope.kind == "record" else "",
        "field": scope.property_name,
    }
    return {name: value for name, value in given.items() if value}


def _moment(text: str, what: str, zone: ZoneInfo) -> datetime | None:
    """A moment; without a zone of its own it is in the account's."""
    return read_moment(text, what, zone) if text else None


def _local(moment: datetime | None, visit: Visit) -> str:
    """As a browser's field for moments takes it, in the account's zone."""
    return moment.astimezone(zone_of(visit)).strftime("%Y-%m-%dT%H:%M") if moment else ""
