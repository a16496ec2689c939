"""Duplicates: pairs that may be one record, what a merge of them would leave, and the two decisions about them."""

from __future__ import annotations

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
from integration.core.errors import BadInput, Conflict, NotFound, UpstreamError
from integration.hubspot.objects import SINGULAR
from integration.pipeline.duplicates.listing import named_pairs
from integration.pipeline.duplicates.merge_preview import MergePreview
from integration.pipeline.duplicates.merging import MergeCommand, Merger, MergeResult
from integration.pipeline.duplicates.pair_store import DISMISSED, MERGED, MERGING, OPEN, Pair, PairStore, ordered
from integration.pipeline.duplicates.profiles import COMPARED_TYPES

_PAGE: Final = 25
_SHOWN_STATES: Final = (OPEN, MERGING, DISMISSED, MERGED)
_PAIR_RULE: Final = "duplicates/<object_type>/<left_id>/<right_id>"


def routes(parts: ConsoleParts) -> Routes:
    pages = _DuplicatePages(parts)
    return (
        Page("duplicates", "duplicates", pages.show_all, menu="Duplicates", group=MenuGroup.DECIDE, position=40),
        Page(_PAIR_RULE, "duplicate", pages.show_one),
        Action(f"{_PAIR_RULE}/dismiss", "dismiss_duplicate", pages.dismiss, Role.OPERATOR),
        Action(f"{_PAIR_RULE}/merge", "merge_duplicate", pages.merge, Role.ADMIN),
    )


class _DuplicatePages:
    """The pages and actions, over one merger."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._pairs = PairStore()
        self._merger = Merger(
            parts.database, parts.clients.for_portal, app_id=str(parts.settings.hubspot.app_id), clock=parts.clock
        )

    def show_all(self, visit: Visit) -> Response:
        state, skip = request.args.get("state", OPEN), cursor(request.args) or 0
        if state not in _SHOWN_STATES:
            raise BadInput("The address of this list is damaged. Open the list from the menu again.")
        with self._parts.database.begin() as connection:
            counts = self._pairs.counts(connection, portal_id=visit.portal_id)
            found = named_pairs(connection, portal_id=visit.portal_id, states=(state,), limit=_PAGE + 1, skip=skip)
        return render(
            visit,
            "duplicates.html",
            title="Duplicates",
            state=state,
            states=_SHOWN_STATES,
            counts=counts,
            pairs=found[:_PAGE],
            next=skip + _PAGE if len(found) > _PAGE else None,
        )

    def show_one(self, visit: Visit, object_type: str, left_id: str, right_id: str) -> Response:
        pair = self._find(visit, object_type, left_id, right_id)
        primary_id = request.args.get("primary", pair.left_id)
        if primary_id not in pair.ids:
            raise BadInput("The primary record must be one of the two.")
        [other_id] = [one for one in pair.ids if one != primary_id]
        preview: MergePreview | None = None
        problem = ""
        if pair.state in (OPEN, DISMISSED, MERGING):
            try:
                preview = self._merger.preview(visit.portal_id, object_type, primary_id, other_id)
            except (Conflict, UpstreamError) as error:
                problem = error.message
        return render(
            visit,
            "duplicate.html",
            title=f"{SINGULAR[object_type].capitalize()} {pair.left_id} and {pair.right_id}",
            pair=pair,
            preview=preview,
            problem=problem,
            primary_id=primary_id,
            other_id=other_id,
            most=max((abs(reason.points) for reason in pair.reasons), default=1.0),
        )

    def dismiss(self, visit: Visit, _form: Form, object_type: str, left_id: str, right_id: str) -> Outcome:
        pair = self._find(visit, object_type, left_id, right_id)
        self._merger.dismiss(visit.portal_id, object_type, pair.ids, by=visit.email)
        return Outcome(
            "Dismissed. These two are not suggested again unless something telling changes in them.",
            address(visit, "duplicates"),
            "dismissed_duplicate",
            _target(pair),
            {"score_ratio": round(pair.score_ratio, 3)},
        )

    def merge(self, visit: Visit, form: Form, object_type: str, left_id: str, right_id: str) -> Outcome:
        pair = self._find(visit, object_type, left_id, right_id)
        primary_id = form.get("primary", "")
        if primary_id not in pair.ids:
            raise BadInput("Choose which of the two is the primary record.")
        if form.get("confirm") != "yes":
            raise BadInput("HubSpot cannot undo a merge. Tick the box that says you know, then merge.")
        if visit.portal.preferences.get("dry_run") is not False:
            raise Conflict("This portal is in dry run, so nothing is changed in HubSpot, merges included. Switch writing on first.")
        [other_id] = [one for one in pair.ids if one != primary_id]
        command = MergeCommand(
            portal_id=visit.portal_id,
            object_type=object_type,
            primary_id=primary_id,
            other_id=other_id,
            keep_from_other=frozenset(form.getlist("keep")),
            fingerprint=form.get("fingerprint", ""),
            by=visit.email,
        )
        result = self._merger.merge(command)
        return Outcome(
            _told(result, other_id),
            address(visit, "duplicates"),
            "merged_duplicate",
            _target(pair),
            {"survivor_id": result.survivor_id, "run_id": result.run_id, "kept_from_other": sorted(command.keep_from_other)},
        )

    def _find(self, visit: Visit, object_type: str, left_id: str, right_id: str) -> Pair:
        if object_type not in COMPARED_TYPES:
            raise NotFound("There is no such pair.")
        with self._parts.database.begin() as connection:
            pair = self._pairs.find(connection, portal_id=visit.portal_id, object_type=object_type, ids=ordered(left_id, right_id))
        if pair is None:
            raise NotFound("There is no such pair. It may have been merged, or one of its records deleted.")
        return pair


def _target(pair: Pair) -> str:
    return f"{pair.object_type}/{pair.left_id}+{pair.right_id}"


def _told(result: MergeResult, other_id: str) -> str:
    sentences = [f"Record {other_id} was merged; both are now record {result.survivor_id}."]
    if result.corrected:
        sentences.append(f"Kept from the other record: {', '.join(result.corrected)}.")
    if result.not_corrected:
        sentences.append(f"Not kept: {', '.join(result.not_corrected)}.")
    if result.problem:
        sentences.append(result.problem)
    return " ".join(sentences)
