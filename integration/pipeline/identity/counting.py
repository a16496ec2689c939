"""What the identity gate did in a batch, counted for the run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from integration.providers.base import FactSheet

REFUSED: Final = "identity_refused"
ASKED: Final = "identity_asked"


def gate_counts(sheets: Iterable[FactSheet]) -> Counter[str]:
    """How many records had an answer refused, and about how many a person is asked. A contact's company counts where it has no record."""
    counts: Counter[str] = Counter()
    for sheet in sheets:
        parts = (sheet,) if sheet.company is None or sheet.company.object_id else (sheet, sheet.company)
        held = {reply.held_back for part in parts for reply in part.replies}
        counts.update({name: 1 for name, word in ((REFUSED, "refused"), (ASKED, "asked")) if word in held})
    return counts
