"""Rows of `property_policy`: what an admin set for single properties. What is not here has its default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, ColumnElement, Connection, DateTime, Double, Text, delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.trust import PropertyPolicyRow
from integration.pipeline.policy import Rule, WritePolicy
from integration.pipeline.rowset_store import Columns, rows_as_table

_RULE: Final[Columns] = {
    "property_name": Text(),
    "policy": Text(),
    "margin_ratio": Double(),
    "people_may_be_overwritten": Boolean(),
    "is_open": Boolean(),
}


class PolicyStore:
    """Set-based access; each method is one statement."""

    def rules_of(self, connection: Connection, *, portal_id: int, object_type: str) -> Mapping[str, Rule]:
        """What the admin set, by property name."""
        table = PropertyPolicyRow.__table__
        query = select(*(table.c[name] for name in _RULE)).where(table.c.portal_id == portal_id, table.c.object_type == object_type)
        return {
            row.property_name: Rule(WritePolicy(row.policy), row.margin_ratio, row.people_may_be_overwritten, row.is_open)
            for row in connection.execute(query)
        }

    def save(
        self, connection: Connection, *, portal_id: int, object_type: str, rules: Mapping[str, Rule], by: str, now: datetime
    ) -> None:
        """Set these rules, by property name; others stay as they are. `by` is who did it."""
        if not rules:
            return
        rows = [
            {
                "property_name": name,
                "policy": rule.policy.value,
                "margin_ratio": rule.margin_ratio,
                "people_may_be_overwritten": rule.people_may_be_overwritten,
                "is_open": rule.is_open,
            }
            for name, rule in sorted(rules.items())
        ]
        given = rows_as_table("given", _RULE, rows)
        fixed: list[ColumnElement[Any]] = [
            literal(portal_id, BigInteger()),
            literal(object_type),
            literal(now, DateTime(timezone=True)),
            literal(by),
        ]
        source = select(*fixed, *(given.c[name] for name in _RULE))
        names = ["portal_id", "object_type", "changed_at", "changed_by", *_RULE]
        statement = insert(PropertyPolicyRow).from_select(names, source)
        changed = [name for name in names if name not in ("portal_id", "object_type", "property_name")]
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[PropertyPolicyRow.portal_id, PropertyPolicyRow.object_type, PropertyPolicyRow.property_name],
                set_={name: statement.excluded[name] for name in changed},
            )
        )

    def remove(self, connection: Connection, *, portal_id: int, object_type: str, property_names: Sequence[str]) -> None:
        """Go back to the defaults of these properties."""
        connection.execute(
            delete(PropertyPolicyRow).where(
                PropertyPolicyRow.portal_id == portal_id,
                PropertyPolicyRow.object_type == object_type,
                PropertyPolicyRow.property_name.in_(property_names),
            )
        )
