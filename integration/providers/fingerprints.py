"""Which technologies a page gives away, by our own table `fingerprints.yaml`. Pure once loaded.

Limit: only what the home page's markup, headers and cookies show; nothing that a script loads later, nothing from DNS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from integration.core.errors import ConfigError

_MARKS: Final = ("scripts", "generator", "headers", "cookies")


@dataclass(frozen=True)
class Fingerprint:
    """The traces of one technology, all lower case; one of them is enough."""

    name: str
    category: str
    scripts: tuple[str, ...]
    generator: tuple[str, ...]
    headers: tuple[str, ...]
    cookies: tuple[str, ...]


def find_technologies(
    fingerprints: Iterable[Fingerprint],
    *,
    addresses: Iterable[str],
    generator: str,
    headers: Iterable[tuple[str, str]],
    cookie_names: Iterable[str],
) -> tuple[str, ...]:
    """The names of the technologies seen, in the order of the table."""
    page = "\n".join(addresses).lower()
    maker = generator.lower()
    sent = {name: value.lower() for name, value in headers}
    cookies = [name.lower() for name in cookie_names]
    return tuple(
        one.name
        for one in fingerprints
        if any(part in page for part in one.scripts)
        or (maker and maker.startswith(one.generator))
        or any(_has_header(sent, mark) for mark in one.headers)
        or any(name.startswith(one.cookies) for name in cookies)
    )


@cache
def load_fingerprints() -> tuple[Fingerprint, ...]:
    """The table of this folder; read once. Raises ConfigError with every bad entry."""
    return parse_fingerprints(Path(__file__).with_name("fingerprints.yaml").read_text(encoding="utf-8"))


def parse_fingerprints(text: str) -> tuple[Fingerprint, ...]:
    """The fingerprints of a YAML text. Raises ConfigError with every bad entry."""
    entries = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    if not isinstance(entries, dict):
        raise ConfigError(["the fingerprints are not a mapping of names"])
    problems = [f"{name}: {problem}" for name, entry in entries.items() if (problem := _problem(entry))]
    if problems:
        raise ConfigError(problems)
    return tuple(
        Fingerprint(str(name), entry["category"], *(tuple(entry.get(mark, ())) for mark in _MARKS))
        for name, entry in entries.items()
    )


def _problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("category"), str):
        return "needs a category"
    if unknown := set(entry) - {"category", *_MARKS}:
        return f"knows no {', '.join(sorted(unknown))}"
    marks = [part for mark in _MARKS for part in entry.get(mark, ())]
    if not marks:
        return "has no trace to look for"
    bad = [part for part in marks if not isinstance(part, str) or len(part) < 2 or part != part.lower()]
    return f"traces must be lower-case texts: {bad}" if bad else None


def _has_header(sent: Mapping[str, str], mark: str) -> bool:
    name, colon, part = mark.partition(":")
    value = sent.get(name)
    return value is not None and (not colon or part.strip() in value)
