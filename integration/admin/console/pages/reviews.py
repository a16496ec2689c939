"""The review queue: records of which it is not sure who they are, the candidates side by side, one click to decide, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from integration.core.errors import UpstreamError
from integration.hubspot.objects import COMPANIES
from integration.matching.identity import Stance
from integration.pipeline.creating.company_maker import PREFERENCE as CREATE_COMPANIES
from integration.pipeline.identity.deciding import ReviewDesk, candidate_name, chosen_name
from integration.pipeline.identity.review_store import ReviewStore
from integration.pipeline.identity.reviews import Review, ReviewCandidate, ReviewState, Standing

_PAGE: Final = 20
_NONE: Final = ""
_SHOWN_PROPERTIES: Final = ("name", "domain", "city", "country", "phone")
_FACTS: Final = (
    ("Web domain", "domain"),
    ("Country", "country"),
    ("City", "city"),
    ("Phone", "company_phone"),
    ("Founded", "founded_year"),
    ("Employees", "employee_count"),
    ("LinkedIn", "company_linkedin_url"),
)
_SIGNS: Final = {Stance.FOR: "agrees", Stance.AGAINST: "contradicts", Stance.SILENT: "unknown"}


@dataclass(frozen=True)
class ShownCandidate:
    """One candidate as the page shows it; `evidence` are (sign, anchor, words)."""

    key: str
    name: str
    providers: Sequence[str]
    reason: str
    facts: Sequence[tuple[str, str]]
    evidence: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class ShownReview:
    """One question with what HubSpot says of the record, as (label, value)."""

    review: Review
    record_name: str
    record_facts: Sequence[tuple[str, str]]
    candidates: Sequence[ShownCandidate]
    refused: Sequence[str]
    """Names of candidates a person refused earlier."""


def routes(parts: ConsoleParts) -> Routes:
    pages = _Reviews(parts)
    return (
        Page("reviews", "reviews", pages.show, menu="Review queue", group=MenuGroup.DECIDE, position=20),
        Page("reviews/decided", "reviews_decided", pages.show_decided),
        Action("reviews/<object_type>/<object_id>/decide", "decide_review", pages.decide, Role.OPERATOR),
        Action("reviews/<object_type>/<object_id>/reopen", "reopen_review", pages.reopen, Role.OPERATOR),
        Action("reviews/creation", "set_company_creation", pages.set_creation, Role.ADMIN),
    )


class _Reviews:
    """The pages and actions of the queue."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._store = ReviewStore()
        self._desk = ReviewDesk(parts.worklist, parts.deferrer)

    def show(self, visit: Visit) -> Response:
        offset = cursor(request.args) or 0
        with self._parts.database.begin() as connection:
            reviews = self._store.open_reviews(connection, portal_id=visit.portal_id, limit=_PAGE + 1, offset=offset)
            counts = self._store.counts(connection, portal_id=visit.portal_id)
        records = _records(self._parts, visit.portal_id, reviews[:_PAGE])
        return render(
            visit,
            "reviews.html",
            title="Review queue",
            reviews=[_shown(one, records.get(one.object_id, {})) for one in reviews[:_PAGE]],
            open_count=counts.get(ReviewState.OPEN, 0),
            decided_count=counts.get(ReviewState.ACCEPTED, 0) + counts.get(ReviewState.REJECTED, 0),
            refused_count=counts.get(ReviewState.REFUSED_BY_RULE, 0),
            create_companies=visit.portal.preferences.get(CREATE_COMPANIES) is True,
            next=offset + _PAGE if len(reviews) > _PAGE else None,
        )

    def show_decided(self, visit: Visit) -> Response:
        offset = cursor(request.args) or 0
        with self._parts.database.begin() as connection:
            reviews = self._store.decided_reviews(connection, portal_id=visit.portal_id, limit=_PAGE + 1, offset=offset)
        return render(
            visit,
            "reviews_decided.html",
            title="Decided reviews",
            reviews=[(one, chosen_name(one)) for one in reviews[:_PAGE]],
            next=offset + _PAGE if len(reviews) > _PAGE else None,
        )

    def decide(self, visit: Visit, form: Form, object_type: str, object_id: str) -> Outcome:
        choice = form.get("choice", _NONE) or None
        with self._parts.database.begin() as connection:
            review = self._desk.decide(
                connection,
                portal_id=visit.portal_id,
                object_type=object_type,
                object_id=object_id,
                choice=choice,
                by=visit.email,
                now=self._parts.clock(),
                seen=form.get("seen"),
            )
        message = (
            f"Company {object_id} is none of the candidates; they are not offered again."
            if choice is None
            else f"Company {object_id} is {chosen_name(review)}. Its facts are used from now on, at no further cost."
        )
        return Outcome(
            message, address(visit, "reviews"), "decided_review", f"{object_type} {object_id}", {"choice": choice or "none"}
        )

    def reopen(self, visit: Visit, _form: Form, object_type: str, object_id: str) -> Outcome:
        with self._parts.database.begin() as connection:
            self._desk.reopen(
                connection,
                portal_id=visit.portal_id,
                object_type=object_type,
                object_id=object_id,
                by=visit.email,
                now=self._parts.clock(),
            )
        message = (
            f"The question about company {object_id} is open again. Until it is answered, none of the candidates' facts are used."
        )
        return Outcome(message, address(visit, "reviews"), "reopened_review", f"{object_type} {object_id}")

    def set_creation(self, visit: Visit, form: Form) -> Outcome:
        is_on = form.get("create_companies") == "yes"
        with self._parts.database.begin() as connection:
            self._parts.portals.change_preferences(connection, portal_id=visit.portal_id, changes={CREATE_COMPANIES: is_on})
        message = (
            "From now on a contact without a company gets one, where its business address names a company that was confirmed."
            if is_on
            else "From now on no company records are created. Those that were created stay."
        )
        return Outcome(message, address(visit, "reviews"), "set_company_creation", "companies", {"is_on": is_on})


def _records(parts: ConsoleParts, portal_id: int, reviews: Sequence[Review]) -> Mapping[str, Mapping[str, str]]:
    """What HubSpot says of the companies asked about. Costs one call; nothing when HubSpot cannot be reached: the evidence stands alone then."""
    ids = [one.object_id for one in reviews if one.object_type == COMPANIES]
    if not ids:
        return {}
    try:
        found = parts.clients.for_portal(portal_id).batch_read(COMPANIES, ids, _SHOWN_PROPERTIES)
    except UpstreamError:
        return {}
    return {
        record.object_id: {name: value for name in _SHOWN_PROPERTIES if (value := record.text(name)) is not None}
        for record in found
    }


def _shown(review: Review, record: Mapping[str, str]) -> ShownReview:
    return ShownReview(
        review=review,
        record_name=record.get("name", f"Company {review.object_id}"),
        record_facts=[(name.capitalize(), record[name]) for name in _SHOWN_PROPERTIES[1:] if name in record],
        candidates=[_candidate(one) for one in review.offered],
        refused=[candidate_name(one) for one in review.candidates if one.standing is Standing.REFUSED],
    )


def _candidate(candidate: ReviewCandidate) -> ShownCandidate:
    return ShownCandidate(
        key=candidate.key,
        name=candidate_name(candidate),
        providers=candidate.providers,
        reason=candidate.reason,
        facts=[(label, text) for label, field in _FACTS if (text := candidate.text(field))],
        evidence=[(_SIGNS[one.stance], one.anchor, one.words) for one in candidate.evidence if one.stance is not Stance.SILENT],
    )
