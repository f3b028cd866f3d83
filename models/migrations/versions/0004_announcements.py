"""Announcements: what happened that is told as an event, noted once and told until the server has it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PENDING = sa.text("emitted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=True),
        sa.Column("emitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index(
        "announcement_pending", "announcement", ["plan", "noted_at"], postgresql_where=PENDING, sqlite_where=PENDING
    )
    op.create_index("announcement_of_plan", "announcement", ["plan", "event", "noted_at"])


def downgrade() -> None:
    op.drop_table("announcement")
