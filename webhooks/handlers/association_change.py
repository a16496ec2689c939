"""Two records were associated or parted: a contact's company is part of what we say about both.

HubSpot sends one event for each side, and two more when the association is primary; all name the same two records.
"""

from __future__ import annotations

from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS
from webhooks.events import Event
from webhooks.handler import Effect, Handler, Ignore, InputProperties, Work

_READ_TOGETHER: Final = frozenset({CONTACTS, COMPANIES, DEALS})
"""Associations with anything else (notes, tasks, tickets) tell us nothing."""


def handle(event: Event, inputs: InputProperties) -> tuple[Effect, ...]:
    """Work on both ends, as far as their types are worked on."""
    link = event.association
    if link is None or not {link.from_type, link.to_type} <= _READ_TOGETHER:
        return (Ignore("association_not_read"),)
    ends = ((link.from_type, link.from_id), (link.to_type, link.to_id))
    work = tuple(Work(object_type, object_id, "associationChange") for object_type, object_id in ends if object_type in inputs)
    return work or (Ignore("type_not_worked_on"),)


HANDLER = Handler("associationChange", (CONTACTS, COMPANIES, DEALS), "Briefs tell who works where.", handle)
