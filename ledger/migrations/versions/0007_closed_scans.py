"""Secret files leave the share; which have is remembered, and which are secret is found without reading all letters."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("outcomes", sa.Column("closed_at", sa.String(32), nullable=True))
    secret = sa.text("secrecy <> 'ordinary'")
    op.create_index("ix_outcomes_secret", "outcomes", ["intake_id"], sqlite_where=secret)
    op.create_index("ix_letters_secret", "letters", ["id"], sqlite_where=secret)
