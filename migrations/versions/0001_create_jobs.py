"""Create the tables and functions of Procrastinate, the job queue.

The SQL is the library's own schema at the version pinned in the lock file; its later migrations become revisions of ours.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # exec_driver_sql with no parameters: the schema contains percent signs and colons of its own.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
