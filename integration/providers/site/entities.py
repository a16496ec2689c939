"""What is found on a page: typed pieces of its text, and the text that is already taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """What a piece of text is."""

    ORG = "ORG"
    PER = "PER"
    TEL = "TEL"
    EMAIL = "EMAIL"
    STREET = "STREET"
    CITY = "CITY"
    STATE = "STATE"
    ZIPCODE = "ZIPCODE"
    COUNTRY = "COUNTRY"


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention. `start` is its place in the page's text (lines joined by a newline); -1 where it stands in the markup only."""

    kind: EntityKind
    text: str
    start: int = -1


class Findings:
    """The mentions found so far in a text; each stretch of it belongs to one of them at most."""

    def __init__(self, text_length: int) -> None:
        self.entities: list[Entity] = []
        self._taken = bytearray(text_length)

    def add(self, kind: EntityKind, text: str, start: int, end: int) -> bool:
        """Whether the stretch was free; then it is taken."""
        if not text or self.is_taken(start, end):
            return False
        self.block(start, end)
        self.entities.append(Entity(kind, text, start))
        return True

    def add_from_head(self, kind: EntityKind, text: str) -> None:
        """Adds what stands in the head of the page only."""
        self.entities.append(Entity(kind, text))

    def block(self, start: int, end: int) -> None:
        """Takes a stretch that is nothing we look for."""
        self._taken[start:end] = b"\1" * (end - start)

    def is_taken(self, start: int, end: int) -> bool:
        return 1 in self._taken[start:end]
