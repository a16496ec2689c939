"""Names of companies as they are compared: folded words in a settled form, without legal form. Pure.

Normalising a name that is normalised already changes nothing. Whether two names belong to one company is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from integration.core.folding import words
from integration.core.legal_forms import without_legal_form

Words = tuple[str, ...]

_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_OTHER_NAME: Final = re.compile(r"\b(?:d/b/a|dba|t/a|a/k/a|aka|f/k/a|formerly)\b", re.IGNORECASE)
_SHORTEST_OTHER_NAME: Final = 3
_FILLERS: Final = frozenset({"the", "and", "of"})


@dataclass(frozen=True)
class CompanyName:
    """`words` without legal form; `other_names` from brackets and "doing business as"; `legal_form` as folded words, "" without one."""

    words: Words
    other_names: tuple[Words, ...] = ()
    legal_form: str = ""

    @property
    def spellings(self) -> tuple[Words, ...]:
        """Every name it goes by, the first one first."""
        return (self.words, *self.other_names) if self.words else self.other_names


def company_name(name: str, country: str = "") -> CompanyName:
    """The name in comparable form. `country`: ISO alpha-2 of the company, for forms that stand in front in some countries only."""
    parts = _OTHER_NAME.split(_BRACKETS.sub(" ", name))
    core, form = _core(words(parts[0]), country)
    others = [_core(words(part), country)[0] for part in (*parts[1:], *_BRACKETS.findall(name))]
    told = [other for other in others if len("".join(other)) >= _SHORTEST_OTHER_NAME]
    if not core and told:
        core, told = told[0], told[1:]
    if not core:
        core, form = _core(words(name), country)
    return CompanyName(core, tuple(dict.fromkeys(other for other in told if other != core)), form)


def normal_company(name: str, country: str = "") -> str:
    """The company's name as one text of folded words, without legal form and brackets; "" for a name without letters."""
    return " ".join(company_name(name, country).words)


def _core(name: Words, country: str) -> tuple[Words, str]:
    """(name, legal form) with linking words in front and legal forms taken off until nothing more comes off."""
    left, form = without_legal_form(name, country)
    while len(left) > 1 and left[0] in _FILLERS:
        left, more = without_legal_form(left[1:], country)
        form = f"{form} {more}".strip()
    return left, form
