"""The audit log: who did what, when, on the console or by a command."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from integration.access.audit_store import AuditStore
from integration.admin.console.base import ConsoleParts, MenuGroup, Page, Routes, Visit, cursor, render

_PAGE: Final = 50


def routes(parts: ConsoleParts) -> Routes:
    store = AuditStore()

    def show(visit: Visit) -> Response:
        with parts.database.begin() as connection:
            actors = store.actors(connection, portal_id=visit.portal_id)
            actions = store.actions(connection, portal_id=visit.portal_id)
            entries = store.entries(
                connection,
                portal_id=visit.portal_id,
                actor=request.args.get("actor", ""),
                action=request.args.get("action", ""),
                before_id=cursor(request.args),
                limit=_PAGE + 1,
            )
        return render(
            visit,
            "audit.html",
            title="Audit log",
            entries=entries[:_PAGE],
            next=entries[_PAGE - 1].row_id if len(entries) > _PAGE else None,
            actors=actors,
            actions=actions,
        )

    return (Page("audit", "audit", show, menu="Audit log", group=MenuGroup.SET_UP, position=90),)
