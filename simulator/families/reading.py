"""Reads untrusted query strings and JSON bodies: what is asked for comes out typed, anything else is HubSpot's 400."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from simulator.errors import HubSpotError, validation_error

T = TypeVar("T")


class Query:
    """The query string of a call."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args

    def text(self, name: str) -> str | None:
        """A value, or None."""
        return self._args.get(name) or None

    def flag(self, name: str) -> bool:
        """Whether a value is true."""
        return self._args.get(name, "").lower() == "true"

    def names(self, name: str) -> list[str] | None:
        """A list written with commas, repeated, or both; None when it is not there."""
        if name not in self._args:
            return None
        return [part.strip() for value in self._args.getlist(name) for part in value.split(",") if part.strip()]

    def number(self, name: str, *, default: int, maximum: int) -> int:
        """A whole number from 1 to `maximum`. Raises HubSpot's 400."""
        text = self._args.get(name)
        if text is None:
            return default
        if not text.isdecimal() or not 1 <= int(text) <= maximum:
            raise validation_error(f"{name} must be a number from 1 to {maximum}")
        return int(text)

    def cursor(self, name: str) -> int:
        """A paging mark; 0 when there is none. Raises HubSpot's 400."""
        text = self._args.get(name) or "0"
        if not text.isdecimal():
            raise validation_error(f"{name} is not a paging mark of an earlier answer")
        return int(text)

    def again(self, **changes: str) -> str:
        """The same query string with other values."""
        kept = [(name, value) for name, values in self._args.lists() for value in values if name not in changes]
        return urlencode([*kept, *changes.items()])


class Body:
    """One JSON object of a body; `path` is where it stands, for messages."""

    def __init__(self, value: object, path: str = "$") -> None:
        if not isinstance(value, Mapping):
            raise _unreadable(path, "an object")
        self._value = value
        self._path = path

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self._value.get(name) is not None

    def text(self, name: str) -> str | None:
        """A text or number as text, or None."""
        return self._take(name, _as_text)

    def need_text(self, name: str) -> str:
        """A text that must be there. Raises HubSpot's 400."""
        found = self.text(name)
        if not found:
            raise _missing(self._path, name)
        return found

    def integer(self, name: str) -> int | None:
        """A whole number, or None; a number written as text is taken."""
        return self._take(name, _as_integer)

    def flag(self, name: str) -> bool | None:
        """A truth value, or None."""
        return self._take(name, _as_flag)

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, or None."""
        values = self._take(name, _as_list)
        if values is None:
            return None
        return [_as_text(value, f"{self._path}.{name}") for value in values]

    def objects(self, name: str) -> Iterator["Body"]:
        """The objects of a list; nothing when it is not there."""
        for number, value in enumerate(self._take(name, _as_list) or ()):
            yield Body(value, f"{self._path}.{name}[{number}]")

    def child(self, name: str) -> "Body":
        """An object that must be there. Raises HubSpot's 400."""
        if not self.has(name):
            raise _missing(self._path, name)
        return Body(self._value[name], f"{self._path}.{name}")

    def values(self, name: str) -> dict[str, str]:
        """Property values as text: numbers and truth values are written out, null clears."""
        found = self._value.get(name)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            raise _unreadable(f"{self._path}.{name}", "an object")
        return {str(key): "" if value is None else _as_text(value, f"{self._path}.{name}.{key}") for key, value in found.items()}

    def _take(self, name: str, read: Callable[[object, str], T]) -> T | None:
        value = self._value.get(name)
        return None if value is None else read(value, f"{self._path}.{name}")


def _as_text(value: object, path: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _unreadable(path, "text")


def _as_integer(value: object, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    raise _unreadable(path, "a whole number")


def _as_flag(value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _unreadable(path, "true or false")


def _as_list(value: object, path: str) -> Sequence[object]:
    if isinstance(value, list):
        return value
    raise _unreadable(path, "a list")


def _unreadable(path: str, wanted: str) -> HubSpotError:
    return validation_error(f"Invalid input JSON: {path} must be {wanted}")


def _missing(path: str, name: str) -> HubSpotError:
    return validation_error(f"Invalid input JSON: {path}.{name} is required but was not set")
