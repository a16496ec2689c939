"""Answers from the local copy of Brazil's company register."""

from __future__ import annotations

from integration.core.folding import folded
from integration.db.session import Database
from integration.providers.adapter import Answer, Value
from integration.providers.base import Field
from integration.providers.cnpj_facts import WHOLE, Establishment, answer_of, values_of
from integration.providers.name_match import BY_NAME_RATIO, MAX_CANDIDATES
from integration.providers.open_data.register_store import RegisterStore
from integration.providers.open_data.rows import name_key


class OpenRegister:
    """The register in this installation's database; a short transaction for each question. Safe between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = RegisterStore()

    def find_number(self, cnpj: str) -> Answer | None:
        """The establishment's facts; an empty answer when the register has none, None when it was never loaded."""
        with self._database.begin() as connection:
            found = self._store.by_number(connection, cnpj=cnpj)
            if found is None:
                return Answer() if self._store.is_loaded(connection) else None
        return answer_of(found, WHOLE)

    def find_name(self, name: str, state: str | None, city: str | None) -> Answer | None:
        """The head offices of companies of that name as candidates, in the state and city where one is known."""
        key = name_key(name)
        uf = state.upper() if state and len(state) == 2 else None
        with self._database.begin() as connection:
            found = self._store.by_name(connection, name_key=key, state=uf) if key else ()
            if not found:
                return Answer() if self._store.is_loaded(connection) else None
        there = [one for one in found if city and folded(one.city) == folded(city)] or list(found)
        return Answer(candidates=tuple(_candidate(one) for one in there[:MAX_CANDIDATES]))


def _candidate(one: Establishment) -> tuple[Value, ...]:
    """Under its legal name: that is the one that was looked for."""
    values = (value for value in values_of(one, WHOLE) if value.field is not Field.COMPANY_NAME)
    capped = (Value(value.field, value.value, min(value.confidence_ratio, BY_NAME_RATIO)) for value in values)
    return (*capped, Value(Field.COMPANY_NAME, one.legal_name, BY_NAME_RATIO))
