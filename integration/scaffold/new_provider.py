"""Writes the four files of a new provider: they work at once against their own stand-in, and say what to fill in. Overwrites nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Template
from typing import Final

from integration.core.errors import BadInput, Conflict

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_FOLDER: Final = Path(__file__).parent
FILES: Final[Mapping[str, str]] = {
    "adapter.py.txt": "integration/providers/adapters/{name}.py",
    "fixture.json.txt": "tests/fixtures/providers/{name}.json",
    "neighbour_init.py.txt": "simulator/neighbours/{name}/__init__.py",
    "neighbour_routes.py.txt": "simulator/neighbours/{name}/routes.py",
}


def render_provider(name: str, *, today: date) -> dict[str, str]:
    """The texts of the new files by their paths from the project's root. Raises BadInput for a name that is no module's."""
    if not _NAME.fullmatch(name) or len(name) > 40:
        raise BadInput(f"{name!r} is no provider's name: lower-case letters, digits and single underscores, such as acme_data.")
    words = {"name": name, "title": name.replace("_", " ").title(), "constant": name.upper(), "month": today.strftime("%Y-%m")}
    return {
        path.format(name=name): Template((_FOLDER / template).read_text(encoding="utf-8")).substitute(words)
        for template, path in FILES.items()
    }


def write_provider(root: Path, name: str, *, today: date) -> list[Path]:
    """The files written. Raises Conflict, and writes none, when one of them is there already."""
    texts = {root / path: text for path, text in render_provider(name, today=today).items()}
    there = [path for path in texts if path.exists()]
    if there:
        raise Conflict(f"{there[0].relative_to(root)} is there already; choose another name or remove it first.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)
