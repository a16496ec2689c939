"""A person's answer to a review: stored, remembered, and the record put to work again so that the answer takes effect at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from integration.core.errors import BadInput, Conflict, NotFound
from integration.jobs.request import Deferrer
from integration.pipeline.identity.review_store import ReviewStore
from integration.pipeline.identity.reviews import Review, ReviewCandidate, ReviewState, decided, reopened
from integration.pipeline.lanes import LIVE, process_request
from integration.pipeline.worklist_store import WorklistStore, WorkRequest

CAUSE = "review"


class ReviewDesk:
    """Takes answers. Each method costs one read, one write and the deferral, in the caller's transaction."""

    def __init__(self, worklist: WorklistStore, deferrer: Deferrer) -> None:
        self._store = ReviewStore()
        self._worklist = worklist
        self._deferrer = deferrer

    def decide(
        self,
        connection: Connection,
        *,
        portal_id: int,
        object_type: str,
        object_id: str,
        choice: str | None,
        by: str,
        now: datetime,
        seen: str | None = None,
    ) -> Review:
        """The review as it was answered; `choice` None means none of the candidates. `seen` is the fingerprint of the question answered.

        Raises NotFound for a record nobody asks about, Conflict when the question has changed or is answered, BadInput for another choice.
        """
        review = self._find(connection, portal_id, object_type, object_id)
        if review.state is not ReviewState.OPEN:
            raise Conflict("This question has been answered already. Open the list again to see how.")
        if seen is not None and seen != review.fingerprint:
            raise Conflict("The candidates have changed since you opened the page. Look at them again and choose anew.")
        try:
            answered = decided(review, choice)
        except KeyError as error:
            raise BadInput("That company is not among the candidates. Open the list again and choose anew.") from error
        self._apply(connection, portal_id, answered, by=by, now=now)
        return answered

    def reopen(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str, by: str, now: datetime) -> Review:
        """Ask the question again. Raises NotFound, and Conflict when it has no answer to take back."""
        review = self._find(connection, portal_id, object_type, object_id)
        if review.state not in (ReviewState.ACCEPTED, ReviewState.REJECTED):
            raise Conflict("This question has no answer that could be taken back.")
        again = reopened(review)
        self._apply(connection, portal_id, again, by=by, now=now)
        return again

    def _find(self, connection: Connection, portal_id: int, object_type: str, object_id: str) -> Review:
        review = self._store.find(connection, portal_id=portal_id, object_type=object_type, object_id=object_id, for_update=True)
        if review is None:
            raise NotFound("There is no such question. Open the list again.")
        return review

    def _apply(self, connection: Connection, portal_id: int, review: Review, *, by: str, now: datetime) -> None:
        self._store.decide(connection, portal_id=portal_id, review=review, by=by, now=now)
        request = WorkRequest(review.object_type, review.object_id, LIVE, (CAUSE,))
        self._worklist.add(connection, portal_id, [request], now=now)
        self._deferrer.defer(connection, process_request(portal_id, review.object_type, LIVE))


def chosen_name(review: Review) -> str:
    """What to call the chosen candidate in a sentence."""
    chosen = review.chosen
    return "none of the candidates" if chosen is None else candidate_name(chosen)


def candidate_name(candidate: ReviewCandidate) -> str:
    return candidate.text("company_name") or candidate.text("domain") or candidate.key.partition(":")[2]
