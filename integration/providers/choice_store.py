"""What admins chose about providers: which are on, in which order they are asked for a field, and on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import ProviderChoiceRow, ProviderPinRow, ProviderTermsRow
from integration.providers.base import Field
from integration.providers.standing import Choices, Terms

_TERMS: Final = ("wanted_ratio", "explore_ratio", "holdout_ratio", "worth_ratio")


class ChoiceStore:
    """Rows of `provider_choice`, `provider_pin` and `provider_terms`."""

    def find(self, connection: Connection, *, portal_id: int) -> Choices:
        """Everything that was chosen. A pin for a field that is no longer known is left out."""
        switches = connection.execute(
            select(ProviderChoiceRow.provider, ProviderChoiceRow.is_on).where(ProviderChoiceRow.portal_id == portal_id)
        )
        pins = connection.execute(
            select(ProviderPinRow.field, ProviderPinRow.providers).where(ProviderPinRow.portal_id == portal_id)
        )
        known = {name.value for name in Field}
        return Choices(
            {row.provider: row.is_on for row in switches},
            {Field(row.field): tuple(row.providers) for row in pins if row.field in known},
        )

    def find_terms(self, connection: Connection, *, portal_id: int) -> Terms:
        """The portal's terms, the usual ones where nothing was set."""
        row = ProviderTermsRow
        query = select(*(getattr(row, name) for name in _TERMS)).where(row.portal_id == portal_id)
        found = connection.execute(query).one_or_none()
        return Terms() if found is None else Terms(**found._mapping)

    def switch(self, connection: Connection, *, portal_id: int, provider: str, is_on: bool, by: str, now: datetime) -> None:
        """Turns a provider on or off."""
        statement = insert(ProviderChoiceRow).values(
            portal_id=portal_id, provider=provider, is_on=is_on, chosen_by=by, chosen_at=now
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "provider"], set_={"is_on": is_on, "chosen_by": by, "chosen_at": now}
            )
        )

    def pin(
        self, connection: Connection, *, portal_id: int, field: Field, providers: Sequence[str], by: str, now: datetime
    ) -> None:
        """Sets the providers to ask for a field, in their order; none removes the pin."""
        if not providers:
            connection.execute(
                delete(ProviderPinRow).where(ProviderPinRow.portal_id == portal_id, ProviderPinRow.field == field.value)
            )
            return
        chosen = {"providers": list(providers), "pinned_by": by, "pinned_at": now}
        statement = insert(ProviderPinRow).values(portal_id=portal_id, field=field.value, **chosen)
        connection.execute(statement.on_conflict_do_update(index_elements=["portal_id", "field"], set_=chosen))

    def save_terms(self, connection: Connection, *, portal_id: int, terms: Terms, by: str, now: datetime) -> None:
        """Sets the portal's terms."""
        chosen = {name: getattr(terms, name) for name in _TERMS} | {"set_by": by, "set_at": now}
        statement = insert(ProviderTermsRow).values(portal_id=portal_id, **chosen)
        connection.execute(statement.on_conflict_do_update(index_elements=["portal_id"], set_=chosen))
