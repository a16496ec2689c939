"""One record of the Receita's open-data files to one row of ours. Pure. People's data is not taken: no e-mail address, no partner.

Columns by position, as in https://github.com/cuducos/minha-receita (transform/, read 2026-11); the files have no header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from integration.core.company_names import normal_company

Row = tuple[object, ...]
Parse = Callable[[Sequence[str]], Row]

_BASE: Final = re.compile(r"[0-9A-Z]{8}")
_ORDER: Final = re.compile(r"[0-9A-Z]{4}")
_DIGITS: Final = re.compile(r"[0-9]{2}")
_DAY: Final = re.compile(r"[0-9]{8}")
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(,[0-9]{1,2})?")
_NO_DAY: Final = "00000000"


class BadRow(ValueError):
    """The record is not what its file promises; the message says why and quotes nothing of it."""


def company_row(fields: Sequence[str]) -> Row:
    _count(fields, 7)
    name = fields[1].strip()
    return (_shaped(_BASE, fields[0], "company number"), name, name_key(name), fields[2].strip(), _capital(fields[4]))


def establishment_row(fields: Sequence[str]) -> Row:
    _count(fields, 30)
    base = _shaped(_BASE, fields[0], "company number")
    cnpj = base + _shaped(_ORDER, fields[1], "branch number") + _shaped(_DIGITS, fields[2], "check digits")
    road = " ".join(filter(None, (fields[13].strip(), fields[14].strip())))
    street = ", ".join(filter(None, (road, fields[15].strip(), " ".join(fields[16].split()))))
    activities = [code for raw in (fields[11], *fields[12].split(",")) if (code := raw.strip())]
    return (
        cnpj, base, fields[3].strip() == "1", fields[4].strip(), _status(fields[5]), fields[28].strip(), _day(fields[10]), activities,
        street, fields[18].strip(), fields[19].strip(), fields[20].strip(), (fields[21] + fields[22]).strip(),
    )  # fmt: skip


def tax_row(fields: Sequence[str]) -> Row:
    _count(fields, 7)
    return (_shaped(_BASE, fields[0], "company number"), fields[1].strip() == "S", fields[4].strip() == "S")


def lookup_row(kind: str) -> Parse:
    def parse(fields: Sequence[str]) -> Row:
        _count(fields, 2)
        return (kind, fields[0].strip(), fields[1].strip())

    return parse


def name_key(name: str) -> str:
    """How a name is looked for: without legal form, accents and blanks."""
    return normal_company(name, "BR").replace(" ", "")


LOOKUPS: Final = ("Cnaes", "Motivos", "Municipios", "Naturezas", "Paises", "Qualificacoes")
PARSERS: Final[Mapping[str, Parse]] = {
    "Empresas": company_row,
    "Estabelecimentos": establishment_row,
    "Simples": tax_row,
    **{kind: lookup_row(kind) for kind in LOOKUPS},
}


def _count(fields: Sequence[str], wanted: int) -> None:
    if len(fields) != wanted:
        raise BadRow(f"{len(fields)} fields instead of {wanted}")


def _shaped(shape: re.Pattern[str], raw: str, what: str) -> str:
    if not shape.fullmatch(raw):
        raise BadRow(f"no {what}")
    return raw


def _day(raw: str) -> date | None:
    """YYYYMMDD; noughts and nothing for none."""
    if raw in ("", "0", _NO_DAY):
        return None
    if not _DAY.fullmatch(raw):
        raise BadRow("no date")
    try:
        return date(int(raw[:4]), int(raw[4:6]), int(raw[6:]))
    except ValueError as error:
        raise BadRow("no such day") from error


def _capital(raw: str) -> Decimal | None:
    if not raw.strip():
        return None
    return Decimal(_shaped(_AMOUNT, raw.strip(), "amount").replace(",", "."))


def _status(raw: str) -> int | None:
    return int(_shaped(_DIGITS, raw.strip().zfill(2), "status")) if raw.strip() else None
