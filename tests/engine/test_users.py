"""Users of the portal: how they are added, let in, and kept out."""

import unicodedata

import pytest
from sqlalchemy import Engine

from dunghan.engine import users
from dunghan.engine.context import Context
from dunghan.store import audit
from dunghan.store.database import reading
from models.errors import UnknownName, UsageError

PASSWORD = "một mật khẩu dài"


def test_a_user_is_let_in_by_the_password_and_by_nothing_else(context: Context, db: Engine) -> None:
    users.add(context, "tran.a", "Trần Thị A", PASSWORD, by="op")
    (user,) = users.listing(context)
    assert user.password_hash.startswith("$argon2id$") and PASSWORD not in user.password_hash
    assert users.check(context, "tran.a", PASSWORD) == user
    assert users.check(context, "tran.a", PASSWORD + "x") is None and users.check(context, "b", PASSWORD) is None
    parts = unicodedata.normalize("NFD", PASSWORD)
    assert parts != PASSWORD and users.check(context, "tran.a", parts) == user  # another keyboard
    assert users.check(context, "tran.a", PASSWORD + " " * 1000) is None
    token = users.open_session(context, user)
    users.set_password(context, "tran.a", "một mật khẩu khác", by="op")
    assert users.of_session(context, token) is None and users.check(context, "tran.a", PASSWORD) is None
    with reading(db) as connection:
        trail = audit.of_subject(connection, "tran.a")
    assert [row.what for row in trail] == ["user_add", "user_passwd"]
    assert PASSWORD not in repr(trail)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_a_user_is_refused_in_one_line(context: Context) -> None:
    users.add(context, "tran.a", "Trần Thị A", PASSWORD, by="op")
    with pytest.raises(UsageError, match="is taken"):
        users.add(context, "tran.a", "B", PASSWORD, by="op")
    for login, name, password in (("Trần", "A", PASSWORD), ("a b", "A", PASSWORD), ("b.b", " ", PASSWORD),
                                  ("b.b", "B", "ngắn"), ("b.b", "B", "x" * 201)):  # fmt: skip
        with pytest.raises(UsageError):
            users.add(context, login, name, password, by="op")
    with pytest.raises(UnknownName):
        users.disable(context, "nobody", by="op")
    assert [u.login for u in users.listing(context)] == ["tran.a"]
