"""How many senders were answered in an hour is counted for every letter."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_outbox_answered", "outbox", ["made_at"], sqlite_where=sa.text("kind = 'answer'"))
