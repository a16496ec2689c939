"""Untrusted JSON to known types: a value is wild until a checker has looked at it, and a refusal names the path of the field.

`tame(payload).at("objectId").whole()` gives an int or raises BadPayload with the path `objectId`. Knows nothing about what the fields mean.
Tolerant where vendors are sloppy (numbers sent as text), strict where storage is (64-bit numbers, no NUL in texts).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from integration.core.errors import BadPayload

_Key: TypeAlias = "str | int"

_LARGEST: Final = 2**63 - 1
_LONGEST_NUMBER: Final = 20


class _Missing:
    """Stands for a field that is not there, which is not the same as null."""

    def __repr__(self) -> str:
        return "missing"


_MISSING: Final = _Missing()


class Tamed:
    """One value and the way to it. The path is only spelled out when something is wrong with it."""

    __slots__ = ("_key", "_parent", "_value")

    def __init__(self, value: object, key: _Key | None = None, parent: Tamed | None = None) -> None:
        self._value = value
        self._key = key
        self._parent = parent

    @property
    def path(self) -> str:
        """Where the value stands, as in `[3].mergedObjectIds[0]`; empty at the top."""
        before = self._parent.path if self._parent is not None else ""
        if self._key is None:
            return before
        if isinstance(self._key, int):
            return f"{before}[{self._key}]"
        return f"{before}.{self._key}" if before else self._key

    @property
    def value(self) -> object:
        """The wild value itself, for keeping what could not be used; None when it is missing."""
        return None if self._value is _MISSING else self._value

    @property
    def present(self) -> bool:
        """Whether the field is there with a value other than null."""
        return self._value is not _MISSING and self._value is not None

    def at(self, name: str) -> Tamed:
        """The field `name`, which may turn out to be missing. Raises BadPayload when this is no object."""
        if not isinstance(self._value, Mapping):
            raise self.refusal("should be an object")
        return Tamed(self._value.get(name, _MISSING), name, self)

    def items(self) -> list[Tamed]:
        """The elements of an array, each with its path. Raises BadPayload when this is no array."""
        if not isinstance(self._value, list):
            raise self.refusal("should be an array")
        return [Tamed(value, position, self) for position, value in enumerate(self._value)]

    def whole(self) -> int:
        """A whole number of 64 bits; text made of digits counts. Raises BadPayload otherwise."""
        value = self._value
        if type(value) is str and value.isascii() and len(value) <= _LONGEST_NUMBER and value.removeprefix("-").isdigit():
            value = int(value)
        if type(value) is not int:  # bool is an int to isinstance, and true is no id
            raise self.refusal("should be a whole number")
        if not -_LARGEST <= value <= _LARGEST:
            raise self.refusal("is beyond 64 bits")
        return value

    def positive(self) -> int:
        """A whole number from 1 on, as ids and times are."""
        value = self.whole()
        if value < 1:
            raise self.refusal("should be greater than zero")
        return value

    def text(self) -> str:
        """A text that every store can hold. Raises BadPayload for other types, NUL characters and half surrogate pairs."""
        value = self._value
        if type(value) is not str:
            raise self.refusal("should be text")
        if storable(value) != value:
            raise self.refusal("holds characters that are no text")
        return value

    def loose_text(self) -> str:
        """Text where the exact value does not matter: numbers and booleans are spelled, null and missing are empty, unstorable characters go."""
        value = self._value
        if type(value) is str:
            return storable(value)
        return "" if value is None or value is _MISSING else str(value)[:_LONGEST_NUMBER]

    def flag(self) -> bool:
        """true or false; missing and null count as false. Raises BadPayload otherwise."""
        if not self.present:
            return False
        if type(self._value) is not bool:
            raise self.refusal("should be true or false")
        return self._value

    def refusal(self, problem: str) -> BadPayload:
        """The error to raise about this value. It names the path and the type found, never the value."""
        found = "missing" if self._value is _MISSING else type(self._value).__name__
        return BadPayload(f"{problem} (found: {found})", path=self.path)


def tame(value: object, key: _Key | None = None) -> Tamed:
    """Start of a chain: wraps what a JSON parser returned. `key` names it when it is part of something larger."""
    return Tamed(value, key)


def storable(value: str) -> str:
    """The text without what PostgreSQL refuses: NUL characters and half surrogate pairs."""
    if value.isascii():
        return value.replace("\0", "") if "\0" in value else value
    return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
