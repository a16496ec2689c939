"""The page of commands names every command and option that the parsers know."""

from __future__ import annotations

import argparse

from integration.cli import build_parser
from integration.command_page import render_commands


def test_every_command_has_a_row_and_a_section():
    page = render_commands(build_parser())
    for name in ("demo", "dry-run", "undo", "policy", "migrate"):
        assert f"[`{name}`](#{name})" in page
        assert f"## {name}" in page


def test_an_option_is_shown_as_it_is_typed():
    parser = argparse.ArgumentParser(prog="leadlight")
    one = parser.add_subparsers().add_parser("shine", description="let it shine")
    one.add_argument("--portal", type=int, required=True, help="the portal's id")
    one.add_argument("--mode", choices=("a", "b"), default="a", help="one|other (default: %(default)s)")
    one.add_argument("--secret", help=argparse.SUPPRESS)
    page = render_commands(parser)
    assert "| `--portal PORTAL` (needed) | the portal's id |" in page
    assert "| `--mode a / b` | one\\|other (default: a) |" in page
    assert "secret" not in page
