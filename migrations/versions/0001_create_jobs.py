"""Create the tables and functions of Procrastinate, the job queue.

The SQL is the library's own schema at the version pinned in the lock file; its later migrations become revisions of ours.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

from integration.db.session import driver_connection

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Straight to the driver: the schema holds many statements, and percent signs and colons of its own.
    driver_connection(op.get_bind()).execute(SchemaManager.get_schema().encode())
