"""Users of the portal and their sessions, in and out of the database."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from models.tables import SessionRow, UserRow

USER: Table = UserRow.__table__  # type: ignore[attr-defined]
SESSION: Table = SessionRow.__table__  # type: ignore[attr-defined]


class User(NamedTuple):
    """Somebody who may decide; ``password_hash`` is for checking alone."""

    id: int
    login: str
    name: str
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None


_COLUMNS = tuple(USER.c[name] for name in User._fields)


def add(connection: Connection, login: str, name: str, password_hash: str, now: datetime) -> None:
    """Add a user. Raises IntegrityError where the login is taken."""
    row = {"login": login, "name": name, "password_hash": password_hash, "created_at": now}
    connection.execute(insert(USER).values(row))


def listing(connection: Connection) -> list[User]:
    """Every user, by login."""
    return [User(*row) for row in connection.execute(select(*_COLUMNS).order_by(USER.c.login))]


def by_login(connection: Connection, login: str) -> User | None:
    """The user of a login, disabled or not."""
    row = connection.execute(select(*_COLUMNS).where(USER.c.login == login)).first()
    return User(*row) if row else None


def change(connection: Connection, user: int, **values: Any) -> None:
    """Change some columns of a user."""
    connection.execute(update(USER).where(USER.c.id == user).values(**values))


def open_session(connection: Connection, key: str, user: int, now: datetime, until: datetime) -> None:
    """Begin a session, and forget those that have ended."""
    connection.execute(delete(SESSION).where(SESSION.c.expires_at <= now))
    connection.execute(insert(SESSION).values(key=key, user_id=user, created_at=now, expires_at=until))


def of_session(connection: Connection, key: str, now: datetime) -> User | None:
    """Whose session it is; None where it ended or its user was disabled."""
    query = select(*_COLUMNS).join(SESSION, SESSION.c.user_id == USER.c.id)
    query = query.where(SESSION.c.key == key, SESSION.c.expires_at > now, USER.c.disabled_at.is_(None))
    row = connection.execute(query).first()
    return User(*row) if row else None


def close_session(connection: Connection, key: str) -> None:
    """End one session."""
    connection.execute(delete(SESSION).where(SESSION.c.key == key))


def close_sessions(connection: Connection, user: int) -> None:
    """End every session of a user."""
    connection.execute(delete(SESSION).where(SESSION.c.user_id == user))
