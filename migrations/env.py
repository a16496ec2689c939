"""Alembic's entry: runs the migrations on the connection handed in by `integration.db.migrate`."""

from __future__ import annotations

from alembic import context

from integration.db.models import Base


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Procrastinate owns its own tables."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    include_object=_is_ours,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
