"""Makes the cards' bundles and the local record page, once for each state of their sources: `python -m crm_cards.host.building [check]`.

Installs the locked npm packages when the lock changed, and builds when a source changed; otherwise it is done at once. `check` also validates the
HubSpot project, checks types, lints and runs the component tests.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from crm_cards.host.node import find_node
from integration.core.errors import AppError

WORKSPACE: Final = Path(__file__).resolve().parents[1]
BUILT: Final = WORKSPACE / "out"
_SOURCES: Final = ("hubspot_project", "host", "tools", "package-lock.json")
_KINDS: Final = frozenset({".ts", ".tsx", ".mjs", ".json", ".css", ".html"})
_LIMIT_S: Final = 600
_CHECKS: Final = ("validate", "typecheck", "lint", "test")
Tell = Callable[[str], None]


class BuildFailed(AppError):
    """A step of the build failed; the message carries the end of what it said."""

    default_reason = "build_failed"


def is_built(workspace: Path = WORKSPACE) -> bool:
    """Whether bundles and page are there and up to date."""
    stamp = workspace / "out" / ".built"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _digest(workspace)


def ensure_built(tell: Tell = lambda _: None, workspace: Path = WORKSPACE) -> Path:
    """The folder with bundles and page, built if need be. Raises NoNode, or BuildFailed with what went wrong."""
    with _alone(workspace):
        if not is_built(workspace):
            install(tell, workspace)
            tell("Building the cards ...")
            _npm(["run", "--silent", "build"], workspace)
            _npm(["run", "--silent", "build:host"], workspace)
            (workspace / "out" / ".built").write_text(_digest(workspace), encoding="utf-8")
    return workspace / "out"


def install(tell: Tell, workspace: Path = WORKSPACE) -> None:
    """The locked npm packages, unless just these are there."""
    stamp = workspace / "node_modules" / ".leadlight-lock"
    lock = hashlib.sha256((workspace / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    tell("Installing the locked npm packages (once, about 40 s) ...")
    _npm(["ci", "--silent", "--no-audit", "--no-fund"], workspace)
    stamp.write_text(lock, encoding="utf-8")


def check(tell: Tell, workspace: Path = WORKSPACE) -> None:
    """Everything the cards are held to. Raises BuildFailed at the first step that complains."""
    with _alone(workspace):
        install(tell, workspace)
        for step in _CHECKS:
            tell(f"Cards: {step} ...")
            _npm(["run", "--silent", step], workspace)


def _npm(arguments: Sequence[str], workspace: Path) -> None:
    command = [*find_node().npm, *arguments]
    try:
        done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, timeout=_LIMIT_S, check=False)  # noqa: S603  our own commands
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(f"npm {' '.join(arguments)} took longer than {_LIMIT_S} s.") from error
    if done.returncode != 0:
        raise BuildFailed(f"npm {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-4_000:].strip()}")


def _digest(workspace: Path) -> str:
    """Over every source and its name."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        place = workspace / source
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in _KINDS and path.is_file() and "dist" not in path.parts and "node_modules" not in path.parts:
                digest.update(f"{path.relative_to(workspace)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(workspace: Path) -> Iterator[None]:
    """Test processes run side by side; one of them builds."""
    (workspace / "out").mkdir(exist_ok=True)
    with (workspace / "out" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when everything is well."""
    tell: Tell = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731, T201  the one line of a command
    try:
        if "check" in arguments:
            check(tell)
        ensure_built(tell)
    except AppError as error:
        tell(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
