"""Secrets at rest: Fernet with key rotation.

A ciphertext is bound to where it belongs (table, column, row id), so a value copied into another portal's row does not open.
Source of the primitive: https://cryptography.io/en/latest/fernet/#cryptography.fernet.MultiFernet (read 2026-11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integration.core.errors import AppError

_BINDING_BYTES = 16


class UnreadableSecret(AppError):
    """A stored secret opens with none of the configured keys, or belongs to another row."""

    default_reason = "unreadable_secret"


class SecretBox:
    """Encrypts and opens short texts. The first key encrypts; every key opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def __repr__(self) -> str:
        return "SecretBox(...)"

    def seal(self, plain: str, *, bound_to: str) -> bytes:
        return self._fernet.encrypt(_binding(bound_to) + plain.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        try:
            opened = self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise UnreadableSecret(f"The secret {bound_to} opens with none of the keys in LEADLIGHT_KEYS.") from error
        if opened[:_BINDING_BYTES] != _binding(bound_to):
            raise UnreadableSecret(f"The secret found at {bound_to} was sealed for another place.")
        return opened[_BINDING_BYTES:].decode()

    def rotate(self, sealed: bytes) -> bytes:
        """The same secret under the first key, for `leadlight rotate-keys`."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            raise UnreadableSecret("A stored secret opens with none of the keys in LEADLIGHT_KEYS.") from error


def new_key() -> str:
    """A fresh key for LEADLIGHT_KEYS."""
    return Fernet.generate_key().decode()


def _binding(place: str) -> bytes:
    return hashlib.sha256(place.encode()).digest()[:_BINDING_BYTES]
