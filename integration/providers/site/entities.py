"""What is found on a page: typed pieces of its text, and the text that is already taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass
class Findings:
    """The mentions found so far; each stretch of text belongs to one of them at most."""

    entities: list[Entity] = field(default_factory=list)
    _taken: list[tuple[int, int]] = field(default_factory=list)

    def add(self, kind: EntityKind, text: str, start: int, end: int) -> bool:
        """Whether the stretch was free; then it is taken."""
        if not text or self.is_taken(start, end):
            return False
        self._taken.append((start, end))
        self.entities.append(Entity(kind, text, start))
        return True

    def block(self, start: int, end: int) -> None:
        """Takes a stretch that is nothing we look for."""
        self._taken.append((start, end))

    def is_taken(self, start: int, end: int) -> bool:
        return any(start < stop and begin < end for begin, stop in self._taken)
