"""Who may decide in the portal: users, their passwords, and the sessions that a login begins."""

import hashlib
import re
import secrets
import threading
import unicodedata
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from dunghan.engine.context import Context
from dunghan.store import audit, users
from dunghan.store.database import reading, writing
from dunghan.store.users import User
from models.errors import UnknownName, UsageError

SESSION_LIFE = timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""As OWASP has it for Argon2id: some 50 ms and 19 MiB a login."""
_AT_ONCE = threading.BoundedSemaphore(4)
"""How many passwords are checked at once: a crowd at the door waits instead of taking the machine's memory."""


def add(context: Context, login: str, name: str, password: str, *, by: str) -> None:
    """Add a user. Raises UsageError for a login or a password that cannot be, or that is taken."""
    if not _LOGIN.fullmatch(login):
        raise UsageError(
            f"{login!r} is no login: write 2 to 40 small letters, digits, dots and dashes, as in tran.thi.a."
        )
    if not name.strip():
        raise UsageError("--name is empty: it stands under this user's decisions.")
    hashed = _hashed(password)
    try:
        with writing(context.db) as connection:
            users.add(connection, login, name.strip(), hashed, context.now())
            audit.record(connection, context.now(), by, "user_add", login)
    except IntegrityError:
        raise UsageError(f"The login {login!r} is taken: choose another, or see `dunghan user passwd`.") from None


def listing(context: Context) -> list[User]:
    """Every user, by login."""
    with reading(context.db) as connection:
        return users.listing(connection)


def disable(context: Context, login: str, *, by: str) -> None:
    """Let a user in no more, and end the sessions that stand."""
    with writing(context.db) as connection:
        user = _known(users.listing(connection), login)
        users.change(connection, user.id, disabled_at=context.now())
        users.close_sessions(connection, user.id)
        audit.record(connection, context.now(), by, "user_disable", login)


def set_password(context: Context, login: str, password: str, *, by: str) -> None:
    """Give a user another password, let a disabled one in again, and end the sessions that stand."""
    hashed = _hashed(password)
    with writing(context.db) as connection:
        user = _known(users.listing(connection), login)
        users.change(connection, user.id, password_hash=hashed, disabled_at=None)
        users.close_sessions(connection, user.id)
        audit.record(connection, context.now(), by, "user_passwd", login)


def check(context: Context, login: str, password: str) -> User | None:
    """The user whose login and password these are. It takes as long where the login is unknown or disabled."""
    with reading(context.db) as connection:
        user = users.by_login(connection, login)
    nobody = _nobody()  # the first of all checks makes it, whoever that is about
    right = _verified(user.password_hash if user else nobody, password)
    return user if right and user and user.disabled_at is None else None


def open_session(context: Context, user: User) -> str:
    """Begin a session and return what its cookie holds; the database keeps that value's digest alone."""
    token = secrets.token_urlsafe(32)
    now = context.now()
    with writing(context.db) as connection:
        users.open_session(connection, _key(token), user.id, now, now + SESSION_LIFE)
    return token


def of_session(context: Context, token: str) -> User | None:
    """Whose session a cookie stands for; None where it ended."""
    with reading(context.db) as connection:
        return user_of(connection, token, context.now())


def user_of(connection: Connection, token: str, now: datetime) -> User | None:
    """Whose session a cookie stands for; None where it ended."""
    return users.of_session(connection, _key(token), now)


def close_session(context: Context, token: str) -> None:
    """End the session of a cookie."""
    with writing(context.db) as connection:
        users.close_session(connection, _key(token))


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: choose another.")
    return _HASHER.hash(_as_typed(password))


def _as_typed(password: str) -> str:
    """The same letters for every keyboard: some compose ``ậ``, some write it in parts. One too long is nobody's."""
    return unicodedata.normalize("NFC", password) if len(password) <= 4 * LONGEST_PASSWORD else ""


def _verified(held: str, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _HASHER.verify(held, _as_typed(password))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A password that nobody has: checking it costs an unknown login what a known one costs."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _known(found: list[User], login: str) -> User:
    for user in found:
        if user.login == login:
            return user
    raise UnknownName("user", login, (user.login for user in found))
