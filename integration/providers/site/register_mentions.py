"""The register numbers a company states in the words of its own pages: CNPJ, British company number, LEI, VAT number. Pure.

Many countries oblige companies to print them: Brazil's decree 7.962/2013 (article 2), the British Company Trading Disclosures Regulations,
Germany's imprint. A number counts only with right check digits or, where a register has none, next to words that say which register it is
of. Numbers of several companies on one page say nothing about whose page it is, so then none of that register is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from integration.providers.cnpj import find_cnpjs, to_register_number
from integration.providers.normalise import to_british_number, to_lei, to_register_numbers

_NUMBER_WORD: Final = r"(?:registration|registered|reg\.?)?\s*(?:number|no\b\.?|nr\b\.?|n[o°º]\b\.?)"
_BRITISH_CODE: Final = r"(?P<code>(?:[A-Z]{2}\s?)?[0-9]{5,8})(?![0-9A-Za-z])"
_BRITISH: Final = (
    re.compile(
        rf"regist(?:ered|ration)\s+in\s+(?:england|scotland|wales|northern\s+ireland|the\s+(?:uk|united\s+kingdom))"
        rf"(?:\s*(?:and|&)\s*wales)?[\s,:;(-]*(?:with|under)?\s*(?:company)?\s*(?:{_NUMBER_WORD})?[\s:#]*{_BRITISH_CODE}",
        re.IGNORECASE,
    ),
    re.compile(rf"companies\s+house[\s,:;(-]*(?:company)?\s*(?:{_NUMBER_WORD})?[\s:#]*{_BRITISH_CODE}", re.IGNORECASE),
    re.compile(
        rf"company\s+{_NUMBER_WORD}[\s:#]*{_BRITISH_CODE}(?=[^\n]{{0,60}}(?:england|scotland|wales|northern\s+ireland))",
        re.IGNORECASE,
    ),
)
_LEI: Final = re.compile(r"\bLEI\b[\s\w()-]{0,20}?[\s:#]{1,3}(?P<code>[0-9A-Z]{18}[0-9]{2})\b")
_VAT: Final = re.compile(
    r"\b(?:VAT|USt\.?-?\s?Id(?:Nr|-Nr)?|UID|TVA|P\.?\s?IVA|Partita\s+IVA|BTW|MwSt)\b[\w\s.°-]{0,24}?[\s.:#]{1,3}"
    r"(?P<code>(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)\s?[0-9A-Z](?:[\s.]?[0-9]){5,11})"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_CNPJ_OF_COMPANY: Final = 8


def find_register_numbers(text: str) -> tuple[str, ...]:
    """As in Field.REGISTER_NUMBER, each once; empty when there is none or nobody can tell whose they are."""
    return (
        *_of_one_company(find_cnpjs(text), to_register_number, whose=lambda code: code[:_CNPJ_OF_COMPANY]),
        *_of_one_company(_codes(_BRITISH, text, to_british_number), "GB-{}".format),
        *_of_one_company(_codes((_LEI,), text, _checked_lei), "LEI-{}".format),
        *_of_one_company(_codes((_VAT,), text, _vat), str),
    )


def _of_one_company(
    codes: Iterable[str], written: Callable[[str], str], *, whose: Callable[[str], str] = lambda code: code
) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(codes))
    return tuple(written(code) for code in found) if len({whose(code) for code in found}) == 1 else ()


def _codes(patterns: Iterable[re.Pattern[str]], text: str, read: Callable[[str], str | None]) -> list[str]:
    return [code for pattern in patterns for one in pattern.finditer(text) if (code := read(one["code"]))]


def _checked_lei(raw: str) -> str | None:
    """The code when its check digits are right (ISO 17442: all of it as a number is 1 modulo 97)."""
    code = to_lei(raw)
    return code if code and int("".join(str(int(char, 36)) for char in code)) % 97 == 1 else None


def _vat(raw: str) -> str | None:
    return next(iter(to_register_numbers(None, raw) or ()), None)
