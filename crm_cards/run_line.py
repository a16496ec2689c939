"""A run in one line, as the pages inside HubSpot show it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crm_cards.base import Json
from crm_cards.draft_view import cut
from integration.core.errors import BadInput
from integration.hubspot.objects import SINGULAR
from integration.pipeline.undo.request import UNDO_KIND, scope_from_json

_LONGEST_WORDS: Final = 300
_WORDS: Final[Mapping[str, str]] = {
    "live": "Looked at {things}",
    "backfill": "Looked at {things} in the background",
    "accept": "Writes what a dry run proposed",
    "approve": "Makes the tasks of an approved draft",
}


@dataclass(frozen=True)
class StoredRun:
    """A run as stored. `total` and `done` count records, 0 where nobody counts."""

    run_id: str
    kind: str
    object_type: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, Any]
    is_dry: bool
    requested_by: str
    target: Mapping[str, Any]
    total: int
    done: int


def run_line(run: StoredRun, *, portal_id: int, public_url: str) -> Json:
    """The `RunLine` of a run."""
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "words": cut(run_words(run), _LONGEST_WORDS),
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
        "done": run.done,
        "total": run.total,
        "requested_by": run.requested_by,
        "counts": {str(name): int(count) for name, count in run.counts.items() if isinstance(count, int | float)},
        "url": f"{public_url.rstrip('/')}/admin/{portal_id}/runs/{run.run_id}",
    }


def run_words(run: StoredRun) -> str:
    """What the run does, for people."""
    dry = " (dry run)" if run.is_dry else ""
    if run.kind == UNDO_KIND:
        try:
            return f"Takes back {scope_from_json(run.target).in_words}{dry}"
        except BadInput:
            return f"Takes back what was written{dry}"
    one = SINGULAR.get(run.object_type, "record")
    things = "companies" if one == "company" else f"{one}s"
    return _WORDS.get(run.kind, run.kind.replace("_", " ").capitalize()).format(things=things) + dry
