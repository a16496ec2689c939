"""`leadlight policy`: show or change what may be written into single properties of a portal."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.app import Parts, open_parts
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.pipeline.policies.desk import POLICED_TYPES, PolicyDesk, PolicySheet
from integration.pipeline.policies.presets import Preset
from integration.pipeline.policy import Rule, WritePolicy

SUMMARY = "show or change what may be written into which property, one by one or as a ready set"
_DEFAULT = "default"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", type=int, required=True, help="the portal's id")
    parser.add_argument("--object", choices=POLICED_TYPES, required=True, help="the object type")
    parser.add_argument("--property", help="the property's name in HubSpot")
    parser.add_argument("--policy", choices=[*(policy.value for policy in WritePolicy), _DEFAULT], help="the policy to set")
    parser.add_argument(
        "--margin", type=float, help="under if_more_certain: how much more certain than another app's value (0 to 0.3)"
    )
    parser.add_argument(
        "--overwrite-people", action="store_true", help="lift the protection: values that people and imports set may be overwritten"
    )
    parser.add_argument("--open", action="store_true", help="open a routing field, which is closed otherwise")
    parser.add_argument("--preset", choices=[preset.value for preset in Preset], help="a ready set for every HubSpot property")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts:
        desk = PolicyDesk(parts.database, parts.clients, parts.portals, parts.clock)
        if arguments.preset is not None:
            _apply(desk, arguments)
            _audit(parts, arguments, "policy_preset", arguments.object)
        elif arguments.property is not None and arguments.policy is not None:
            _change(desk, arguments)
            _audit(parts, arguments, "policy_set", f"{arguments.object}.{arguments.property}")
        elif any((arguments.policy, arguments.margin is not None, arguments.overwrite_people, arguments.open)):
            raise BadInput("Name the property (--property) and its policy (--policy) to change one.")
        sheet = desk.sheet(arguments.portal, arguments.object)
    print(json.dumps(_shown(sheet, arguments.property), indent=2))
    return 0


def _apply(desk: PolicyDesk, arguments: argparse.Namespace) -> None:
    if arguments.property is not None or arguments.policy is not None:
        raise BadInput("A ready set (--preset) holds for every property. Leave --property and --policy out.")
    outcome = desk.apply_preset(arguments.portal, arguments.object, Preset(arguments.preset), by=COMMAND_LINE)
    for problem in outcome.left_out:
        print(f"Left out: {problem}", file=sys.stderr)
    print(f"Set for {len(outcome.applied)} properties.", file=sys.stderr)


def _change(desk: PolicyDesk, arguments: argparse.Namespace) -> None:
    if arguments.policy == _DEFAULT:
        desk.reset(arguments.portal, arguments.object, arguments.property)
        print(f"{arguments.property} has its default policy again.", file=sys.stderr)
        return
    rule = Rule(WritePolicy(arguments.policy), arguments.margin, arguments.overwrite_people, arguments.open)
    desk.set_rule(arguments.portal, arguments.object, arguments.property, rule, by=COMMAND_LINE)
    if rule.people_may_be_overwritten:
        print(f"Careful: values of {arguments.property} that people and imports set may now be overwritten.", file=sys.stderr)
    print("Stored. It holds from each record's next change on, or with `leadlight replay`.", file=sys.stderr)


def _audit(parts: Parts, arguments: argparse.Namespace, action: str, target: str) -> None:
    detail = {
        "policy": arguments.policy,
        "preset": arguments.preset,
        "margin_ratio": arguments.margin,
        "people_may_be_overwritten": arguments.overwrite_people,
        "is_open": arguments.open,
    }
    with parts.database.begin() as connection:
        AuditStore().add(
            connection,
            portal_id=arguments.portal,
            actor=COMMAND_LINE,
            role="",
            action=action,
            target=target,
            now=parts.clock(),
            detail={name: value for name, value in detail.items() if value not in (None, False)},
        )


def _shown(sheet: PolicySheet, name: str | None) -> dict[str, object]:
    lines = [line for line in sheet.lines if name in (None, line.name)]
    return {"object_type": sheet.object_type, "properties": [asdict(line) for line in lines]}
