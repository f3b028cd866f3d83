"""Handing in: links that can be revoked, users, what a check found, mail that came in, a receipt a submission."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from models.append_only import protect, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REVIEW = sa.text("status = 'review'")


def _instant(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    bind = op.get_bind()
    if "about" not in {column["name"] for column in sa.inspect(bind).get_columns("message")}:
        # A database older than this column keeps its narrower slot: one receipt a day and plan for each person.
        op.add_column("message", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.add_column("contact", sa.Column("links", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("submission", sa.Column("via", sa.String(), nullable=False, server_default=""))
    op.add_column("submission", sa.Column("contact_id", sa.Integer(), nullable=True))
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_submission_id", "finding", ["submission_id"])
    op.create_table(
        "handed_in_file",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("sha256", "submission_id"),
    )
    op.create_table(
        "portal_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        _instant("created_at"),
        _instant("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "portal_session",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _instant("created_at"),
        _instant("expires_at"),
        sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_portal_session_user_id", "portal_session", ["user_id"])
    op.create_table(
        "incoming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.Column("raw_size", sa.Integer(), nullable=False),
        _instant("received_at"),
        _instant("fetched_at"),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("obligation_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        _instant("settled_at", nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("raw_sha256"),
    )
    op.create_index("ix_incoming_message_id", "incoming", ["message_id"])
    op.create_index("incoming_review", "incoming", ["received_at"], postgresql_where=REVIEW, sqlite_where=REVIEW)
    _note_files_of_before()
    protect(bind, ("finding", "handed_in_file"))


def _note_files_of_before() -> None:
    submission = sa.table("submission", sa.column("id", sa.Integer()), sa.column("files", sa.JSON()))
    held = sa.table("handed_in_file", sa.column("submission_id"), sa.column("sha256"))
    rows = [
        {"submission_id": row.id, "sha256": digest}
        for row in op.get_bind().execute(sa.select(submission))
        for digest in {file["sha256"] for file in row.files}
    ]
    if rows:
        op.bulk_insert(held, rows)


def downgrade() -> None:
    unprotect(op.get_bind(), ("finding", "handed_in_file"))
    for table in ("incoming", "portal_session", "portal_user", "handed_in_file", "finding"):
        op.drop_table(table)
    for table, column in (("submission", "contact_id"), ("submission", "via"), ("contact", "links")):
        op.drop_column(table, column)
