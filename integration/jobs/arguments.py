"""Reads the arguments of a job: they went through JSON in the database, so their types are checked again before they travel on."""

from __future__ import annotations

from collections.abc import Mapping

from integration.core.errors import BadPayload
from integration.jobs.request import JsonScalar


def whole_number(args: Mapping[str, JsonScalar], name: str, default: int | None = None) -> int:
    """The argument as a number. Raises BadPayload when it is absent without a default, or of another type."""
    value = args.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadPayload("must be a whole number", path=name)
    return value


def text(args: Mapping[str, JsonScalar], name: str) -> str:
    """The argument as a non-empty text. Raises BadPayload otherwise."""
    value = args.get(name)
    if not isinstance(value, str) or not value:
        raise BadPayload("must be a text", path=name)
    return value


def optional_text(args: Mapping[str, JsonScalar], name: str) -> str | None:
    """The argument as a text, or None when it is absent."""
    return None if args.get(name) is None else text(args, name)
