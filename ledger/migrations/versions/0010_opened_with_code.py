"""When a secret letter was opened with its code."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("unlocked_at", sa.String(32), nullable=True))
