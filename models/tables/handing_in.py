"""Handing in: what a check found in a submission, whose files they are, mail that came in, and who may decide."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.tables.columns import instant, words


class FindingRow(SQLModel, table=True):
    """What a check found in one file of a submission (``file`` and ``sha256`` empty: in the submission as a whole).

    ``code`` is the kind of finding, ``detail`` what it was found by, in no particular language.
    """

    __tablename__ = "finding"

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    file: str = ""
    sha256: str = ""
    code: str
    detail: str = words()
    found_at: datetime = instant()


class HandedInFileRow(SQLModel, table=True):
    """Which submissions hold a content, to find the same file elsewhere; its names stand in ``submission.files``."""

    __tablename__ = "handed_in_file"

    sha256: str = Field(primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", primary_key=True)


class UserRow(SQLModel, table=True):
    """Somebody who may decide in the portal. ``password_hash`` is Argon2's; a disabled user cannot log in."""

    __tablename__ = "portal_user"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    password_hash: str
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(nullable=True)


class SessionRow(SQLModel, table=True):
    """A login that lasts. ``key`` is the SHA-256 of what the cookie holds."""

    __tablename__ = "portal_session"

    key: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="portal_user.id", index=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()


class IncomingRow(SQLModel, table=True):
    """A mail that came in, kept whole among the files under ``raw_sha256``.

    ``status``: submitted (it became a submission), review (somebody must look), settled (somebody did), ignored (it is
    no reply of a person: a bounce, an automatic answer). ``why`` says it in words.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        Index(
            "incoming_review",
            "received_at",
            postgresql_where=text("status = 'review'"),
            sqlite_where=text("status = 'review'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(index=True)
    raw_sha256: str = Field(unique=True)
    raw_size: int
    received_at: datetime = instant()
    fetched_at: datetime = instant()
    sender: str = ""
    subject: str = words()
    status: str
    why: str = words()
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    obligation_id: str | None = None
    version: int | None = None
    settled_at: datetime | None = instant(nullable=True)
    settled_by: str = ""
