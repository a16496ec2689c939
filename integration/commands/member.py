"""`leadlight member`: say who may use the console of a portal, such as the first admin of one that has none."""

from __future__ import annotations

import argparse
import json
import sys

from sqlalchemy import Connection

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.access.roles import Role
from integration.admin.console.membership import Membership
from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings

SUMMARY = "show, let in or remove people who use the console of a portal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--email", help="e-mail address of the person, as they sign in to HubSpot")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--role", choices=[role.word for role in Role], help="what they may do from now on")
    change.add_argument("--remove", action="store_true", help="take their access and sign them out")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints everybody with access, after the change if one was asked for."""
    if bool(arguments.email) != bool(arguments.role or arguments.remove):
        raise BadInput("Give --email together with --role or --remove, or neither to see who has access.")
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        if arguments.email:
            _change(parts, connection, arguments)
        members = Membership(parts.clock).roles.members(connection, portal_id=arguments.portal)
    print(json.dumps([{"email": one.email, "role": one.role.word, "granted_by": one.granted_by} for one in members], indent=2))
    return 0


def _change(parts: Parts, connection: Connection, arguments: argparse.Namespace) -> None:
    membership, email = Membership(parts.clock), arguments.email.strip().lower()
    if "@" not in email:
        raise BadInput(f"{arguments.email!r} is no e-mail address.")
    if arguments.remove:
        membership.revoke(connection, portal_id=arguments.portal, email=email)
    else:
        role = Role.from_word(arguments.role)
        membership.grant(connection, portal_id=arguments.portal, email=email, role=role, by=COMMAND_LINE)
    AuditStore().add(
        connection,
        portal_id=arguments.portal,
        actor=COMMAND_LINE,
        role=Role.ADMIN.word,
        action="revoked_role" if arguments.remove else "granted_role",
        target=email,
        detail={} if arguments.remove else {"role": arguments.role},
        now=parts.clock(),
    )
    print(f"{email} {'has no access any more' if arguments.remove else 'is ' + arguments.role + ' now'}.", file=sys.stderr)
