"""Reads untrusted control JSON into typed values; a wrong one is answered with the path of the field.

`Fields` wraps one JSON object. Reading removes nothing, but `finish()` refuses names that nobody read, so a misspelt
switch is an error instead of being ignored.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from simulator.errors import HubSpotError

T = TypeVar("T")


class Fields:
    """One JSON object at `path`, read field by field."""

    def __init__(self, value: object, path: str = "body") -> None:
        if not isinstance(value, dict):
            raise _bad(f"{path} must be an object")
        self._values: Mapping[str, object] = value
        self._read: set[str] = set()
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str | None = None) -> str:
        """A string; needed when there is no default."""
        return self._typed(name, str, default)

    def optional_text(self, name: str) -> str | None:
        """A string or None."""
        return self.text(name) if self._get(name) is not None else None

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; needed when there is no default."""
        return self._typed(name, int, default)

    def optional_integer(self, name: str) -> int | None:
        """A whole number or None."""
        return self.integer(name) if self._get(name) is not None else None

    def number(self, name: str, default: float | None = None) -> float:
        """A number; needed when there is no default."""
        value = self._get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return self._typed(name, float, default)

    def optional_number(self, name: str) -> float | None:
        """A number or None."""
        return self.number(name) if self._get(name) is not None else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        return self._typed(name, bool, default)

    def moment(self, name: str) -> datetime:
        """An ISO moment with its zone."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise _bad(f"{self.path}.{name} must be an ISO moment") from None
        if moment.tzinfo is None:
            raise _bad(f"{self.path}.{name} must name its zone")
        return moment

    def pattern(self, name: str) -> str:
        """A regular expression, "" (matches all) when missing."""
        text = self.text(name, "")
        try:
            re.compile(text)
        except re.error as error:
            raise _bad(f"{self.path}.{name} is not a regular expression: {error}") from None
        return text

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, empty when missing."""
        found = self._list(name)
        if not all(isinstance(each, str) for each in found):
            raise _bad(f"{self.path}.{name} must be a list of strings")
        return tuple(str(each) for each in found)

    def text_map(self, name: str) -> dict[str, str]:
        """An object of strings, empty when missing; numbers and booleans are written as text, null as ""."""
        child = self._get(name)
        if child is None:
            return {}
        if not isinstance(child, dict):
            raise _bad(f"{self.path}.{name} must be an object")
        return {str(key): _as_text(value, f"{self.path}.{name}.{key}") for key, value in child.items()}

    def objects(self, name: str) -> Iterator["Fields"]:
        """A list of objects, empty when missing."""
        for place, value in enumerate(self._list(name)):
            yield Fields(value, f"{self.path}.{name}[{place}]")

    def child(self, name: str) -> "Fields":
        """An object, empty when missing."""
        value = self._get(name)
        return Fields({} if value is None else value, f"{self.path}.{name}")

    def names(self) -> tuple[str, ...]:
        """Every name of the object, all counted as read."""
        self._read.update(self._values)
        return tuple(self._values)

    def raw(self, name: str) -> object:
        """The value as it came, for what is passed on unread."""
        return self._get(name)

    def finish(self) -> None:
        """Raises 400 when the object has names that nobody read."""
        unknown = sorted(set(self._values) - self._read)
        if unknown:
            raise _bad(f"{self.path} has unknown fields: {', '.join(unknown)}")

    def _get(self, name: str) -> object:
        self._read.add(name)
        return self._values.get(name)

    def _list(self, name: str) -> list[object]:
        value = self._get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _bad(f"{self.path}.{name} must be a list")
        return value

    def _typed(self, name: str, kind: type[T], default: T | None) -> T:
        value = self._get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _bad(f"{self.path}.{name} must be of type {kind.__name__}")
        return value


def _as_text(value: object, path: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise _bad(f"{path} must be a string, number, boolean or null")


def _bad(message: str) -> HubSpotError:
    return HubSpotError(400, "CONTROL_ERROR", message)
