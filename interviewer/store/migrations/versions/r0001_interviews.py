"""Interviews and their events.

The types are written out, not taken from `schema`: a migration must go on doing what it did
when `schema` has changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "interview",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(320), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="interview_pkey"),
    )
    op.create_index("interview_owner_updated_idx", "interview", ["owner", "updated"])
    op.create_table(
        "event",
        sa.Column("interview_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interview.id"],
            name="event_interview_id_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interview_id", "version", name="event_pkey"),
    )


def downgrade() -> None:
    """Drop both tables, and with them every interview."""
    op.drop_table("event")
    op.drop_table("interview")
