"""When a record is worth another look only because a provider gave no answer in time: which silences count, how often, how much later. Pure.

The record is written with what is known and looked at again by itself. Answers that were given are in the cache by then, so only the silent
providers are asked. The count belongs to the waiting record: it goes on through restarts and through news about the record, and ends
with the first pass that leaves no question open.

Limit: after the last look a provider that is still silent is asked again only at the record's next change or at reconciliation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from integration.providers.base import ErrorClass, FactSheet

ASK_AGAIN: Final = "ask_again"
"""The cause under which the record waits."""
DELAYS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""The wait before each further look. The first outlasts the pause of a provider's gate after such a failure, and a vendor's rate by the minute."""

_PASSING: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.PENDING, ErrorClass.SERVER})


def leaves_questions(sheet: FactSheet) -> bool:
    """Whether a provider failed on the record, or on its company, in a way that time mends."""
    sheets = (sheet,) if sheet.company is None else (sheet, sheet.company)
    return any(reply.outcome == "failed" and reply.error in _PASSING for part in sheets for reply in part.replies)


def delay_before_look(asked_again: int) -> timedelta | None:
    """How long to wait when the record was looked at `asked_again` times for this already; None when that was often enough."""
    return DELAYS[asked_again] if asked_again < len(DELAYS) else None
