"""When a record is worth another look only because a provider gave no answer in time, or was not asked for want of budget: which silences
count, how often, how much later. Pure.

The record is written with what is known and looked at again by itself. Answers that were given are in the cache by then, so only the silent
providers are asked. The count belongs to the waiting record: it goes on through restarts and through news about the record, and ends
with the first pass that leaves no question open.

A record that a budget was in the way of waits until the budget starts again, without being counted as looked at; raising the budget wakes it.
A record that a provider's rate had no place for waits for its turn, without being counted either.

Limit: budget that comes free because calls cost less than was set aside for them is used by the next records, not by those that wait.
Limit: when a budget starts again all records that wait are looked at, also when it is enough for few of them; the others wait again.
Limit: after the last look a provider that is still silent is asked again only at the record's next change or at reconciliation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from integration.providers.base import ErrorClass, FactSheet

ASK_AGAIN: Final = "ask_again"
"""The cause under which the record waits."""
BUDGET: Final = "budget"
"""The cause under which a record waits for a budget."""
PACE: Final = "pace"
"""The cause under which a record waits for its turn at a provider that answers only so many questions in a while."""
DELAYS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""The wait before each further look. The first outlasts the pause of a provider's gate after such a failure, and a vendor's rate by the minute."""

_PASSING: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.PENDING, ErrorClass.SERVER})


def leaves_questions(sheet: FactSheet) -> bool:
    """Whether a provider failed on the record, or on its company, in a way that time mends."""
    sheets = (sheet,) if sheet.company is None else (sheet, sheet.company)
    return any(reply.outcome == "failed" and reply.error in _PASSING for part in sheets for reply in part.replies)


def waits_for_budget(sheet: FactSheet) -> datetime | None:
    """The first moment at which a provider that was not asked for want of budget may be asked; None when no budget was in the way."""
    return _first_moment(sheet, BUDGET)


def waits_for_pace(sheet: FactSheet) -> datetime | None:
    """The first moment at which it is the record's turn at a provider that had no place for it; None when all had."""
    return _first_moment(sheet, PACE)


def _first_moment(sheet: FactSheet, what: str) -> datetime | None:
    sheets = (sheet,) if sheet.company is None else (sheet, sheet.company)
    replies = [reply for part in sheets for reply in part.replies if reply.waits_for == what]
    return min((reply.waits_until for reply in replies if reply.waits_until is not None), default=None)


def delay_before_look(asked_again: int) -> timedelta | None:
    """How long to wait when the record was looked at `asked_again` times for this already; None when that was often enough."""
    return DELAYS[asked_again] if asked_again < len(DELAYS) else None
