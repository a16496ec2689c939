"""What the app adds to HubSpot's own pages: cards on records, a settings page, a home. The cards are found in `cards/`, nothing is registered by hand.

Declares only: `project_files.py` writes the files HubSpot reads.
Source: https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/extension-points/app-cards/reference (read 2026-12).
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from crm_cards import cards

Location = Literal["crm.record.tab", "crm.record.sidebar"]


@dataclass(frozen=True)
class CardDeclaration:
    """One card. `uid` names it for good: with a new one people must add the card to their record pages again."""

    name: str
    uid: str
    title: str
    description: str
    location: Location
    object_types: tuple[str, ...]
    """Plural, as HubSpot's cards spell them."""
    component: str
    """The entry file in src/app/cards/, without its ending."""

    @property
    def entrypoint(self) -> str:
        return f"/app/cards/{self.component}.tsx"


@dataclass(frozen=True)
class PageDeclaration:
    """A page of the app itself; there is one of each type."""

    uid: str
    type: Literal["settings", "page"]
    folder: str
    component: str

    @property
    def entrypoint(self) -> str:
        return f"/app/{self.folder}/{self.component}.tsx"


PAGES: Final = (
    PageDeclaration(uid="leadlight_settings", type="settings", folder="settings", component="Settings"),
    PageDeclaration(uid="leadlight_home", type="page", folder="pages", component="Home"),
)

STATES: Final = {
    "ready": "Nothing in particular: the newest priority, next step and brief. Says when they are older than 30 days.",
    "new": "That nothing is known yet, with a button that starts.",
    "queued": "That the record waits, how many stand before it, and when nobody is working.",
    "running": "That the record is being worked on, and for how long.",
    "waiting_for_provider": "Which source of facts is waited for; what is known is shown meanwhile.",
    "over_budget": "That the budget is used up, and who may raise it; what is known is shown.",
    "failed": "What went wrong and what to do about it.",
    "dry_run": "That nothing is written yet; drafts cannot be approved.",
    "disconnected": "That the account must connect Leadlight again.",
    "erased": "That the record was erased for privacy and nothing is kept about it.",
    "not_enough_evidence": "That too little is known for a score; what is known is shown.",
}
"""What a card says first, by the state of its record: the kinds of the answer's `state`. Each has a fixture in tests/fixtures/cards/."""


@cache
def all_cards() -> tuple[CardDeclaration, ...]:
    """Every card, by module name."""
    modules = sorted(pkgutil.iter_modules(cards.__path__), key=lambda one: one.name)
    return tuple(importlib.import_module(f"{cards.__name__}.{module.name}").CARD for module in modules)
