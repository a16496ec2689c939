"""Dry run: the switch, the report on what would be written, accepting or declining it, and how far an accept is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.console.base import (
    Action,
    ConsoleParts,
    Form,
    MenuGroup,
    Outcome,
    Page,
    Routes,
    Visit,
    address,
    cursor,
    render,
)
from integration.pipeline.policies.words import reason_in_words
from integration.pipeline.portal_profile import is_dry
from integration.pipeline.proposals.accept_store import AcceptStore
from integration.pipeline.proposals.desk import OBJECT_TYPES, Accepted, Desk, checked_scope
from integration.pipeline.proposals.open_store import OpenProposalStore, Scope
from integration.pipeline.proposals.reading import read_report
from integration.pipeline.proposals.report_store import ReportStore

_RUNS_SHOWN: Final = 20
_REFRESH_S: Final = 5


def routes(parts: ConsoleParts) -> Routes:
    """The report is for everyone; discarding for operators; whatever leads to writing for admins."""
    pages = _DryRunPages(parts)
    return (
        Page("dry-run", "dry_run", pages.show, menu="Dry run", group=MenuGroup.DECIDE, position=10),
        Page("dry-run/accept", "dry_run_accept", pages.confirm_accept, role=Role.ADMIN),
        Page("dry-run/go-live", "dry_run_go_live", pages.confirm_go_live, role=Role.ADMIN),
        Action("dry-run/accepted", "accept_proposals", pages.accept, Role.ADMIN),
        Action("dry-run/declined", "decline_proposals", pages.decline, Role.OPERATOR),
        Action("dry-run/live", "go_live", pages.go_live, Role.ADMIN),
        Action("dry-run/dry", "go_dry", pages.go_dry, Role.ADMIN),
    )


class _DryRunPages:
    """Shows and acts; what it all means is decided at the desk."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._desk = Desk(parts.portals, parts.worklist, parts.deferrer, parts.clock)

    def show(self, visit: Visit) -> Response:
        scope = _asked_scope(request.args)
        with self._parts.database.begin() as connection:
            report = read_report(connection, portal_id=visit.portal_id, scope=scope)
            runs = ReportStore().runs(connection, portal_id=visit.portal_id, limit=_RUNS_SHOWN)
            last = AcceptStore().find_last(connection, portal_id=visit.portal_id)
        running = last if last is not None and last.finished_at is None else None
        return render(
            visit,
            "dry_run.html",
            title="Dry run",
            dry=is_dry(visit.portal.preferences),
            report=report,
            scope=scope,
            scope_words=_words(scope),
            runs=runs,
            last=last,
            running=running,
            refresh_s=_REFRESH_S if running else None,
            object_types=OBJECT_TYPES,
            in_words=reason_in_words,
        )

    def confirm_accept(self, visit: Visit) -> Response:
        return self._confirm(visit, "dry_run_accept.html", "Accept what is proposed", _asked_scope(request.args))

    def confirm_go_live(self, visit: Visit) -> Response:
        return self._confirm(visit, "dry_run_go_live.html", "Go live", Scope())

    def accept(self, visit: Visit, form: Form) -> Outcome:
        """Exactly what the page before counted: what was proposed after it was shown is left out."""
        with self._parts.database.begin() as connection:
            scope = _asked_scope(form)
            begun = self._desk.accept(connection, portal_id=visit.portal_id, scope=scope, requested_by=visit.email)
        return self._outcome(visit, _accept_words(begun), "proposals_accepted", begun.run_id or "", **_numbers(begun))

    def decline(self, visit: Visit, form: Form) -> Outcome:
        scope = _asked_scope(form)
        with self._parts.database.begin() as connection:
            count = self._desk.decline(connection, portal_id=visit.portal_id, scope=scope)
        words = f"{count:,} proposals were discarded. Nothing of them is written; a record is looked at again when it changes."
        return self._outcome(visit, words, "proposals_declined", _words(scope), count=count)

    def go_live(self, visit: Visit, form: Form) -> Outcome:
        """`first` says what becomes of what is proposed: accept, decline, or keep for later."""
        first = form.get("first", "keep")
        with self._parts.database.begin() as connection:
            begun, declined = None, 0
            if first == "accept":
                scope = _asked_scope(form)
                begun = self._desk.accept(connection, portal_id=visit.portal_id, scope=scope, requested_by=visit.email)
            elif first == "decline":
                declined = self._desk.decline(connection, portal_id=visit.portal_id, scope=Scope())
            self._desk.switch(connection, portal_id=visit.portal_id, dry=False)
        words = "This portal is live: what is decided from now on is written to HubSpot."
        if begun is not None:
            words += f" {_accept_words(begun)}"
        elif declined:
            words += f" {declined:,} proposals were discarded."
        return self._outcome(visit, words, "went_live", first, declined=declined, **(_numbers(begun) if begun else {}))

    def go_dry(self, visit: Visit, _form: Form) -> Outcome:
        with self._parts.database.begin() as connection:
            self._desk.switch(connection, portal_id=visit.portal_id, dry=True)
        words = "Dry run is on: from the next batch on nothing is written to HubSpot. What was written before stays."
        return self._outcome(visit, words, "went_dry", "")

    def _confirm(self, visit: Visit, template: str, title: str, scope: Scope) -> Response:
        with self._parts.database.begin() as connection:
            counts = OpenProposalStore().count(connection, portal_id=visit.portal_id, scope=scope)
            running = AcceptStore().find_unfinished(connection, portal_id=visit.portal_id)
        return render(
            visit,
            template,
            title=title,
            counts=counts,
            scope=replace(scope, up_to_id=counts.last_id),
            scope_words=_words(scope),
            dry=is_dry(visit.portal.preferences),
            running=running,
        )

    def _outcome(self, visit: Visit, words: str, action: str, target: str, **detail: int | str) -> Outcome:
        return Outcome(words, address(visit, "dry_run"), action, target, detail)


def _asked_scope(given: Form) -> Scope:
    """The scope an address or a form names. Raises BadInput for one that is damaged."""
    scope = checked_scope(run_id=given.get("run"), object_type=given.get("object"))
    return replace(scope, up_to_id=cursor(given, "up_to"))


def _words(scope: Scope) -> str:
    parts = [f"of run {scope.run_id}" if scope.run_id else "", f"about {scope.object_type}" if scope.object_type else ""]
    return " ".join(part for part in parts if part) or "of the whole portal"


def _accept_words(begun: Accepted) -> str:
    counts = begun.counts
    if begun.run_id is None:
        return "Nothing was proposed, so nothing is written."
    if begun.resumed:
        return "Another accept is still under way; it goes on first. Accept the rest when it has finished."
    return (
        f"{counts.field_count:,} fields and {counts.note_count:,} notes on {counts.record_count:,} records are being written. "
        "What somebody changed since is left alone."
    )


def _numbers(begun: Accepted) -> dict[str, int]:
    return {"records": begun.counts.record_count, "fields": begun.counts.field_count, "notes": begun.counts.note_count}
