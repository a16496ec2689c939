"""`leadlight providers`: which providers a portal uses, in which order they are asked for a field, and on which terms."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from integration import provider_report
from integration.access.audit_store import COMMAND_LINE, AuditStore
from integration.app import Parts, open_parts
from integration.commands.portal import find_portal
from integration.core.errors import BadInput
from integration.core.settings import Settings
from integration.providers.base import Field, ProviderInfo
from integration.providers.choice_store import ChoiceStore
from integration.providers.registry import provider_infos
from integration.providers.standing import Terms
from integration.providers.standing_reader import KEPT_S

SUMMARY = "turn providers on or off, pin whom to ask for a field, set the terms of asking, see how well each did"
_TERMS: Final[Mapping[str, str]] = {
    "wanted": "wanted_ratio",
    "explore": "explore_ratio",
    "holdout": "holdout_ratio",
    "worth": "worth_ratio",
}


@dataclass(frozen=True)
class Deed:
    """One subcommand: what it is for, its own options, and what it does."""

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="WHAT")
    for name, deed in DEEDS.items():
        own = deeds.add_parser(name, help=deed.summary, description=deed.summary)
        own.add_argument("--portal", type=int, required=True, help="the portal's id")
        deed.add_arguments(own)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    return DEEDS[arguments.deed].run(arguments, settings)


def _name_provider(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", help="the provider's name, as `list` shows it")


def _name_switch_on(parser: argparse.ArgumentParser) -> None:
    _name_provider(parser)
    parser.add_argument("--yes", action="store_true", help="turn on without asking, where the provider comes with a warning")


def _name_field(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("field", help="the field, as in docs/providers.md")


def _name_order(parser: argparse.ArgumentParser) -> None:
    _name_field(parser)
    parser.add_argument("providers", nargs="+", help="the only providers to ask for it, in this order")


def _name_terms(parser: argparse.ArgumentParser) -> None:
    usual = Terms()
    parser.add_argument("--wanted", type=float, help=f"how sure a field must be, 0.5 to 0.99 (usually {usual.wanted_ratio:g})")
    parser.add_argument(
        "--explore", type=float, help=f"share of spending to learn with, 0 to 0.5 (usually {usual.explore_ratio:g})"
    )
    parser.add_argument(
        "--holdout",
        type=float,
        help=f"share of records whose known values are asked for too, 0 to 0.5 (usually {usual.holdout_ratio:g})",
    )
    parser.add_argument("--worth", type=float, help="what values are worth to you against the usual figures, 0.01 to 100 (1)")


def _switch_on(arguments: argparse.Namespace, settings: Settings) -> int:
    info = _known(arguments.provider)
    if info.opt_in:
        print(f"Careful: {info.title}: {info.opt_in}", file=sys.stderr)
        if not (arguments.yes or _is_wanted()):
            print("Nothing was changed.", file=sys.stderr)
            return 1
    return _switch(arguments, settings, is_on=True)


def _switch_off(arguments: argparse.Namespace, settings: Settings) -> int:
    return _switch(arguments, settings, is_on=False)


def _switch(arguments: argparse.Namespace, settings: Settings, *, is_on: bool) -> int:
    info = _known(arguments.provider)

    def change(parts: Parts, connection: Connection) -> None:
        ChoiceStore().switch(
            connection, portal_id=arguments.portal, provider=info.name, is_on=is_on, by=COMMAND_LINE, now=parts.clock()
        )

    return _change(arguments, settings, f"provider_{'on' if is_on else 'off'}", info.name, {}, change)


def _pin(arguments: argparse.Namespace, settings: Settings) -> int:
    providers, field = [_known(name).name for name in arguments.providers], _field(arguments.field)
    if len(set(providers)) < len(providers):
        raise BadInput("Name each provider once.")

    def change(parts: Parts, connection: Connection) -> None:
        able = {adapter.info.name for adapter in parts.adapters for one in adapter.endpoints if field in one.offer.fields}
        unable = [name for name in providers if name not in able]
        if unable:
            raise BadInput(f"{', '.join(unable)} cannot fill {field}. Those that can: {', '.join(sorted(able)) or 'none'}.")
        ChoiceStore().pin(
            connection,
            portal_id=arguments.portal,
            field=field,
            providers=providers,
            by=COMMAND_LINE,
            now=parts.clock(),
        )

    return _change(arguments, settings, "provider_pinned", arguments.field, {"providers": providers}, change)


def _unpin(arguments: argparse.Namespace, settings: Settings) -> int:
    field = _field(arguments.field)

    def change(parts: Parts, connection: Connection) -> None:
        ChoiceStore().pin(connection, portal_id=arguments.portal, field=field, providers=(), by=COMMAND_LINE, now=parts.clock())

    return _change(arguments, settings, "provider_unpinned", arguments.field, {}, change)


def _set(arguments: argparse.Namespace, settings: Settings) -> int:
    given = {name: getattr(arguments, option) for option, name in _TERMS.items() if getattr(arguments, option) is not None}
    if not given:
        raise BadInput("Name what to set: --wanted, --explore, --holdout or --worth.")

    def change(parts: Parts, connection: Connection) -> None:
        terms = replace(ChoiceStore().find_terms(connection, portal_id=arguments.portal), **given)
        problems = terms.problems()
        if problems:
            raise BadInput(" ".join(problems))
        ChoiceStore().save_terms(connection, portal_id=arguments.portal, terms=terms, by=COMMAND_LINE, now=parts.clock())

    return _change(arguments, settings, "provider_terms_set", "terms", given, change)


def _change(
    arguments: argparse.Namespace,
    settings: Settings,
    action: str,
    target: str,
    detail: Mapping[str, Any],
    change: Callable[[Parts, Connection], None],
) -> int:
    """Makes the change and notes it in the audit log, in one transaction."""
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        change(parts, connection)
        AuditStore().add(
            connection,
            portal_id=arguments.portal,
            actor=COMMAND_LINE,
            role="admin",
            action=action,
            target=target,
            detail=detail,
            now=parts.clock(),
        )
    print(f"Stored. It holds for new batches within {KEPT_S:.0f} seconds.", file=sys.stderr)
    return 0


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    with open_parts(settings, process="cli") as parts, parts.database.begin() as connection:
        find_portal(parts, connection, arguments.portal)
        choices = ChoiceStore().find(connection, portal_id=arguments.portal)
        terms = ChoiceStore().find_terms(connection, portal_id=arguments.portal)
        keys = parts.keys.names_of(connection, portal_id=arguments.portal)
    providers = [
        {
            "provider": info.name,
            "is_on": choices.allows(info.name, info.opt_in),
            "chosen": info.name in choices.switches,
            "has_key": info.name in keys if info.needs_key else None,
            "warning": info.opt_in,
        }
        for info in provider_infos()
        if info.fields
    ]
    shown = {
        "providers": providers,
        "pins": {name.value: list(order) for name, order in sorted(choices.pins.items())},
        "terms": {name: getattr(terms, name) for name in _TERMS.values()},
    }
    print(json.dumps(shown, indent=2))
    return 0


def _known(name: str) -> ProviderInfo:
    infos = {info.name: info for info in provider_infos() if info.fields}
    if name not in infos:
        raise BadInput(f"There is no provider {name!r}. There are: {', '.join(sorted(infos))}.")
    return infos[name]


def _field(name: str) -> Field:
    if name not in {one.value for one in Field}:
        raise BadInput(f"There is no field {name!r}; docs/providers.md lists them.")
    return Field(name)


def _is_wanted() -> bool:
    if not sys.stdin.isatty():
        raise BadInput("Add --yes to turn it on; without a terminal nobody can be asked.")
    print("Turn it on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


DEEDS: Final[dict[str, Deed]] = {
    "list": Deed("show which providers are on, the pins and the terms", lambda _: None, _list),
    "on": Deed("let a provider be asked", _name_switch_on, _switch_on),
    "off": Deed("have a provider no longer asked", _name_provider, _switch_off),
    "pin": Deed("set the providers to ask for a field, and their order", _name_order, _pin),
    "unpin": Deed("leave a field to the planner again", _name_field, _unpin),
    "report": Deed(
        "show how well each provider did on the portal's own records", provider_report.add_arguments, provider_report.run
    ),
    "set": Deed("set how sure fields must be, and how much is spent to learn", _name_terms, _set),
}
"""Another subcommand is one more entry."""
