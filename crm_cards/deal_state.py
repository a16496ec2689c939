"""In what state a deal's card is: that of the records it hangs on, since all that is told of them is their brief. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from crm_cards.record_state import Account, State, state_of
from integration.pipeline.deals.link import DealLink
from integration.pipeline.record_card.card_store import Standing, StoredBrief, WaitingItem

SEEN_JUST_NOW: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Around:
    """The records a deal hangs on: their places in the work, and when the one looked at longest ago was looked at (None: none was)."""

    items: Sequence[WaitingItem]
    checked_at: datetime | None
    silent_s: float | None


def deal_state(link: DealLink, around: Around, account: Account, now: datetime) -> State:
    """Disconnected first, then the part that is furthest from done; an old sight of the deal is told."""
    waiting = _furthest(around.items, now)
    oldest = None if around.checked_at is None else StoredBrief("", (), around.checked_at, around.checked_at)
    parts = Standing(oldest, waiting, None, around.silent_s)
    if not account.is_connected or waiting is not None:
        return state_of(parts, (), account, now)
    if now - link.seen_at > SEEN_JUST_NOW:
        words = f"HubSpot does not answer. The deal is shown as it was on {link.seen_at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC."
        return State("ready", "HubSpot does not answer", words, link.seen_at, is_stale=True)
    if link.company_id is None and not link.contact_ids:
        words = "This deal has no company and no contacts in HubSpot. Add them, and there is something to go by."
        return State("not_enough_evidence", "Nothing to go by", words, link.seen_at)
    if oldest is None:
        words = "Leadlight has not looked at this deal's company and contacts yet. Press Enrich now to start."
        return State("new", "Not looked at yet", words, None)
    return _decided(state_of(parts, (), account, now))


def _decided(state: State) -> State:
    """A deal may have no scores of its own, so that it lacks evidence is not said of it."""
    if state.kind != "not_enough_evidence":
        return state
    return State("ready", "Up to date", "Everything Leadlight knows is shown.", state.since, state.is_stale)


def _furthest(items: Sequence[WaitingItem], now: datetime) -> WaitingItem | None:
    """What is in hand or due comes before what rests; the one queued last is what a rep waits for."""
    return max(items, key=lambda item: (item.due_at <= now or item.lease_until is not None, item.queued_at), default=None)
