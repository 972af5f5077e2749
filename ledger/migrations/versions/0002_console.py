"""What the console needs: accounts, sign-ins, invitations, drafts, windows; more of an entry; full text."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("password_at", sa.String(32), nullable=True),
        sa.Column("second_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("confirmed_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_sign_ins_account_id", "sign_ins", ["account_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(32), nullable=False),
        sa.Column("used_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "form"),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("amend_days", sa.Integer(), nullable=False),
        sa.Column("void_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "kind"),
    )
    # Alembic's own add_column cannot name what a column refers to.
    op.execute("ALTER TABLE people ADD COLUMN account_id INTEGER REFERENCES accounts (id)")
    op.execute("ALTER TABLE entries ADD COLUMN registrant_id INTEGER REFERENCES people (id)")
    op.execute("ALTER TABLE entries ADD COLUMN group_id INTEGER REFERENCES groups (id)")
    op.execute("ALTER TABLE entries ADD COLUMN order_id INTEGER REFERENCES entries (id)")
    op.create_index("ix_people_account_id", "people", ["account_id"])
    op.add_column("registers", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("organisations", sa.Column("year_in_use", sa.Integer(), nullable=True))
    for column in (
        sa.Column("origin", sa.String(16), nullable=False, server_default=""),
        sa.Column("reserved_for", sa.String(), nullable=False, server_default=""),
        sa.Column("reserved_until", sa.Date(), nullable=True),
        sa.Column("filled_at", sa.String(32), nullable=True),
        sa.Column("form_key", sa.String(64), nullable=True),
    ):
        op.add_column("entries", column)
    op.create_index("ix_entries_order_id", "entries", ["order_id"], sqlite_where=sa.text("order_id IS NOT NULL"))
    op.create_index(
        "ix_entries_form_key", "entries", ["form_key"], unique=True, sqlite_where=sa.text("form_key IS NOT NULL")
    )
    op.create_index(
        "ix_entries_reserved", "entries", ["register_id"], sqlite_where=sa.text("reserved_until IS NOT NULL")
    )
    op.create_index(
        "ix_entries_secret",
        "entries",
        ["register_id", "secrecy", "registrant_id", "letter_id"],
        sqlite_where=sa.text("secrecy <> 'ordinary'"),
    )
    op.create_index(
        "ix_entries_listed",
        "entries",
        ["register_id", "registered_at", "number", "secrecy", "urgency", "group_id", "voided_at", "letter_id"],
    )
    for column in (
        sa.Column("description", sa.String(), nullable=False, server_default=""),
        sa.Column("added_by", sa.String(), nullable=False, server_default=""),
        sa.Column("added_at", sa.String(32), nullable=True),
        sa.Column("removed_at", sa.String(32), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("documents", column)
    op.execute(
        "CREATE VIRTUAL TABLE entry_texts USING fts5(number, sender, recipient, subject, action, remark, summary, file,"
        " marks, tokenize='trigram case_sensitive 1')"  # what comes is folded already
    )
    op.execute("CREATE VIRTUAL TABLE entry_texts_terms USING fts5vocab(entry_texts, 'row')")
    op.create_table(
        "indexed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "entry_lines",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outcomes_held", "outcomes", ["intake_id"], sqlite_where=sa.text("kind = 'held'"))
    op.create_index("ix_outbox_given_up", "outbox", ["organisation_id"], sqlite_where=sa.text("gave_up_at IS NOT NULL"))
    op.create_index("ix_deliveries_organisation_id", "deliveries", ["organisation_id"])
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("narrowed", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
