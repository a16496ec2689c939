"""Legal forms of companies ("GmbH & Co. KG", "Ltda.", "S/A") as folded words, to be taken off a name. Pure.

The terms are cleanco's, by type and by country, with our own for what it lacks: the Brazilian ones, and spellings written out. At the end of
a name any country's form counts; at its front only the forms that stand there in the company's country, or that are no word anywhere.
Source: cleanco 2.3, https://github.com/psolin/cleanco (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from cleanco.termdata import terms_by_country, terms_by_type

from integration.core.folding import words

Words = tuple[str, ...]

_OURS: Final = (
    "S/A", "EIRELI", "ME", "EPP", "MEI", "LTDA ME", "LTDA EPP", "EIRELI ME", "SLU", "S.L.", "GmbH", "gGmbH", "UG haftungsbeschränkt", "mbH",
    "Co KG", "and Co KG", "and Co", "Cos", "Companies", "PLC", "LLC", "Inc", "Corp", "Limitada", "Sociedade Anonima", "Sociedad Anonima",
    "Aktiengesellschaft", "Aktiebolag", "Societe Anonyme", "Kabushiki Kaisha", "Pte", "Pvt", "Pty", "Bhd", "BV", "NV", "SE", "PBC", "LP", "LLP",
    "SA de CV", "SAB de CV", "S de RL de CV", "SpA", "Srl", "SAS", "Oyj", "Publ", "ASA", "Tbk",
)  # fmt: skip
_IN_FRONT: Final = {
    "ID": ("pt", "cv"),
    "LT": ("uab", "ab"),
    "LV": ("sia", "as"),
    "EE": ("ou", "as"),
    "SE": ("ab",),
    "BG": ("et",),
}
_IN_FRONT_ANYWHERE: Final = frozenset({"ooo", "oao", "zao", "pao", "uab", "sia"})
_NOT_ALONE: Final = frozenset({"and"})
_LONGEST: Final = 6


def without_legal_form(name: Words, country: str = "") -> tuple[Words, str]:
    """(the words that are left, the form taken off or ""). Never takes the last word. `country`: ISO alpha-2, "" when unknown."""
    taken: list[str] = []
    left = name
    while (size := _form_at_end(left)) or (len(left) > 1 and left[-1] in _NOT_ALONE):
        size = size or 1
        taken.insert(0, " ".join(left[-size:]))
        left = left[:-size]
    front = _IN_FRONT_ANYWHERE.union(_IN_FRONT.get(country.upper(), ()))
    while len(left) > 1 and left[0] in front:
        taken.append(left[0])
        left = left[1:]
    return left, " ".join(taken)


def _form_at_end(name: Words) -> int:
    """How many words at the end of the name are one legal form."""
    known = _forms()
    return next((size for size in range(min(_LONGEST, len(name) - 1), 0, -1) if name[-size:] in known), 0)


@cache
def _forms() -> frozenset[Words]:
    return frozenset(spelled for term in _terms() if (spelled := words(term)))


def _terms() -> Iterable[str]:
    for table in (terms_by_type, terms_by_country):
        for terms in table.values():
            yield from terms
    yield from _OURS
