"""`leadlight portal`: show or change what an admin chose for a portal. What is not named stays as it is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.app import Parts, open_parts
from integration.core.errors import BadInput, NotFound
from integration.core.settings import Settings
from integration.hubspot.portal_store import Portal, PortalStore
from integration.pipeline.creating.company_maker import PREFERENCE as CREATE_COMPANIES
from integration.pipeline.decisions import PROFILE_PREFERENCE
from integration.pipeline.portal_profile import DRY_RUN_PREFERENCE
from integration.pipeline.score_setup.keeping import ProfileKeeper
from integration.pipeline.standard_properties import STANDARD_PROPERTIES
from integration.scoring.profile import parse_profile

SUMMARY = "show or change a portal's choices: dry run or live, sender, properties to fill, scoring profile"
_TEXTS = {"sender_name": "sender_name", "sender_company": "sender_company", "offer": "sender_offer"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--sender-name", help="name under drafts of records without an owner")
    parser.add_argument("--sender-company", help="your company, as drafts say it")
    parser.add_argument("--offer", help="what you offer, as drafts say it, in a few words")
    parser.add_argument("--fill", help="comma-separated standard properties that may be filled when blank; empty text: none")
    switch = parser.add_mutually_exclusive_group()
    switch.add_argument("--go-live", action="store_true", help="write what is decided from now on; what is proposed stays proposed")
    switch.add_argument("--dry-run", action="store_true", help="decide everything and write nothing")
    parser.add_argument("--create-companies", choices=("yes", "no"), help="create company records for contacts without one")
    parser.add_argument("--profile", type=Path, help="a scoring profile in YAML; see docs/admin-guide.md")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        portal = find_portal(parts, connection, arguments.portal)
        changes = _changes(arguments)
        chosen = {**portal.preferences, **changes}
        if chosen != portal.preferences:
            parts.portals.change_preferences(connection, portal_id=portal.portal_id, changes=changes)
            if PROFILE_PREFERENCE in changes:
                ProfileKeeper(parts.portals, parts.clock).save(
                    connection, portal_id=portal.portal_id, profile=changes[PROFILE_PREFERENCE], by=COMMAND_LINE
                )
            AuditStore().add(
                connection,
                portal_id=portal.portal_id,
                actor=COMMAND_LINE,
                role="admin",
                action="portal_changed",
                target=", ".join(sorted(name for name in chosen if chosen[name] != portal.preferences.get(name))),
                now=parts.clock(),
            )
            print("Stored. Records are judged anew when they change, or with `leadlight replay`.", file=sys.stderr)
    print(json.dumps({"portal_id": portal.portal_id, "state": portal.state, "preferences": chosen}, indent=2, sort_keys=True))
    return 0


def find_portal(parts: Parts, connection: Connection, portal_id: int) -> Portal:
    """The installed portal. Raises NotFound when the app was never installed there."""
    return require_portal(connection, portal_id, parts.settings)


def require_portal(connection: Connection, portal_id: int, settings: Settings) -> Portal:
    """The installed portal. Raises NotFound when the app was never installed there."""
    portal = PortalStore().find(connection, portal_id=portal_id)
    if portal is None:
        raise NotFound(
            f"Leadlight is not installed in portal {portal_id}. Open {settings.web.public_url}/install first; "
            "`leadlight doctor` lists the portals that are."
        )
    return portal


def _changes(arguments: argparse.Namespace) -> dict[str, Any]:
    changes: dict[str, Any] = {
        stored: value.strip() for given, stored in _TEXTS.items() if (value := getattr(arguments, given)) is not None
    }
    if arguments.go_live or arguments.dry_run:
        changes[DRY_RUN_PREFERENCE] = arguments.dry_run
    if arguments.fill is not None:
        changes["standard_properties"] = _known_properties(arguments.fill)
    if arguments.create_companies is not None:
        changes[CREATE_COMPANIES] = arguments.create_companies == "yes"
    if arguments.profile is not None:
        changes[PROFILE_PREFERENCE] = _profile(arguments.profile)
    return changes


def _known_properties(text: str) -> list[str]:
    names = sorted({name.strip() for name in text.split(",") if name.strip()})
    fillable = sorted({entry.name for entries in STANDARD_PROPERTIES.values() for entry in entries})
    unknown = [name for name in names if name not in fillable]
    if unknown:
        raise BadInput(f"Leadlight cannot fill {', '.join(unknown)}. It can fill: {', '.join(fillable)}.")
    return names


def _profile(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The profile {path} cannot be read: {error}") from error
    return parse_profile(text).model_dump(mode="json")
