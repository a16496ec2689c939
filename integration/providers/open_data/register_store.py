"""The local copy of Brazil's company register, asked by number or by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, and_, func, select

from integration.db.models import CnpjCompanyRow as Company
from integration.db.models import CnpjEstablishmentRow as Place
from integration.db.models import CnpjLookupRow as Lookup
from integration.db.models import CnpjTaxRow as Tax
from integration.providers.cnpj_facts import SOLE_TRADER, Establishment

_MOST: Final = 20


class RegisterStore:
    """Rows of the `cnpj_*` tables."""

    def is_loaded(self, connection: Connection) -> bool:
        """All portals: the register is public. Whether there is anything to ask."""
        return connection.execute(select(Place.cnpj).limit(1)).first() is not None

    def by_number(self, connection: Connection, *, cnpj: str) -> Establishment | None:
        """All portals: the register is public."""
        found = self._establishments(connection, Place.cnpj == cnpj)
        return found[0] if found else None

    def by_name(self, connection: Connection, *, name_key: str, state: str | None) -> Sequence[Establishment]:
        """All portals: the register is public. The head offices of companies of this name, at most twenty; `state`: "SP"."""
        wanted = and_(Company.name_key == name_key, Place.is_head_office)
        return self._establishments(connection, wanted if state is None else and_(wanted, Place.state == state))

    def _establishments(self, connection: Connection, wanted: object) -> list[Establishment]:
        city, nature = select(Lookup).subquery(), select(Lookup).subquery()
        statement = (
            select(
                *Place.__table__.columns, Company.name, Company.legal_nature, Company.capital, city.c.name.label("city"), nature.c.name.label("form"),
                func.coalesce(Tax.is_mei, False).label("is_mei"),
            )
            .select_from(Place)
            .outerjoin(Company, Company.base == Place.base)
            .outerjoin(Tax, Tax.base == Place.base)
            .outerjoin(city, and_(city.c.kind == "Municipios", city.c.code == Place.city_code))
            .outerjoin(nature, and_(nature.c.kind == "Naturezas", nature.c.code == Company.legal_nature))
            .where(wanted)  # type: ignore[arg-type]
            .order_by(Place.cnpj)
            .limit(_MOST)
        )  # fmt: skip
        return [_read(row) for row in connection.execute(statement).mappings()]


def _read(told: RowMapping) -> Establishment:
    nature = str(told["legal_nature"] or "")
    return Establishment(
        cnpj=told["cnpj"],
        legal_name=told["name"] or "",
        trade_name=told["trade_name"],
        legal_form=told["form"] or "",
        legal_nature=SOLE_TRADER if told["is_mei"] else int(nature) if nature.isdigit() else None,
        status=told["status"],
        special_status=told["special_status"],
        is_head_office=told["is_head_office"],
        started_on=told["started_on"].isoformat() if told["started_on"] else None,
        capital=told["capital"],
        activities=tuple(told["activities"]),
        street=told["street"],
        postal_code=told["postal_code"],
        city=told["city"] or "",
        state=told["state"],
        phone=told["phone"],
    )
