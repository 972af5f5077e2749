"""Who replaced a link."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("links", sa.Column("revoked_by", sa.String(), nullable=True))
