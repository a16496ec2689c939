"""Which of a register's companies bears the name that was asked for: exactly one, or none, or several that only a person can tell. Pure.

A register is searched by words and answers with everything similar. Only a name that is the same but for legal form, case, accents and
blanks is taken; whether place and number agree too is judged later, with everything else that is known of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from rapidfuzz import fuzz

from integration.core.company_names import normal_company

T = TypeVar("T")

BY_NAME_RATIO: Final = 0.8
"""The most that a fact is trusted whose company was told by name and country alone."""
MAX_CANDIDATES: Final = 5
_CLOSE_PCT: Final = 88.0


def same_name(one: str, other: str, country: str = "") -> bool:
    """Whether both are one name but for legal form, case, accents and blanks. Names without letters are no name."""
    here, there = _joined(one, country), _joined(other, country)
    return bool(here) and here == there


def named_exactly(asked: str, found: Sequence[T], name_of: Callable[[T], str], country: str = "") -> list[T]:
    """Those of the found that bear the very name."""
    return [one for one in found if same_name(asked, name_of(one), country)]


def named_closely(asked: str, found: Sequence[T], name_of: Callable[[T], str], country: str = "") -> list[T]:
    """At most five whose names differ by little, the closest first: candidates, never an answer."""
    wanted = normal_company(asked, country)
    rated = [(fuzz.token_sort_ratio(wanted, normal_company(name_of(one), country)), -place, one) for place, one in enumerate(found)]
    close = sorted((entry for entry in rated if wanted and entry[0] >= _CLOSE_PCT), key=lambda entry: entry[:2], reverse=True)
    return [one for _, _, one in close[:MAX_CANDIDATES]]


def _joined(name: str, country: str) -> str:
    return normal_company(name, country).replace(" ", "")
