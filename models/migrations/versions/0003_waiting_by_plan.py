"""The waiting messages by plan, in the order in which they are taken: a batch costs what it takes, not what waits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAITING = sa.text("status IN ('queued', 'retry', 'sending')")


def _index(*columns: str) -> None:
    op.drop_index("message_waiting", "message")
    op.create_index("message_waiting", "message", list(columns), postgresql_where=WAITING, sqlite_where=WAITING)


def upgrade() -> None:
    _index("plan", "status", "not_before", "id")


def downgrade() -> None:
    _index("status", "not_before")
