"""Why a file was taken off, which whoever holds its letter is told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("documents", sa.Column("removed_reason", sa.String(), nullable=False, server_default=""))
