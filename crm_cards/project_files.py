"""The generated files of the HubSpot project in `hubspot_project/`: every `*-hsmeta.json`, from the same declarations as `app.json`. Pure.

Addresses are left to the profile: `hs project upload --profile NAME` fills in what `src/hsprofile.NAME.json` says. Object types are spelled three
ways: cards "contacts", webhooks "contact", workflow actions and events "CONTACT".
Sources: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration and
https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks (read 2026-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final, Protocol

from crm_cards.declared import PAGES, CardDeclaration, PageDeclaration, all_cards
from crm_cards.profiles import LOCAL_PROFILE, VARIABLES, render_profile
from crm_cards.workflow.base import ActionDefinition
from crm_cards.workflow.registry import all_actions
from crm_cards.workflow.render import render_hsmeta
from integration.hubspot.manifest import APP_UID, MANIFEST, WEBHOOK_PATH, Listing, Manifest, render_app_config
from integration.hubspot.timeline_events import TIMELINE_EVENTS, EventType

PROJECT_FOLDER: Final = Path(__file__).resolve().parent / "hubspot_project"
META_ENDING: Final = "-hsmeta.json"
_PLACE: Final = {name: f"${{{name}}}" for name in VARIABLES}
_DELIVERIES_AT_ONCE: Final = 10
"""HubSpot's own default. The receiver only stores, so that more would gain nothing."""
_HUB_EVENTS: Final = frozenset({"contact.privacyDeletion"})
"""Subscriptions that are no event of a record to HubSpot, and stand in a list of their own."""


class Subscription(Protocol):
    """A webhook subscription in HubSpot's words, as the handlers declare it."""

    @property
    def subscription_type(self) -> str: ...
    @property
    def property_name(self) -> str | None: ...


def render_project_files(
    description: str, subscriptions: Iterable[Subscription], *, local_address: str
) -> Mapping[PurePosixPath, str]:
    """Every generated file by its path in the project folder. `local_address`: where the app answers on a developer's own machine."""
    documents: dict[str, Mapping[str, Any]] = {
        f"app/app{META_ENDING}": _app(MANIFEST, description),
        "app/local.json": {"proxy": {LOCAL_PROFILE.public_url: local_address}},
        f"hsprofile.{LOCAL_PROFILE.name}.json": render_profile(LOCAL_PROFILE),
        f"app/webhooks/webhooks{META_ENDING}": _webhooks(subscriptions),
        **{f"app/cards/{_dashed(card.name)}{META_ENDING}": _card(card) for card in all_cards()},
        **{f"app/{page.folder}/{page.folder}{META_ENDING}": _page(page) for page in PAGES},
        **{f"app/workflow-actions/{_dashed(action.uid)}{META_ENDING}": render_hsmeta(action) for action in all_actions()},
        **{f"app/app-events/{_dashed(event.uid)}{META_ENDING}": _event(event) for event in TIMELINE_EVENTS},
    }
    return {
        PurePosixPath("src") / path: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for path, document in documents.items()
    }


def find_leftovers(folder: Path, rendered: Iterable[PurePosixPath]) -> list[Path]:
    """Meta files in the folder that nothing declares any more: HubSpot would go on showing what they describe."""
    wanted = {folder / path for path in rendered}
    found = (path for path in folder.rglob(f"*{META_ENDING}") if "node_modules" not in path.parts)
    return sorted(path for path in found if path not in wanted)


def list_extensions() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What the app adds inside HubSpot, as `app.json` lists it."""
    actions = all_actions()
    return {
        "cards": [{"uid": card.uid, **_card(card)["config"]} for card in all_cards()],
        "workflow_actions": [_listed(action) for action in actions if action.tool is None],
        "agent_tools": [_listed(action) for action in actions if action.tool is not None],
        "app_events": [
            {"uid": event.uid, "name": event.name, "objectType": event.config["objectType"]} for event in TIMELINE_EVENTS
        ],
    }


def _app(manifest: Manifest, description: str) -> dict[str, Any]:
    listing = Listing(
        description=description,
        public_url=_PLACE["PUBLIC_URL"],
        support_email=_PLACE["SUPPORT_EMAIL"],
        documentation_url=_PLACE["DOCUMENTATION_URL"],
    )
    return {"uid": APP_UID, "type": "app", "config": render_app_config(manifest, listing)}


def _card(card: CardDeclaration) -> dict[str, Any]:
    return {
        "uid": card.uid,
        "type": "card",
        "config": {
            "name": card.title,
            "description": card.description,
            "location": card.location,
            "entrypoint": card.entrypoint,
            "objectTypes": list(card.object_types),
        },
    }


def _page(page: PageDeclaration) -> dict[str, Any]:
    return {"uid": page.uid, "type": page.type, "config": {"entrypoint": page.entrypoint}}


def _webhooks(subscriptions: Iterable[Subscription]) -> dict[str, Any]:
    lists: dict[str, list[dict[str, Any]]] = {"legacyCrmObjects": [], "hubEvents": []}
    for one in subscriptions:
        entry: dict[str, Any] = {"subscriptionType": one.subscription_type}
        if one.property_name is not None:
            entry["propertyName"] = one.property_name
        lists["hubEvents" if one.subscription_type in _HUB_EVENTS else "legacyCrmObjects"].append(entry | {"active": True})
    return {
        "uid": f"{APP_UID}_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": _PLACE["PUBLIC_URL"] + WEBHOOK_PATH, "maxConcurrentRequests": _DELIVERIES_AT_ONCE},
            "subscriptions": {kind: entries for kind, entries in lists.items() if entries},
        },
    }


def _event(event: EventType) -> dict[str, Any]:
    return {"uid": event.uid, "type": "app-event", "config": event.config}


def _listed(action: ActionDefinition) -> dict[str, Any]:
    return {"uid": action.uid, "title": action.title, "path": action.path, "objectTypes": list(action.object_types)}


def _dashed(name: str) -> str:
    return name.removeprefix(f"{APP_UID}_").replace("_", "-")
