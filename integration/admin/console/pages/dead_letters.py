"""Dead letters: what could not be handled, why, and putting it back to work or closing it for good."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from flask import Response, request

from integration.access.roles import Role
from integration.admin.console.base import Action, ConsoleParts, Form, Outcome, Page, Routes, Visit, address, cursor, render
from integration.core.errors import BadInput, NotFound
from integration.jobs.dead_letter_store import DeadLetterStore, StoredDeadLetter

_PAGE: Final = 50
_ADVICE: Final = {
    "delivery": "The whole delivery could not be read. If it came before an update of Leadlight, replay it.",
    "event": "One event of a delivery could not be read; the others were handled. If it came before an update, replay it.",
    "record": "The record was refused for good. Put the cause right in HubSpot, then replay it.",
    "job": "A background job gave up. Put the cause right, then replay it.",
}


def routes(parts: ConsoleParts) -> Routes:
    pages = _DeadLetters(parts, DeadLetterStore())
    return (
        Page("dead-letters", "dead_letters", pages.show_all, menu="Dead letters", position=30),
        Page("dead-letters/<int:letter_id>", "dead_letter", pages.show_one),
        Action("dead-letters/<int:letter_id>/replay", "replay_dead_letter", pages.replay, Role.OPERATOR),
        Action("dead-letters/replay", "replay_dead_letters", pages.replay_all, Role.OPERATOR),
        Action("dead-letters/<int:letter_id>/discard", "discard_dead_letter", pages.discard, Role.OPERATOR),
    )


@dataclass(frozen=True)
class _DeadLetters:
    parts: ConsoleParts
    letters: DeadLetterStore

    def show_all(self, visit: Visit) -> Response:
        reason = request.args.get("reason", "")
        with self.parts.database.begin() as connection:
            reasons = self.letters.reasons(connection, portal_id=visit.portal_id)
            found = self.letters.find_open(
                connection, portal_id=visit.portal_id, reason=reason or None, after_id=cursor(request.args), limit=_PAGE + 1
            )
        return render(
            visit,
            "dead_letters.html",
            title="Dead letters",
            reasons=reasons,
            reason=reason,
            letters=found[:_PAGE],
            next=found[_PAGE - 1].letter_id if len(found) > _PAGE else None,
        )

    def show_one(self, visit: Visit, letter_id: int) -> Response:
        letter = self._find(visit, letter_id)
        payload = json.dumps(letter.entry.payload, indent=2, sort_keys=True, ensure_ascii=False)
        return render(
            visit,
            "dead_letter.html",
            title=f"Dead letter {letter_id}",
            letter=letter,
            payload=payload if letter.entry.payload else "",
            advice=_ADVICE[letter.entry.kind],
        )

    def replay(self, visit: Visit, _form: Form, letter_id: int) -> Outcome:
        letter = self._find(visit, letter_id)
        with self.parts.database.begin() as connection:
            count = self.parts.replay_dead_letters(connection, visit.portal_id, [letter_id])
        if not count:
            raise BadInput("The delivery this letter came from is no longer kept, so it cannot be replayed. You can discard it.")
        return Outcome(
            f"Dead letter {letter_id} is back at work. If it fails again, it comes back here.",
            address(visit, "dead_letters"),
            "replayed_dead_letter",
            str(letter_id),
            {"reason": letter.entry.reason},
        )

    def replay_all(self, visit: Visit, form: Form) -> Outcome:
        reason = form.get("reason", "")
        with self.parts.database.begin() as connection:
            found = self.letters.find_open(connection, portal_id=visit.portal_id, reason=reason or None)
            ids = [letter.letter_id for letter in found]
            count = self.parts.replay_dead_letters(connection, visit.portal_id, ids) if ids else 0
        if not count:
            raise BadInput("There is nothing to replay.")
        return Outcome(
            f"{count} dead letters are back at work. Those that fail again come back here.",
            address(visit, "dead_letters"),
            "replayed_dead_letters",
            reason or "all",
            {"count": count},
        )

    def discard(self, visit: Visit, form: Form, letter_id: int) -> Outcome:
        why = form.get("why", "").strip()
        if not why:
            raise BadInput("Say why it is discarded; the audit log keeps it.")
        with self.parts.database.begin() as connection:
            if not self.letters.discard(connection, portal_id=visit.portal_id, letter_id=letter_id, now=self.parts.clock()):
                raise NotFound("There is no such open dead letter.")
        return Outcome(
            f"Dead letter {letter_id} is discarded.",
            address(visit, "dead_letters"),
            "discarded_dead_letter",
            str(letter_id),
            {"why": why[:500]},
        )

    def _find(self, visit: Visit, letter_id: int) -> StoredDeadLetter:
        with self.parts.database.begin() as connection:
            found = self.letters.find_open(connection, portal_id=visit.portal_id, letter_ids=[letter_id])
        if not found:
            raise NotFound("There is no such open dead letter.")
        return found[0]
