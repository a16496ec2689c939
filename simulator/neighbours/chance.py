"""Repeatable chance: the same words always give the same draw, so an invented world needs no seed and no store."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(*words: str) -> float:
    """A number in [0, 1), evenly spread over different words and fixed for the same ones."""
    digest = hashlib.blake2b("\x1f".join(words).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def pick(options: Sequence[T], *words: str) -> T:
    """One of the options, evenly."""
    return options[int(draw(*words) * len(options))]


def pick_weighted(options: Sequence[tuple[T, float]], *words: str) -> T:
    """One of the options by weight; weights need not sum to 1."""
    left = draw(*words) * sum(weight for _, weight in options)
    for option, weight in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][0]


def hex_id(length: int, *words: str) -> str:
    """An identifier of so many (at most 64) hexadecimal digits."""
    return hashlib.blake2b("\x1f".join(words).encode(), digest_size=32).hexdigest()[:length]
