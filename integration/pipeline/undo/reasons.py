"""Why an undo left something alone, in plain words. One table for the command line, the admin pages and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "undone": "put back to what stood there before",
    "archived": "notes and tasks of ours put into HubSpot's recycling bin",
    "created_again": "notes that an earlier undo had removed, created again",
    "written_again_later": "written by Leadlight again later: undo that later run first, or include it",
    "already_undone": "undone before: to bring the values back, undo that undo",
    "already_back": "already as it was before",
    "not_standing": "Leadlight's value does not stand there (any more)",
    "changed_by_person": "changed by a person since: left as they are",
    "changed_by_import": "changed by an import since: left as they are",
    "changed_by_other_app": "changed by another app since: left as they are",
    "changed_by_hubspot": "changed by HubSpot since (a workflow or a merge): left as they are",
    "changed_by_someone": "changed by someone since: left as they are",
    "record_gone": "the record was deleted in HubSpot: restore it there, then undo again",
    "erased": "the record was erased at a person's request: nothing is known of it any more",
    "property_gone": "the property no longer exists in HubSpot",
    "property_read_only": "the property can no longer be written by apps",
    "routing_closed": "routing fields that no admin has opened: open them under Policies, then undo again",
    "refused": "refused by HubSpot: the run shows its words for each record",
    "unknown": "HubSpot gave no clear answer: look again, or undo once more",
    "pending": "still under way",
    "lost": "an answer was lost and the change did not arrive: undo once more",
    "note_edited": "notes that somebody edited since: left as they are",
    "note_gone": "notes that were deleted in HubSpot already",
    "note_only_updated": "notes that Leadlight only brought up to date: their text stays",
    "note_refused": "notes that HubSpot refused to take back",
}


def reason_in_words(reason: str) -> str:
    """The sentence for a machine word; an unknown word is shown as it is."""
    return REASONS.get(reason, reason.replace("_", " "))
