"""Brazil's public company register as loaded from the open-data files. It belongs to no portal, and names no people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Moment, Str


class CnpjCompanyRow(Base):
    """A company, by the first eight characters of its numbers. `name_key`: the name without legal form, accents and blanks."""

    __tablename__ = "cnpj_company"

    base: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str]
    name_key: Mapped[Str] = mapped_column(index=True)
    legal_nature: Mapped[Str]
    capital: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))


class CnpjEstablishmentRow(Base):
    """A head office or branch."""

    __tablename__ = "cnpj_establishment"

    cnpj: Mapped[Str] = mapped_column(primary_key=True)
    base: Mapped[Str] = mapped_column(index=True)
    is_head_office: Mapped[bool]
    trade_name: Mapped[Str]
    status: Mapped[int | None] = mapped_column(Integer)
    special_status: Mapped[Str]
    started_on: Mapped[date | None]
    activities: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    street: Mapped[Str]
    postal_code: Mapped[Str]
    state: Mapped[Str]
    city_code: Mapped[Str]
    phone: Mapped[Str]


class CnpjTaxRow(Base):
    """Whether a company is in the simplified tax schemes; `is_mei`: an individual micro-entrepreneur."""

    __tablename__ = "cnpj_tax"

    base: Mapped[Str] = mapped_column(primary_key=True)
    is_simples: Mapped[bool]
    is_mei: Mapped[bool]


class CnpjLookupRow(Base):
    """What a code means. `kind` is the file's name: "Municipios"."""

    __tablename__ = "cnpj_lookup"

    kind: Mapped[Str] = mapped_column(primary_key=True)
    code: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str]


class CnpjLoadRow(Base):
    """A file that was loaded whole. `is_current`: its rows are the ones that are asked."""

    __tablename__ = "cnpj_load"

    month: Mapped[Str] = mapped_column(primary_key=True)
    file: Mapped[Str] = mapped_column(primary_key=True)
    rows: Mapped[BigInt]
    bad_rows: Mapped[BigInt]
    is_current: Mapped[bool] = mapped_column(primary_key=True, server_default=text("false"))
    loaded_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
