"""What Brazil's company register says about one establishment, and what we take of it. Pure.

The same facts come as JSON (BrasilAPI and Minha Receita, one shape) and from the open-data files. People are left out: partners, their
masked numbers and the e-mail address are never read; of a sole trader's establishment, which is a person's home as a rule, neither phone
nor street. A sole trader's legal name may end in that person's own number: it is taken off.
Source: https://docs.minhareceita.org (como-usar, dicionario), read 2026-11.
Limit: the register writes in capitals and without accents; nothing is guessed back. A special status (liquidation, bankruptcy) is told by
the word it contains, since no list of them is published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from integration.core.errors import UnexpectedReply
from integration.providers.adapter import Answer, Value
from integration.providers.base import Field, FieldValue
from integration.providers.cnpj import to_cnpj, to_register_number
from integration.providers.json_reading import JsonObject
from integration.providers.normalise import to_iso_date, to_phone, to_text, to_year

COUNTRY: Final = "BR"
# Whose data all of them pass on: the federal revenue office. Together they are one source.
UPSTREAM: Final = "receita_federal"
# Filled for practically every establishment.
CORE: Final = {
    Field.LEGAL_NAME: 0.95,
    Field.LEGAL_FORM: 0.95,
    Field.COMPANY_STATUS: 0.95,
    Field.REGISTER_NUMBER: 0.95,
    Field.INDUSTRY_CODES: 0.9,
    Field.COUNTRY: 0.95,
    Field.STATE: 0.9,
    Field.CITY: 0.9,
}
# Often empty, or true in the register's own way: the start of the registered establishment, the phone of whoever keeps the books.
WHOLE: Final = {
    **CORE,
    Field.POSTAL_CODE: 0.9,
    Field.SHARE_CAPITAL: 0.9,
    Field.STREET: 0.9,
    Field.FOUNDED_YEAR: 0.75,
    Field.COMPANY_NAME: 0.6,
    Field.COMPANY_PHONE: 0.5,
}
ACTIVE: Final = 2
HEAD_OFFICE: Final = 1
_STATUSES: Final = {1: "inactive", ACTIVE: "active", 3: "inactive", 4: "inactive", 8: "inactive"}
_ENDING: Final = re.compile(r"LIQUIDA|FALID|FALENCIA", re.IGNORECASE)
# Legal nature 2135: a person who trades under their own name.
SOLE_TRADER: Final = 2135
_PERSON_NUMBER: Final = re.compile(r"\s*(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Establishment:
    """One establishment as the register has it; "" and None stand for what it does not say. `activities`: CNAE codes, the main one first."""

    cnpj: str
    legal_name: str = ""
    trade_name: str = ""
    legal_form: str = ""
    legal_nature: int | None = None
    status: int | None = None
    special_status: str = ""
    is_head_office: bool = False
    started_on: str | None = None
    capital: Decimal | None = None
    activities: tuple[str, ...] = ()
    street: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""
    phone: str = ""


def read_establishment(body: JsonObject, cnpj: str, *, system: str) -> Establishment:
    """The JSON of BrasilAPI and Minha Receita. Raises UnexpectedReply when it is not about `cnpj`."""
    if to_cnpj(body.get("cnpj")) != cnpj:
        raise UnexpectedReply("the answer is about another number, or names none", system=system)

    def text(name: str) -> str:
        return to_text(body.get(name)) or ""

    others = body.get("cnaes_secundarios")
    codes = (
        [body.get("cnae_fiscal"), *(one.get("codigo") for one in others if isinstance(one, dict))]
        if isinstance(others, list)
        else []
    )
    road = " ".join(filter(None, (text("descricao_tipo_de_logradouro"), text("logradouro"))))
    return Establishment(
        cnpj=cnpj,
        legal_name=text("razao_social"),
        trade_name=text("nome_fantasia"),
        legal_form=text("natureza_juridica"),
        legal_nature=_whole(body.get("codigo_natureza_juridica")),
        status=_whole(body.get("situacao_cadastral")),
        special_status=text("situacao_especial"),
        is_head_office=_whole(body.get("identificador_matriz_filial")) == HEAD_OFFICE,
        started_on=to_iso_date(body.get("data_inicio_atividade")),
        capital=_capital(body.get("capital_social")),
        activities=tuple(code for one in codes if (code := _activity(one))),
        street=", ".join(filter(None, (road, text("numero"), text("complemento")))),
        postal_code=text("cep"),
        city=text("municipio"),
        state=text("uf"),
        phone=text("ddd_telefone_1"),
    )


def answer_of(one: Establishment, trust: Mapping[Field, float], source_url: str | None = None) -> Answer:
    """The answer about an establishment asked for by its number: the fields of `trust`."""
    values = values_of(one, trust, source_url)
    return Answer(values, about=(Value(Field.COMPANY_NAME, one.legal_name, 0.9, source_url),) if one.legal_name else ())


def values_of(one: Establishment, trust: Mapping[Field, float], source_url: str | None = None) -> tuple[Value, ...]:
    """The fields of `trust` that the register fills, in our vocabulary."""
    is_person = one.legal_nature == SOLE_TRADER
    found: dict[Field, FieldValue | None] = {
        Field.LEGAL_NAME: _PERSON_NUMBER.sub("", one.legal_name).strip() or None,
        Field.COMPANY_NAME: one.trade_name or None,
        Field.LEGAL_FORM: one.legal_form or None,
        Field.COMPANY_STATUS: _status(one),
        Field.REGISTER_NUMBER: (to_register_number(one.cnpj),),
        Field.INDUSTRY_CODES: tuple(dict.fromkeys(f"CNAE-{code}" for code in one.activities)) or None,
        Field.SHARE_CAPITAL: f"BRL {one.capital:.2f}" if one.capital else None,
        Field.FOUNDED_YEAR: to_year(one.started_on) if one.is_head_office else None,
        Field.COUNTRY: COUNTRY,
        Field.STATE: one.state or None,
        Field.CITY: one.city or None,
        Field.STREET: None if is_person else one.street or None,
        Field.POSTAL_CODE: None if is_person else _postal_code(one.postal_code),
        Field.COMPANY_PHONE: None if is_person else to_phone(one.phone, COUNTRY),
    }
    return tuple(
        Value(name, value, trust[name], source_url) for name, value in found.items() if value is not None and name in trust
    )


def _status(one: Establishment) -> str | None:
    status = _STATUSES.get(one.status) if one.status is not None else None
    return "closing" if status == "active" and _ENDING.search(one.special_status) else status


def _postal_code(text: str) -> str | None:
    digits = text.replace("-", "").replace(".", "")
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 8 and digits.isascii() and digits.isdigit() else None


def _activity(raw: object) -> str:
    """Seven digits; as a number the code has lost its leading nought."""
    text = str(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    return text.zfill(7) if text.isascii() and text.isdigit() and 0 < int(text) <= 9_999_999 else ""


def _whole(raw: object) -> int | None:
    text = str(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _capital(raw: object) -> Decimal | None:
    is_amount = isinstance(raw, int | float) and not isinstance(raw, bool) and 0 < raw < 1e15
    return Decimal(str(raw)) if is_amount else None
