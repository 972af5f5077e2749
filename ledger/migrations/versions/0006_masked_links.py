"""Links of ours in what is stored already are masked (P-21)."""

from alembic import op

from ledger.migrations.masking import Masking

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    Masking(op.get_bind()).run()
