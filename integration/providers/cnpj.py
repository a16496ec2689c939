"""Brazil's company number, the CNPJ: recognised, checked, found in running text. Pure.

Twelve letters or digits and two check digits: eight for the company, four for the establishment ("0001" is the head office in numbers without
letters; in newer ones only the register's own mark tells). Since
July 2026 new numbers may hold letters, so a CNPJ is a text, never a number. Check digits by validate-docbr
(https://github.com/alvarofpp/validate-docbr, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from validate_docbr import CNPJ

REGISTER: Final = "BR"
_PREFIX: Final = f"{REGISTER}-"
_SHAPE: Final = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_MARKS: Final = re.compile(r"[\s./\u2010-\u2015-]")
# Fourteen bare digits are as often a moment or an order's number: they count only where the text says what they are.
_WRITTEN: Final = re.compile(
    r"""(?<![0-9A-Za-z./-])(?:
        [0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}\s?/\s?[0-9A-Za-z]{4}\s?[\u2010-\u2015-]\s?[0-9]{2}
      | (?<=CNPJ[:\s\u00a0])[0-9A-Za-z]{8}\s?/?\s?[0-9A-Za-z]{4}\s?[\u2010-\u2015-]?\s?[0-9]{2}
      | (?<=CNPJ:\s)[0-9A-Za-z]{8}\s?/?\s?[0-9A-Za-z]{4}\s?[\u2010-\u2015-]?\s?[0-9]{2}
    )(?![0-9A-Za-z])""",
    re.VERBOSE | re.IGNORECASE,
)
_HEAD_OFFICE: Final = "0001"
_CHECK: Final = CNPJ()


def to_cnpj(raw: object) -> str | None:
    """The fourteen characters in capitals, letters kept, when the check digits are right; None for anything else, numbers too."""
    if not isinstance(raw, str) or not raw.isascii():
        return None
    bare = _MARKS.sub("", raw).upper()
    return bare if _SHAPE.fullmatch(bare) and _CHECK.validate(bare) else None


def find_cnpjs(text: str) -> tuple[str, ...]:
    """The CNPJs in a text, each once, in order; those without points and slash only right after the word CNPJ."""
    found = (to_cnpj(re.sub(r"[\u2010-\u2015\u00a0]", "-", one[0])) for one in _WRITTEN.finditer(text))
    return tuple(dict.fromkeys(one for one in found if one))


def to_register_number(cnpj: str) -> str:
    """As in Field.REGISTER_NUMBER: "BR-12ABC34501DE35"."""
    return _PREFIX + cnpj


def cnpj_among(register_numbers: Iterable[str]) -> str | None:
    """The CNPJ to ask with: the first of a head office, else the first; None when there is none that is right."""
    known = [cnpj for one in register_numbers if one.startswith(_PREFIX) and (cnpj := to_cnpj(one.removeprefix(_PREFIX)))]
    return next((cnpj for cnpj in known if cnpj[8:12] == _HEAD_OFFICE), known[0] if known else None)
