"""`docs/commands.md`: every command with its options, read from the parsers themselves. It runs nothing."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Final

_HEAD: Final = """# Commands

`leadlight COMMAND --help` says the same. What a machine may read goes to standard output, everything for people to standard error.
Exit codes: 0 well, 1 refused or failed with a message, 2 wrong usage, 130 interrupted. Moments are ISO 8601, such as `2026-11-21T10:00:00Z`.
"""


def render_commands(parser: argparse.ArgumentParser) -> str:
    """A table of all commands, then one of each command's options. `parser` is the one of the `leadlight` command."""
    commands = _subparsers(parser)
    overview = ["| command | what it does |", "|---|---|"]
    overview += [f"| [`{name}`](#{name}) | {_cell(each.description or '')} |" for name, each in commands.items()]
    parts = [_HEAD, *overview, ""]
    for name, each in commands.items():
        parts += [f"## {name}", "", *_options(each), ""]
    return "\n".join(parts)


def _options(parser: argparse.ArgumentParser) -> list[str]:
    nested = _subparsers(parser)
    if nested:
        rows = [
            f"| `{name}` | {_cell(each.description or each.prog)} {_listed(each)} |".replace("  ", " ")
            for name, each in nested.items()
        ]
        return ["| command | what it does |", "|---|---|", *rows]
    rows = [f"| {_spelled(action)} | {_cell(_help(action))} |" for action in _shown(parser)]
    return ["| option | what for |", "|---|---|", *rows] if rows else ["No options."]


def _listed(parser: argparse.ArgumentParser) -> str:
    return ", ".join(_spelled(action) for action in _shown(parser))


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.dest != "help" and action.help != argparse.SUPPRESS]


def _spelled(action: argparse.Action) -> str:
    """The option as it is typed, with what follows it."""
    value = "" if action.nargs == 0 else _value(action)
    if not action.option_strings:
        return f"`{value}`"
    return f"`{action.option_strings[-1]}{' ' + value if value else ''}`" + (" (needed)" if action.required else "")


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        return " / ".join(str(choice) for choice in action.choices)
    name = action.metavar if isinstance(action.metavar, str) else action.dest
    return name.upper()


def _help(action: argparse.Action) -> str:
    """The help with `%(default)s` and its like filled in, as argparse does."""
    return (action.help or "") % {**vars(action), "prog": "leadlight"} if action.help else ""


def _subparsers(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
