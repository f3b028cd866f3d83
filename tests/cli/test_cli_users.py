"""`dunghan user`: who may decide in the portal."""

import io

import pytest

from tests.cli.conftest import Desk

PASSWORD = "một mật khẩu dài"


def test_a_user_is_added_listed_and_disabled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    desk("user", "add", "tran.a", "--name", "Trần Thị A").refused(2, "--password-stdin")
    typed("ngắn\n")
    desk("user", "add", "tran.a", "--name", "Trần Thị A", "--password-stdin").refused(2, "10 to 200 characters")
    typed(f"{PASSWORD}\n")
    assert desk("user", "add", "tran.a", "--name", "Trần Thị A", "--password-stdin").out == "tran.a: added.\n"
    typed(f"{PASSWORD}\n")
    desk("user", "add", "tran.a", "--name", "B", "--password-stdin").refused(2, "is taken")
    (one,) = desk.json("user", "list")
    assert (one["login"], one["name"], one["disabled_at"]) == ("tran.a", "Trần Thị A", None)
    assert "argon2" not in desk("user", "list").out
    assert desk("user", "disable", "tran.a").code == 0
    assert desk.json("user", "list")[0]["disabled_at"]
    typed("một mật khẩu khác\n")
    assert desk("user", "passwd", "tran.a", "--password-stdin").code == 0
    assert desk.json("user", "list")[0]["disabled_at"] is None
    desk("user", "disable", "nobody").refused(2, "nobody", "tran.a")
