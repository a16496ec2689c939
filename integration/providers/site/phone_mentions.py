"""Telephone numbers in a page's text, as written. Pure but for the number plans of phonenumbers.

Source: https://github.com/daviddrysdale/python-phonenumbers (read 2026-12).

Numbers labelled as fax are taken and not reported. A number needs a form that numbers have, or a word beside it that says it is one.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from integration.providers.site.entities import EntityKind, Findings

_CANDIDATE: Final = re.compile(r"(?<![\w/.,$€£#-])(?:\+|00)?\(?\+?\d[\d \u00a0().\-–/•·]{5,24}\d(?![\w%]|[.,/-]\d)")
_VANITY: Final = re.compile(
    r"(?<![\w.-])(?:\+?1[-. ])?\(?(?:8(?:00|33|44|55|66|77|88)|\d{3})\)?[-. ](?=[\dA-Z-]*[A-Z]{3})[A-Z\d]{2,7}(?:[-. ][A-Z\d]{2,7}){0,2}(?![\w-])"
)
_AMERICAN: Final = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ ./–-]{0,3}\d{3}[ .–-]{1,3}\d{4}")
_LABEL: Final = re.compile(
    r"(?:\btel(?:e(?:phone|fon(?:e|o)?))?|\b(?:tele)?phones?|\bphone|\bcall(?: us)?|\bfon(?:e)?|\bmobi(?:le|l)|\bcell|\boffice|\btoll[- ]free|"
    r"\bt|\bp|\bm|\bph|\bdirect|\bhotline|\bswitchboard|\bline)\b[^\w]{0,4}(?:\w+[^\w]{1,3}){0,3}$",
    re.IGNORECASE,
)
_FAX: Final = re.compile(r"\b(?:fax|telefax|facsimile|f)\b[^\w\n]{0,6}(?:(?:number|no|us|line)\b[^\w\n]{0,4})?\n?$", re.IGNORECASE)
_NOT_PHONE: Final = re.compile(
    r"^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20)\d{2}\s?[-–]\s?(?:19|20)\d{2}|\d{5}-\d{4}|\d{4}[./-]\d{2}[./-]\d{2})$"
)
_BEFORE: Final = 32


def find_phones(text: str, findings: Findings, regions: tuple[str, ...]) -> None:
    """Adds every number; one that `regions` (ISO codes, the likeliest first) cannot explain needs a label."""
    for found in _VANITY.finditer(text):
        if _is_called(text, found.start()) or found[0][0] in "18(" or found[0].count(".") == 2:
            _take(text, findings, found.start(), found.end())
    for found in _CANDIDATE.finditer(text):
        start, end = _trimmed(text, found.start(), found.end())
        written = text[start:end]
        if _is_phone(written, regions, labelled=_is_called(text, start)):
            _take(text, findings, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The first number where two stand beside each other, and no bracket that was never opened."""
    american = _AMERICAN.match(text, start, end)
    if american and len(re.sub(r"\D", "", text[start:end])) > 11:
        return start, american.end()
    written = text[start:end]
    if written.startswith("(") and ")" not in written:
        start += 1
    return start, end


def _take(text: str, findings: Findings, start: int, end: int) -> None:
    if _FAX.search(text[max(0, start - _BEFORE) : start]):
        findings.block(start, end)
    else:
        findings.add(EntityKind.TEL, text[start:end].strip(), start, end)


def _is_called(text: str, start: int) -> bool:
    return bool(_LABEL.search(text[max(0, start - _BEFORE) : start]))


def _is_phone(written: str, regions: tuple[str, ...], *, labelled: bool) -> bool:
    digits = re.sub(r"\D", "", written)
    if not 7 <= len(digits) <= 15 or _NOT_PHONE.match(written.strip()):
        return False
    if _AMERICAN.fullmatch(written.strip()) and (len(written) > len(digits) or labelled):
        return True
    has_form = written.lstrip("( ").startswith(("+", "00", "0", "(")) and len(digits) >= 9
    if not (has_form or labelled):
        return False
    return any(_fits(written, region, labelled=labelled) for region in regions)


def _fits(written: str, region: str, *, labelled: bool) -> bool:
    try:
        number = phonenumbers.parse(written.replace("(0)", ""), region)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(number):
        return True
    return labelled and bool(phonenumbers.is_possible_number(number) or len(written) > 7)
