"""What a person may do in a portal. Pure."""

from __future__ import annotations

from enum import IntEnum

from integration.core.errors import BadInput


class Role(IntEnum):
    """What a person may do. Each may do everything the one before may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """As stored and shown."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Role:
        """Raises BadInput for anything but viewer, operator or admin."""
        try:
            return cls[word.upper()]
        except KeyError as error:
            raise BadInput(f"There is no role {word!r}; choose viewer, operator or admin.") from error
